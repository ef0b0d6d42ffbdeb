/// A few numbers of one instrument, side by side: a view into the table of all instruments, good for one update.
public struct Numbers {
    @usableFromInline let base: UnsafeMutablePointer<Double>
    public let count: Int
    @inlinable init(_ base: UnsafeMutablePointer<Double>, _ count: Int) { (self.base, self.count) = (base, count) }

    @inlinable public subscript(i: Int) -> Double {
        @inline(__always) get {
            precondition(UInt(bitPattern: i) < UInt(bitPattern: count), "a number outside of its instrument's")
            return base[i]
        }
        @inline(__always) nonmutating _modify {
            precondition(UInt(bitPattern: i) < UInt(bitPattern: count), "a number outside of its instrument's")
            yield &base[i]
        }
    }
    /// `count` of them from `start` on: one window of several.
    @inlinable public func part(_ start: Int, _ count: Int) -> Numbers {
        precondition(start >= 0 && count >= 0 && start + count <= self.count, "numbers outside of their instrument's")
        return Numbers(base + start, count)
    }
}

/// The numbers of all instruments: so many each, zero at first.
public struct NumberTable: ~Copyable {
    @usableFromInline let width: Int
    @usableFromInline var rows: Int
    @usableFromInline var base: UnsafeMutablePointer<Double>

    public init(width: Int, rows: Int = 0) {
        (self.width, self.rows) = (width, rows)
        base = .allocate(capacity: max(1, width * rows))
        base.initialize(repeating: 0, count: width * rows)
    }
    deinit { base.deallocate() }

    @inlinable @inline(__always) public mutating func row(_ key: Int) -> Numbers {
        if key >= rows, width > 0 { grow(to: key &+ 1) }
        return Numbers(base + key &* width, width)
    }

    @usableFromInline @inline(never) mutating func grow(to wanted: Int) {
        let larger = max(wanted, 2 * rows)
        let new = UnsafeMutablePointer<Double>.allocate(capacity: larger * width)
        new.update(from: base, count: rows * width)
        (new + rows * width).initialize(repeating: 0, count: (larger - rows) * width)
        base.deallocate()
        (base, rows) = (new, larger)
    }
}
