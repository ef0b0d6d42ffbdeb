import CWebSockets

/// A plain HTTP request. A text that the client did not send is empty.
public struct HTTPRequest: Hashable, Sendable {
    /// `GET`, `HEAD`, `POST` …
    public var method: String
    /// From the first slash on, without the query.
    public var path: String
    public var query: String
    /// The Host header: what the client took this server for.
    public var host: String
    /// The page that asks, `https://example.com`, where a browser asks for one.
    public var origin: String
    /// The Authorization header.
    public var authorization: String

    public init(
        method: String = "GET", path: String, query: String = "", host: String = "", origin: String = "",
        authorization: String = ""
    ) {
        (self.method, self.path, self.query, self.host) = (method, path, query, host)
        (self.origin, self.authorization) = (origin, authorization)
    }

    init(_ request: cws_request) {
        self.init(
            method: String(cString: request.method), path: String(cString: request.path), query: String(cString: request.query),
            host: String(cString: request.host), origin: String(cString: request.origin),
            authorization: String(cString: request.authorization))
    }
}

/// A whole answer. To a HEAD request the body is not sent.
public struct HTTPResponse: Sendable {
    public var status: Int
    public var contentType: String
    public var body: [UInt8]

    public init(_ status: Int = 200, contentType: String = "text/plain; charset=utf-8", body: some Sequence<UInt8>) {
        (self.status, self.contentType, self.body) = (status, contentType, Array(body))
    }
}

/// Answers plain HTTP requests. Every call comes from the server's own service thread, one at a time: while one is being
/// answered the others wait.
public protocol HTTPHandler: AnyObject, Sendable {
    func respond(to request: HTTPRequest) -> HTTPResponse
}

extension HTTPHandler {
    func answer(_ request: cws_request, to answer: OpaquePointer) {
        let response = respond(to: HTTPRequest(request))
        cws_answer_set(
            answer, UInt32(clamping: response.status), response.contentType, response.body, response.body.count)
    }
}
