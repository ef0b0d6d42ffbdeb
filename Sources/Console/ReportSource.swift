import Glibc
import StreamRuntime

/// Where a report comes from: a floor's console, or the counters in its data directory.
public enum ReportSource: Sendable, CustomStringConvertible {
    case console(host: String, port: UInt16)
    case counters(path: String)

    public struct Unavailable: Error, CustomStringConvertible {
        public let description: String
    }

    /// - Parameter url: `http://HOST[:PORT][/…]`, as a browser shows it.
    public init(url: String) throws(Unavailable) {
        guard url.hasPrefix("http://") else {
            throw Unavailable(description: "\(url): a console's URL begins with http://, as floor run --console prints it")
        }
        let authority = url.dropFirst("http://".count).prefix { $0 != "/" && $0 != "?" }
        if let address = ConsoleAddress(String(authority)), authority.contains(":") {
            self = .console(host: address.host, port: address.port)
        } else if !authority.isEmpty, !authority.contains(":") {
            self = .console(host: String(authority), port: 80)
        } else {
            throw Unavailable(description: "\(url): \(authority) is not HOST or HOST:PORT")
        }
    }

    public var description: String {
        switch self {
        case .console(let host, let port): "http://\(host):\(port)"
        case .counters(let path): path
        }
    }

    /// The state now.
    public func read() throws(Unavailable) -> FloorReport {
        switch self {
        case .counters(let path):
            do { return FloorReport(FloorFigures(try CountersReading(path: path))) } catch {
                throw Unavailable(description: "\(error)")
            }
        case .console(let host, let port):
            let answer: PlainHTTP.Answer
            do { answer = try PlainHTTP.get("/metrics.json", host: host, port: port) } catch {
                throw Unavailable(description: "\(self): \(error.description); is a floor running there with --console?")
            }
            guard answer.status == 200, let report = FloorReport(json: answer.body) else {
                throw Unavailable(description: "\(self): status \(answer.status) and no report; is that a floor's console?")
            }
            return report
        }
    }
}
