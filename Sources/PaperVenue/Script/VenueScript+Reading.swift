import PlainData
import Topology
import TradingModel

/// The words of a script's file.
extension VenueScript {
    /// Reads a `venue-script.yaml`. Throws every mistake in it at once, each with its file and line.
    /// - Parameter names: take up the script's symbols and texts.
    public init(path: String, names: Names) throws(TopologyRefusal) {
        self.init(
            try SettingsFile.read(path: path, by: Self.keys, subject: "venue script", rule: Self.mistakes), names: names)
    }
    public init(text: String, named name: String, names: Names) throws(TopologyRefusal) {
        self.init(
            try SettingsFile.read(text: text, named: name, by: Self.keys, subject: "venue script", rule: Self.mistakes),
            names: names)
    }

    static let execTypes: KeyValuePairs<String, ExecType> = [
        "new": .new, "done-for-day": .doneForDay, "canceled": .canceled, "replaced": .replaced, "pending-cancel": .pendingCancel,
        "stopped": .stopped, "rejected": .rejected, "suspended": .suspended, "pending-new": .pendingNew,
        "calculated": .calculated, "expired": .expired, "restated": .restated, "pending-replace": .pendingReplace,
        "trade": .trade, "trade-correct": .tradeCorrect, "trade-cancel": .tradeCancel, "order-status": .orderStatus,
    ]
    static let ordStatuses: KeyValuePairs<String, OrdStatus> = [
        "new": .new, "partially-filled": .partiallyFilled, "filled": .filled, "done-for-day": .doneForDay, "canceled": .canceled,
        "pending-cancel": .pendingCancel, "stopped": .stopped, "rejected": .rejected, "suspended": .suspended,
        "pending-new": .pendingNew, "calculated": .calculated, "expired": .expired, "pending-replace": .pendingReplace,
    ]
    /// What `end` may be.
    static let ends: KeyValuePairs<String, OrdStatus> = [
        "canceled": .canceled, "expired": .expired, "done-for-day": .doneForDay, "rejected": .rejected,
    ]
    private static let cancelReject = "cancel-reject"
    static let auctions: KeyValuePairs<String, AuctionUpdate.Kind> = [
        "opening": .opening, "closing": .closing, "intraday": .intraday,
    ]
    private static let sides: KeyValuePairs<String, Side> = ["buy": .buy, "sell": .sell]

    /// The file's keys.
    public static let keys = [
        Parameter("script", .text, doc: "what the day is called"),
        Parameter("steps", .list(of: .record(step)), doc: "what goes wrong; each step waits for its own moment"),
    ]
    private static let positive = ParameterType.decimal(min: "0.00000001")

