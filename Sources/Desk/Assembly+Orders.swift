import Clearance
import Operators
import PlainData
import StreamRuntime
import Topology
import TradingModel

extension Assembly {
    /// Which of the graph's vertices makes an order's id: the number goes into the id.
    func idMaker(_ number: Int) -> ClOrdIDMaker { ClOrdIDMaker(day: day, vertex: UInt64(number % 64)) }

    func makeDrift(_ vertex: CheckedVertex, _ number: Int) -> [EdgeBase] {
        if vertex.input("prices")?.element == Bar.elementName { return makeDrift(vertex, number, pricedBy: Bar.self) }
        return makeDrift(vertex, number, pricedBy: Trade.self)
    }
    private func makeDrift<Reference: Priced>(_ vertex: CheckedVertex, _ number: Int, pricedBy: Reference.Type) -> [EdgeBase] {
        let settings = vertex.settings
        let booked = settings.text("strategy")
        let parameters = Drift<Reference>.Parameters(
            equity: Notional(checked: settings.decimal("equity")), bandBasisPoints: settings.integer("band"),
            style: settings.text("ord_type") == "market" ? .market : .limit(ticks: settings.integer("offset")),
            hold: settings.duration("hold"), account: names.text(settings.text("account")),
            strategy: names.text(booked.isEmpty ? strategy : booked))
        let drift = Drift<Reference>(parameters, instruments: instruments, ids: idMaker(number))
        let outlets = graph.add(
            vertex.name, drift, from: required(vertex, "targets", as: Target.self),
            required(vertex, "positions", as: PositionUpdate.self), required(vertex, "prices", as: Reference.self),
            required(vertex, "parents", as: ParentUpdate.self))
        return [outlets.out, outlets.side]
    }

    func makeCompliance(_ vertex: CheckedVertex, _ number: Int) -> [EdgeBase] {
        switch vertex.input("prices")?.element {
        case Bar.elementName: makeCompliance(vertex, number, pricedBy: Bar.self)
        case Quote.elementName: makeCompliance(vertex, number, pricedBy: Quote.self)
        default: makeCompliance(vertex, number, pricedBy: Trade.self)
        }
    }
    private func makeCompliance<Reference: Priced>(
        _ vertex: CheckedVertex, _ number: Int, pricedBy: Reference.Type
    ) -> [EdgeBase] {
        var compliance = Compliance<Reference>(
            limits, instruments: instruments, ids: idMaker(number), venue: venue(of: vertex),
            hours: tradingHours, reader: limitReader)
        compliance.witness = witness(of: vertex.name)
        let board = vertex.input("commands") == nil ? nil : ControlBoard()
        compliance.board = board
        let positions = required(vertex, "positions", as: PositionUpdate.self)
        // A desk without prices: the input is there, and nothing comes.
        let prices =
            input(vertex, "prices", as: Reference.self)
            ?? graph.add(vertex.name + ".unpriced", Silence<PositionUpdate, Reference>(), from: positions).out
        let outlets = graph.add(
            vertex.name, compliance,
            from: entered(vertex, required(vertex, "orders", as: OrderRequest.self)), positions, prices,
            required(vertex, "parents", as: ParentUpdate.self), allCommands(vertex, beside: positions))
        attachAnswers(vertex, outlets.side, board)
        return [outlets.out, outlets.side]
    }
}
