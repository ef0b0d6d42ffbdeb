import Clearance
import PlainData
import TradingModel

/// Strategies that order again and again (C16): one that comes to its limit within the window is stopped, and stays so, whatever
/// time passes, until a person arms it again.
///
/// - Source: RTS 6 article 15(3): after a number of repeated executions an algorithm is disabled until designated staff
///   enable it.
struct RepeatWatch: ~Copyable {
    struct Stop: State {
        var strategy: UInt32 = 0, reserved: UInt32 = 0
        var count: Int64 = 0, since: Int64 = 0

        mutating func state(_ coder: inout StateCoder) {
            coder.field(&strategy)
            coder.field(&count)
            coder.field(&since)
        }
    }
    /// Those that are stopped now: few, so each order looks at all of them.
    private(set) var stopped: [Stop] = []
    /// Orders since a strategy was armed: of the whole day, and of the window where there is one.
    private var ofDay = Dense<Int64>(repeating: 0)
    private var ofWindow = OrderRates()

    /// How many count now, and whether the strategy is stopped for them.
    mutating func count(of strategy: Int, _ now: Int64, _ controls: Controls) -> (count: Int, isStopped: Bool) {
        if let stop = stopped.first(where: { $0.strategy == strategy }) { return (Int(stop.count), true) }
        guard let window = controls.repeatsWindow else { return (Int(ofDay.value(strategy)), false) }
        return (ofWindow.recent(of: strategy, now, within: window), false)
    }
    /// - Returns: whether this order stops the strategy.
    mutating func add(_ strategy: Int, _ now: Int64, _ controls: Controls) -> Bool {
        ofDay[strategy] += 1
        guard let most = controls.maxRepeats else { return false }
        if let window = controls.repeatsWindow { ofWindow.add(strategy, now, within: window) }
        let (count, isStopped) = self.count(of: strategy, now, controls)
        guard !isStopped, count >= most else { return false }
        stopped.append(Stop(strategy: UInt32(strategy), count: Int64(count), since: now))
        return true
    }

    /// A person lets a strategy go on; it counts from zero again.
    /// - Returns: whether anything held it.
    mutating func arm(_ strategy: Int, _ controls: Controls) -> Bool {
        let isOver = controls.repeatsWindow == nil && controls.maxRepeats.map { ofDay.value(strategy) >= $0 } ?? false
        let isHeld = isOver || stopped.contains { $0.strategy == strategy }
        stopped.removeAll { $0.strategy == strategy }
        ofDay[strategy] = 0
        ofWindow.clear(strategy)
        return isHeld
    }
    mutating func armAll() -> Bool {
        let isHeld = !stopped.isEmpty
        stopped = []
        for strategy in 0..<ofDay.count { ofDay[strategy] = 0 }
        ofWindow.clear()
        return isHeld
    }

    mutating func state(_ coder: inout StateCoder) {
        coder.field(&stopped, filler: Stop())
        coder.field(&ofDay)
        ofWindow.state(&coder)
    }
}
