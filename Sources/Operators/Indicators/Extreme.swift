/// The largest of the last numbers, and how long ago it was: constant time for each, amortised. For the smallest, give and take
/// the negative.
///
/// - Room: two numbers for each of the window's.
/// - Source: the ascending minima algorithm, Harter, 2001; as in Lemire, "Streaming Maximum-Minimum Filter Using No More than
///   Three Comparisons per Element", Nordic Journal of Computing 13(4), 2006.
public struct Extreme: Words {
    /// The candidates lie in a ring, from the largest and oldest to the newest: each is larger than those after it.
    private var head: Int64 = 0, length: Int64 = 0
    public private(set) var count: Int64 = 0
    public init() {}
    public static func room(_ period: Int) -> Int { 2 * period }

    /// - Returns: the largest of the last numbers with this one; of equal ones the newest counts.
    public mutating func push(_ x: Double, _ room: Numbers) -> Double {
        let period = room.count / 2
        while length > 0, room[at(length - 1, period)] <= x { length -= 1 }
        if length > 0, Int64(room[period + at(0, period)]) <= count - Int64(period) {
            head = (head + 1) % Int64(period)
            length -= 1
        }
        let new = at(length, period)
        (room[new], room[period + new]) = (x, Double(count))
        length += 1
        count += 1
        return room[at(0, period)]
    }
    /// How many numbers ago the largest came: 0 when it is the newest.
    public func age(_ room: Numbers) -> Int64 { count - 1 - Int64(room[room.count / 2 + at(0, room.count / 2)]) }
    public func isFull(_ room: Numbers) -> Bool { count >= room.count / 2 }
    private func at(_ i: Int64, _ period: Int) -> Int { Int((head + i) % Int64(period)) }
}

/// The highest high and the lowest low of the last bars.
public struct HighLow: Words {
    private var highs = Extreme(), lows = Extreme()
    public init() {}
    public static func room(_ period: Int) -> Int { 4 * period }

    public mutating func push(_ high: Double, _ low: Double, _ room: Numbers) -> (high: Double, low: Double) {
        let half = room.count / 2
        return (highs.push(high, room.part(0, half)), -lows.push(-low, room.part(half, half)))
    }
    public func ages(_ room: Numbers) -> (high: Int64, low: Int64) {
        let half = room.count / 2
        return (highs.age(room.part(0, half)), lows.age(room.part(half, half)))
    }
    public func isFull(_ room: Numbers) -> Bool { highs.isFull(room.part(0, room.count / 2)) }
}
