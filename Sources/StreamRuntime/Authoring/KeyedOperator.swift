import PlainData

/// An operator that is many independent ones, one for each key, such as an instrument: what it does with an element depends
/// on the elements of the same key alone. So it can be run as several copies, each with some of the keys, and its state is a
/// list of keys, the same however many copies there are.
///
///     public static func key(of bar: Bar) -> Int { bar.symbol.index }
///     public var keys: Int { averages.count }
///     public func holds(_ key: Int) -> Bool { averages.value(key).count > 0 }
///     public mutating func state(of key: Int, _ coder: inout StateCoder) { coder.field(&averages[key]) }
///
/// A timer belongs to one key too, and its number must not depend on what other keys did: then timers of one time fire in the
/// same order in one copy and in many.
public protocol KeyedOperator: Operator, ~Copyable {
    /// Whose an element is: a small integer.
    static func key(of element: In) -> Int
    /// Whose a timer is, by the number that it was set under. By default the number is the key.
    static func key(ofTimer number: Int) -> Int
    /// Every key that has state lies below.
    var keys: Int { get }
    /// Whether a key has state: whether it differs from one that was never seen.
    func holds(_ key: Int) -> Bool
    /// Names every field of one key's state.
    mutating func state(of key: Int, _ coder: inout StateCoder)
}

extension KeyedOperator where Self: ~Copyable {
    @inlinable public static func key(ofTimer number: Int) -> Int { number }
    @inlinable public var keys: Int { 0 }
    @inlinable public func holds(_ key: Int) -> Bool { false }
    @inlinable public mutating func state(of key: Int, _ coder: inout StateCoder) {}

    /// The keys that have state, ascending, each before its fields.
    public mutating func state(_ coder: inout StateCoder) {
        if coder.isSaving {
            var count = UInt32(0)
            for key in 0..<keys where holds(key) { count += 1 }
            coder.field(&count)
            for key in 0..<keys where holds(key) {
                var number = UInt32(key)
                coder.field(&number)
                state(of: key, &coder)
            }
        } else {
            coder.keys { state(of: $0, &$1) }
        }
    }
}

extension StateCoder {
    /// Restores what `KeyedOperator` saves.
    mutating func keys(_ restore: (Int, inout StateCoder) -> Void) {
        var count = UInt32(0)
        field(&count)
        for _ in 0..<count where !isTruncated {
            var number = UInt32(0)
            field(&number)
            guard !isTruncated, number < 1 << 24 else { return refuse() }
            restore(Int(number), &self)
        }
    }
}
