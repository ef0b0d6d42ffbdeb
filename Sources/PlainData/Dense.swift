/// A table of plain state by small integer key, which grows when a new key is first written.
///
/// No reference counting, no copy on write and no exclusivity check on the way to an entry: only the comparison
/// that a bounds check would cost anyway.
public struct Dense<T: BitwiseCopyable>: ~Copyable {
    /// Entry −1 is the filler, so that reading a key that was never written has an address to read from.
    @usableFromInline var base: UnsafeMutablePointer<T>
    @usableFromInline var storedCount: Int
    /// How many keys have an entry of their own.
    @inlinable public var count: Int { storedCount }

    /// - Parameter count: how many entries to begin with; every entry starts as `value`.
    public init(_ count: Int = 0, repeating value: T) {
        storedCount = count
        base = .allocate(capacity: count + 1) + 1
        (base - 1).initialize(repeating: value, count: count + 1)
    }
    deinit { (base - 1).deallocate() }

    /// The largest key that is taken for growth rather than for a mistake of the program's.
    @usableFromInline static var limit: Int { 1 << 24 }

    /// The entry of `key`; reading one that was never written gives the initial value.
    public subscript(key: Int) -> T {
        @inlinable @inline(__always) unsafeAddress {
            UnsafePointer(base + (UInt(bitPattern: key) < UInt(bitPattern: storedCount) ? key : -1))
        }
        @inlinable @inline(__always) unsafeMutableAddress {
            if UInt(bitPattern: key) >= UInt(bitPattern: storedCount) { grow(to: key &+ 1) }
            return base + key
        }
    }

    /// Lends the entries that there are, for a loop that adds none.
    @inlinable @inline(__always)
    public mutating func withEntries<R>(_ body: (_ entries: UnsafeMutablePointer<T>, _ count: Int) -> R) -> R {
        body(base, storedCount)
    }

    /// The same as reading the subscript.
    @inlinable @inline(__always) public func value(_ key: Int) -> T { self[key] }

    @inlinable @inline(never) public mutating func grow(to wanted: Int) {
        precondition(wanted > 0 && wanted <= Self.limit, "a table's key is a small integer")
        if wanted > storedCount { resize(to: max(wanted, 2 * storedCount)) }
    }
    /// Gives the table exactly `size` entries, as a restore does that must end with the same table.
    @usableFromInline mutating func resize(to size: Int) {
        precondition(size >= 0 && size <= 2 * Self.limit, "a table's key is a small integer")
        let kept = min(size, storedCount), filler = (base - 1).pointee
        let new = UnsafeMutablePointer<T>.allocate(capacity: size + 1) + 1
        (new - 1).update(from: base - 1, count: kept + 1)
        (new + kept).initialize(repeating: filler, count: size - kept)
        (base - 1).deallocate()
        (base, storedCount) = (new, size)
    }
}
