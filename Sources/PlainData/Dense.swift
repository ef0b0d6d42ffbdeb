/// A table of plain state by small integer key, which grows when a new key is first touched.
///
/// No reference counting, no copy on write and no exclusivity check on the way to an entry: only the comparison
/// that a bounds check would cost anyway.
public struct Dense<T: BitwiseCopyable>: ~Copyable {
    @usableFromInline var base: UnsafeMutablePointer<T>
    @usableFromInline let filler: T
    public private(set) var count: Int {
        get { storedCount }
        set { storedCount = newValue }
    }
    @usableFromInline var storedCount: Int

    /// - Parameter count: how many entries to begin with; every entry starts as `value`.
    public init(_ count: Int = 0, repeating value: T) {
        (storedCount, filler) = (count, value)
        base = .allocate(capacity: max(1, count))
        base.initialize(repeating: value, count: count)
    }
    deinit { base.deallocate() }

    /// The largest key that is taken for a mistake of the program's rather than for growth.
    @usableFromInline static var limit: Int { 1 << 24 }

    public subscript(key: Int) -> T {
        @inlinable @inline(__always) unsafeAddress {
            precondition(UInt(bitPattern: key) < UInt(bitPattern: storedCount), "no entry of that key yet")
            return UnsafePointer(base + key)
        }
        @inlinable @inline(__always) unsafeMutableAddress {
            if UInt(bitPattern: key) >= UInt(bitPattern: storedCount) { grow(to: key &+ 1) }
            return base + key
        }
    }

    /// The entry of `key`, or the filler where no such entry has been touched.
    @inlinable @inline(__always) public func value(_ key: Int) -> T {
        UInt(bitPattern: key) < UInt(bitPattern: storedCount) ? base[key] : filler
    }

    @inlinable @inline(never) public mutating func grow(to wanted: Int) {
        precondition(wanted > 0 && wanted <= Self.limit, "a table's key is a small integer")
        guard wanted > storedCount else { return }
        let larger = max(wanted, 2 * storedCount)
        let new = UnsafeMutablePointer<T>.allocate(capacity: larger)
        new.update(from: base, count: storedCount)
        (new + storedCount).initialize(repeating: filler, count: larger - storedCount)
        base.deallocate()
        (base, storedCount) = (new, larger)
    }
}