    public static let step = [
        Parameter("on", .choice(Trigger.allCases.map(\.rawValue)), .default("start"), doc: "what it waits for"),
        Parameter("order", .text, .optional, doc: "only of this ClOrdID, or of those of a pattern with `*`"),
        Parameter("symbol", .text, .optional, doc: "only of this symbol"),
        Parameter("account", .text, .optional, doc: "only of this account"),
        Parameter("side", .choice(["buy", "sell"]), .optional, doc: "only of this side"),
        Parameter(
            "exec_type", .choice(execTypes.map(\.key) + [cancelReject]), .optional, doc: "`on: report`: only this kind of report"),
        Parameter("nth", .integer(1 ... .max), .default("1"), doc: "the first match that counts"),
        Parameter("times", .integer(0 ... .max), .default("1"), doc: "how many matches count from there; 0 is all"),
        Parameter("after", .duration(atLeast: 0), .default("0s"), doc: "how long after its moment the step's happenings come"),
        Parameter("at", .text, .optional, doc: "`on: start`: the time of day (UTC) when they come, like 14:30 or 14:29:55"),
        Parameter(
            "of", .text, .optional,
            doc: "the orders that something happens to, by ClOrdID or pattern; the order that set it off, where not given"),
        Parameter("text", .text, .optional, doc: "Text (58) of what the step says"),

        Parameter("reject", .integer(0...99), .optional, doc: "the request is refused with this OrdRejReason or CxlRejReason"),
        Parameter("ignore", .boolean, .default("false"), doc: "the request is never answered"),
        Parameter("pending", .boolean, .default("false"), doc: "the request is first reported as pending"),
        Parameter(
            "delay", .duration(), .optional, doc: "the request is worked on, or the report leaves, so much later; others overtake"
        ),

        Parameter("lose", .boolean, .default("false"), doc: "the report never leaves"),
        Parameter("duplicate", .integer(1...100), .optional, doc: "the report leaves so many times more, with its ExecID"),
        Parameter("poss_resend", .boolean, .default("false"), doc: "the copies say PossResend (97)"),
        Parameter("hold", .integer(1...1000), .optional, doc: "the report leaves after so many later ones: out of order"),

        Parameter(
            "fill",
            .record([
                Parameter("qty", positive, .optional, doc: "what is left, where not given"),
                Parameter("price", positive, .optional, doc: "the order's limit, where not given"),
            ]), .optional, doc: "the order trades"),
        Parameter("bust", .choice(Which.allCases.map(\.rawValue)), .optional, doc: "executions are taken back (H)"),
        Parameter(
            "correct",
            .record([
                Parameter("execution", .choice(Which.allCases.map(\.rawValue)), .default("last"), doc: "which"),
                Parameter("qty", positive, .optional, doc: "as it was, where not given"),
                Parameter("price", positive, .optional, doc: "as it was, where not given"),
            ]), .optional, doc: "executions are corrected (G)"),
        Parameter("end", .choice(ends.map(\.key)), .optional, doc: "the order ends, without being asked to"),
        Parameter(
            "restate",
            .record([
                Parameter("qty", positive, .optional, doc: "the new OrderQty"),
                Parameter("price", positive, .optional, doc: "the new limit"),
            ]), .optional, doc: "the order is restated (D), without being asked to"),
        Parameter("say", .record(spoken), .optional, doc: "a report in the script's own words; the venue's books do not change"),

        Parameter("halt", .text, .optional, doc: "nothing matches in this symbol, or in all (`*`)"),
        Parameter("resume", .text, .optional, doc: "the end of a halt"),
        Parameter(
            "quote",
            .record([
                Parameter("symbol", .text), Parameter("bid", positive), Parameter("bid_size", positive),
                Parameter("ask", positive), Parameter("ask_size", positive),
            ]), .optional, doc: "the market shows this"),
        Parameter(
            "trade",
            .record([
                Parameter("symbol", .text), Parameter("price", positive), Parameter("size", positive),
                Parameter("side", .choice(["buy", "sell"]), .optional, doc: "the aggressor"),
            ]), .optional, doc: "the market prints this"),
        Parameter(
            "call", .text, .optional, doc: "orders in this symbol, or in all (`*`), are collected for an auction; nothing matches"
        ),
        Parameter(
            "auction",
            .record([
                Parameter("symbol", .text, doc: "or `*`"),
                Parameter("kind", .choice(auctions.map(\.key)), .default("intraday"), doc: "which orders it is for"),
                Parameter(
                    "price", .choice(["book", "tape"]), .default("book"),
                    doc: "book: of those who take part; tape: the next print's, up to its size"),
            ]), .optional, doc: "those collected trade at a single price; the end of a call or a halt"),
        Parameter(
            "interest",
            .record([
                Parameter("symbol", .text), Parameter("side", .choice(["buy", "sell"])), Parameter("qty", positive),
                Parameter("price", positive, .optional, doc: "a market order, where not given"),
            ]), .optional, doc: "somebody else's order for the next auction"),
        Parameter("disconnect", .duration(), .optional, doc: "the connection is cut; for so long nobody can log on"),
        Parameter("logout", .duration(), .optional, doc: "the same, with a Logout"),
        Parameter("close", .boolean, .default("false"), doc: "the trading day ends"),
    ]
    private static let spoken = [
        Parameter("exec_type", .choice(execTypes.map(\.key) + [cancelReject]), .optional),
        Parameter("ord_status", .choice(ordStatuses.map(\.key)), .optional),
        Parameter("order_qty", .decimal(min: "0"), .optional), Parameter("cum_qty", .decimal(min: "0"), .optional),
        Parameter("leaves_qty", .decimal(min: "0"), .optional), Parameter("last_qty", .decimal(min: "0"), .optional),
        Parameter("last_px", .decimal(min: "0"), .optional), Parameter("avg_px", .decimal(min: "0"), .optional),
        Parameter("cl_ord_id", .text, .optional), Parameter("orig_cl_ord_id", .text, .optional),
        Parameter("exec_id", .text, .optional), Parameter("exec_ref_id", .text, .optional),
        Parameter("order_id", .text, .optional), Parameter("symbol", .text, .optional),
        Parameter("side", .choice(["buy", "sell"]), .optional),
    ]

