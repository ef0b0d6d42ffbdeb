import PlainData
import TradingModel

/// The tie-out of a day: our fills and positions against the venue's statement, on the union of what both name.
///
/// A pure function of its two inputs: the same breaks in the same order with the same ids, whatever the order of the
/// rows. Nothing is invented, adjusted or flattened here. What is compared: fills by ExecID (by all their terms where
/// there is none), their symbol, side, ClOrdID, quantity, price and, where the desk expects one, fee; positions by
/// symbol; orders that the venue traded and we do not know, or traded beyond their quantity; orders in doubt.
public struct Reconciliation: Sendable {
    /// By class, symbol, key.
    public private(set) var breaks: [Break] = []
    /// Fills that both sides have, with the same terms.
    public private(set) var matchedFills = 0
    /// Symbols in which both sides hold the same.
    public private(set) var matchedPositions = 0
    /// SHA-256 over all that both sides say, where they agree; nil while there is a break.
    public private(set) var certificate: String?

    public init(_ ours: DeskSide, _ statement: Statement) {
        compareFills(ours.fills, statement.fills)
        comparePositions(ours.positions, statement)
        if let orders = ours.orders { compareOrders(orders, ours.fills, statement.fills) }
        compareFees(ours.fills, statement.fills)
        addUpFees(statement)
        breaks.sort { ($0.kind, $0.symbol, $0.key, $0.id) < ($1.kind, $1.symbol, $1.key, $1.id) }
        if breaks.isEmpty { certificate = Self.certificate(ours, statement) }
    }

    private mutating func compareFills(_ ours: [DeskSide.Fill], _ theirs: [Statement.Fill]) {
        let ourGroups = Dictionary(grouping: ours) { Self.key($0.execID, $0.clOrdID, $0.symbol, $0.side, $0.quantity, $0.price) }
        let theirGroups = Dictionary(grouping: theirs) {
            Self.key($0.execID, $0.clOrdID, $0.symbol, $0.side, $0.quantity, $0.price)
        }
        for key in Set(ourGroups.keys).union(theirGroups.keys).sorted() {
            compareGroup(key, ourGroups[key] ?? [], theirGroups[key] ?? [])
        }
    }

    private static func key(
        _ execID: String, _ clOrdID: String, _ symbol: String, _ side: Side, _ quantity: Quantity, _ price: Price
    ) -> String {
        execID.isEmpty ? "\(clOrdID)/\(symbol)/\(side.isBuy ? "buy" : "sell")/\(quantity)@\(price)" : execID
    }

    /// The fills of one ExecID. One on each side is the rule; more are paired by order first, and what is left over
    /// beside a pair is a duplicate.
    private mutating func compareGroup(_ key: String, _ ours: [DeskSide.Fill], _ theirs: [Statement.Fill]) {
        var mine = ours.sorted { ($0.clOrdID, $0.sequence) < ($1.clOrdID, $1.sequence) }
        var yours = theirs.sorted { ($0.clOrdID, $0.line) < ($1.clOrdID, $1.line) }
        var pairs = 0
        for rule in Pairing.allCases {
            var left: [DeskSide.Fill] = []
            for fill in mine {
                guard let at = yours.firstIndex(where: { rule.pairs(fill, $0) }) else {
                    left.append(fill)
                    continue
                }
                pairs += 1
                compare(key, fill, yours.remove(at: at))
            }
            mine = left
        }
        for (place, fill) in mine.enumerated() {
            breaks.append(
                Break(
                    pairs > 0 ? .fillDuplicate : .fillMissingAtVenue, symbol: fill.symbol, key: key, place: place,
                    ours: Self.terms(fill.side, fill.quantity, fill.price), theirs: "",
                    exposure: Self.money(fill.price, fill.quantity), sequence: fill.sequence, line: nil))
        }
        for (place, fill) in yours.enumerated() {
            breaks.append(
                Break(
                    pairs > 0 ? .fillDuplicate : .fillMissingLocally, symbol: fill.symbol, key: key, place: -1 - place, ours: "",
                    theirs: Self.terms(fill.side, fill.quantity, fill.price), exposure: Self.money(fill.price, fill.quantity),
                    sequence: nil, line: fill.line))
        }
    }

    private enum Pairing: CaseIterable {
        case sameTerms, sameOrder, whateverIsLeft

        func pairs(_ ours: DeskSide.Fill, _ theirs: Statement.Fill) -> Bool {
            switch self {
            case .sameTerms: differences(ours, theirs).isEmpty
            case .sameOrder: ours.clOrdID == theirs.clOrdID
            case .whateverIsLeft: true
            }
        }
    }

