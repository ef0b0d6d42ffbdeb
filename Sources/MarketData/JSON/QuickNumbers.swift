import TradingModel

/// Numbers in their common shapes, eight digits at a time. Each of these gives nil for anything else, which is then read the
/// careful way, or said to be wrong.
///
/// They may look at bytes behind the text, so they are told where the message ends.

/// How many of the eight bytes, from the first on, are decimal digits.
@inline(__always)
private func leadingDigits(_ word: UInt64) -> Int {
    let digits = word ^ 0x3030_3030_3030_3030
    // Above 9 sets a byte's high bit, or has it; what a carry does to the bytes above the first such one does not matter.
    let others = (digits &+ 0x7676_7676_7676_7676 | digits) & 0x8080_8080_8080_8080
    return others.trailingZeroBitCount >> 3
}

/// What the first `count` bytes, all digits, write; 1 to 8.
///
/// Source: Daniel Lemire, "Quickly parsing eight digits" (2018).
@inline(__always)
private func number(_ word: UInt64, _ count: Int) -> UInt64 {
    // The digits move up to the end of the word; in front of them lie zeros.
    let digits = (word ^ 0x3030_3030_3030_3030) &<< UInt64(truncatingIfNeeded: 64 &- 8 &* count)
    let pairs = (digits &* 2_561) &>> 8
    let fours = ((pairs & 0x00FF_00FF_00FF_00FF) &* 6_553_601) &>> 16
    return ((fours & 0x0000_FFFF_0000_FFFF) &* 42_949_672_960_001) &>> 32
}

/// `123.45`, of at most seven digits before the point and eight behind it, or a whole number of at most eight; in units of
/// 10^-`scale`, at most 9.
@inline(__always)
func quickDecimal(
    _ text: UnsafeRawBufferPointer, within limit: UnsafeRawPointer, scale: Int, powers: UnsafeMutablePointer<UInt64>
) -> Int64? {
    guard let at = text.baseAddress, limit - at >= 8 else { return nil }
    let count = text.count, head = at.loadUnaligned(as: UInt64.self), whole = leadingDigits(head)
    guard whole > 0 else { return nil }
    if whole >= count { return Int64(truncatingIfNeeded: number(head, count) &* powers[scale]) }
    guard whole < 8, at.load(fromByteOffset: whole, as: UInt8.self) == 46 else { return nil }
    let fraction = at + whole + 1, decimals = count &- whole &- 1
    guard decimals > 0, decimals <= 8, decimals <= scale, limit - fraction >= 8 else { return nil }
    let tail = fraction.loadUnaligned(as: UInt64.self)
    guard leadingDigits(tail) >= decimals else { return nil }
    // Below 10^7 · 10^9 + 10^9.
    return Int64(
        truncatingIfNeeded: number(head, whole) &* powers[scale] &+ number(tail, decimals) &* powers[scale &- decimals])
}

/// A whole number of at most sixteen digits.
@inline(__always)
func quickUnsigned(
    _ text: UnsafeRawBufferPointer, within limit: UnsafeRawPointer, powers: UnsafeMutablePointer<UInt64>
) -> UInt64? {
    guard let at = text.baseAddress, limit - at >= 8 else { return nil }
    let count = text.count, head = at.loadUnaligned(as: UInt64.self), whole = leadingDigits(head)
    if count <= 8 { return count > 0 && whole >= count ? number(head, count) : nil }
    guard whole == 8, count <= 16, limit - at >= 16 else { return nil }
    let tail = at.loadUnaligned(fromByteOffset: 8, as: UInt64.self)
    guard leadingDigits(tail) >= count &- 8 else { return nil }
    return number(head, 8) &* powers[count &- 8] &+ number(tail, count &- 8)
}
