import CPlatform
import Synchronization

/// Lets one thread sleep until another has something for it: spin a little, then park on a futex.
///
/// The waker pays one fence per call and a system call only when somebody sleeps.
public final class Wakeup: @unchecked Sendable {  // the word is atomic; its address is what the kernel waits on
    private let word: UnsafeMutablePointer<Atomic<UInt32>>
    #if DEBUG
        public static let spins = 200  // one is ten times as dear
    #else
        public static let spins = 2_000
    #endif

    public init() {
        word = .allocate(capacity: 1)
        word.initialize(to: Atomic(0))
    }
    deinit {
        word.deinitialize(count: 1)
        word.deallocate()
    }

    /// Any thread: there may be work.
    public func wake() {
        atomicMemoryFence(ordering: .sequentiallyConsistent)
        if word.pointee.load(ordering: .relaxed) == 1 {
            word.pointee.store(0, ordering: .releasing)
            cp_futex_wake(UnsafeMutableRawPointer(word).assumingMemoryBound(to: UInt32.self))
        }
    }

    /// The one waiting thread: returns when `isReady`, when woken, or after `nanoseconds`.
    /// - Returns: whether spinning was enough.
    @discardableResult
    public func wait(nanoseconds: Int64, spins: Int = Wakeup.spins, until isReady: () -> Bool) -> Bool {
        for _ in 0..<spins {
            if isReady() { return true }
            cp_pause()
        }
        word.pointee.store(1, ordering: .relaxed)
        atomicMemoryFence(ordering: .sequentiallyConsistent)
        if isReady() {
            word.pointee.store(0, ordering: .relaxed)
            return true
        }
        cp_futex_wait(UnsafeMutableRawPointer(word).assumingMemoryBound(to: UInt32.self), 1, nanoseconds)
        word.pointee.store(0, ordering: .relaxed)
        return false
    }
}
