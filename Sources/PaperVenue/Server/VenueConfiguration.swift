import TradingModel

/// What a paper venue is.
public struct VenueConfiguration: Sendable {
    /// How fast the tape plays.
    public enum Speed: Sendable, Equatable {
        /// As fast as the clients take it.
        case max
        /// So many seconds of tape in a second; above zero.
        case times(Double)
    }
    /// A FIX client that may log on.
    public struct Client: Sendable, Hashable {
        /// Our SenderCompID(49), and the client's.
        public var venue: String, client: String
        public init(venue: String, client: String) { (self.venue, self.client) = (venue, client) }
    }

    /// 1 … 65535.
    public var fixPort = 9880
    /// 0: the system chooses.
    public var feedPort: UInt16 = 9881
    public var clients = [Client(venue: "BROKER", client: "FLOOR")]
    /// Where the FIX sessions keep their messages; nil keeps them in memory.
    public var storePath: String?
    public var speed = Speed.times(1)
    /// Whether the tape waits for a FIX logon too, not only for the feed's first subscription.
    public var waitsForLogon = false
    public var fees = FeeSchedule()
    /// What a displayed size says of those ahead of an order, where the tape does not tell them one by one.
    public var queue = MatchingConfiguration.QueueModel.riskAverse
    /// How long requests and reports are on their way, in the tape's time.
    public var latency = Latency()
    /// Instruments of the tape that no `instruments.csv` lists have this grid.
    public var tickSize = Price.zero, lotSize = Quantity.zero
    /// A tape without quotes gets a bid and an ask so many ticks beside each trade (a cent where there is no tick), of this
    /// size, or of the trade's where none is given.
    public var derivedHalfSpreadTicks: Int64 = 1
    public var derivedSize: Quantity?
    /// Whether `run()` returns by itself after the end of the tape, when the clients have left or are idle for so long.
    public var exitsAtEnd = false
    public var idleSeconds = 3.0
    /// Where the day's fills and positions go at the end.
    public var statementPath: String?
    /// What goes wrong, and when.
    public var script = VenueScript()
    /// Without a tape the venue shows what its script shows, keeps the time of day and stays open until it is stopped, or its
    /// clients have left (`exitsAtEnd`).
    public var hasTape = true
    /// What the tape is called in the line that announces the venue.
    public var tapeName = "-"
    /// Takes the venue's few lines for people.
    public var announce: @Sendable (String) -> Void = { _ in }

    public init() {}
}