    private mutating func compare(_ key: String, _ ours: DeskSide.Fill, _ theirs: Statement.Fill) {
        let differences = Self.differences(ours, theirs)
        guard !differences.isEmpty else { return matchedFills += 1 }
        let (a, b) = (Self.money(ours.price, ours.quantity), Self.money(theirs.price, theirs.quantity))
        // A wrong side or symbol puts both amounts at stake; a wrong order none; a wrong price or quantity the difference.
        let isElsewhere = ours.symbol != theirs.symbol || ours.side.isBuy != theirs.side.isBuy
        let fees = (ours.fee ?? .zero) - (theirs.fee ?? .zero)
        let exposure = isElsewhere ? a.magnitude + b.magnitude : (a - b).magnitude + (ours.fee == nil ? .zero : fees.magnitude)
        breaks.append(
            Break(
                .fillFieldMismatch, symbol: ours.symbol, key: key,
                ours: differences.map { "\($0.field) \($0.ours)" }.joined(separator: ", "),
                theirs: differences.map { "\($0.field) \($0.theirs)" }.joined(separator: ", "), exposure: exposure,
                sequence: ours.sequence, line: theirs.line))
    }

    private static func differences(
        _ ours: DeskSide.Fill, _ theirs: Statement.Fill
    ) -> [(field: String, ours: String, theirs: String)] {
        var found: [(String, String, String)] = []
        func check(_ field: String, _ a: String, _ b: String) { if a != b { found.append((field, a, b)) } }
        check("symbol", ours.symbol, theirs.symbol)
        check("side", ours.side.isBuy ? "buy" : "sell", theirs.side.isBuy ? "buy" : "sell")
        if !theirs.clOrdID.isEmpty { check("cl_ord_id", ours.clOrdID, theirs.clOrdID) }
        check("quantity", ours.quantity.description, theirs.quantity.description)
        check("price", ours.price.description, theirs.price.description)
        if let fee = ours.fee { check("fee", fee.description, (theirs.fee ?? .zero).description) }
        return found
    }

    private mutating func comparePositions(_ ours: [DeskSide.Position], _ statement: Statement) {
        var holdings: [String: (quantity: Int128, sequence: UInt64, price: Price)] = [:]
        for held in ours {
            var sum = holdings[held.symbol] ?? (0, 0, .none)
            sum.quantity += Int128(held.quantity.rawValue)
            sum.sequence = max(sum.sequence, held.sequence)
            if !held.price.isNone { sum.price = held.price }
            holdings[held.symbol] = sum
        }
        let reported = Dictionary(statement.positions.map { ($0.symbol, $0) }) { first, _ in first }
        for symbol in Set(holdings.keys).union(reported.keys).sorted() {
            let (a, b) = (holdings[symbol], reported[symbol])
            let difference = (a?.quantity ?? 0) - Int128(b?.quantity.rawValue ?? 0)
            guard difference != 0 else {
                matchedPositions += 1
                continue
            }
            let price = [a?.price, b?.avgPx].compactMap { $0 }.first { !$0.isNone } ?? .zero
            breaks.append(
                Break(
                    .position, symbol: symbol, key: symbol, ours: Decimal.text(a?.quantity ?? 0, scale: Quantity.scale),
                    theirs: (b?.quantity ?? .zero).description,
                    exposure: Self.money(price, Quantity(rawValue: Int64(clamping: difference))), sequence: a?.sequence,
                    line: b?.line))
        }
    }

