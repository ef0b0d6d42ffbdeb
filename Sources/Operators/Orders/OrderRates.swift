import PlainData

/// When orders passed, by a small number of their own (a strategy's, an account's; 0 for all): how many of them lie within a
/// window now. The window and the limit are the asker's, so both may change while it runs.
///
/// - State: a row an order of the window; rows are used again.
struct OrderRates: ~Copyable {
    struct Line: State {
        var first: Int64 = 0, last: Int64 = 0, count: Int64 = 0
        /// Never falling but by a leap, so that those of the window are the newest ones.
        var latest = Int64.min

        mutating func state(_ coder: inout StateCoder) {
            coder.field(&first)
            coder.field(&last)
            coder.field(&count)
            coder.field(&latest)
        }
    }
    struct Passing: State {
        var time: Int64 = 0, next: Int64 = 0

        mutating func state(_ coder: inout StateCoder) {
            coder.field(&time)
            coder.field(&next)
        }
    }
    private var lines = Dense<Line>(repeating: Line()), rows = Dense<Passing>(repeating: Passing())
    /// The first of the unused rows, and how many rows have ever been used.
    private var free: Int64 = 0, used: Int64 = 0

    /// How many of an owner's orders passed within `window` nanoseconds before `now`; what is older is forgotten. An order that
    /// is older than the last one that passed is measured as if it came then.
    mutating func recent(of owner: Int, _ now: Int64, within window: Int64) -> Int {
        guard lines.value(owner).count > 0 else { return 0 }
        move(owner, to: now, window)
        while lines[owner].count > 0 {
            let oldest = Int(lines[owner].first)
            guard elapsed(from: rows[oldest].time, to: lines[owner].latest) >= window else { break }
            lines[owner].first = rows[oldest].next
            lines[owner].count -= 1
            (rows[oldest].next, free) = (free, Int64(oldest))
        }
        return Int(lines[owner].count)
    }

    mutating func add(_ owner: Int, _ now: Int64, within window: Int64) {
        move(owner, to: now, window)
        var at = free
        if at > 0 {
            free = rows[Int(at)].next
        } else {
            used += 1
            at = used
        }
        rows[Int(at)] = Passing(time: lines[owner].latest, next: 0)
        if lines[owner].count == 0 { lines[owner].first = at } else { rows[Int(lines[owner].last)].next = at }
        lines[owner].last = at
        lines[owner].count += 1
    }

    /// Counts from zero again.
    mutating func clear(_ owner: Int) {
        guard lines.value(owner).count > 0 else { return }
        rows[Int(lines[owner].last)].next = free
        free = lines[owner].first
        lines[owner].count = 0
    }
    mutating func clear() { for owner in 0..<lines.count { clear(owner) } }

    /// A time that leaps back by a window or more was wrong before, and what passed then came now at the latest: one order
    /// from the future must not hold the throttle shut until that future comes.
    private mutating func move(_ owner: Int, to now: Int64, _ window: Int64) {
        let latest = lines[owner].latest
        guard now < latest, elapsed(from: now, to: latest) >= window else { return lines[owner].latest = max(latest, now) }
        var at = Int(lines[owner].first)
        for _ in 0..<lines[owner].count {
            rows[at].time = min(rows[at].time, now)
            at = Int(rows[at].next)
        }
        lines[owner].latest = now
    }

    mutating func state(_ coder: inout StateCoder) {
        coder.field(&lines)
        coder.field(&rows)
        coder.field(&free)
        coder.field(&used)
    }
}
