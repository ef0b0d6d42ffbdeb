import FIXSessions
import PlainData
import TradingModel

/// A request that the session has sent and that the journal does not have.
///
/// The intent of a request is durable before it leaves, so there is none while the disk keeps what it said it had kept. A
/// disk that does not, or a day recorded for less than the machine's death (`--durability os`), can forget the intent and
/// keep the session's store. The day's next requests would then have the ids of those that are forgotten.
public struct LostRequest: Hashable, Sendable {
    public let clOrdID: ClOrdID, msgSeqNum: Int
}

extension LostRequest {
    /// How many messages are read at a time, from the newest back.
    private static let block = 256

    /// Looks from the session's last message back, as far as messages are on record: what is older left before those.
    static func find(
        _ session: any RouterSession, _ names: Names, isOnRecord: (ClOrdID) -> Bool
    ) throws(FIXEngineError) -> [LostRequest] {
        var last = session.nextSeqNums().sender - 1, lost: [LostRequest] = []
        while last > 0 {
            let first = max(1, last - block + 1)
            var known = false, found: [LostRequest] = []
            for message in try session.stored(from: first, through: last) {
                guard [.newOrderSingle, .orderCancelRequest, .orderCancelReplaceRequest].contains(message.msgType) else {
                    continue
                }
                let id = message.clOrdID.withUnsafeBytes { ClOrdID(echoed: $0, names: names) }
                if isOnRecord(id) { known = true } else { found.append(LostRequest(clOrdID: id, msgSeqNum: message.msgSeqNum)) }
            }
            lost = found + lost
            if known { break }
            last = first - 1
        }
        return lost
    }
}

/// What the session has kept of requests of which the journal does not say that they left.
enum StoredRequests {
    private static let block = 256

    /// Looks from the session's last message back, as far as messages are not on record as sent: what is older is.
    static func find(
        _ session: any RouterSession, _ names: Names, isUnsent: (ClOrdID) -> Bool
    ) throws(FIXEngineError) -> Set<ClOrdID> {
        var last = session.nextSeqNums().sender - 1, found: Set<ClOrdID> = []
        while last > 0 {
            let first = max(1, last - block + 1)
            var isRecorded = false
            for message in try session.stored(from: first, through: last)
            where [.newOrderSingle, .orderCancelRequest, .orderCancelReplaceRequest].contains(message.msgType) {
                let id = message.clOrdID.withUnsafeBytes { ClOrdID(echoed: $0, names: names) }
                if isUnsent(id) { found.insert(id) } else { isRecorded = true }
            }
            if isRecorded { break }
            last = first - 1
        }
        return found
    }
}
