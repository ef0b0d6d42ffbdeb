import Clearance
import PaperVenue
import StreamRuntime
import Topology
import TradingModel

extension Assembly {
    func makePaperVenue(_ vertex: CheckedVertex) -> [EdgeBase] {
        let settings = vertex.settings
        var fees = FeeSchedule()
        do throws(Decimal.Flaw) {
            fees = try FeeSchedule(
                makerBps: settings.decimal("maker_fee"), takerBps: settings.decimal("taker_fee"),
                auctionBps: settings.decimalIfPresent("auction_fee"))
        } catch { preconditionFailure("\(vertex.name) has fees that were checked: \(error)") }
        var configuration = MatchingConfiguration(
            identifiers: .numbers(base: TextID.firstNumber), fees: fees,
            dayEnd: settings.text("day_end") == "expired" ? .expired : .doneForDay)
        if settings.text("queue") == "probabilistic" {
            configuration.queue = .probabilistic(power: Int(settings.integer("power")))
        }
        func table(_ key: String) -> [Int64] {
            settings.list(key).compactMap { if case .duration(let time) = $0 { time } else { nil } }
        }
        let latency = Latency(
            entry: table("entry_latency"), response: table("response_latency"), seed: UInt64(settings.integer("seed")))
        let orders = required(vertex, "orders", as: ClearedOrder.self)
        let trades =
            input(vertex, "trades", as: Trade.self)
            ?? graph.add(vertex.name + ".untraded", Silence<ClearedOrder, Trade>(), from: orders).out
        let quotes =
            input(vertex, "quotes", as: Quote.self)
            ?? graph.add(vertex.name + ".unquoted", Silence<ClearedOrder, Quote>(), from: orders).out
        let book =
            input(vertex, "book", as: BookDelta.self)
            ?? graph.add(vertex.name + ".unlisted", Silence<ClearedOrder, BookDelta>(), from: orders).out
        let venue = VenueOperator(
            configuration, instruments: instruments, script: script(settings), latency: latency, names: names)
        return both(graph.add(vertex.name, venue, from: trades, quotes, orders, book))
    }

    private func script(_ settings: Settings) -> VenueScript {
        var script = VenueScript(steps: settings.list("steps"), names: names)
        guard let path = settings.textIfPresent("script") else { return script }
        do throws(TopologyRefusal) {
            script.append(try VenueScript(path: path, names: names))
        } catch { preconditionFailure("the script was read when the topology was checked, and is gone: \(error)") }
        return script
    }
}
