import PlainData

/// An alarm of event time: `key` is the operator's own small integer, `time` nanoseconds since 1970.
public struct Timer: BitwiseCopyable, Sendable {
    public let key: Int
    public let time: Int64
    @inlinable init(key: Int, time: Int64) { (self.key, self.time) = (key, time) }
}

/// At most one timer per key, fired in order of (time, key): an indexed binary heap over dense keys.
///
/// What it does is a function of its (key, time) pairs alone, so a checkpoint needs no order of setting.
public struct TimerQueue: ~Copyable {
    /// When the next timer is due; `Int64.max` when none is set.
    @usableFromInline var nextTime = Int64.max
    /// The times lie in the heap itself: sifting looks at neighbours, not all over the keys.
    private var heap: UnsafeMutablePointer<Timer>, place: UnsafeMutablePointer<Int32>
    private var count = 0, capacity = 16

    @usableFromInline init() {
        heap = .allocate(capacity: 16)
        place = .allocate(capacity: 16)
        place.initialize(repeating: -1, count: 16)
    }
    deinit {
        heap.deallocate()
        place.deallocate()
    }

    private mutating func grow(to key: Int) {
        let larger = max(key + 1, 2 * capacity)
        func moved<T: BitwiseCopyable>(_ old: UnsafeMutablePointer<T>, _ filler: T) -> UnsafeMutablePointer<T> {
            let new = UnsafeMutablePointer<T>.allocate(capacity: larger)
            new.update(from: old, count: capacity)
            (new + capacity).initialize(repeating: filler, count: larger - capacity)
            old.deallocate()
            return new
        }
        heap = moved(heap, Timer(key: 0, time: 0))
        place = moved(place, -1)
        capacity = larger
    }

    @usableFromInline mutating func set(_ key: Int, _ when: Int64) {
        precondition(key >= 0 && key < 1 << 24, "a timer's key is a small integer, not \(key)")
        if key >= capacity { grow(to: key) }
        let timer = Timer(key: key, time: when), at = Int(place[key])
        if at < 0 {
            count += 1
            siftUp(timer, from: count - 1)
        } else if isBefore(timer, heap[at]) {
            siftUp(timer, from: at)
        } else {
            siftDown(timer, from: at)
        }
        nextTime = heap[0].time
    }
    @usableFromInline mutating func cancel(_ key: Int) {
        guard key < capacity, place[key] >= 0 else { return }
        remove(Int(place[key]))
    }
    @usableFromInline mutating func pop() -> Timer {
        let timer = heap[0]
        remove(0)
        return timer
    }
    private mutating func remove(_ at: Int) {
        place[heap[at].key] = -1
        count -= 1
        if at < count {
            let last = heap[count]
            if at > 0, isBefore(last, heap[(at - 1) / 2]) { siftUp(last, from: at) } else { siftDown(last, from: at) }
        }
        nextTime = count == 0 ? .max : heap[0].time
    }
    @inline(__always) private func isBefore(_ a: Timer, _ b: Timer) -> Bool {
        a.time < b.time || (a.time == b.time && a.key < b.key)
    }
    @inline(__always) private func put(_ timer: Timer, _ at: Int) {
        heap[at] = timer
        place[timer.key] = Int32(truncatingIfNeeded: at)
    }
    /// Puts `timer` at `start` or above it, where it belongs.
    private func siftUp(_ timer: Timer, from start: Int) {
        var at = start
        while at > 0 {
            let parent = (at &- 1) / 2
            guard isBefore(timer, heap[parent]) else { break }
            put(heap[parent], at)
            at = parent
        }
        put(timer, at)
    }
    /// Puts `timer` at `start` or below it, where it belongs.
    private func siftDown(_ timer: Timer, from start: Int) {
        var at = start
        while 2 &* at &+ 1 < count {
            var child = 2 &* at &+ 1
            if child &+ 1 < count, isBefore(heap[child &+ 1], heap[child]) { child &+= 1 }
            guard isBefore(heap[child], timer) else { break }
            put(heap[child], at)
            at = child
        }
        put(timer, at)
    }

    /// Pending timers, in no order.
    var pending: [Timer] { (0..<count).map { heap[$0] } }

    /// Pending timers by ascending key: the same state gives the same bytes.
    mutating func state(_ coder: inout StateCoder) {
        var pending = UInt32(count)
        coder.field(&pending)
        if coder.isSaving {
            for key in 0..<capacity where place[key] >= 0 {
                var (k, t) = (UInt32(key), heap[Int(place[key])].time)
                coder.field(&k)
                coder.field(&t)
            }
            return
        }
        for _ in 0..<pending where !coder.isTruncated {
            var k: UInt32 = 0, t: Int64 = 0
            coder.field(&k)
            coder.field(&t)
            set(Int(k), t)
        }
    }
}
