/// The last numbers of an instrument, as many as it is given room for.
public struct Ring: Words {
    /// How many came, and where the next one goes.
    public private(set) var count: Int64 = 0, place: Int64 = 0
    public init() {}

    /// Takes the newest in.
    /// - Returns: the one that falls out; nil while the room fills.
    public mutating func push(_ x: Double, _ room: Numbers) -> Double? {
        let old = count < room.count ? nil : room[Int(place)]
        room[Int(place)] = x
        place = place + 1 == room.count ? 0 : place + 1
        count = min(count + 1, Int64(room.count))
        return old
    }
    public func isFull(_ room: Numbers) -> Bool { count == room.count }
    /// The number that came `back` before the newest.
    public func last(_ room: Numbers, back: Int = 0) -> Double {
        let at = Int(place) - 1 - back
        return room[at < 0 ? at + room.count : at]
    }
    /// The one that falls out next, of a full room.
    public func oldest(_ room: Numbers) -> Double { room[Int(place)] }
}
