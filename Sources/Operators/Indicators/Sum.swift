/// A sum in twice the digits of a `Double`: what is added and taken away again leaves nothing worth mentioning behind.
///
/// Each step is off by at most 2⁻¹⁰⁴ of the larger of the two, so 10⁸ of them stay twenty digits below what a `Double` shows.
///
/// - Source: Dekker, "A Floating-Point Technique for Extending the Available Precision", Numerische Mathematik 18, 1971; the
///   exact sum of two is Knuth's, "The Art of Computer Programming" 2, section 4.2.2, theorem B.
public struct Sum: Words {
    public private(set) var high = 0.0, low = 0.0
    public init() {}
    public var value: Double { high }

    public mutating func add(_ x: Double) {
        let sum = high + x, part = sum - high
        let error = (high - (sum - part)) + (x - part)
        settle(sum, low + error)
    }
    public mutating func subtract(_ x: Double) { add(-x) }
    /// Adds x·y, of which no digit is lost.
    public mutating func add(_ x: Double, times y: Double) {
        let product = x * y
        add(product)
        add((-product).addingProduct(x, y))
    }
    public mutating func add(_ other: Sum, times n: Double) {
        add(other.high, times: n)
        add(other.low * n)
    }
    private mutating func settle(_ sum: Double, _ error: Double) {
        high = sum + error
        low = error - (high - sum)
    }
}

/// A sum over a window's elements that is exactly zero when all of them are.
public struct WindowSum: Words {
    private var sum = Sum(), others: Int64 = 0
    public init() {}
    public var value: Double { sum.value }

    public mutating func add(_ x: Double) {
        guard x != 0 else { return }
        sum.add(x)
        others += 1
    }
    public mutating func remove(_ x: Double) {
        guard x != 0 else { return }
        others -= 1
        if others == 0 { sum = Sum() } else { sum.subtract(x) }
    }
    /// Adds the newest and removes the one that falls out, if one does.
    public mutating func slide(_ new: Double, _ old: Double?) {
        if let old { remove(old) }
        add(new)
    }
}
