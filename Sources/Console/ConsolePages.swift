import StreamRuntime
import WebSockets

/// What the console answers to which path.
final class ConsolePages: HTTPHandler {
    private let counters: Counters
    /// Whether only this machine is meant to reach it.
    private let isLocal: Bool

    init(_ counters: Counters, isLocal: Bool) { (self.counters, self.isLocal) = (counters, isLocal) }

    func respond(to request: HTTPRequest) -> HTTPResponse {
        guard request.method == "GET" || request.method == "HEAD" else { return text(405, "only GET and HEAD") }
        // A page of elsewhere can make a browser ask here under a name of its own, and would read the answer.
        let name = ConsoleAddress.name(inHeader: request.host)
        guard !isLocal || request.host.isEmpty || ConsoleAddress.isLoopback(name) else {
            return text(403, "this console answers to 127.0.0.1 and localhost, not to \(name)")
        }
        switch request.path {
        case "/": return HTTPResponse(contentType: "text/html; charset=utf-8", body: StatusPage.html.utf8)
        case "/console.css": return HTTPResponse(contentType: "text/css; charset=utf-8", body: StatusPage.css.utf8)
        case "/console.js": return HTTPResponse(contentType: "text/javascript; charset=utf-8", body: StatusPage.script.utf8)
        case "/metrics", "/metrics.json", "/healthz": break
        default: return text(404, "there is no \(request.path); there are /, /metrics, /metrics.json and /healthz")
        }
        let figures: FloorFigures
        do { figures = try FloorFigures(counters) } catch { return text(500, "\(error)") }
        switch request.path {
        case "/metrics": return HTTPResponse(contentType: PrometheusText.contentType, body: PrometheusText.text(figures).utf8)
        case "/metrics.json": return HTTPResponse(contentType: "application/json", body: FloorReport(figures).json())
        default: return figures.trouble.map { text(503, $0) } ?? text(200, "ok: \(figures.process.run)")
        }
    }

    private func text(_ status: Int, _ line: String) -> HTTPResponse { HTTPResponse(status, body: "\(line)\n".utf8) }
}
