/// Hashes the fields of one element in their order. The products do not depend on each other, so they overlap in
/// the processor; each is a bijection of its field, so a change of any one field always changes the sum.
public struct FieldHash: FieldVisitor {
    @usableFromInline var sum: UInt64 = 0
    @usableFromInline var key: UInt64 = 0x9E37_79B9_7F4A_7C15

    @inlinable public init() {}
    /// Of what was mixed in so far.
    @inlinable public var value: UInt64 { sum }

    @inlinable @inline(__always) public mutating func mix(_ word: UInt64) {
        sum &+= (word ^ key) &* (key | 1)
        key = key &* 0xD134_2543_DE82_EF95 &+ 0x2545_F491_4F6C_DD1D
    }
    @inlinable @inline(__always) public mutating func time(_ name: StaticString, _ nanoseconds: Int64) {
        mix(UInt64(bitPattern: nanoseconds))
    }
    @inlinable @inline(__always) public mutating func field<F: FieldValue>(_ name: StaticString, _ value: F) {
        mix(value.word)
    }
}

/// The rolling hash of one output's history: its elements and the sequences that caused them.
///
/// Element n goes to lane n % 4, so that four serial multiplications overlap. The lane depends on the place in the
/// history alone, never on a batch. The ordinal needs no word: it is the place among those of one sequence.
public struct Digest: Equatable, Sendable, BitwiseCopyable {
    @usableFromInline var lanes: (UInt64, UInt64, UInt64, UInt64) = (1, 2, 3, 4)
    public var count: UInt64 = 0

    @inlinable public init() {}

    public var value: UInt64 {
        [lanes.0, lanes.1, lanes.2, lanes.3].reduce(count) { ($0 &<< 17 | $0 &>> 47) &* 0x9FB2_1C65_1E98_DF25 ^ $1 }
    }
    public static func == (a: Digest, b: Digest) -> Bool { a.count == b.count && a.value == b.value }

    /// Adds `n` elements that lie side by side with their sequences.
    @inlinable @inline(__always)
    public mutating func add<T: Element>(_ n: Int, _ sequences: UnsafePointer<UInt64>, _ elements: UnsafePointer<T>) {
        var i = 0
        while i < n, count & 3 != 0 {
            roll(sequences[i], elements[i])
            i &+= 1
        }
        while i &+ 4 <= n {
            Digest.step(&lanes.0, sequences[i], elements[i])
            Digest.step(&lanes.1, sequences[i &+ 1], elements[i &+ 1])
            Digest.step(&lanes.2, sequences[i &+ 2], elements[i &+ 2])
            Digest.step(&lanes.3, sequences[i &+ 3], elements[i &+ 3])
            count &+= 4
            i &+= 4
        }
        while i < n {
            roll(sequences[i], elements[i])
            i &+= 1
        }
    }

    @inlinable public mutating func roll(_ sequence: UInt64, _ element: some Element) {
        switch count & 3 {
        case 0: Digest.step(&lanes.0, sequence, element)
        case 1: Digest.step(&lanes.1, sequence, element)
        case 2: Digest.step(&lanes.2, sequence, element)
        default: Digest.step(&lanes.3, sequence, element)
        }
        count &+= 1
    }

    @inlinable @inline(__always) static func step(_ lane: inout UInt64, _ sequence: UInt64, _ element: some Element) {
        var hash = FieldHash()
        hash.mix(sequence)
        element.fields(&hash)
        let word = hash.sum ^ (hash.sum &>> 32)
        lane = ((lane &<< 23 | lane &>> 41) ^ word) &* 0x9FB2_1C65_1E98_DF25
    }

    public mutating func state(_ coder: inout StateCoder) {
        coder.field(&lanes.0)
        coder.field(&lanes.1)
        coder.field(&lanes.2)
        coder.field(&lanes.3)
        coder.field(&count)
    }
}
