import ArgumentParser
import Desk
import Foundation
import Ledger
import Reconciler
import StreamRuntime
import TradingModel

struct Reconcile: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Ties a day's fills and positions out against the venue's statement; exit 1 when breaks are open.",
        discussion: "Example: floor reconcile --data day --statement statement.csv")

    @Option(help: "The day's data directory.") var data: String
    @Option(help: "The venue's statement: CSV with record,time,exec_id,cl_ord_id,symbol,side,quantity,price,fee.") var statement:
        String

    func run() throws {
        guard let bytes = FileManager.default.contents(atPath: statement) else {
            throw Refusal.configuration(
                "\(statement): there is no such file; the venue writes one with floor venue --statement FILE")
        }
        let venue: Reconciler.Statement
        do { venue = try Reconciler.Statement(csv: Array(bytes), file: statement) } catch {
            throw Refusal.configuration("\(error)")
        }
        let ledger: Ledger
        do {
            let day = try RecordedDay(data)
            guard let found = try day.ledger() else {
                throw Refusal.configuration("\(data): its topology has no sink of kind ledger, so there is nothing to tie out")
            }
            ledger = found
        } catch let error as Refusal { throw error } catch { throw Refusal.configuration("\(error)") }
        let ours = try DeskSide(ledger)
        let result = Reconciliation(ours, venue)
        try ledger.replaceBreaks(result.breaks.map { LedgerBreak($0) })
        for open in result.breaks { say("\(open)") }
        say("fills      \(result.matchedFills) matched of \(ours.fills.count) ours and \(venue.fills.count) theirs")
        say("positions  \(result.matchedPositions) matched of \(ours.positions.count) ours and \(venue.positions.count) theirs")
        say("breaks     \(result.breaks.count)")
        if let certificate = result.certificate { say("certificate \(certificate)") }
        if !result.breaks.isEmpty { throw Refusal.answer("\(result.breaks.count) breaks are open") }
    }
}

extension DeskSide {
    /// What the ledger says we have.
    init(_ ledger: Ledger) throws {
        let fills = try ledger.fills().map {
            Fill(
                sequence: $0.sequence, eventTime: $0.eventTime, execID: $0.execID, clOrdID: $0.clOrdID, symbol: $0.symbol,
                side: $0.side,
                quantity: $0.quantity, price: $0.price)
        }
        let positions = try ledger.positions().map {
            Position(sequence: $0.sequence, symbol: $0.symbol, quantity: $0.quantity, price: $0.avgPx)
        }
        let orders = try ledger.orders().map {
            Order(
                sequence: $0.sequence, clOrdIDs: $0.clOrdIDs, symbol: $0.symbol, orderQty: $0.orderQty, leavesQty: $0.leavesQty,
                price: $0.avgPx, certainty: $0.isInDoubt ? .inDoubt : .known)
        }
        self.init(fills: fills, positions: positions, orders: orders)
    }
}

extension LedgerBreak {
    init(_ open: Break) {
        self.init(
            id: open.id, code: open.kind.code, symbol: open.symbol, key: open.key, ours: open.ours, theirs: open.theirs,
            exposure: open.exposure.description, evidence: open.evidence, state: open.state.rawValue)
    }
}
