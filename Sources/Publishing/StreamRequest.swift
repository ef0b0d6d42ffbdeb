import Foundation

/// What a client asks for, in one JSON object.
///
///     {"subscribe": ["bars"], "symbols": ["AAPL"], "credit": 100}     symbols and credit may be left out
///     {"credit": 100, "streams": ["bars"]}                            so many messages more
///     {"unsubscribe": ["bars"]}
struct StreamRequest: Decodable, Equatable {
    var subscribe: [String]?
    var unsubscribe: [String]?
    var streams: [String]?
    /// Nil: all symbols.
    var symbols: [String]?
    /// How many messages may be sent; nil: as many as the connection takes.
    var credit: Int?

    static let mostCredit = 1_000_000_000

    /// What is wrong with a request, for who sent it.
    struct Flaw: Error, Equatable { let text: String }

    init(_ message: UnsafeRawBufferPointer) throws(Flaw) {
        let known: Set = ["subscribe", "unsubscribe", "streams", "symbols", "credit"]
        guard let object = try? JSONSerialization.jsonObject(with: Data(message)) as? [String: Any] else {
            throw Flaw(text: "a request is one JSON object, like {\"subscribe\": [\"bars\"]}")
        }
        if let stranger = object.keys.sorted().first(where: { !known.contains($0) }) {
            throw Flaw(text: "there is no key \(stranger); there are \(known.sorted().joined(separator: ", "))")
        }
        guard let read = try? JSONDecoder().decode(StreamRequest.self, from: Data(message)) else {
            throw Flaw(text: "subscribe, unsubscribe, streams and symbols are lists of texts, credit is a number of messages")
        }
        self = read
        if let credit, !(0...Self.mostCredit).contains(credit) {
            throw Flaw(text: "credit is \(credit) messages, not from 0 to \(Self.mostCredit)")
        }
        guard subscribe != nil || unsubscribe != nil || (streams != nil && credit != nil) else {
            throw Flaw(text: "a request has subscribe, unsubscribe, or streams with credit")
        }
    }
}
