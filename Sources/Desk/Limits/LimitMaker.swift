import Clearance
import PlainData
import Topology
import TradingModel

/// Makes of a map of limits, a topology's or a file's, what compliance keeps.
struct LimitMaker {
    let names: Names

    /// By symbol. What is not set is not allowed.
    func limits(_ settings: Settings) -> Limits {
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
        limits.name = settings.textIfPresent("name").map { names.text($0) } ?? .none
        limits.setVersion = UInt32(clamping: settings.integerIfPresent("version") ?? 0)
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