    private static let ofRequests = ["reject", "ignore", "pending"], ofReports = ["lose", "duplicate", "poss_resend", "hold"]
    private static let ofOrders = ["fill", "bust", "correct", "end", "restate", "say"]
    private static let ofMarket = [
        "halt", "resume", "call", "auction", "interest", "quote", "trade", "disconnect", "logout", "close",
    ]
    private static let wordsOfSteps = ofRequests + ["delay"] + ofReports + ofOrders + ofMarket

    /// Whether a key says anything: a switch that is off does not.
    private static func isSet(_ step: Settings, _ key: String) -> Bool {
        guard let value = step[key] else { return false }
        return value != .boolean(false)
    }

    private static let prices: Set = ["price", "bid", "ask", "last_px", "avg_px"]

    /// Numbers with more digits than a price (1e-9) or a quantity (1e-8) has.
    private static func tooFine(_ numbers: Settings) -> [TopologyMistake] {
        numbers.entries.compactMap { entry in
            guard case .decimal(let text) = entry.value else { return nil }
            if prices.contains(entry.name) {
                return (try? Price(text)) == nil
                    ? numbers.mistake(entry.name, "\(entry.name) \(text) is no price", "at most 9 decimals") : nil
            }
            return (try? Quantity(text)) == nil
                ? numbers.mistake(entry.name, "\(entry.name) \(text) is no quantity", "at most 8 decimals") : nil
        }
    }

    /// Nanoseconds since midnight, UTC.
    static func timeOfDay(_ text: String) -> Int64? {
        UTC.parse("1970-01-01T\(text)Z").flatMap { (0..<UTC.day).contains($0) ? $0 : nil }
    }

    /// What is well formed and makes no sense.
    public static func mistakes(_ script: Settings) -> [TopologyMistake] {
        var found: [TopologyMistake] = []
        for item in script.list("steps") { if case .map(let step) = item { found += stepMistakes(step) } }
        return found
    }

    /// The same of one step, wherever it is written.
    public static func stepMistakes(_ step: Settings) -> [TopologyMistake] {
        guard let on = Trigger(rawValue: step.text("on")) else { return [] }
        var found: [TopologyMistake] = []
        let used = wordsOfSteps.filter { isSet(step, $0) }
        if used.isEmpty {
            found.append(
                step.mistake(
                    "on", "a step in which nothing happens", "give it one of \(wordsOfSteps.joined(separator: ", "))"))
        }
        for key in used where ofRequests.contains(key) && !on.isRequest {
            found.append(step.mistake(key, "\(key) is about a request", "write on: new, cancel, replace or status"))
        }
        for key in used where ofReports.contains(key) && on != .report {
            found.append(step.mistake(key, "\(key) is about a report", "write on: report"))
        }
        if used.contains("delay"), on == .start || on == .logon {
            found.append(step.mistake("delay", "delay is about a request or a report", "write after: for what happens later"))
        }
        if isSet(step, "exec_type"), on != .report {
            found.append(step.mistake("exec_type", "exec_type is about a report", "write on: report"))
        }
        for key in used where ofOrders.contains(key) && (on == .start || on == .logon) && !step.has("of") {
            if key == "say", step.map("say").has("cl_ord_id") { continue }
            found.append(step.mistake(key, "\(key) is about an order", "name it with of:"))
        }
        for key in ["order", "symbol", "account", "side"] where (on == .start || on == .logon) && step.has(key) {
            found.append(
                step.mistake(key, "\(key) picks a request or a report", "name the order that it happens to with of:"))
        }
        if let text = step.textIfPresent("at") {
            if on != .start {
                found.append(step.mistake("at", "at is the time of a step that waits for nothing else", "leave out on: or at:"))
            }
            if step.has("after"), step.duration("after") > 0 {
                found.append(step.mistake("at", "a step has a time, at, or a distance, after", "leave one of them out"))
            }
            if timeOfDay(text) == nil {
                found.append(step.mistake("at", "at \(text) is no time of day", "write it in UTC, like 14:30 or 14:29:55"))
            }
        }
        if isSet(step, "poss_resend"), !step.has("duplicate") {
            found.append(step.mistake("poss_resend", "poss_resend is about copies", "write duplicate: 1"))
        }
        let isThis = step.textIfPresent("bust") == "this" || step.mapIfPresent("correct")?.text("execution") == "this"
        if isThis, on != .report {
            found.append(
                step.mistake(step.has("bust") ? "bust" : "correct", "this is the execution of a report", "write on: report"))
        }
        for key in ["fill", "correct", "restate", "say", "quote", "trade", "interest"] {
            if let numbers = step.mapIfPresent(key) { found += tooFine(numbers) }
        }
        return found
    }
}

