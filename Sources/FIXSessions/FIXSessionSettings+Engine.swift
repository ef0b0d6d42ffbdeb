extension FIXSessionSettings {
    /// What an engine is told of itself, in QuickFIX's own format. Some keys are read from here alone.
    ///
    /// `SocketNodelay` is off in QuickFIX by default; without it a small message can wait 40 ms for the peer's delayed
    /// acknowledgment.
    func engineText() -> String {
        // QuickFIX reads certificates for the engine, not by session.
        """
        [DEFAULT]
        ConnectionType=\(role.rawValue)
        StartTime=00:00:00
        EndTime=00:00:00
        ReconnectInterval=\(reconnectSeconds)
        SocketNodelay=Y

        """ + (tls.map(tlsLines) ?? []).map { $0 + "\n" }.joined()
    }

    /// What the engine is told of this session.
    func sessionText() throws(FIXEngineError) -> String {
        try validate()
        var lines = [
            "[SESSION]",
            "BeginString=\(version.rawValue)",
            "SenderCompID=\(sender)",
            "TargetCompID=\(target)",
            "HeartBtInt=\(heartbeatSeconds)",
            "LogonTimeout=\(logonTimeoutSeconds)",
            "LogoutTimeout=2",
            "ResetOnLogon=\(resetOnLogon ? "Y" : "N")",
        ]
        switch role {
        case .initiator: lines += ["SocketConnectHost=\(host)", "SocketConnectPort=\(port)"]
        case .acceptor: lines += ["SocketAcceptPort=\(port)", "SocketReuseAddress=Y"]
        }
        if let storePath {
            lines.append("FileStorePath=\(storePath)")
            if logsMessages { lines.append("FloorMessageLog=Y") }
        }
        if version == .fixt11 { lines.append("DefaultApplVerID=FIX.5.0SP2") }
        if let dictionaryPath, let transportDictionaryPath, version == .fixt11 {
            lines += [
                "UseDataDictionary=Y", "TransportDataDictionary=\(transportDictionaryPath)",
                "AppDataDictionary=\(dictionaryPath)",
            ]
        } else if let dictionaryPath {
            lines += ["UseDataDictionary=Y", "DataDictionary=\(dictionaryPath)"]
        } else {
            lines.append("UseDataDictionary=N")
        }
        return lines.joined(separator: "\n") + "\n"
    }

    private func tlsLines(_ tls: FIXTLS) -> [String] {
        var lines: [String] = []
        // Level 1: no connection without a certificate that checks. (2 would take one that is not shown.)
        if let ca = tls.ca { lines += ["CertificationAuthoritiesFile=\(ca)", "CertificateVerifyLevel=1"] }
        let side = role == .acceptor ? "Server" : "Client"
        if let certificate = tls.certificate { lines.append("\(side)CertificateFile=\(certificate)") }
        if let key = tls.key { lines.append("\(side)CertificateKeyFile=\(key)") }
        return lines
    }

    private func validate() throws(FIXEngineError) {
        if let tls {
            for (key, path) in [("ca", tls.ca), ("certificate", tls.certificate), ("key", tls.key)] {
                if let path { try check(key, path) }
            }
            if role == .initiator, tls.ca == nil {
                throw .badSetting(
                    session: name, key: "ca", value: "", expected: "the authority that signs the venue, or anybody is believed")
            }
            if role == .acceptor, tls.certificate == nil || tls.key == nil {
                throw .badSetting(session: name, key: "certificate", value: "", expected: "a certificate and its key")
            }
        }
        for (tag, value) in logonFields {
            let isPlain = !value.isEmpty && value.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7F }
            // The value may be a password: it is not said.
            guard tag.rawValue > 0, isPlain else {
                throw .badSetting(session: name, key: "logon.\(tag)", value: "…", expected: "text without control characters")
            }
        }
        if let transportDictionaryPath { try check("transport dictionary", transportDictionaryPath) }
        try check("sender", sender)
        try check("target", target)
        try check("host", host)
        let numbers = host.split(separator: ".", omittingEmptySubsequences: false).map { UInt8($0) }
        if role == .acceptor, numbers.count != 4 || numbers.contains(nil) {
            throw .badSetting(
                session: name, key: "host", value: host, expected: "the IPv4 address to listen on, like 127.0.0.1 or 0.0.0.0")
        }
        if let storePath { try check("store", storePath) }
        if let dictionaryPath { try check("dictionary", dictionaryPath) }
        try check("port", port, in: 1...65535)
        try check("heartbeat", heartbeatSeconds, in: 1...3600)
        try check("reconnect", reconnectSeconds, in: 1...3600)
        try check("logon timeout", logonTimeoutSeconds, in: 1...3600)
    }

    /// The text goes into a line of the engine's settings, and names into messages: nothing that ends or trims either.
    private func check(_ key: String, _ value: String) throws(FIXEngineError) {
        let bytes = Array(value.utf8)
        let isPlain = bytes.allSatisfy { $0 >= 0x20 && $0 != 0x7F }
        guard let first = bytes.first, let last = bytes.last, isPlain, first != 0x20, last != 0x20 else {
            throw .badSetting(
                session: name, key: key, value: value, expected: "text without control characters or spaces at its ends")
        }
    }

    private func check(_ key: String, _ value: Int, in range: ClosedRange<Int>) throws(FIXEngineError) {
        guard range.contains(value) else {
            throw .badSetting(
                session: name, key: key, value: String(value),
                expected: "a number from \(range.lowerBound) to \(range.upperBound)")
        }
    }
}
