import PlainData

/// How whoever sent a parent order wants it worked: FIX's TargetStrategy (847) with its parameters. What is not said is the
/// desk's to choose.
public struct ParentTerms: Element {
    /// TargetStrategy (847): 1 to 3 as FIX has them, from 1000 on as the desk and its clients agree.
    public enum Strategy: UInt8, BitwiseCopyable, Sendable, FieldValue, CaseIterable {
        case usual = 0
        case volume, participation, shortfall
        case even, iceberg, direct

        /// The code on the wire; 0 where the order names no strategy.
        public var targetStrategy: Int {
            switch self {
            case .usual: 0
            case .volume: 1
            case .participation: 2
            case .shortfall: 3
            case .even: 1000
            case .iceberg: 1001
            case .direct: 1002
            }
        }
        public init?(targetStrategy: Int) {
            guard let found = Self.allCases.first(where: { $0.targetStrategy == targetStrategy }) else { return nil }
            self = found
        }
        public var name: String {
            switch self {
            case .usual: "usual"
            case .volume: "vwap"
            case .participation: "pov"
            case .shortfall: "implementation-shortfall"
            case .even: "twap"
            case .iceberg: "iceberg"
            case .direct: "direct"
            }
        }
        public func text(_ names: Names) -> String { name }
    }
    public static var elementName: String { "ParentTerms" }

    public var eventTime: Int64
    /// The parent that these are the terms of.
    public var clOrdID: ClOrdID
    /// When it may begin and when it must be done, in nanoseconds since 1970; 0 where not said.
    public var start: Int64 = 0, end: Int64 = 0
    /// Shares of the market's volume, in millionths; −1 where not said.
    public var rate: Int64 = -1, leastRate: Int64 = -1, mostRate: Int64 = -1
    /// Zero where not said.
    public var display = Quantity.zero, leastChild = Quantity.zero
    /// In how many children; 0 where not said.
    public var slices: Int32 = 0
    /// By how many percent sizes are varied, and how many ticks better than the limit a slice is priced; −1 where not said.
    public var variation: Int8 = -1, strategy = Strategy.usual
    public var passiveTicks: Int16 = -1

    public init(eventTime: Int64 = 0, clOrdID: ClOrdID = .none) { (self.eventTime, self.clOrdID) = (eventTime, clOrdID) }

    /// Whether nothing is said.
    public var isSilent: Bool { says(the: ParentTerms()) }
    /// Whether both say the same, whoever's they are.
    public func says(the other: ParentTerms) -> Bool {
        start == other.start && end == other.end && rate == other.rate && leastRate == other.leastRate
            && mostRate == other.mostRate && display == other.display && leastChild == other.leastChild && slices == other.slices
            && variation == other.variation && strategy == other.strategy && passiveTicks == other.passiveTicks
    }

    public func fields<V: FieldVisitor>(_ visitor: inout V) {
        visitor.time("time", eventTime)
        visitor.field("cl_ord_id", clOrdID)
        details(&visitor)
    }
    /// The terms themselves, for an element that holds them with an order.
    func details<V: FieldVisitor>(_ visitor: inout V) {
        visitor.field("strategy_wanted", strategy)
        visitor.field("start", start)
        visitor.field("end", end)
        visitor.field("rate", rate)
        visitor.field("least_rate", leastRate)
        visitor.field("most_rate", mostRate)
        visitor.field("display", display)
        visitor.field("min_child", leastChild)
        visitor.field("slices", Int64(slices))
        visitor.field("variation", Int64(variation))
        visitor.field("passive", Int64(passiveTicks))
    }
}
