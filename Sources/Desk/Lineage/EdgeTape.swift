import PlainData
import StreamRuntime
import TradingModel

/// What passed one edge in the block at hand, and the newest element of each instrument before it.
class EdgeTape {
    let output: String, vertex: String, kind: String
    /// The order of its stage in the graph; 0 for a source.
    let rank: Int
    /// How many elements came before this block.
    private(set) var base: UInt64 = 0
    fileprivate(set) var sequences: [UInt64] = []
    /// What became steps, by instrument and by order.
    var steps = RecentSteps()
    /// Whether every element that is followed becomes a step as it passes: what a stage put out, what came by a loop, what
    /// names orders. The others become steps when something comes of them.
    var isEager: Bool

    init(_ output: String, vertex: String, kind: String, rank: Int) {
        (self.output, self.vertex, self.kind, self.rank) = (output, vertex, kind, rank)
        isEager = rank > 0
    }

    var count: Int { sequences.count }
    func keys(_ row: Int) -> ElementKeys { preconditionFailure("an edge's tape has a type") }
    func element(_ row: Int) -> any Element { preconditionFailure("an edge's tape has a type") }
    /// The row of the element that is `number` th of all, from 1, if it came in this block.
    func row(_ number: UInt64) -> Int? {
        number > base && number <= base + UInt64(count) ? Int(number - base) - 1 : nil
    }
    /// The row with this sequence; a source has at most one.
    func row(sequence: UInt64) -> Int? {
        var low = 0, high = sequences.count
        while low < high {
            let middle = (low + high) / 2
            if sequences[middle] < sequence { low = middle + 1 } else { high = middle }
        }
        return low < sequences.count && sequences[low] == sequence ? low : nil
    }

    /// An element before it is a step, with its record once the block has passed.
    struct Found {
        var sequence: UInt64, number: UInt64, element: any Element, record: LineageRecord?
    }
    /// The newest element of an instrument among the first `number`.
    func newest(_ symbol: SymbolID?, through number: UInt64) -> Found? { nil }

    /// - Parameter record: gives a record of the block.
    func endBlock(_ record: (UInt64) -> LineageRecord) {
        base += UInt64(count)
        sequences.removeAll(keepingCapacity: true)
    }
}

final class TypedTape<T: Element>: EdgeTape {
    private struct Row {
        var sequence: UInt64, number: UInt64, element: T, record: LineageRecord?
    }
    private var rows: [T] = []
    /// The two newest elements of each instrument that is followed: a vertex may not have taken the newest yet.
    private var newest: [SymbolID?: (last: Row, before: Row?)] = [:]
    private var looked = 0
    private var touched: Set<SymbolID?> = []
    /// The instruments to follow; nil for all.
    private let symbols: Set<SymbolID>?

    init(_ output: String, vertex: String, kind: String, rank: Int, symbols: Set<SymbolID>?) {
        self.symbols = symbols
        super.init(output, vertex: vertex, kind: kind, rank: rank)
    }

    func take(_ offer: Offer<T>) {
        for i in 0..<offer.count {
            sequences.append(offer.sequence(i))
            rows.append(offer[i])
        }
    }
    override func keys(_ row: Int) -> ElementKeys { ElementKeys(rows[row]) }
    override func element(_ row: Int) -> any Element { rows[row] }

    override func newest(_ symbol: SymbolID?, through number: UInt64) -> Found? {
        look(through: number)
        guard let found = newest[symbol] else { return nil }
        let row = found.last.number <= number ? found.last : found.before
        return row.map { Found(sequence: $0.sequence, number: $0.number, element: $0.element, record: $0.record) }
    }
    private func look(through number: UInt64) {
        while looked < rows.count, base + UInt64(looked) < number {
            let symbol = ElementKeys(rows[looked]).symbol
            if symbol == nil || symbols?.contains(symbol ?? SymbolID(rawValue: 0)) ?? true {
                let number = base + UInt64(looked) + 1
                let row = Row(sequence: sequences[looked], number: number, element: rows[looked], record: nil)
                newest[symbol] = (row, newest[symbol]?.last)
                touched.insert(symbol)
            }
            looked += 1
        }
    }
    override func endBlock(_ record: (UInt64) -> LineageRecord) {
        if !isEager {
            look(through: .max)
            for symbol in touched {
                guard var pair = newest[symbol] else { continue }
                if pair.last.record == nil { pair.last.record = record(pair.last.sequence) }
                if let before = pair.before, before.record == nil { pair.before?.record = record(before.sequence) }
                newest[symbol] = pair
            }
            touched.removeAll(keepingCapacity: true)
        }
        super.endBlock(record)
        rows.removeAll(keepingCapacity: true)
        looked = 0
    }
}

/// The newest steps of one edge: of each instrument and each followed order the last one before the present record, and
/// those of the record itself.
struct RecentSteps {
    private struct Entry {
        var number: UInt64, step: LineageStep
    }
    private var bySymbol: [SymbolID?: [Entry]] = [:]
    private var byOrder: [ClOrdID: [Entry]] = [:]

    /// - Parameter orders: the orders that are followed among those that the element names.
    mutating func add(_ step: LineageStep, number: UInt64, symbol: SymbolID?, orders: [ClOrdID]) {
        let entry = Entry(number: number, step: step)
        Self.add(entry, to: &bySymbol[symbol, default: []])
        for order in orders { Self.add(entry, to: &byOrder[order, default: []]) }
    }
    private static func add(_ entry: Entry, to list: inout [Entry]) {
        if let last = list.last, last.step.sequence < entry.step.sequence { list = [last] }
        list.append(entry)
    }

    func newest(of symbol: SymbolID?, through number: UInt64) -> LineageStep? {
        bySymbol[symbol]?.last { $0.number <= number }?.step
    }
    func newest(of orders: [ClOrdID], through number: UInt64) -> LineageStep? {
        orders.compactMap { byOrder[$0]?.last { $0.number <= number } }.max { $0.number < $1.number }?.step
    }
    func step(number: UInt64, symbol: SymbolID?) -> LineageStep? { bySymbol[symbol]?.last { $0.number == number }?.step }
}
