import FloorTesting
import Foundation
import PlainData
import Testing

/// What an EMS may do otherwise than over FIX 4.4 in clear, and what may come after an order's end.
extension FloorTests.ParentsTests {
    private func finish(_ peers: FloorProcess, _ desk: FloorProcess) async throws {
        #expect(try await peers.wait(seconds: 30) == 0, "\(peers.errors)\n\(desk.errors)")
        desk.terminate()
        #expect(try await desk.wait(seconds: 20) == 0, "\(desk.errors)")
    }
    /// ExecType, OrdStatus, CumQty and LeavesQty of each report.
    private func states(_ reports: [Message]) -> [String] {
        reports.map { m in [150, 39, 14, 151].map { m["\($0)"] ?? "-" }.joined(separator: " ") }
    }

    private static func makeCertificates(in folder: TestFolder) throws {
        let script = """
            set -e; cd "$1"
            openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=ca -keyout ca.key -out ca.pem
            echo subjectAltName=DNS:localhost > names
            for name in desk ems; do
              openssl req -newkey rsa:2048 -nodes -subj /CN=$name -keyout $name.key -out $name.csr
              openssl x509 -req -in $name.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 2 -extfile names -out $name.pem
            done
            """
        let (status, output) = try MetricsTools.run("/bin/sh", ["-c", script, "sh", folder.url.path])
        try #require(status == 0, "\(output)")
    }

    @Test("an EMS over TLS is known by its certificate, and one without is not let in")
    func overTLS() async throws {
        let folder = try TestFolder(), port = freePort()
        try Self.makeCertificates(in: folder)
        func file(_ name: String) -> String { folder.path(name) }
        let (peers, venue) = try await startPeers(
            [Self.order("P1", "FILL1", 100), #"{"ended":["P1"]}"#, #"{"finish":[]}"#], folder, port,
            ["--ca", file("ca.pem"), "--certificate", file("ems.pem"), "--key", file("ems.key")])
        let desk = try startDesk(
            folder, port, venue,
            ["tls=true", "ca=\(file("ca.pem"))", "certificate=\(file("desk.pem"))", "key=\(file("desk.key"))"].flatMap {
                ["--set", "sessions.ems.\($0)"]
            })
        // In clear, and over TLS without a certificate of one's own: the desk says nothing.
        try await desk.waitFor("logged on")
        #expect(
            try MetricsTools.run("/bin/sh", ["-c", Self.stranger, "sh", "\(port)", file("ca.pem")]).output.contains("nobody"))
        try await finish(peers, desk)
        let seen = try seen(folder)
        #expect(seen.mistakes.isEmpty && seen.filled("FILL1") == 100)
        #expect(states(seen.about("P1")).last == "F 2 100 0")
    }
    private static let stranger = """
        python3 - "$1" "$2" <<'END'
        import socket, ssl, sys
        logon = b"8=FIX.4.4\\x019=59\\x0135=A\\x0134=1\\x0149=EMS\\x0156=DESK\\x0152=20240101-00:00:00\\x0198=0\\x01108=30\\x0110=000\\x01"
        def answer(wrap):
            try:
                with wrap(socket.create_connection(("127.0.0.1", int(sys.argv[1])), 5)) as line:
                    line.settimeout(5)
                    line.sendall(logon)
                    return line.recv(100)
            except (OSError, ssl.SSLError):
                return b""
        tls = ssl.create_default_context(cafile=sys.argv[2])
        heard = answer(lambda s: s) + answer(lambda s: tls.wrap_socket(s, server_hostname="localhost"))
        print("nobody" if b"8=FIX" not in heard else heard)
        END
        """

