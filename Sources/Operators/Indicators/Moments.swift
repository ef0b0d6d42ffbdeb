/// The mean and the variance of the last numbers.
///
/// Once a window the sums are made anew from the window itself: what a number a billion times as large has left behind in the
/// squares goes with it.
public struct Moments: Words {
    private var ring = Ring(), sum = Sum(), squares = Sum()
    public init() {}

    public mutating func push(_ x: Double, _ room: Numbers) {
        let old = ring.push(x, room)
        if ring.place == 0 {
            (sum, squares) = (Sum(), Sum())
            for i in 0..<room.count - 1 { add(room[i]) }
        } else if let old {
            sum.subtract(old)
            squares.add(-old, times: old)
        }
        add(x)
    }
    private mutating func add(_ x: Double) {
        sum.add(x)
        squares.add(x, times: x)
    }
    public func isFull(_ room: Numbers) -> Bool { ring.isFull(room) }
    public func mean(_ n: Double) -> Double { sum.value / n }
    /// Σ(x − mean)²: as good as in two passes, since it is subtracted in twice the digits.
    public func deviations(_ n: Double) -> Double { Moments.deviations(squares, sum, sum, n) }

    /// Σxy − Σx·Σy / n. A rest below the digits that the sums have is none: all numbers are equal.
    static func deviations(_ products: Sum, _ x: Sum, _ y: Sum, _ n: Double) -> Double {
        var product = Sum()
        product.add(x.high, times: y.high)
        product.add(x.high * y.low + x.low * y.high)
        let quotient = product.high / n
        let rest = product.high.addingProduct(-quotient, n) + product.low
        let found = (products.high - quotient) + (products.low - rest / n)
        return abs(found) > abs(products.high) * 0x1p-96 ? found : 0
    }
}
