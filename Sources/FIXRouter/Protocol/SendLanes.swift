import TradingModel

/// What may leave and has not: cancels before questions before orders and replaces, each in the order in which it came, and no
/// more than the session's throttle lets through.
///
///     cancels    ─────────────────┐
///     questions  ──── but reserve ┼──► at most `messages` in any window of `per`
///     orders     ──── but reserve ┘    and at most `unacknowledged` orders without an answer
///
/// What the venue says it does not have goes with the questions: what is asked about the changes of an order waits for it, and
/// they count as unanswered.
struct SendLanes: ~Copyable {
    enum Letter: Equatable {
        case send(ClOrdID, possResend: Bool)
        case ask(OrderRequest)
        case askAll, cancelAll

        static func == (a: Letter, b: Letter) -> Bool {
            switch (a, b) {
            case (.send(let x, let again), .send(let y, let likewise)): x == y && again == likewise
            case (.ask(let x), .ask(let y)): x.clOrdID == y.clOrdID
            case (.askAll, .askAll), (.cancelAll, .cancelAll): true
            default: false
            }
        }
    }

    private let pace: SendPace
    private var cancels = Line(), doubts = Line(), orders = Line()
    private var window: SendWindow?

    init(pace: SendPace) {
        self.pace = pace
        window = pace.messages.map { SendWindow(most: $0, per: pace.per) }
    }

    var cancelCount: Int { cancels.count }
    var count: Int { cancels.count + doubts.count + orders.count }

    mutating func send(_ request: OrderRequest, possResend: Bool) {
        let letter = Letter.send(request.clOrdID, possResend: possResend)
        if request.action == .cancel {
            cancels.append(letter)
        } else if possResend {
            doubts.append(letter)
        } else {
            orders.append(letter)
        }
    }
    mutating func askAll() { doubts.append(.askAll) }
    /// It goes before the cancels that say the same.
    mutating func cancelAll() { cancels.insertFirst(.cancelAll) }
    mutating func ask(_ request: OrderRequest) { doubts.append(.ask(request)) }

    /// The next one that may leave now. Who takes it and lets it leave calls `left`.
    /// - Parameter unacknowledged: how many orders and replaces the venue has not named.
    mutating func next(now: Int64, unacknowledged: Int) -> Letter? {
        if cancels.count > 0 { return isOpen(now, reserve: 0) ? cancels.popFirst() : nil }
        if doubts.count > 0 { return isOpen(now, reserve: pace.reserve) ? doubts.popFirst() : nil }
        guard orders.count > 0, isOpen(now, reserve: pace.reserve) else { return nil }
        if let most = pace.unacknowledged, unacknowledged >= most { return nil }
        return orders.popFirst()
    }

    mutating func left(now: Int64) { window?.add(now) }

    /// When the throttle lets the next one through; nil when nothing waits for it.
    func opensAt(unacknowledged: Int) -> Int64? {
        guard let window else { return nil }
        if cancels.count > 0 { return window.opensAt(reserve: 0) }
        if doubts.count > 0 { return window.opensAt(reserve: pace.reserve) }
        guard orders.count > 0 else { return nil }
        if let most = pace.unacknowledged, unacknowledged >= most { return nil }
        return window.opensAt(reserve: pace.reserve)
    }

    private mutating func isOpen(_ now: Int64, reserve: Int) -> Bool {
        window?.follow(now)
        return window.map { $0.opensAt(reserve: reserve) <= now } ?? true
    }

    mutating func removeAll() { (cancels, doubts, orders) = (Line(), Line(), Line()) }

    /// First in, first out; what was taken is cut off when it is the greater part.
    private struct Line {
        private var letters: [Letter] = [], first = 0

        var count: Int { letters.count - first }
        mutating func append(_ letter: Letter) { letters.append(letter) }
        mutating func insertFirst(_ letter: Letter) { letters.insert(letter, at: first) }
        mutating func popFirst() -> Letter {
            defer {
                first += 1
                if first == letters.count {
                    letters.removeAll(keepingCapacity: true)
                    first = 0
                } else if first > 1024, first * 2 > letters.count {
                    letters.removeFirst(first)
                    first = 0
                }
            }
            return letters[first]
        }
    }
}

/// When the last messages left: as many as may leave in any window, so that no window ever holds more, wherever it begins.
struct SendWindow {
    private let per: Int64
    private var times: [Int64], total = 0

    init(most: Int, per: Int64) {
        precondition(most > 0 && per > 0, "a throttle lets something through")
        self.per = per
        times = Array(repeating: 0, count: most)
    }

    /// When another may leave that finds so many places free for others.
    func opensAt(reserve: Int) -> Int64 {
        let most = times.count - min(reserve, times.count - 1)
        return total < most ? .min : times[(total - most) % times.count] + per
    }

    mutating func add(_ now: Int64) {
        times[total % times.count] = now
        total += 1
    }

    /// A clock that was set back counts from there: the pause must not be as long as the step.
    mutating func follow(_ now: Int64) {
        guard total > 0 else { return }
        let step = times[(total - 1) % times.count] - now
        if step > 0 { for i in 0..<min(total, times.count) { times[i] -= step } }
    }
}
