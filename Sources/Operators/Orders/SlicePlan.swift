import PlainData
import TradingModel

/// When a parent order is worked, and how much of it at a time. Quantities in 1e-8 units, times in nanoseconds.
public struct SlicePlan: Sendable {
    public enum Completion: Sendable { case completeByEnd, cancelRemainder }
    /// What decides how much is wanted at the venue.
    public enum Tactic: Sendable {
        /// The straight line: after slice j of n, quantity · j / n.
        case even
        /// In proportion to the volume that a curve expects. What comes back unfilled is spread over what is left of the
        /// curve, in proportion to it.
        case volume(VolumeCurve)
        /// The path of least cost and risk for slices of so many days. What comes back unfilled goes along the rest of the
        /// path, as the paper shows a new plan would.
        case shortfall(AlmgrenChriss, interval: Double)
        /// A share of what trades.
        case participation(Rates)
        /// So much shown at a time; a new child when the last one is gone.
        case iceberg(display: Int64)
    }
    /// Shares of the market's volume, in millionths.
    public struct Rates: Sendable, Equatable {
        /// What is aimed at; below `least` it pays its limit; no child is more than `most` of what traded since
        /// the last look.
        public var aim: Int64, least: Int64, most: Int64
        public init(aim: Int64, least: Int64 = 0, most: Int64? = nil) {
            (self.aim, self.least, self.most) = (aim, least, most ?? min(1_000_000, aim * 2))
            precondition(0 <= least && least <= aim && aim > 0 && aim <= self.most && self.most <= 1_000_000)
        }
    }

    public var tactic: Tactic
    /// From the parent to its end.
    public var duration: Int64
    public var slices: Int
    public var completion: Completion
    /// How many ticks better than the parent's limit a child is priced: 0 at the limit, more waits.
    public var passiveTicks: Int64
    /// Less than this waits for the next slice; the parent's rest goes whatever its size.
    public var leastChild: Int64 = 0
    /// By how many percent, up or down, a child's size is varied, drawn from the seed, the parent's id and the slice: the
    /// same for a replay. What one has less the next has more.
    public var variation: Int64 = 0
    public var seed: UInt64 = 0
    /// Where the market closes, and what a parent has in the auction then; nil for a market that does not.
    public var close: MarketClose?
    /// The auction that a parent fitted to its day takes part in.
    var auction: Auction?
    /// What has been planned for, of the path's 1e15, when so many slices have begun; of `shortfall` alone.
    private let pathSums: [Int64]

    public init(
        _ tactic: Tactic = .even, duration: Int64, slices: Int, completion: Completion = .completeByEnd, passiveTicks: Int64 = 0
    ) {
        precondition(slices > 0 && duration > 0 && duration < 1 << 60 && passiveTicks >= 0)
        (self.tactic, self.duration, self.slices) = (tactic, duration, slices)
        (self.completion, self.passiveTicks) = (completion, passiveTicks)
        guard case .shortfall(let model, let interval) = tactic else {
            pathSums = []
            return
        }
        pathSums = model.path(slices: slices, interval: interval).map { Int64(((1 - $0) * 1e15).rounded()) }
    }

    /// When slice `index`, counted from 0, begins; the one after the last is the end.
    func begin(of index: Int64, _ start: Int64) -> Int64 {
        let n = Int64(slices), (each, rest) = duration.quotientAndRemainder(dividingBy: n)
        return start + each * index + Int64(Int128(rest) * Int128(index) / Int128(n))
    }

    /// Whether anything is planned for a parent that begins then: a curve may have no volume in its time.
    public func isPossible(from start: Int64) -> Bool { !isWeighted || weight(0, Int64(slices), start) > 0 }

    /// Whether unfilled quantity is spread over the rest of the schedule rather than made good at once.
    var isWeighted: Bool {
        switch tactic {
        case .volume, .shortfall: true
        case .even, .participation, .iceberg: false
        }
    }

    /// How much is to be traded or at the venue when so many of the parent's slices have begun.
    func target(_ parent: SlicedParent, of quantity: Int64) -> Int64 {
        let isLast = parent.slice >= slices
        switch tactic {
        case .even where !parent.isSpread: return Self.share(of: quantity, Int128(parent.slice), Int128(slices))
        case .even, .volume, .shortfall:
            if isLast { return quantity }
            let whole = weight(parent.base, Int64(slices), parent.start)
            guard whole > 0 else { return quantity - parent.rest }
            return quantity - parent.rest + Self.share(of: parent.rest, weight(parent.base, parent.slice, parent.start), whole)
        case .participation(let rates):
            if isLast, completion == .completeByEnd { return quantity }
            let aimed = min(quantity, Self.share(of: parent.volume, Int128(rates.aim), 1_000_000))
            let committed = parent.filled + parent.open
            return min(aimed, committed + Self.share(of: parent.volume - parent.seen, Int128(rates.most), 1_000_000))
        case .iceberg(let display): return parent.filled + parent.open + display
        }
    }

    /// The size of the child that is due: what the plan wants and is neither traded nor at the venue, on the lot grid.
    func due(_ parent: SlicedParent, of quantity: Int64, _ id: ClOrdID, lot: Quantity) -> Quantity {
        let committed = parent.filled + parent.open, left = Quantity(rawValue: quantity - committed)
        var wanted = target(parent, of: quantity) - committed
        if isIceberg {
            let size = Quantity(rawValue: min(varied(wanted, id, parent.slice), left.rawValue)).rounded(downTo: lot)
            return size > .zero ? size : min(left, lot).rounded(downTo: lot)
        }
        if parent.slice < slices {
            wanted = varied(wanted, id, parent.slice)
            if wanted < leastChild, wanted < left.rawValue { return .zero }
        }
        return Quantity(rawValue: min(wanted, left.rawValue)).rounded(downTo: lot)
    }
    var isIceberg: Bool { if case .iceberg = tactic { true } else { false } }

    /// Whether a child is to trade now rather than wait: it is priced at the parent's limit.
    func isUrgent(_ parent: SlicedParent) -> Bool {
        if case .participation(let rates) = tactic,
            parent.filled < Self.share(of: parent.volume, Int128(rates.least), 1_000_000)
        {
            return true
        }
        if case .iceberg = tactic { return false }
        return parent.slice == slices && completion == .completeByEnd
    }

    /// A size varied by the plan's percentage, by the parent and the number of the slice.
    func varied(_ size: Int64, _ parent: ClOrdID, _ slice: Int64) -> Int64 {
        guard variation > 0 else { return size }
        var random = SplitMix64(seed: seed ^ parent.rawValue &* 0x9E37_79B9_7F4A_7C15 ^ UInt64(bitPattern: slice) << 32)
        let permille = Int64(random.below(Int(20 * variation + 1))) - 10 * variation
        return size + Int64(Int128(size) * Int128(permille) / 1_000)
    }

    private func weight(_ from: Int64, _ to: Int64, _ start: Int64) -> Int128 {
        switch tactic {
        case .volume(let curve):
            curve.volume(until: begin(of: to, 0), start: start, duration: duration)
                - curve.volume(until: begin(of: from, 0), start: start, duration: duration)
        case .shortfall: Int128(pathSums[Int(to)] - pathSums[Int(from)])
        case .even, .participation, .iceberg: Int128(to - from)
        }
    }
    /// quantity · part / whole, down; exact at any size. 0 ≤ part ≤ whole.
    static func share(of quantity: Int64, _ part: Int128, _ whole: Int128) -> Int64 {
        Int64(whole.dividingFullWidth(Int128(quantity).multipliedFullWidth(by: part)).quotient)
    }
}
