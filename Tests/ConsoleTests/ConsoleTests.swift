import PlainData
import StreamRuntime
import Testing

@testable import Console

@Suite("a console") struct ConsoleTests {
    @Test("what it shows is read over HTTP as it was counted")
    func readsBack() throws {
        let counters = Counters()
        counters.edge("quotes").shed += 7
        counters.gauge("floor_info", [("topology", "desk"), ("version", "1")], help: "x").value = 1
        counters.source("feed").state = .live
        let console = try Console(counters, at: ConsoleAddress(port: 0))
        defer { console.stop() }
        #expect(console.address.port != 0)
        let report = try ReportSource(url: console.url).read()
        #expect(report.edges.map(\.shed) == [7] && report.label("topology", of: "floor_info") == "desk")
        #expect(report.sources.map(\.state) == ["live"] && report.process.state == "alive")
        let page = try PlainHTTP.get("/", host: "127.0.0.1", port: console.address.port)
        #expect(page.status == 200 && page.body.count > 500)
    }

    @Test("a port that is taken is named, with what to do")
    func portTaken() throws {
        let first = try Console(Counters(), at: ConsoleAddress(port: 0))
        defer { first.stop() }
        do {
            _ = try Console(Counters(), at: first.address)
            Issue.record("two consoles on one port")
        } catch {
            let line = "\(error)"
            #expect(
                line.contains("\(first.address)") && line.contains("Address already in use") && line.contains("--console"),
                "\(line)")
        }
    }

    @Test("a console that is not there is said so, with the next step")
    func nobody() throws {
        let console = try Console(Counters(), at: ConsoleAddress(port: 0))
        console.stop()
        do {
            _ = try ReportSource(url: console.url).read()
            Issue.record("somebody answered")
        } catch { #expect("\(error)".contains("Connection refused; is a floor running there with --console?"), "\(error)") }
        #expect(throws: ReportSource.Unavailable.self) { try ReportSource(url: "https://127.0.0.1:1/") }
        #expect(throws: ReportSource.Unavailable.self) { try ReportSource(url: "http://host:port/") }
        #expect(try ReportSource(url: "http://desk.example/metrics").description == "http://desk.example:80")
    }
}