    /// FIX 4.2: ExecTransType (20) says new, cancel, correct or status; a fill's ExecType is 1 or 2.
    @Test("over FIX 4.2 the reports are of that version")
    func version42() async throws {
        let folder = try TestFolder(), port = freePort(), handling = #"[21,"1"]"#
        let (peers, venue) = try await startPeers(
            [
                Self.order("P1", "FILL1", 100, handling + ",[847,1002]"), #"{"ended":["P1"]}"#,
                Self.order("P2", "REST2", 40, handling + #",[847,1000],[848,"Slices=2"]"#), #"{"until":["P2","0"]}"#,
                Self.send("G", #"[11,"R2"],[41,"P2"],[21,"1"],[55,"REST2"],[54,"1"],[38,60],[40,"2"],[44,"10.4"]"#),
                #"{"count":["8",6]}"#, Self.send("F", #"[11,"C2"],[41,"R2"],[55,"REST2"],[54,"1"]"#), #"{"until":["P2","4"]}"#,
                Self.send("H", #"[11,"P1"],[55,"FILL1"],[54,"1"]"#), Self.order("P3", "FILL3", 10, handling + ",[847,99]"),
                #"{"bust":"FILL1"}"#, #"{"count":["8",11]}"#, #"{"finish":[]}"#,
            ], folder, port, ["--version", "FIX.4.2"])
        let desk = try startDesk(folder, port, venue, ["--set", "sessions.ems.version=FIX.4.2"])
        try await finish(peers, desk)
        let seen = try seen(folder)
        #expect(seen.mistakes.isEmpty && seen.messages.allSatisfy { $0["8"] == "FIX.4.2" })
        let first = seen.about("P1")
        #expect(first.map { $0["20"] } == ["0", "0", "0", "3", "1"] && seen.filled("FILL1") == 50, "\(first)")
        #expect(states(first) == ["0 0 0 100", "1 1 50 50", "2 2 100 0", "2 2 100 0", "1 1 50 50"])
        #expect(first.last?["19"] == first[2]["17"])
        #expect(states(seen.about("P2", "R2", "C2")) == ["0 0 0 40", "E E 0 40", "5 0 0 60", "6 6 0 60", "4 4 0 0"])
        #expect(states(seen.about("P3")) == ["8 8 0 0"])
    }

    /// By FIX's Appendix D, D34: a filled order of which an execution is taken back is partially filled, and what is left of it
    /// works. The venue then fills the child of P1 again; that of P2 is canceled by it.
    @Test("a bust is passed up to the parent, also after its end: it works again until its child has ended")
    func busts() async throws {
        let folder = try TestFolder(), port = freePort()
        let (peers, venue) = try await startPeers(
            [
                Self.order("P1", "FILL1", 100, "[847,1002]"), #"{"ended":["P1"]}"#, #"{"bust":"FILL1"}"#,
                #"{"until":["P1","1"]}"#, #"{"trade":"FILL1"}"#, #"{"until":["P1","2"]}"#,
                Self.order("P2", "HALF2", 80, "[847,1002]"), #"{"until":["P2","1"]}"#, #"{"bust":"HALF2"}"#,
                #"{"until":["P2","0"]}"#, #"{"trade":"HALF2"}"#, #"{"until":["P2","2"]}"#, #"{"bust":"HALF2"}"#,
                #"{"until":["P2","0"]}"#, #"{"end":"HALF2"}"#, #"{"until":["P2","4"]}"#, #"{"finish":[]}"#,
            ], folder, port)
        let desk = try startDesk(folder, port, venue)
        try await finish(peers, desk)
        let seen = try seen(folder)
        #expect(seen.mistakes.isEmpty)
        let first = seen.about("P1"), second = seen.about("P2")
        #expect(states(first) == ["0 0 0 100", "F 1 50 50", "F 2 100 0", "H 1 50 50", "F 2 100 0"], "\(first)")
        #expect(first[3]["19"] == first[2]["17"] && first[3]["32"] == "50")
        #expect(
            states(second) == ["0 0 0 80", "F 1 40 40", "H 0 0 80", "F 2 80 0", "H 0 0 80", "4 4 0 0"], "\(second)")
        try await expectReplay(folder)
    }

    /// Told by the journal, which has trades and children in one order: whenever a child leaves, the market has traded enough for it.
    @Test("pov takes its rate and its limits from the order, and never runs ahead of the market")
    func participation() async throws {
        let folder = try TestFolder(), port = freePort()
        let now = Int64(Date().timeIntervalSince1970) * 1_000_000_000
        let trades = (0..<200).flatMap { i in
            ["FILL1", "FILL2"].map { "\(UTC.text(now + Int64(i) * 20_000_000)),\($0),10,100\n" }
        }
        try folder.write("time,symbol,price,size\n" + trades.joined(), to: "trades.csv")
        let topology = try String(contentsOfFile: PackageFiles.path("topologies/ems.yaml"), encoding: .utf8)
            .replacing("sources:\n", with: "sources:\n  trades: { kind: file, path: trades.csv, format: trades-csv }\n")
            .replacing("from: { terms: parents.terms,", with: "from: { trades: trades, terms: parents.terms,")
        try folder.write(topology, to: "pov.yaml")
        let group =
            #"[847,2],[957,2],[958,"ParticipationRate"],[959,11],[960,"0.2"],[958,"MaxParticipationRate"],[959,11],[960,"0.25"]"#
        let (peers, venue) = try await startPeers(
            [
                Self.order("P1", "FILL1", 300, "[847,2],[849,0.1],[126,{\"in\":60}]"),
                Self.order("P2", "FILL2", 600, group + ",[126,{\"in\":60}]"),
                Self.order("P3", "FILL3", 10, "[847,2],[849,1.5]"), #"{"ended":["P1","P2"]}"#, #"{"finish":[]}"#,
            ], folder, port)
        let desk = try startDesk(
            folder, port, venue, ["--speed", "realtime", "--set", "operators.algos.slices=300"], topology: folder.path("pov.yaml")
        )
        try await finish(peers, desk)
        let seen = try seen(folder)
        #expect(seen.mistakes.isEmpty && seen.filled("FILL1") == 300 && seen.filled("FILL2") == 600)
        #expect(states(seen.about("P3")) == ["8 8 0 0"] && seen.about("P3").first?["58"]?.contains("849") == true)

        let dump = try await FloorProcess.run(["journal", "dump", "day"], in: folder)
        var traded: [String: Double] = [:], sent: [String: Double] = [:], children: [String: Int] = [:]
        for line in dump.output.split(separator: "\n") {
            let words = line.split(separator: "\t").map(String.init)
            let field = Dictionary(
                words.dropFirst(3).compactMap { word -> (String, String)? in
                    let parts = word.split(separator: "=", maxSplits: 1).map(String.init)
                    return parts.count == 2 ? (parts[0], parts[1]) : nil
                }
            ) { $1 }
            let symbol = field["symbol"] ?? ""
            if words.contains("trades") {
                traded[symbol, default: 0] += Double(field["size"] ?? "") ?? 0
            } else if words.contains("intents"), field["action"] == "new" {
                sent[symbol, default: 0] += Double(field["order_qty"] ?? "") ?? 0
                children[symbol, default: 0] += 1
                let rate = symbol == "FILL1" ? 0.1 : 0.2
                #expect((sent[symbol] ?? 0) <= rate * (traded[symbol] ?? 0) + 1, "\(line)")
            }
        }
        #expect(sent == ["FILL1": 300, "FILL2": 600] && (children["FILL1"] ?? 0) > 3, "\(sent) in \(children)")
    }
}
