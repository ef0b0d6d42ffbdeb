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
            "host", .text, .default("127.0.0.1"), doc: "where an initiator connects; an acceptor ignores it", isPlace: true),
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
        Parameter("reset", .boolean, .default("false"), doc: "whether both sequence numbers start from 1 at each logon"),
        Parameter(
            "throttle", .integer(1...1_000_000), .optional, unit: "messages/s", doc: "the most messages sent in a second",
            isPlace: true),
    ]
}