extension VenueScript {
    /// From settings that were checked by `keys`.
    init(_ settings: Settings, names: Names) {
        self.init(steps: settings.list("steps"), names: names)
        name = settings.text("script")
    }
    /// From steps that were checked, such as those in a topology.
    public init(steps list: [ParameterValue], names: Names) {
        if !list.isEmpty { none = names.text("NONE") }
        steps = list.compactMap {
            guard case .map(let step) = $0 else { return nil }
            return Step(step, names)
        }
    }
}

extension VenueScript.Step {
    init(_ settings: Settings, _ names: Names) {
        on = VenueScript.Trigger(rawValue: settings.text("on")) ?? .start
        (order, subject) = (settings.textIfPresent("order"), settings.textIfPresent("of"))
        subjectID = subject.flatMap { $0.contains("*") ? nil : ClOrdID(spoken: $0, names) }
        symbol = settings.textIfPresent("symbol").map { names.symbol($0) }
        account = settings.textIfPresent("account").map { names.text($0) }
        side = Self.side(settings, "side")
        if let word = settings.textIfPresent("exec_type") {
            execType = VenueScript.execTypes[word]
            isCancelReject = execType == nil
        }
        (nth, times, after) = (settings.integer("nth"), settings.integer("times"), settings.duration("after"))
        at = settings.textIfPresent("at").flatMap(VenueScript.timeOfDay)
        text = settings.textIfPresent("text").map { names.text($0) } ?? .none
        place = settings.position(of: "on")
        let delay = settings.durationIfPresent("delay") ?? 0
        if on == .report {
            transport = VenueScript.Transport(
                isLost: settings.boolean("lose"), isPossResend: settings.boolean("poss_resend"),
                copies: Int(settings.integerIfPresent("duplicate") ?? 0), hold: Int(settings.integerIfPresent("hold") ?? 0),
                delay: delay)
        } else {
            reception = VenueScript.Reception(
                rejectReason: settings.integerIfPresent("reject").map { Int16($0) }, isIgnored: settings.boolean("ignore"),
                isPending: settings.boolean("pending"), delay: delay)
        }
        readOrders(settings, names)
        readMarket(settings, names)
    }

    private mutating func readOrders(_ settings: Settings, _ names: Names) {
        if let fill = settings.mapIfPresent("fill") {
            happenings.append(.fill(Self.quantity(fill, "qty"), Self.price(fill, "price")))
        }
        if let which = settings.textIfPresent("bust").flatMap(VenueScript.Which.init) { happenings.append(.bust(which)) }
        if let correct = settings.mapIfPresent("correct"), let which = VenueScript.Which(rawValue: correct.text("execution")) {
            happenings.append(.correct(which, Self.quantity(correct, "qty"), Self.price(correct, "price")))
        }
        if let restate = settings.mapIfPresent("restate") {
            happenings.append(.restate(Self.quantity(restate, "qty"), Self.price(restate, "price")))
        }
        if let end = settings.textIfPresent("end").flatMap({ VenueScript.ends[$0] }) { happenings.append(.end(end)) }
        if let say = settings.mapIfPresent("say") { happenings.append(.say(SpokenReport(say, names))) }
    }