    private mutating func compareOrders(_ orders: [DeskSide.Order], _ ours: [DeskSide.Fill], _ theirs: [Statement.Fill]) {
        var places: [String: Int] = [:]
        for (place, order) in orders.enumerated() { for id in order.clOrdIDs { places[id] = place } }
        var mine = Array(repeating: Int128(0), count: orders.count), yours = mine, lines: [Int: Int] = [:]
        for fill in ours { if let place = places[fill.clOrdID] { mine[place] += Int128(fill.quantity.rawValue) } }
        var unknown: [String: (symbol: String, money: Notional, line: Int)] = [:]
        var prices = orders.map(\.price)
        for fill in theirs where !fill.clOrdID.isEmpty {
            if let place = places[fill.clOrdID] {
                yours[place] += Int128(fill.quantity.rawValue)
                lines[place] = fill.line
                if prices[place].isNone { prices[place] = fill.price }
            } else {
                let old = unknown[fill.clOrdID] ?? (fill.symbol, .zero, fill.line)
                unknown[fill.clOrdID] = (old.symbol, Self.sum(old.money, Self.money(fill.price, fill.quantity)), old.line)
            }
        }
        for (id, seen) in unknown.sorted(by: { $0.key < $1.key }) {
            breaks.append(
                Break(
                    .orderUnknownLocally, symbol: seen.symbol, key: id, ours: "", theirs: "fills from line \(seen.line)",
                    exposure: seen.money, sequence: nil, line: seen.line))
        }
        for (place, order) in orders.enumerated() {
            let key = order.clOrdIDs.first ?? ""
            let most = max(mine[place], yours[place])
            if most > Int128(order.orderQty.rawValue) {
                let over = Quantity(rawValue: Int64(clamping: most - Int128(order.orderQty.rawValue)))
                breaks.append(
                    Break(
                        .overfill, symbol: order.symbol, key: key,
                        ours: "\(Decimal.text(mine[place], scale: Quantity.scale)) of \(order.orderQty)",
                        theirs: Decimal.text(yours[place], scale: Quantity.scale), exposure: Self.money(prices[place], over),
                        sequence: order.sequence, line: lines[place]))
            }
            if order.certainty != .known {
                breaks.append(
                    Break(
                        .inDoubtTimeout, symbol: order.symbol, key: key, ours: "in doubt, \(order.leavesQty) open", theirs: "",
                        exposure: Self.money(order.price, order.leavesQty), sequence: order.sequence, line: nil))
            }
        }
    }

    /// The day's fees, where the desk expects a fee of every fill.
    private mutating func compareFees(_ ours: [DeskSide.Fill], _ theirs: [Statement.Fill]) {
        guard !ours.isEmpty, ours.allSatisfy({ $0.fee != nil }) else { return }
        let (a, b) = (
            ours.reduce(.zero) { Self.sum($0, $1.fee ?? .zero) }, theirs.reduce(.zero) { Self.sum($0, $1.fee ?? .zero) }
        )
        guard a != b else { return }
        breaks.append(
            Break(
                .cashOrFee, symbol: "", key: "fees", ours: a.description, theirs: b.description, exposure: a - b,
                sequence: ours.map(\.sequence).max(), line: theirs.last?.line))
    }

    /// A position's fee against the fees of its fills: the venue against itself.
    private mutating func addUpFees(_ statement: Statement) {
        var sums: [String: Notional] = [:]
        for fill in statement.fills { sums[fill.symbol] = Self.sum(sums[fill.symbol] ?? .zero, fill.fee ?? .zero) }
        for position in statement.positions {
            guard let fee = position.fee, fee != sums[position.symbol] ?? .zero else { continue }
            let sum = sums[position.symbol] ?? .zero
            breaks.append(
                Break(
                    .cashOrFee, symbol: position.symbol, key: "fees of \(position.symbol)", ours: "\(sum) by its fills",
                    theirs: fee.description, exposure: fee - sum, sequence: nil, line: position.line))
        }
    }

    private static func terms(_ side: Side, _ quantity: Quantity, _ price: Price) -> String {
        "\(side.isBuy ? "buy" : "sell") \(quantity) @ \(price)"
    }
    private static func money(_ price: Price, _ quantity: Quantity) -> Notional {
        price.isNone ? .zero : Notional(price, quantity).magnitude
    }
    /// A statement can hold any numbers, so sums of theirs stop at the end of 128 bits instead of trapping there.
    private static func sum(_ a: Notional, _ b: Notional) -> Notional {
        let (value, isOver) = a.rawValue.addingReportingOverflow(b.rawValue)
        return Notional(rawValue: isOver ? (a.rawValue < 0 ? .min / 4 : .max / 4) : value)
    }

    private static func certificate(_ ours: DeskSide, _ statement: Statement) -> String {
        var lines = ours.fills.map {
            "desk fill|\($0.execID)|\($0.clOrdID)|\($0.symbol)|\($0.side.rawValue)|\($0.quantity)|\($0.price)|\($0.sequence)"
        }
        lines += ours.positions.map { "desk position|\($0.symbol)|\($0.quantity)" }
        lines += statement.fills.map {
            "venue fill|\($0.execID)|\($0.clOrdID)|\($0.symbol)|\($0.side.rawValue)|\($0.quantity)|\($0.price)|\($0.fee ?? .zero)"
        }
        lines += statement.positions.map { "venue position|\($0.symbol)|\($0.quantity)" }
        return SHA256.hex(lines.sorted { Array($0.utf8).lexicographicallyPrecedes(Array($1.utf8)) }.joined(separator: "\n"))
    }
}
