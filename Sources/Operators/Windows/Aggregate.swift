import PlainData

/// What a window gathers of the elements that fall into it: plain state that takes one element at a time, and the state of
/// a neighbouring stretch of time.
///
///     struct Count: Aggregate {
///         var count: Int64 = 0
///         mutating func add(_ trade: Trade, order: UInt64) { count += 1 }
///         mutating func merge(_ other: Count) { count += other.count }
///         mutating func state(_ coder: inout StateCoder) { coder.field(&count) }
///     }
///
/// Sliding windows share their parts, and a trade that comes late can join two sessions. So `merge` must give what adding
/// all elements to one of the two would have given, whichever of the two it is asked of.
public protocol Aggregate: State {
    associatedtype Input: Element
    /// Nothing gathered yet.
    init()
    /// - Parameter order: grows from element to element, as the journal does. Keep it where it matters which came first.
    mutating func add(_ element: Input, order: UInt64)
    mutating func merge(_ other: Self)
    /// What the element adds to a sum that must stay an `Int64`: a trade its size. An element whose load is negative, or
    /// takes all that is open of its instrument past `Int64.max`, is refused. So no merge can overflow.
    static func load(of element: Input) -> Int64
}

extension Aggregate {
    @inlinable @inline(__always) public static func load(of element: Input) -> Int64 { 0 }
}
