extension Catalog {
    /// What an entry under `sessions:` takes by the topology contract:
    /// `broker: { role: initiator, version: FIX.4.4, sender: FLOOR, target: BROKER, host: 127.0.0.1, port: 9880, heartbeat: 30s }`.
    public static let sessionParameters: [Parameter] = [
        Parameter("role", .choice(["initiator", "acceptor"]), doc: "who opens the connection: we (initiator) or the other side"),
        Parameter(
            "version", .choice(["FIX.4.4", "FIX.4.3", "FIX.4.2", "FIX.4.1", "FIX.4.0", "FIXT.1.1"]), .default("FIX.4.4"),
            doc: "BeginString"),
        Parameter("sender", .text, doc: "SenderCompID"),
        Parameter("target", .text, doc: "TargetCompID"),
        Parameter(
            "host", .text, .default("127.0.0.1"), doc: "where an initiator connects; the address on which an acceptor listens",
            isPlace: true),
        Parameter("port", .integer(1...65_535), doc: "the TCP port to connect to, or to listen on", isPlace: true),
        Parameter(
            "heartbeat", .duration(atLeast: 1_000_000_000), .default("30s"), doc: "HeartBtInt, whole seconds", isPlace: true),
        Parameter(
            "reconnect", .duration(atLeast: 1_000_000_000), .optional,
            doc: "the pause before an initiator tries again, whole seconds", isPlace: true),
        Parameter("tls", .boolean, .default("false"), doc: "whether the connection is TLS", isPlace: true),
        Parameter("ca", .path, .optional, doc: "the certificate authority that signs the other side, PEM", isPlace: true),
        Parameter("certificate", .path, .optional, doc: "our certificate, PEM", isPlace: true),
        Parameter("key", .path, .optional, doc: "our private key, PEM", isPlace: true),
        Parameter(
            "store", .path, .optional,
            doc: "the folder of sequence numbers and sent messages; by default fix/ in the data directory"),
        Parameter(
            "log", .boolean, .default("true"), doc: "whether messages are kept beside the store, for floor fix log", isPlace: true
        ),
        Parameter("reset", .boolean, .default("false"), doc: "whether both sequence numbers start from 1 at each logon"),
        Parameter(
            "throttle", .integer(1...1_000_000), .optional, unit: "messages/s",
            doc: "the most requests and questions sent in any second; what is beyond waits, cancels first", isPlace: true),
        Parameter(
            "throttle_reserve", .integer(0...1_000_000), .optional, unit: "messages/s",
            doc: "how many of them are kept free for cancels; a tenth, at least one", isPlace: true),
        Parameter(
            "unacknowledged", .integer(0...1_000_000), .default("1000"), unit: "requests",
            doc: "the most orders and replaces on their way to the venue without a word from it; 0 for any number", isPlace: true),
        Parameter(
            "logon", .table(of: .text), .optional,
            doc: "fields of our Logon besides, by tag or name; env:NAME takes a value from the environment", isPlace: true),
        Parameter(
            "tags", .table(of: .table(of: .text)), .optional,
            doc:
                "fields that requests have besides, or otherwise, by message (D, F, G, H, or all) and tag; {account}, {strategy}, {symbol}, {cl_ord_id} are the request's",
            isPlace: true),
        Parameter("omit", .list(of: .text), .optional, doc: "fields that requests do not have, by tag or name", isPlace: true),
        Parameter(
            "symbols", .table(of: .text), .optional, doc: "the venue's names of instruments, by ours", isPlace: true),
        Parameter(
            "poss_resend", .boolean, .default("true"),
            doc: "whether what the venue did not have is marked PossResend (97) when it is sent again", isPlace: true),
        Parameter(
            "order_id", .boolean, .default("false"),
            doc: "whether cancels, replaces and questions carry the venue's OrderID (37)", isPlace: true),
        Parameter(
            "time", .choice(["milliseconds", "seconds"]), .default("milliseconds"), doc: "how TransactTime (60) is written",
            isPlace: true),
        Parameter(
            "dictionary", .path, .optional,
            doc: "a data dictionary in QuickFIX's XML form: what it does not allow is refused before it is read", isPlace: true),
        Parameter(
            "transport_dictionary", .path, .optional, doc: "with FIXT.1.1, that of the session's own messages", isPlace: true),
        Parameter(
            "status", .choice(["order", "mass", "none"]), .default("order"),
            doc: "how orders in doubt are asked about after a logon: one by one, all in one message, or not at all", isPlace: true
        ),
        Parameter(
            "mass_cancel", .integer(1...1_000_000), .optional, unit: "cancels",
            doc:
                "from how many cancels behind the throttle on, one message cancels everything that this session has at the venue, if everything is to be canceled",
            isPlace: true),
        Parameter(
            "replaces", .choice(["one", "chain"]), .default("one"),
            doc:
                "changes of one order under way: one, the rest waits and the latest counts; or a chain, each naming the one before",
            isPlace: true),
    ]
}
