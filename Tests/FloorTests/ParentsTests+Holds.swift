import FloorTesting
import Foundation
import Testing

extension FloorTests.ParentsTests {
    /// FIX 5.0 SP2: ExecInst (18) S, Suspend, and q, Release from suspension; ExecType and OrdStatus 9, Suspended.
    @Test(
        "a replace with ExecInst suspends a parent and releases it; a person at the desk may do so too, and the EMS hears of it")
    func holds() async throws {
        let folder = try TestFolder(), port = freePort()
        func hold(_ id: String, of original: String, _ code: String, _ quantity: Int = 100) -> String {
            Self.send(
                "G",
                #"[11,"\#(id)"],[41,"\#(original)"],[55,"REST1"],[54,"1"],[38,\#(quantity)],[40,"2"],[44,"10.5"],[18,"\#(code)"]"#
            )
        }
        let (peers, venue) = try await startPeers(
            [
                Self.order("P1", "REST1", 100, #"[847,1000],[848,"Slices=2"],[126,{"in":60}]"#), #"{"until":["P1","0"]}"#,
                hold("S1", of: "P1", "G S"), #"{"until":["P1","9"]}"#, hold("Q1", of: "S1", "q"), #"{"until":["P1","0"]}"#,
                hold("S2", of: "Q1", "S", 90), #"{"count":["9",1]}"#, #"{"file":"asked"}"#, #"{"until":["P1","0"]}"#,
                Self.send("F", #"[11,"C1"],[41,"Q1"],[55,"REST1"],[54,"1"]"#), #"{"until":["P1","4"]}"#, #"{"finish":[]}"#,
            ], folder, port)
        let desk = try startDesk(folder, port, venue)
        let refused = try await until(seconds: 20) { peers.output.components(separatedBy: "step").count > 8 }
        #expect(refused, "\(peers.output)\n\(desk.errors)")
        for verb in ["pause", "resume"] {
            let asked = try await FloorProcess.run(
                ["order", verb, "P1", "--data", folder.path("day"), "--why", "a test"], in: folder, seconds: 40)
            #expect(asked.status == 0, "\(asked)")
        }
        let unknown = try await FloorProcess.run(["order", "pause", "P9", "--data", folder.path("day")], in: folder, seconds: 40)
        #expect(unknown.status == 1 && unknown.output.contains("C19"), "\(unknown)")
        try folder.write("", to: "asked")
        #expect(try await peers.wait(seconds: 30) == 0, "\(peers.errors)\n\(desk.errors)")
        desk.terminate()
        #expect(try await desk.wait(seconds: 20) == 0, "\(desk.errors)")
        let seen = try seen(folder), told = seen.about("P1", "S1", "Q1", "S2", "C1")
        #expect(seen.mistakes.isEmpty)
        #expect(told.map { $0["150"] ?? $0["35"] } == ["0", "E", "9", "E", "5", "E", "9", "9", "D", "6", "4"], "\(told)")
        #expect(told.map { $0["39"] } == ["0", "E", "9", "E", "0", "E", "0", "9", "0", "6", "4"], "\(told)")
        #expect(told[2]["11"] == "S1" && told[2]["41"] == "P1" && told[4]["11"] == "Q1" && told[4]["41"] == "S1")
        #expect(told[6]["434"] == "2" && told[6]["102"] == "2" && told[8]["378"] == "99")
        #expect(told.allSatisfy { $0["38"] == nil || $0["38"] == "100" })
        #expect(seen.children.filter { $0[1] == "REST1" }.count > 2, "\(seen.children)")
        try await expectReplay(folder)
    }
}
