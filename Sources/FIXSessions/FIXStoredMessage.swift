/// A message of ours that the session's store has kept, as far as one needs to know whose it was.
public struct FIXStoredMessage: Hashable, Sendable {
    public let msgSeqNum: Int, msgType: FIXMsgType
    /// ClOrdID(11), as it was sent.
    public let clOrdID: [UInt8]
    /// ExecID(17); empty where it has none.
    public let execID: [UInt8]

    public init(msgSeqNum: Int, msgType: FIXMsgType, clOrdID: [UInt8], execID: [UInt8] = []) {
        (self.msgSeqNum, self.msgType, self.clOrdID, self.execID) = (msgSeqNum, msgType, clOrdID, execID)
    }

    /// Where one reading of the store is gathered.
    final class List {
        private(set) var messages: [FIXStoredMessage] = []

        func add(_ message: borrowing FIXMessageView) {
            guard let type = message.msgType, let id = message.bytes(.clOrdID) else { return }
            messages.append(
                FIXStoredMessage(
                    msgSeqNum: message.msgSeqNum, msgType: type, clOrdID: id, execID: message.bytes(.execID) ?? []))
        }
    }
}
