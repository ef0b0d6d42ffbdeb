import Clearance
import PlainData
import Topology
import TradingModel

extension LimitMaker {
    /// The controls of `limits:`: a template's, and what is written beside it.
    func controls(_ settings: Settings) -> Controls {
        func money(_ key: String) -> Notional? { settings.decimalIfPresent(key).map { Notional(checked: $0) } }
        func symbols(_ key: String) -> Set<SymbolID>? { settings.textsIfPresent(key).map { Set($0.map { names.symbol($0) }) } }
        func owners(_ key: String) -> Set<TextID>? { settings.textsIfPresent(key).map { Set($0.map { names.text($0) }) } }
        var made = template(settings.text("template"), capital: money("capital"))
        made.capital = money("capital")
        (made.accounts, made.strategies, made.locates) = (owners("accounts"), owners("strategies"), symbols("locates"))
        made.isLongOnly = settings.booleanIfPresent("long_only") ?? made.isLongOnly
        made.maxNet = money("max_net") ?? made.maxNet
        made.maxLong = money("max_long") ?? made.maxLong
        made.maxShort = money("max_short") ?? made.maxShort
        made.maxOpenOrders = settings.integerIfPresent("max_open_orders").map { Int($0) } ?? made.maxOpenOrders
        (made.maxOpenNotional, made.credit) = (money("max_open_notional"), money("credit"))
        let credits = settings.map("credits"), volumes = settings.map("volumes")
        for name in credits.names { made.creditByAccount[names.text(name)] = Notional(checked: credits.decimal(name)) }
        for name in volumes.names { made.dailyVolume[names.symbol(name)] = Quantity(checked: volumes.decimal(name)) }
        made.maxRepeats = settings.integerIfPresent("max_repeats").map { Int($0) }
        made.repeatsWindow = settings.durationIfPresent("repeats_window")
        made.strategyThrottle = settings.integerIfPresent("strategy_throttle").map { Int($0) }
        made.accountThrottle = settings.integerIfPresent("account_throttle").map { Int($0) }
        made.refusesSelfMatch = settings.textIfPresent("self_match").map { $0 == "block" } ?? made.refusesSelfMatch
        made.maxOrderTradeRatio = settings.doubleIfPresent("max_order_trade_ratio") ?? made.maxOrderTradeRatio
        made.ratioAfter = Int(settings.integer("ratio_after"))
        made.softVolumePercent = settings.doubleIfPresent("soft_volume") ?? made.softVolumePercent
        made.softCollarBasisPoints = settings.integerIfPresent("soft_collar") ?? made.softCollarBasisPoints
        made.reviewsFirstTrade = settings.text("first_trade") == "review" || made.reviewsFirstTrade
        made.softConcentrationPercent = settings.doubleIfPresent("soft_concentration") ?? made.softConcentrationPercent
        (made.softLoss, made.maxLoss) = (money("soft_loss"), money("max_loss"))
        let own = settings.map("symbols")
        for name in own.names {
            // A time that cannot be read has passed: the common limits hold, and somebody looks.
            if let until = own.map(name).textIfPresent("until") {
                made.overriddenUntil[names.symbol(name)] = UTC.parse(until) ?? .min
            }
        }
        return made
    }

    /// Shares of a capital that is not given are nothing: then a template lets nothing pass that it limits.
    private func template(_ name: String, capital: Notional?) -> Controls {
        var made = Controls()
        func share(_ percent: Int128) -> Notional { Notional(rawValue: (capital ?? .zero).rawValue / 100 * percent) }
        switch name {
        case "long-only": (made.isLongOnly, made.maxLong) = (true, capital.map { _ in share(100) })
        case "130-30": (made.maxLong, made.maxShort, made.maxNet) = (share(130), share(30), share(100))
        case "esg-moderate":
            (made.isLongOnly, made.reviewsFirstTrade, made.softConcentrationPercent) = (true, true, 5)
        case "market-maker":
            (made.refusesSelfMatch, made.maxOrderTradeRatio, made.maxNet) = (true, 1_000, share(20))
            made.maxOpenOrders = 10_000
        default: break
        }
        return made
    }
}
