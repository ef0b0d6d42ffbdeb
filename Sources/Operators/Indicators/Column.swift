import PlainData
import StreamRuntime
import TradingModel

/// One column of an indicator's readings as signals, for operators that read one number.
///
/// - Output: a `Signal` for each reading in which the column is there.
public struct Column<Values: Columns>: Operator, ~Copyable {
    @usableFromInline let index: Int
    /// - Parameter index: the column's place among the names.
    public init(_ index: Int) { self.index = index }

    @inlinable public mutating func process(_ reading: Reading<Values>, into out: inout Emitter<Signal, Nothing>) {
        var pick = ColumnPick(index)
        reading.values.columns(&pick)
        guard !pick.value.isNaN else { return }
        out.emit(Signal(time: reading.time, eventTime: reading.eventTime, symbol: reading.symbol, value: pick.value))
    }
}

@usableFromInline struct ColumnPick: FieldVisitor {
    @usableFromInline var left: Int, value = Double.nan
    @inlinable init(_ index: Int) { left = index }
    @inlinable mutating func time(_ name: StaticString, _ nanoseconds: Int64) {}
    @inlinable mutating func field<F: FieldValue>(_ name: StaticString, _ value: F) {
        if left == 0 { self.value = Double(bitPattern: value.word) }
        left &-= 1
    }
}
