internal import CQuickFIX

/// A session's message store by itself: what was sent, and the next sequence numbers. For looking into a store while no
/// session is open on it.
public struct FIXStoreFile: ~Copyable {
    private let store: OpaquePointer

    /// Opens the file, or makes it.
    public init(_ path: String, syncs: Bool = false) throws(FIXEngineError) {
        guard let store = qf_store_open(path, syncs) else {
            throw .engineRefused(session: path, reason: lastEngineError())
        }
        self.store = store
    }
    deinit { qf_store_close(store) }

    public var nextSeqNums: (sender: Int, target: Int) {
        var next: (sender: Int32, target: Int32) = (0, 0)
        qf_store_next(store, &next.sender, &next.target)
        return (Int(next.sender), Int(next.target))
    }

    /// The messages that are kept, of these MsgSeqNums, in order.
    public func messages(from first: Int = 1, through last: Int = Int(Int32.max) - 1) -> [[UInt8]] {
        final class List { var messages: [[UInt8]] = [] }
        let list = List()
        let context = Unmanaged.passUnretained(list).toOpaque()
        _ = qf_store_get(store, Int32(clamping: first), Int32(clamping: last), context) { context, bytes, length in
            let message = Array(UnsafeBufferPointer(start: bytes, count: length))
            Unmanaged<List>.fromOpaque(context).takeUnretainedValue().messages.append(message)
        }
        return list.messages
    }

    mutating func set(_ number: Int, _ message: [UInt8]) throws(FIXEngineError) {
        let status = message.withUnsafeBufferPointer { bytes in
            bytes.baseAddress.map { qf_store_set(store, Int32(clamping: number), $0, bytes.count) } ?? -1
        }
        guard status == 0 else { throw .engineRefused(session: "store", reason: lastEngineError()) }
    }
    mutating func setNext(sender: Int, target: Int) { qf_store_set_next(store, Int32(clamping: sender), Int32(clamping: target)) }
    mutating func reset() throws(FIXEngineError) {
        guard qf_store_reset(store) == 0 else { throw .engineRefused(session: "store", reason: lastEngineError()) }
    }
}
