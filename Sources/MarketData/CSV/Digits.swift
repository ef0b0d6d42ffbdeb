/// Digits and separators, eight bytes at a time. The first byte in memory is the lowest one of a word.

/// The high bit of the lowest byte below 45 is set, and those of bytes below it are not; zero where there is none.
///
/// Source: Sean Eron Anderson, "Bit Twiddling Hacks", "Determine if a word has a byte less than n" (bits above the lowest
/// one may be wrong, by the borrow).
@inline(__always)
func bytesBelow45(_ word: UInt64) -> UInt64 { (word &- 0x2D2D_2D2D_2D2D_2D2D) & ~word & 0x8080_8080_8080_8080 }

/// The number that eight decimal digits write; nil where one of them is no digit.
///
/// Source: Daniel Lemire, "Quickly parsing eight digits" (2018).
@inline(__always)
func eightDigits(_ word: UInt64) -> UInt64? {
    let high = word & 0xF0F0_F0F0_F0F0_F0F0
    let highPlusSix = (word &+ 0x0606_0606_0606_0606) & 0xF0F0_F0F0_F0F0_F0F0
    guard high | (highPlusSix >> 4) == 0x3333_3333_3333_3333 else { return nil }
    let pairs = ((word & 0x0F0F_0F0F_0F0F_0F0F) &* 2_561) >> 8
    let fours = ((pairs & 0x00FF_00FF_00FF_00FF) &* 6_553_601) >> 16
    return ((fours & 0x0000_FFFF_0000_FFFF) &* 42_949_672_960_001) >> 32
}

/// Nineteen digits, as nanoseconds since 1970 have them from 2001 to 2262; nil for anything else.
@inline(__always)
func nineteenDigits(_ bytes: UnsafeRawBufferPointer) -> Int64? {
    guard bytes.count == 19, let high = eightDigits(bytes.loadUnaligned(as: UInt64.self)),
        let middle = eightDigits(bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
    else { return nil }
    var low: UInt64 = 0
    for place in 16..<19 {
        let digit = bytes[place] &- 48
        guard digit < 10 else { return nil }
        low = low * 10 + UInt64(digit)
    }
    let value = high &* 100_000_000_000 &+ middle &* 1_000 &+ low  // Below 10^19, which fits.
    return value <= UInt64(Int64.max) ? Int64(bitPattern: value) : nil
}

/// The powers of ten that 64 bits hold.
final class PowersOfTen {
    let values: UnsafeMutablePointer<UInt64>

    init() {
        values = .allocate(capacity: 20)
        var power: UInt64 = 1
        for place in 0..<20 {
            values[place] = power
            if place < 19 { power *= 10 }
        }
    }

    deinit { values.deallocate() }
}

/// A short plain decimal without a sign, `123.45`, in units of 10^-`scale`; nil where it takes the careful way to read it
/// or to say what is wrong with it.
@inline(__always)
func shortDecimal(_ bytes: UnsafeRawBufferPointer, scale: Int, powers: UnsafeMutablePointer<UInt64>) -> Int64? {
    let count = bytes.count
    guard count <= 18 else { return nil }  // Fewer digits than overflow 64 bits.
    var value: UInt64 = 0
    var point = -1
    for place in 0..<count {
        let digit = bytes[place] &- 48
        if digit < 10 {
            value = value &* 10 &+ UInt64(digit)
        } else if digit == 254, point < 0 {  // '.' is 46.
            point = place
        } else {
            return nil
        }
    }
    let decimals = point < 0 ? 0 : count - 1 - point
    guard count > (point < 0 ? 0 : 1), decimals <= scale else { return nil }
    let (scaled, overflow) = value.multipliedReportingOverflow(by: powers[scale - decimals])
    return overflow || scaled > UInt64(Int64.max) ? nil : Int64(bitPattern: scaled)
}

/// A plain decimal of at most 18 digits and what ends it, in units of 10^-`scale`; nil where it is not that. It may look at 20 bytes.
@inline(__always)
func plainDecimal(
    _ at: inout UnsafePointer<UInt8>, until stop: UInt8, scale: Int, powers: UnsafeMutablePointer<UInt64>
) -> Int64? {
    var next = at
    var value: UInt64 = 0
    var digit = next.pointee &- 48
    while digit < 10 {
        value = value &* 10 &+ UInt64(digit)
        next += 1
        if next - at > 18 { return nil }
        digit = next.pointee &- 48
    }
    var digits = next - at, decimals = 0
    if next.pointee == 46 {
        next += 1
        let point = next
        digit = next.pointee &- 48
        while digit < 10 {
            value = value &* 10 &+ UInt64(digit)
            next += 1
            if next - at > 19 { return nil }
            digit = next.pointee &- 48
        }
        decimals = next - point
        digits += decimals
    }
    guard next.pointee == stop, digits > 0, decimals <= scale else { return nil }
    let (scaled, overflow) = value.multipliedReportingOverflow(by: powers[scale - decimals])
    if overflow || scaled > UInt64(Int64.max) { return nil }
    at = next + 1
    return Int64(bitPattern: scaled)
}
