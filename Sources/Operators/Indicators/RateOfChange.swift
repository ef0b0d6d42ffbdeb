/// How far the number is from the one `period` before: in percent (ROC), or by itself (MOM).
///
///     ROC = 100 · (xₜ / xₜ₋ₚ − 1)        MOM = xₜ − xₜ₋ₚ
///
/// - Seed: none. First value at number `period` + 1; a rate from zero is none.
/// - Source: Achelis, "Technical Analysis from A to Z", 2nd ed., 2000, pages 184 and 270.
public struct RateOfChange: Indicator {
    let period: Int, isRate: Bool
    public init(period: Int, isRate: Bool) {
        precondition(period > 0, "a change over \(period) numbers")
        (self.period, self.isRate) = (period, isRate)
    }
    public var memory: Ring { Ring() }
    public var room: Int { period }
    public func update(_ ring: inout Ring, _ numbers: Numbers, _ x: Double) -> Double? {
        guard let old = ring.push(x, numbers) else { return nil }
        if !isRate { return x - old }
        return old == 0 ? nil : 100 * ((x - old) / old)
    }
}
