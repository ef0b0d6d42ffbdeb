import TradingModel

/// One column of a block: 64-bit words, packed as `base + step·n` with n in as few bytes as the largest needs, or the differences
/// of neighbours in the same way. All of it wraps, so any words can be written and any bytes be read.
///
/// Header, 32 bytes, little-endian: how (0 words, 1 differences), bytes per n (0, 1, 2, 4, 8), whether n = 0 stands for "none" (then
/// words are `base + step·(n − 1)`), five zero bytes, `base`, `step`, and the first word where differences are written.
struct TickColumn {
    static var headerBytes: Int { 32 }
    static var none: Int64 { Price.none.rawValue }

    private var isDifferences = false, hasNone = false
    private var width = 0
    private var base: Int64 = 0, step: Int64 = 1, first: Int64 = 0

    /// - Returns: how many bytes the packed words take, padded to eight, header included.
    static func bytes(_ width: Int, rows: Int) -> Int { headerBytes + (width * rows + 7) & ~7 }

    // MARK: Writing

    /// Appends the column of `rows` words.
    static func write(_ words: UnsafePointer<Int64>, rows: Int, to out: inout [UInt8]) {
        var plain = TickColumn(), differences = TickColumn()
        plain.measure(rows) { words[$0] }
        if rows > 1, !plain.hasNone {
            // The first word stands in the header, so its place has the smallest difference.
            differences.measure(rows - 1) { words[$0 + 1] &- words[$0] }
            (differences.isDifferences, differences.first) = (!differences.hasNone, words[0])
        }
        let best = differences.isDifferences && differences.width < plain.width ? differences : plain
        best.write(words, rows, &out)
    }

    /// Finds base, step and width. A word that is `none` has a number of its own, outside the range of the others.
    private mutating func measure(_ count: Int, _ word: (Int) -> Int64) {
        var (low, high, some) = (Int64.max, Int64.min, false)
        for row in 0..<count {
            let value = word(row)
            if value == Self.none {
                hasNone = true
                continue
            }
            (low, high, some) = (min(low, value), max(high, value), true)
        }
        guard some else {
            width = hasNone ? 1 : 0
            return
        }
        base = low
        var divisor: UInt64 = 0
        for row in 0..<count where divisor != 1 {
            let value = word(row)
            if value != Self.none { divisor = Self.greatestCommonDivisor(UInt64(bitPattern: value &- low), divisor) }
        }
        step = divisor == 0 ? 1 : Int64(bitPattern: divisor)
        let span = UInt64(bitPattern: high &- low) / UInt64(bitPattern: step)
        // With `none` the numbers are one higher; a span of all 64 bits has no room for that.
        let (most, isOver) = span.addingReportingOverflow(hasNone ? 1 : 0)
        if isOver { (hasNone, base, step) = (false, 0, 1) }
        width = isOver || most > UInt64(UInt32.max) ? 8 : most > 65_535 ? 4 : most > 255 ? 2 : most > 0 ? 1 : 0
    }

    private static func greatestCommonDivisor(_ a: UInt64, _ b: UInt64) -> UInt64 {
        var (a, b) = (a, b)
        while b != 0 { (a, b) = (b, a % b) }
        return a
    }

    private func write(_ words: UnsafePointer<Int64>, _ rows: Int, _ out: inout [UInt8]) {
        out += [isDifferences ? 1 : 0, UInt8(width), hasNone ? 1 : 0, 0, 0, 0, 0, 0]
        for word in [base, step, first] { withUnsafeBytes(of: word.littleEndian) { out.append(contentsOf: $0) } }
        let end = out.count + (width * rows + 7) & ~7
        for row in 0..<rows where width > 0 {
            let word = isDifferences ? (row == 0 ? base : words[row] &- words[row - 1]) : words[row]
            var number = UInt64(bitPattern: word &- base) / UInt64(bitPattern: step)
            if hasNone { number = word == Self.none ? 0 : number + 1 }
            for byte in 0..<width { out.append(UInt8(truncatingIfNeeded: number &>> UInt64(8 * byte))) }
        }
        out.append(contentsOf: repeatElement(0, count: end - out.count))
    }

    // MARK: Reading

    /// Reads a column of `rows` words.
    /// - Returns: how many bytes it took; nil where the bytes are no column.
    @inline(__always)
    static func read(_ bytes: UnsafeRawBufferPointer, rows: Int, into words: UnsafeMutablePointer<Int64>) -> Int? {
        guard bytes.count >= headerBytes, let at = bytes.baseAddress else { return nil }
        let (how, width, none) = (bytes[0], Int(bytes[1]), bytes[2])
        guard how < 2, none < 2, width == 0 || width == 1 || width == 2 || width == 4 || width == 8, how == 0 || none == 0 else {
            return nil
        }
        let length = Self.bytes(width, rows: rows)
        guard length <= bytes.count else { return nil }
        func word(_ offset: Int) -> Int64 { Int64(littleEndian: at.loadUnaligned(fromByteOffset: offset, as: Int64.self)) }
        let (base, step, first) = (word(8), word(16), word(24))
        let start = at + headerBytes
        switch width {
        case 0:
            for row in 0..<rows { words[row] = base }
        case 1: expand(start, UInt8.self, rows, base, step, words)
        case 2: expand(start, UInt16.self, rows, base, step, words)
        case 4: expand(start, UInt32.self, rows, base, step, words)
        default: expand(start, UInt64.self, rows, base, step, words)
        }
        if none == 1 { restore(base, step, rows, words) }
        if how == 1, rows > 0 {
            var sum = first
            words[0] = first
            for row in 1..<max(1, rows) {
                sum &+= words[row]
                words[row] = sum
            }
        }
        return length
    }

    @inline(__always)
    private static func expand<N: FixedWidthInteger & UnsignedInteger & BitwiseCopyable>(
        _ start: UnsafeRawPointer, _ type: N.Type, _ rows: Int, _ base: Int64, _ step: Int64, _ words: UnsafeMutablePointer<Int64>
    ) {
        for row in 0..<rows {
            let number = N(littleEndian: start.loadUnaligned(fromByteOffset: row &* MemoryLayout<N>.size, as: N.self))
            words[row] = base &+ step &* Int64(truncatingIfNeeded: number)
        }
    }

    /// Numbers are one too high where 0 is "none".
    private static func restore(_ base: Int64, _ step: Int64, _ rows: Int, _ words: UnsafeMutablePointer<Int64>) {
        for row in 0..<rows { words[row] = words[row] == base ? none : words[row] &- step }
    }
}
