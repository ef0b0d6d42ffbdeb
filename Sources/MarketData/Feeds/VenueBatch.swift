import PlainData
import TradingModel

/// Plain values one after the other. It grows when it must, and then keeps its room.
struct Pile<T: BitwiseCopyable>: ~Copyable {
    private(set) var base: UnsafeMutablePointer<T>
    private(set) var count = 0
    private var capacity: Int

    init(capacity: Int = 64) {
        self.capacity = capacity
        base = .allocate(capacity: capacity)
    }
    deinit { base.deallocate() }

    @inline(__always)
    mutating func append(_ value: T) {
        if count == capacity { grow() }
        (base + count).initialize(to: value)
        count += 1
    }
    @inline(__always)
    mutating func removeAll() { count = 0 }
    @inline(__always)
    mutating func truncate(to count: Int) { self.count = count }

    /// Valid until something is added.
    var all: UnsafeBufferPointer<T> { UnsafeBufferPointer(start: base, count: count) }

    @inline(never)
    private mutating func grow() {
        let larger = UnsafeMutablePointer<T>.allocate(capacity: capacity * 2)
        larger.update(from: base, count: count)
        base.deallocate()
        (base, capacity) = (larger, capacity * 2)
    }
}

/// What one message holds, in its order. Used again for the next one.
final class VenueBatch {
    // As in `FieldTable`.
    @exclusivity(unchecked) private(set) var items = Pile<VenueItem>()
    @exclusivity(unchecked) private(set) var levels = Pile<LevelChange>(capacity: 256)
    /// Whose book a message is about that turns out to be refused.
    @exclusivity(unchecked) var suspect: SymbolID?

    @inline(__always)
    func begin() {
        items.removeAll()
        levels.removeAll()
        suspect = nil
    }
    @inline(__always)
    func add(_ item: VenueItem) { items.append(item) }
    @inline(__always)
    func add(_ level: LevelChange) { levels.append(level) }
}
