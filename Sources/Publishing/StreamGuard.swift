import WebSockets

/// Who may ask a stream server: by the name it is asked under, the page that asks, and a token where one is set.
struct StreamGuard: Sendable {
    /// It listens on this machine alone, so it is asked under this machine's names alone: a page of elsewhere can make a
    /// browser ask here under a name of its own, and would read the answer.
    let isLocal: Bool
    /// Pages besides our own that may subscribe, `https://desk.example.com`.
    let origins: [String]
    /// Empty: nobody is asked for one.
    let token: String

    enum Verdict: Equatable {
        case welcome
        /// Why not, for who asked.
        case refused(status: Int, String)
    }

    /// - Parameter isPage: a page for people, which has nothing to hide and asks with the token itself.
    func verdict(_ request: HTTPRequest, isPage: Bool = false) -> Verdict {
        let name = request.host.split(separator: ":").first.map(String.init) ?? ""
        guard !isLocal || name.isEmpty || ["127.0.0.1", "localhost", "[", "[::1]"].contains(name) else {
            return .refused(status: 403, "these streams answer to 127.0.0.1 and localhost, not to \(name)")
        }
        // Programs send no origin; a browser always does, and its page is ours if it was had from here.
        let own = ["http://" + request.host, "https://" + request.host]
        guard request.origin.isEmpty || own.contains(request.origin) || origins.contains(request.origin) else {
            return .refused(status: 403, "pages of \(request.origin) may not read these streams; name it in origins")
        }
        guard isPage || token.isEmpty || Self.areSame(offered(by: request), token) else {
            return .refused(status: 401, "a token is asked for: Authorization: Bearer …, or ?token=… where that cannot be said")
        }
        return .welcome
    }

    /// As a header, or in the query for browsers, whose WebSockets send no headers of ours.
    private func offered(by request: HTTPRequest) -> String {
        let bearer = "bearer "
        if request.authorization.lowercased().hasPrefix(bearer) { return String(request.authorization.dropFirst(bearer.count)) }
        let part = request.query.split(separator: "&").first { $0.hasPrefix("token=") }
        return part.map { String($0.dropFirst(6)) } ?? ""
    }

    /// In a time that does not tell how much of it was right.
    private static func areSame(_ a: String, _ b: String) -> Bool {
        let (a, b) = (Array(a.utf8), Array(b.utf8))
        var difference = a.count ^ b.count
        for at in b.indices { difference |= Int(b[at] ^ (at < a.count ? a[at] : 0)) }
        return difference == 0
    }
}
