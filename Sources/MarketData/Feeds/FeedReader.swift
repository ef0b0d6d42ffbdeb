import PlainData
import TradingModel
import WebSockets

/// A venue's messages without its sockets: a capture, a tape, a measurement. The same decoders, sequences and books as a live
/// feed's; what it would send or fetch is left out.
///
/// Elements go to the output as they come; one that it has no room for is lost here, since there is no socket to stop reading.
public final class FeedReader {
    private final class Host: FeedHost {
        let output: any FeedOutput
        init(_ output: any FeedOutput) { self.output = output }
        var wantsBooks: Bool { output.wantsBooks }
        func emit(_ item: FeedItem) {
            switch item {
            case .trade(let trade): _ = output.take(trade)
            case .quote(let quote): _ = output.take(quote)
            case .bar(let bar): _ = output.take(bar)
            case .correction(let correction): _ = output.take(correction)
            case .delta(let delta): _ = output.take(delta)
            case .top(let quote): _ = output.take(top: quote)
            case .status(let status): _ = output.take(status)
            }
        }
        func send(_ text: String) {}
        func requestSnapshot(_ symbol: SymbolID) {}
        func restart(_ line: Int, _ reason: String) {}
    }
    private let host: Host
    private let core: FeedCore

    public init(_ venue: VenueName, symbols: [String], channels: [String], names: Names, output: any FeedOutput)
        throws(WebSocketError)
    {
        var configuration = VenueFeed.Configuration(url: try WebSocketURL("ws://localhost/"), products: symbols)
        (configuration.venue, configuration.channels) = (venue, channels)
        host = Host(output)
        core = FeedCore(VenueFeed.makeVenue(configuration, names), names: names, host: host)
    }

    /// One whole message.
    /// - Parameter receivedAt: ns since 1970; the time of what the venue does not stamp.
    public func received(_ message: UnsafeRawBufferPointer, receivedAt: Int64) {
        core.received(message, receivedAt: receivedAt)
    }
    public var counters: VenueFeed.Counters { core.counters }
}
