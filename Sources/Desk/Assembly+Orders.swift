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
        if vertex.input("prices")?.element == Bar.elementName { return makeCompliance(vertex, number, pricedBy: Bar.self) }
        return makeCompliance(vertex, number, pricedBy: Trade.self)
    }
    private func makeCompliance<Reference: Priced>(
        _ vertex: CheckedVertex, _ number: Int, pricedBy: Reference.Type
    ) -> [EdgeBase] {
        var compliance = Compliance<Reference>(
            limits, instruments: instruments, ids: idMaker(number), venue: venue(of: vertex))
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
            required(vertex, "parents", as: ParentUpdate.self), commands(vertex, beside: positions))
        attachAnswers(vertex, outlets.side, board)
        return [outlets.out, outlets.side]
    }

    /// The topology's `limits:`, by symbol. What is not set is not allowed.
    var limits: Limits {
        let settings = topology.limits
        // Without the section nothing is allowed.
        if settings.isEmpty { return Limits(maxReferenceAge: 0, throttleOrders: 0, throttleWindow: 0, duplicateWindow: 0) }
        let symbols = settings.map("symbols")
        var bySymbol: [SymbolID: Limits.Bounds] = [:]
        for name in symbols.names {
            if let bounds = bounds(symbols.map(name), or: settings) { bySymbol[names.symbol(name)] = bounds }
        }
        var limits = Limits(
            common: bounds(settings, or: settings), bySymbol: bySymbol,
            restricted: Set(settings.texts("restricted").map { names.symbol($0) }), maxReferenceAge: settings.duration("max_age"),
            needsReference: settings.text("reference") == "required",
            throttleOrders: Int(settings.integer("throttle")), throttleWindow: settings.duration("throttle_window"),
            duplicateWindow: settings.duration("duplicate_window"))
        limits.maxGross = settings.decimalIfPresent("max_gross").map { Notional(checked: $0) }
        limits.controls = controls(settings)
        limits.reviewTime = settings.duration("review_time")
        return limits
    }
    /// Nil when one of the three that every order needs is given nowhere: then no order passes.
    private func bounds(_ own: Settings, or common: Settings) -> Limits.Bounds? {
        func decimal(_ key: String) -> String? { own.decimalIfPresent(key) ?? common.decimalIfPresent(key) }
        guard let quantity = decimal("max_quantity"), let notional = decimal("max_notional"),
            let position = decimal("max_position")
        else { return nil }
        return Limits.Bounds(
            maxQuantity: Quantity(checked: quantity), maxNotional: Notional(checked: notional),
            collarBasisPoints: common.integer("collar"), maxPosition: Quantity(checked: position),
            softNotional: decimal("soft_notional").map { Notional(checked: $0) })
    }
}
