import PlainData

/// An alarm of event time: `key` is the operator's own small integer, `time` nanoseconds since 1970.
public struct Timer: Sendable {
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
    private var heap: UnsafeMutablePointer<Int32>, time: UnsafeMutablePointer<Int64>, place: UnsafeMutablePointer<Int32>
    private var count = 0, capacity = 16

    @usableFromInline init() {
        heap = .allocate(capacity: 16)
        time = .allocate(capacity: 16)
        place = .allocate(capacity: 16)
        place.initialize(repeating: -1, count: 16)
    }
    deinit {
        heap.deallocate()
        time.deallocate()
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
        heap = moved(heap, 0)
        time = moved(time, 0)
        place = moved(place, -1)
        capacity = larger
    }

    @usableFromInline mutating func set(_ key: Int, _ when: Int64) {
        precondition(key >= 0 && key < 1 << 24, "a timer's key is a small integer, not \(key)")
        if key >= capacity { grow(to: key) }
        time[key] = when
        var at = Int(place[key])
        if at < 0 {
            at = count
            heap[at] = Int32(key)
            count += 1
        }
        siftDown(siftUp(at))
        nextTime = time[Int(heap[0])]
    }
    @usableFromInline mutating func cancel(_ key: Int) {
        guard key < capacity, place[key] >= 0 else { return }
        remove(Int(place[key]))
    }
    @usableFromInline mutating func pop() -> Timer {
        let timer = Timer(key: Int(heap[0]), time: nextTime)
        remove(0)
        return timer
    }
    private mutating func remove(_ at: Int) {
        place[Int(heap[at])] = -1
        count -= 1
        if at < count {
            heap[at] = heap[count]
            siftDown(siftUp(at))
        }
        nextTime = count == 0 ? .max : time[Int(heap[0])]
    }
    private func isBefore(_ a: Int32, _ b: Int32) -> Bool {
        let (x, y) = (time[Int(a)], time[Int(b)])
        return x < y || (x == y && a < b)
    }
    private func siftUp(_ start: Int) -> Int {
        var at = start
        let key = heap[at]
        while at > 0, isBefore(key, heap[(at - 1) / 2]) {
            heap[at] = heap[(at - 1) / 2]
            place[Int(heap[at])] = Int32(at)
            at = (at - 1) / 2
        }
        heap[at] = key
        place[Int(key)] = Int32(at)
        return at
    }
    private func siftDown(_ start: Int) {
        var at = start
        let key = heap[at]
        while 2 * at + 1 < count {
            var child = 2 * at + 1
            if child + 1 < count, isBefore(heap[child + 1], heap[child]) { child += 1 }
            guard isBefore(heap[child], key) else { break }
            heap[at] = heap[child]
            place[Int(heap[at])] = Int32(at)
            at = child
        }
        heap[at] = key
        place[Int(key)] = Int32(at)
    }

    /// Pending timers by ascending key: the same state gives the same bytes.
    mutating func state(_ coder: inout StateCoder) {
        var pending = UInt32(count)
        coder.field(&pending)
        if coder.isSaving {
            for key in 0..<capacity where place[key] >= 0 {
                var (k, t) = (UInt32(key), time[key])
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
