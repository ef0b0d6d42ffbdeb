import PlainData
import TradingModel

/// An observation that stands for money: a trade, or a bar of trades.
public protocol Weighted: Observation {
    func weight(by rule: BarPrice) -> (price: Double, volume: Double)
    /// How long it lasts, in nanoseconds.
    var span: Int64 { get }
}

/// What stands for a bar whose trades' average price is not known: (high + low + close) / 3, or the mean of its four prices.
public enum BarPrice: Sendable { case typical, ohlc }

extension Trade: Weighted {
    public func weight(by rule: BarPrice) -> (price: Double, volume: Double) { (price.nearest, size.nearest) }
    public var span: Int64 { 0 }
}

extension Bar: Weighted {
    /// The average price of the bar's trades where it is known, else what stands for it.
    public func weight(by rule: BarPrice) -> (price: Double, volume: Double) {
        if !vwap.isNone { return (vwap.nearest, volume.nearest) }
        let mean = rule == .typical ? typical : (open.nearest + high.nearest + low.nearest + close.nearest) / 4
        return (mean, volume.nearest)
    }
    public var span: Int64 { closeTime &- time }
}

/// The volume-weighted average price since a session began.
///
///     VWAP = Σ pᵢ·vᵢ / Σ vᵢ
///
/// - Input: trades; or bars, each by the average of its trades where it has one, else by its typical price (or another, see `BarPrice`).
/// - Reset: at every session's first element. Bars of a day and longer have no session to begin: over them it is anchored at the first. What lies in no session of an exchange says nothing.
/// - Seed: none. A value for each element from the first that has volume on.
/// - Source: Berkowitz, Logue & Noser, "The Total Cost of Transactions on the NYSE", Journal of Finance 43(1), 1988.
public struct SessionVWAP<Input: Weighted>: Indicator {
    let sessions: SessionRule, price: BarPrice
    public init(sessions: SessionRule, price: BarPrice = .typical) { (self.sessions, self.price) = (sessions, price) }
    public struct Memory: Words {
        var money = Sum(), volume = Sum(), session = SessionCursor()
        public init() {}
    }
    public var memory: Memory { Memory() }

    public func update(_ memory: inout Memory, _ numbers: Numbers, _ input: Input) -> Double? {
        let (price, volume) = input.weight(by: price)
        if input.span < SessionRule.day, !memory.session.holds(input.beginning) {
            let before = memory.session.session
            guard sessions.enter(input.beginning, &memory.session) else { return nil }
            // After a pause at noon the session goes on.
            if memory.session.session != before { (memory.money, memory.volume) = (Sum(), Sum()) }
        }
        memory.money.add(price, times: volume)
        memory.volume.add(volume)
        return memory.volume.value > 0 ? memory.money.value / memory.volume.value : nil
    }
}

/// The volume-weighted average price of the last `period` elements.
///
/// - Input: as `SessionVWAP`'s; of a bar without an average of its own the mean of its four prices counts (LEAN).
/// - Seed: none. First value at element `period`, if there was volume.
public struct RollingVWAP<Input: Weighted>: Indicator {
    let period: Int, price: BarPrice
    public init(period: Int, price: BarPrice = .ohlc) {
        precondition(period > 0, "an average of \(period) elements")
        (self.period, self.price) = (period, price)
    }
    public var memory: RollingMoney { RollingMoney() }
    public var room: Int { 2 * period }
    public func update(_ memory: inout RollingMoney, _ numbers: Numbers, _ input: Input) -> Double? {
        let (price, volume) = input.weight(by: price)
        return memory.push(price, volume, numbers)
    }
}

/// The volume-weighted moving average: of the last `period` closes, each weighted by its bar's volume.
///
/// - Seed: none. First value at bar `period`, if there was volume.
/// - Source: Arms, "The Arms Index", 1989.
public struct VWMA: Indicator {
    let period: Int
    public init(period: Int) {
        precondition(period > 0, "an average of \(period) bars")
        self.period = period
    }
    public var memory: RollingMoney { RollingMoney() }
    public var room: Int { 2 * period }
    public func update(_ memory: inout RollingMoney, _ numbers: Numbers, _ bar: Bar) -> Double? {
        memory.push(bar.close.nearest, bar.volume.nearest, numbers)
    }
}

/// Σ price·volume / Σ volume of the last elements.
public struct RollingMoney: Words {
    private var prices = Ring(), volumes = Ring(), money = Sum(), volume = WindowSum()
    public init() {}

    mutating func push(_ price: Double, _ volume: Double, _ room: Numbers) -> Double? {
        let half = room.count / 2
        let oldPrice = prices.push(price, room.part(0, half)), oldVolume = volumes.push(volume, room.part(half, half))
        if let oldPrice, let oldVolume { money.add(-oldPrice, times: oldVolume) }
        money.add(price, times: volume)
        self.volume.slide(volume, oldVolume)
        guard prices.isFull(room.part(0, half)), self.volume.value > 0 else { return nil }
        return money.value / self.volume.value
    }
}
