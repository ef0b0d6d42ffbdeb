import PlainData
import StreamRuntime
import TradingModel

/// The operator of any `Indicator`: keeps its state for every instrument, and emits what it says.
///
/// - Input: what the indicator reads; the elements of one instrument in order of time.
/// - Output: at most one element for each, with its input's `time` (a bar's start) and `eventTime` (a bar's end).
/// - State: the indicator's memory and numbers for each instrument.
/// - Cost: the indicator's own; nothing is allocated but when an instrument is new.
public struct Indicated<I: Indicator>: KeyedOperator, ~Copyable where I.Input: Observation {
    public typealias In = I.Input
    public typealias Out = I.Value.Out
    public typealias Side = Nothing

    @usableFromInline let indicator: I
    @usableFromInline var kept: Dense<Kept>
    @usableFromInline var numbers: NumberTable

    /// - Parameter symbols: how many instruments to make room for at first.
    public init(_ indicator: I, symbols: Int = 0) {
        self.indicator = indicator
        kept = Dense(symbols, repeating: Kept(memory: indicator.memory))
        numbers = NumberTable(width: indicator.room, rows: symbols)
    }

    @inlinable public mutating func process(_ element: I.Input, into out: inout Emitter<I.Value.Out, Nothing>) {
        let key = element.symbol.index
        kept[key].elements &+= 1
        guard let value = indicator.update(&kept[key].memory, numbers.row(key), element) else { return }
        out.emit(value.element(time: element.beginning, eventTime: element.eventTime, symbol: element.symbol))
    }

    @inlinable public static func key(of element: I.Input) -> Int { element.symbol.index }
    public var keys: Int { kept.count }
    public func holds(_ key: Int) -> Bool { kept.value(key).elements > 0 }
    public mutating func state(of key: Int, _ coder: inout StateCoder) {
        coder.field(&kept[key])
        let row = numbers.row(key)
        for i in 0..<row.count { coder.field(&row[i]) }
    }

    @usableFromInline struct Kept: State {
        @usableFromInline var elements: Int64 = 0, memory: I.Memory
        @usableFromInline init(memory: I.Memory) { self.memory = memory }
        @usableFromInline mutating func state(_ coder: inout StateCoder) {
            coder.field(&elements)
            coder.field(&memory)
        }
    }
}
