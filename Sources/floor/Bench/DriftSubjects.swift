import Operators
import PlainData
import StreamRuntime
import TradingModel

/// An indicator that has seen the whole stream, beside one that begins with its last days.
protocol DriftSubject: AnyObject {
    var name: String { get }
    func feed(_ day: DriftDay)
    /// From here on the second one takes part.
    func begin()
    /// By how much the two differ over the last day, relative; what one of them says alone is infinitely much.
    var difference: Double { get }
}

/// Any `Indicator`, by its own function.
final class IndicatorSubject<I: Indicator>: DriftSubject {
    let name: String
    private let indicator: I, elements: (DriftDay) -> [I.Input]
    private var old: I.Memory, new: I.Memory
    private var oldNumbers: NumberTable, newNumbers: NumberTable
    private var hasBegun = false
    private(set) var difference = 0.0

    init(_ name: String, _ indicator: I, _ elements: @escaping (DriftDay) -> [I.Input]) {
        (self.name, self.indicator, self.elements) = (name, indicator, elements)
        (old, new) = (indicator.memory, indicator.memory)
        oldNumbers = NumberTable(width: indicator.room, rows: 1)
        newNumbers = NumberTable(width: indicator.room, rows: 1)
    }
    func begin() { hasBegun = true }
    func feed(_ day: DriftDay) {
        difference = 0
        for element in elements(day) {
            let value = indicator.update(&old, oldNumbers.row(0), element)
            guard hasBegun else { continue }
            let fresh = indicator.update(&new, newNumbers.row(0), element)
            difference = max(difference, driftBetween(numbers(value), numbers(fresh)))
        }
    }
    private func numbers(_ value: I.Value?) -> [Double] {
        guard let value else { return [] }
        var found = DriftNumbers()
        value.element(time: 0, eventTime: 0, symbol: SymbolID(rawValue: 1)).fields(&found)
        return found.values
    }
}

/// An operator of its own, in a graph.
final class OperatorSubject: DriftSubject {
    let name: String
    private let old: Run, new: Run
    private var hasBegun = false
    private(set) var difference = 0.0

    /// - Parameter make: adds the operator behind the bars and those of the benchmark.
    init(_ name: String, _ make: (Graph, Edge<Bar>, Edge<Bar>) -> Edge<Signal>) {
        (self.name, old, new) = (name, Run(make), Run(make))
    }
    func begin() { hasBegun = true }
    func feed(_ day: DriftDay) {
        old.feed(day)
        guard hasBegun else { return }
        new.feed(day)
        difference = old.values.count == new.values.count ? 0 : .infinity
        for (a, b) in zip(old.values, new.values) { difference = max(difference, driftBetween([a], [b])) }
    }

    private final class Run {
        private let driver: GraphDriver, bars: TypedPort<Bar>, benchmark: TypedPort<Bar>
        private let seen = Seen()
        /// Of the last day.
        var values: [Double] { seen.values }
        private final class Seen { var values: [Double] = [] }

        init(_ make: (Graph, Edge<Bar>, Edge<Bar>) -> Edge<Signal>) {
            let graph = Graph(edgeCapacity: 4_096)
            benchmark = graph.source("benchmark", Bar.self)
            bars = graph.source("bars", Bar.self)
            let out = make(graph, bars.edge, benchmark.edge)
            graph.sink("values", from: out) { [seen] offer in
                for i in 0..<offer.count { seen.values.append(offer[i].value) }
                return offer.count
            }
            driver = GraphDriver(graph)
        }
        func feed(_ day: DriftDay) {
            seen.values.removeAll(keepingCapacity: true)
            for (bar, other) in zip(day.bars, day.benchmark) {
                driver.offer(other, to: benchmark)
                driver.offer(bar, to: bars)
            }
            driver.run()
        }
    }
}

/// On-balance volume never forgets: beside whole numbers.
final class BalanceSubject: DriftSubject {
    let name = "obv"
    private let indicator = OBV()
    private var memory: OBV.Memory, numbers = NumberTable(width: 0)
    private var close = Price.none, sum: Int64 = 0
    private(set) var difference = 0.0

    init() { memory = indicator.memory }
    func begin() {}
    func feed(_ day: DriftDay) {
        difference = 0
        for bar in day.bars {
            let value = indicator.update(&memory, numbers.row(0), bar)
            if !close.isNone, bar.close != close { sum += (bar.close > close ? 1 : -1) * (bar.volume.rawValue / Quantity.one) }
            close = bar.close
            difference = max(difference, driftBetween([value ?? .nan], [Double(sum)]))
        }
    }
}

/// Relative, of numbers that are not next to nothing.
func driftBetween(_ a: [Double], _ b: [Double]) -> Double {
    guard a.count == b.count else { return .infinity }
    var most = 0.0
    for (a, b) in zip(a, b) where !(a.isNaN && b.isNaN) {
        let difference = abs(a - b) / max(abs(b), 1e-3)
        most = max(most, difference.isNaN ? .infinity : difference)
    }
    return most
}

private struct DriftNumbers: FieldVisitor {
    var values: [Double] = []
    mutating func time(_ name: StaticString, _ nanoseconds: Int64) {}
    mutating func field<F: FieldValue>(_ name: StaticString, _ value: F) {
        if F.self == Double.self { values.append(Double(bitPattern: value.word)) }
    }
}
