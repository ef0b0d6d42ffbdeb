import Glibc

/// A command that cannot do what it was asked, with the line for the user and the exit status.
struct Refusal: Error {
    let message: String
    let status: Int32

    /// The answer is no: a divergence, an open break, a venue that refused.
    static func answer(_ message: String) -> Refusal { Refusal(message: message, status: 1) }
    /// The command line, the topology or the data directory is not usable as given.
    static func configuration(_ message: String) -> Refusal { Refusal(message: message, status: 2) }
}

/// Writes lines to standard error.
func complain(_ message: String) {
    for line in message.split(separator: "\n", omittingEmptySubsequences: true) {
        let text = "floor: \(line)\n"
        _ = text.withCString { write(2, $0, strlen($0)) }
    }
}

/// Writes to standard output.
func say(_ text: String, terminator: String = "\n") {
    let line = text + terminator
    var bytes = Array(line.utf8)[...]
    while !bytes.isEmpty {
        let n = bytes.withUnsafeBytes { write(1, $0.baseAddress, $0.count) }
        if n < 0, errno != EINTR { return }
        bytes = bytes.dropFirst(max(0, n))
    }
}

/// Whether a person watches: then a progress line is rewritten in place.
let isTerminal = isatty(2) == 1
