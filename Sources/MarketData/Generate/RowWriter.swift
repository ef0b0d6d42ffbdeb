import PlainData
import TradingModel

/// Writes CSV rows into a block of memory and hands on every full block.
struct RowWriter: ~Copyable {
    /// Takes a block; what it throws ends the writing.
    typealias Sink = (UnsafeRawBufferPointer) throws(GenerateError) -> Void

    private let base = UnsafeMutablePointer<UInt8>.allocate(capacity: 1 << 16)
    private var count = 0
    private var midnight = Int64.min
    private var date: [UInt8] = []

    /// No row is longer than this.
    private static let rowLimit = 512

    deinit { base.deallocate() }

    mutating func text(_ text: String) {
        var text = text
        text.withUTF8 { utf8 in for byte in utf8.prefix(Self.rowLimit / 2) { self.byte(byte) } }
    }
    mutating func bytes(_ bytes: [UInt8]) { for byte in bytes { self.byte(byte) } }

    @inline(__always) mutating func byte(_ byte: UInt8) {
        base[count] = byte
        count += 1
    }
    mutating func comma() { byte(44) }

    mutating func integer(_ value: Int64) {
        if value < 0 { byte(45) }
        var magnitude = value.magnitude, divisor: UInt64 = 1
        while magnitude / divisor >= 10 { divisor *= 10 }
        while divisor > 0 {
            byte(UInt8(magnitude / divisor) + 48)
            magnitude %= divisor
            divisor /= 10
        }
    }

    /// A price of whole cents, as in `12.5` and `12.05`.
    mutating func cents(_ value: Int64) {
        integer(value / 100)
        let rest = value % 100
        if rest == 0 { return }
        byte(46)
        byte(UInt8(rest / 10) + 48)
        if rest % 10 > 0 { byte(UInt8(rest % 10) + 48) }
    }

    /// A moment on whole microseconds: `2024-03-11T13:30:00.000001Z`.
    mutating func time(_ nanoseconds: Int64) {
        if nanoseconds < midnight || nanoseconds >= midnight &+ UTC.day {
            midnight = nanoseconds - (nanoseconds % UTC.day + UTC.day) % UTC.day
            date = Array(UTC.text(midnight).utf8.prefix(11))
        }
        bytes(date)
        let seconds = (nanoseconds - midnight) / UTC.second
        twoDigits(seconds / 3_600)
        byte(58)
        twoDigits(seconds / 60 % 60)
        byte(58)
        twoDigits(seconds % 60)
        byte(46)
        let micros = nanoseconds % UTC.second / 1_000
        twoDigits(micros / 10_000)
        twoDigits(micros / 100 % 100)
        twoDigits(micros % 100)
        byte(90)
    }
    private mutating func twoDigits(_ value: Int64) {
        byte(UInt8(value / 10) + 48)
        byte(UInt8(value % 10) + 48)
    }

    mutating func endRow(_ sink: Sink) throws(GenerateError) {
        byte(10)
        if count > 1 << 16 - Self.rowLimit { try flush(sink) }
    }

    mutating func flush(_ sink: Sink) throws(GenerateError) {
        if count > 0 { try sink(UnsafeRawBufferPointer(start: base, count: count)) }
        count = 0
    }
}