    private mutating func readMarket(_ settings: Settings, _ names: Names) {
        func symbol(_ key: String) -> SymbolID? {
            let word = settings.text(key)
            return word == "*" ? nil : names.symbol(word)
        }
        if settings.has("halt") { happenings.append(.halt(symbol("halt"))) }
        if settings.has("resume") { happenings.append(.resume(symbol("resume"))) }
        if settings.has("call") { happenings.append(.call(symbol("call"))) }
        if let interest = settings.mapIfPresent("interest") {
            happenings.append(
                .interest(
                    names.symbol(interest.text("symbol")), Self.side(interest, "side") ?? .buy,
                    Self.quantity(interest, "qty") ?? .zero, Self.price(interest, "price")))
        }
        if let held = settings.mapIfPresent("auction") {
            let word = held.text("symbol")
            happenings.append(
                .auction(
                    VenueScript.auctions[held.text("kind")] ?? .intraday, word == "*" ? nil : names.symbol(word),
                    isOfTape: held.text("price") == "tape"))
        }
        if let shown = settings.mapIfPresent("quote") {
            happenings.append(
                .quote(
                    Quote(
                        eventTime: 0, symbol: names.symbol(shown.text("symbol")), bid: Self.price(shown, "bid") ?? .none,
                        bidSize: Self.quantity(shown, "bid_size") ?? .zero, ask: Self.price(shown, "ask") ?? .none,
                        askSize: Self.quantity(shown, "ask_size") ?? .zero)))
        }
        if let print = settings.mapIfPresent("trade") {
            happenings.append(
                .trade(
                    Trade(
                        eventTime: 0, symbol: names.symbol(print.text("symbol")), price: Self.price(print, "price") ?? .none,
                        size: Self.quantity(print, "size") ?? .zero, aggressor: Self.side(print, "side") ?? .none)))
        }
        if let time = settings.durationIfPresent("disconnect") { happenings.append(.disconnect(time, saysGoodbye: false)) }
        if let time = settings.durationIfPresent("logout") { happenings.append(.disconnect(time, saysGoodbye: true)) }
        if settings.boolean("close") { happenings.append(.close) }
    }

    // What has more digits than a price or a quantity was refused by `mistakes`.
    fileprivate static func price(_ settings: Settings, _ key: String) -> Price? {
        settings.decimalIfPresent(key).flatMap { try? Price($0) }
    }
    fileprivate static func quantity(_ settings: Settings, _ key: String) -> Quantity? {
        settings.decimalIfPresent(key).flatMap { try? Quantity($0) }
    }
    fileprivate static func side(_ settings: Settings, _ key: String) -> Side? {
        settings.textIfPresent(key).map { $0 == "buy" ? .buy : .sell }
    }
}

extension SpokenReport {
    init(_ settings: Settings, _ names: Names) {
        if let word = settings.textIfPresent("exec_type") {
            execType = VenueScript.execTypes[word]
            isCancelReject = execType == nil
        }
        ordStatus = settings.textIfPresent("ord_status").flatMap { VenueScript.ordStatuses[$0] }
        orderQty = VenueScript.Step.quantity(settings, "order_qty")
        cumQty = VenueScript.Step.quantity(settings, "cum_qty")
        leavesQty = VenueScript.Step.quantity(settings, "leaves_qty")
        lastQty = VenueScript.Step.quantity(settings, "last_qty")
        lastPx = VenueScript.Step.price(settings, "last_px")
        avgPx = VenueScript.Step.price(settings, "avg_px")
        clOrdID = settings.textIfPresent("cl_ord_id").map { ClOrdID(spoken: $0, names) }
        origClOrdID = settings.textIfPresent("orig_cl_ord_id").map { ClOrdID(spoken: $0, names) }
        execID = settings.textIfPresent("exec_id").map { names.text($0) }
        execRefID = settings.textIfPresent("exec_ref_id").map { names.text($0) }
        orderID = settings.textIfPresent("order_id").map { names.text($0) }
        symbol = settings.textIfPresent("symbol").map { names.symbol($0) }
        side = VenueScript.Step.side(settings, "side")
    }
}

extension ClOrdID {
    /// An id as a person writes it.
    init(spoken text: String, _ names: Names) {
        self =
            text.utf8.withContiguousStorageIfAvailable { ClOrdID(echoed: UnsafeRawBufferPointer($0), names: names) }
            ?? ClOrdID(foreign: names.text(text))
    }
}

extension KeyValuePairs where Key == String {
    fileprivate subscript(word: String) -> Value? { first { $0.key == word }?.value }
}
