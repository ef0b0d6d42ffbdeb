/// Who opens the connection.
public enum FIXRole: String, Hashable, Sendable {
    case initiator, acceptor
}

/// The session protocol's version, as BeginString(8) spells it.
public enum FIXVersion: String, Hashable, Sendable, CaseIterable {
    case fix42 = "FIX.4.2"
    case fix44 = "FIX.4.4"
    /// The session protocol of FIX 5.0; its application messages are of version 5.0 SP2.
    case fixt11 = "FIXT.1.1"
}

/// The certificates of an encrypted session, PEM files.
///
/// The other side's certificate must be signed by `ca`. Its host name is not looked at (QuickFIX has no such check), so let
/// the authority be one that signs for this venue alone.
public struct FIXTLS: Hashable, Sendable {
    public var ca: String?
    /// Ours; an acceptor needs them, an initiator where the venue asks for them.
    public var certificate: String?, key: String?

    public init(ca: String? = nil, certificate: String? = nil, key: String? = nil) {
        (self.ca, self.certificate, self.key) = (ca, certificate, key)
    }
}

/// What one FIX session is: its two names, where the peer is, and how it keeps its sequence numbers.
///
///     FIXSessionSettings(role: .initiator, sender: "FLOOR", target: "BROKER", host: "127.0.0.1", port: 9880)
///
/// Sessions run round the clock; their sequence numbers start again at 00:00 UTC.
public struct FIXSessionSettings: Hashable, Sendable {
    public var role: FIXRole
    public var version: FIXVersion
    /// Our name, SenderCompID(49) of what we send.
    public var sender: String
    /// The peer's name, TargetCompID(56) of what we send.
    public var target: String
    /// Where an initiator connects; the IPv4 address on which an acceptor listens, `0.0.0.0` for every interface.
    public var host: String
    /// The port to connect to, or to listen on; 1 … 65535.
    public var port: Int
    /// HeartBtInt(108) in seconds; an acceptor takes over the initiator's.
    public var heartbeatSeconds: Int
    /// The folder of the message store, which is what lets a restarted process go on with its sequence numbers. Without
    /// it they live in memory, and a restart begins a session that has to reset.
    public var storePath: String?
    /// Whether a message is on the disk before it leaves. Otherwise it is with the system: that survives the process, not a
    /// power cut.
    public var syncsStore = false
    /// Whether messages are logged beside the store, for people; see `FIXMessageLog`.
    public var logsMessages = true
    /// Fields that our Logon(A) has besides, such as Username(553) and Password(554). They are on the wire and nowhere else.
    public var logonFields: [FIXTag: String] = [:]
    /// Nil is clear text.
    public var tls: FIXTLS?
    /// Both sequence numbers start at 1 at every logon (ResetSeqNumFlag(141)=Y). What was stored for resending is lost.
    public var resetOnLogon: Bool
    /// How long an initiator waits after a lost or refused connection, in seconds; at least 1.
    public var reconnectSeconds: Int
    /// How long either side waits for the answer to a Logon, in seconds.
    public var logonTimeoutSeconds: Int
    /// Message types that are never sent a second time: a peer that asks for their resend gets a gap fill instead, and the
    /// handler is told. A stale order must not reach the market because a connection came back.
    public var gapFilled: Set<FIXMsgType>
    /// A data dictionary in QuickFIX's XML form: with it the session refuses messages that lack required fields or hold
    /// values that are not allowed, and reads repeating groups. Without it messages are flat fields.
    public var dictionaryPath: String?
    /// With FIXT.1.1 the dictionary of the session's own messages; `dictionaryPath` is that of the application's.
    public var transportDictionaryPath: String?

    public init(
        role: FIXRole, version: FIXVersion = .fix44, sender: String, target: String, host: String = "127.0.0.1", port: Int,
        heartbeatSeconds: Int = 30, storePath: String? = nil, resetOnLogon: Bool = false, reconnectSeconds: Int = 1,
        logonTimeoutSeconds: Int = 10, gapFilled: Set<FIXMsgType> = [.newOrderSingle, .orderCancelReplaceRequest],
        dictionaryPath: String? = nil
    ) {
        self.role = role
        self.version = version
        self.sender = sender
        self.target = target
        self.host = host
        self.port = port
        self.heartbeatSeconds = heartbeatSeconds
        self.storePath = storePath
        self.resetOnLogon = resetOnLogon
        self.reconnectSeconds = reconnectSeconds
        self.logonTimeoutSeconds = logonTimeoutSeconds
        self.gapFilled = gapFilled
        self.dictionaryPath = dictionaryPath
    }

    /// The session's name, `FIX.4.4:FLOOR->BROKER`.
    public var name: String { "\(version.rawValue):\(sender)->\(target)" }
}
