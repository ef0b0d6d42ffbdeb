/// The natural logarithm of a positive number, by additions and multiplications alone: a library's differs in its last digit from
/// one machine to another, and a replay must not.
///
///     ln(2ᵉ·m) = e·ln 2 + 2·(s + s³/3 + s⁵/5 + …),  s = (m − 1)/(m + 1),  √½ ≤ m < √2
///
/// Off by at most two units in the last place; near 1 it loses no digit.
func logarithm(_ x: Double) -> Double {
    var (exponent, m) = (Double(x.exponent), x.significand)
    if m > 1.414_213_562_373_095_1 { (exponent, m) = (exponent + 1, m / 2) }
    let s = (m - 1) / (m + 1), z = s * s
    // |s| ≤ 0.1716, so the term after the last is below 2⁻⁵⁷.
    var tail = 0.0
    for k in stride(from: 21.0, through: 3, by: -2) { tail = tail * z + 1 / k }
    let series = 2 * s + 2 * s * (z * tail)
    return exponent * 0.693_147_180_369_123_8 + (series + exponent * 1.908_214_929_270_587_7e-10)
}
