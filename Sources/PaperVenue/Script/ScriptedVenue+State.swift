import PlainData
import TradingModel

extension ScriptedVenue {
    /// Something that is to happen at a time.
    struct Due: State {
        enum Kind: UInt8 { case request, report, step, admit, arrival, response }
        var time: Int64, order: Int64 = 0
        var kind: Kind
        var request: OrderRequest
        var report: ExecutionReport
        var client: Int32, step: Int32 = -1
        /// Of a report that is held: how many must leave before it.
        var wait: Int32 = 0
        var isReplace = false, isPossResend = false
        /// It comes at a time of day, whenever the venue's clock was set.
        var isOfClock = false
        var generation: UInt8 = 0

        init(_ kind: Kind, at time: Int64, step: Int = -1, _ client: Int32) {
            (self.kind, self.time, self.step, self.client) = (kind, time, Int32(step), client)
            request = OrderRequest(
                eventTime: 0, clOrdID: .none, symbol: SymbolID(rawValue: 0), side: .none, orderQty: .zero, ordType: .market)
            report = ExecutionReport(
                eventTime: 0, clOrdID: .none, execType: .none, ordStatus: .new, symbol: SymbolID(rawValue: 0), side: .none)
        }
        init(_ kind: Kind, at time: Int64, _ request: OrderRequest, _ isPossResend: Bool, _ client: Int32, step: Int) {
            self.init(kind, at: time, step: step, client)
            (self.request, self.isPossResend) = (request, isPossResend)
        }
        init(_ kind: Kind, at time: Int64, _ report: ExecutionReport, _ client: Int32, _ isReplace: Bool) {
            self.init(kind, at: time, client)
            (self.report, self.isReplace) = (report, isReplace)
        }

        mutating func state(_ coder: inout StateCoder) {
            coder.field(&time)
            coder.field(&order)
            coder.field(code: &kind)
            coder.element(&request)
            coder.element(&report)
            coder.field(&client)
            coder.field(&step)
            coder.field(&wait)
            coder.field(&isReplace)
            coder.field(&isPossResend)
            coder.field(&isOfClock)
            coder.field(&generation)
        }
    }

    private struct Owner: State {
        var order: UInt32, client: Int32
        mutating func state(_ coder: inout StateCoder) {
            coder.field(&order)
            coder.field(&client)
        }
    }
    private struct Undecided: State {
        var order: UInt32, status: OrdStatus
        mutating func state(_ coder: inout StateCoder) {
            coder.field(&order)
            coder.field(code: &status)
        }
    }
    private struct Absence: State {
        var client: Int32, until: Int64
        mutating func state(_ coder: inout StateCoder) {
            coder.field(&client)
            coder.field(&until)
        }
    }

    /// Saves or restores everything that calls have changed, between two calls whose reports were taken.
    mutating func state(_ coder: inout StateCoder) {
        engine.state(&coder)
        coder.field(&now)
        coder.field(&latency.entry.last)
        coder.field(&latency.entry.random.state)
        coder.field(&latency.response.last)
        coder.field(&latency.response.random.state)
        coder.field(&seen, filler: 0)
        if seen.count != script.steps.count { seen = Array(repeating: 0, count: script.steps.count) }
        let nothing = Due(.step, at: 0, 0)
        coder.field(&due, filler: nothing)
        coder.field(&held, filler: nothing)
        coder.field(&dueCount)
        coder.field(&executions, filler: Fill.filler)
        var owned = owners.map { Owner(order: $0.key.rawValue, client: $0.value) }.sorted { $0.order < $1.order }
        coder.field(&owned, filler: Owner(order: 0, client: 0))
        var open = undecided.map { Undecided(order: $0.key.rawValue, status: $0.value) }.sorted { $0.order < $1.order }
        coder.field(&open, filler: Undecided(order: 0, status: .new))
        var absent = away.map { Absence(client: $0.key, until: $0.value) }.sorted { $0.client < $1.client }
        coder.field(&absent, filler: Absence(client: 0, until: 0))
        guard !coder.isSaving else { return }
        let steps = Int32(script.steps.count)
        due.removeAll { $0.step >= steps }
        owners = Dictionary(owned.map { (TextID(rawValue: $0.order), $0.client) }) { $1 }
        undecided = Dictionary(open.map { (TextID(rawValue: $0.order), $0.status) }) { $1 }
        away = Dictionary(absent.map { ($0.client, $0.until) }) { $1 }
    }
}
