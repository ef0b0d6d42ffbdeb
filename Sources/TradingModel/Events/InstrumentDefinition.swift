import PlainData

/// What a venue says of an instrument: what it is, its steps, lots and limits, when it ends.
///
/// Numbers and texts that it does not give are empty. Prices, factors and ratios are in 1e-9.
///
/// Source: Databento, "Schemas and data formats: instrument definitions" (databento.com/docs); the columns have its names.
public struct InstrumentDefinition: Element {
    public static var elementName: String { "InstrumentDefinition" }
    public var eventTime: Int64
    public var activation = TimeIfAny.none, expiration = TimeIfAny.none
    public var maturityYear = CountIfAny.none, maturityMonth = CountIfAny.none, maturityDay = CountIfAny.none
    public var strikePrice = Price.none
    public var priceIncrement = Price.none, priceIncrementAmount = Price.none
    public var displayFactor = Price.none, priceRatio = Price.none
    public var highLimit = Price.none, lowLimit = Price.none, maxPriceVariation = Price.none
    public var unitOfMeasureQty = Price.none
    public var contractMultiplier = CountIfAny.none, originalContractSize = CountIfAny.none
    public var minLot = CountIfAny.none, minLotBlock = CountIfAny.none, roundLot = CountIfAny.none
    public var minTradeVolume = CountIfAny.none, maxTradeVolume = CountIfAny.none
    /// Of an instrument of several legs, which are a definition each: how many there are, and which this is.
    public var legs = CountIfAny.none, leg = CountIfAny.none
    public var legRatio = CountIfAny.none, legRatioDivisor = CountIfAny.none
    public var symbol: SymbolID
    public var rawSymbol = TextID.none
    public var exchange = TextID.none, asset = TextID.none, group = TextID.none, securityType = TextID.none, cfi = TextID.none
    public var currency = TextID.none, settlementCurrency = TextID.none, strikeCurrency = TextID.none
    public var underlying = TextID.none, unitOfMeasure = TextID.none
    public var instrumentID: UInt32 = 0, underlyingID: UInt32 = 0
    public var legInstrumentID: UInt32 = 0
    public var legSymbol = TextID.none
    /// `A` added, `M` modified, `D` deleted.
    public var action = Letter.none
    /// `K` a stock, `F` a future, `C` a call, `P` a put, `S` a spread of futures …
    public var instrumentClass = Letter.none
    public var matchAlgorithm = Letter.none, userDefined = Letter.none
    public var legClass = Letter.none
    public var legSide = Side.none
    private var reserved: UInt16 = 0

    public init(eventTime: Int64, symbol: SymbolID) { (self.eventTime, self.symbol) = (eventTime, symbol) }

    public func fields<V: FieldVisitor>(_ visitor: inout V) {
        visitor.time("time", eventTime)
        visitor.field("symbol", symbol)
        visitor.field("raw_symbol", rawSymbol)
        visitor.field("action", action)
        visitor.field("instrument_class", instrumentClass)
        visitor.field("instrument_id", instrumentID)
        visitor.field("exchange", exchange)
        visitor.field("asset", asset)
        visitor.field("group", group)
        visitor.field("security_type", securityType)
        visitor.field("cfi", cfi)
        visitor.field("currency", currency)
        visitor.field("settl_currency", settlementCurrency)
        visitor.field("underlying", underlying)
        visitor.field("underlying_id", underlyingID)
        visitor.field("activation", activation)
        visitor.field("expiration", expiration)
        visitor.field("maturity_year", maturityYear)
        visitor.field("maturity_month", maturityMonth)
        visitor.field("maturity_day", maturityDay)
        visitor.field("strike_price", strikePrice)
        visitor.field("strike_price_currency", strikeCurrency)
        visitor.field("min_price_increment", priceIncrement)
        visitor.field("min_price_increment_amount", priceIncrementAmount)
        visitor.field("display_factor", displayFactor)
        visitor.field("price_ratio", priceRatio)
        visitor.field("high_limit_price", highLimit)
        visitor.field("low_limit_price", lowLimit)
        visitor.field("max_price_variation", maxPriceVariation)
        visitor.field("unit_of_measure", unitOfMeasure)
        visitor.field("unit_of_measure_qty", unitOfMeasureQty)
        visitor.field("contract_multiplier", contractMultiplier)
        visitor.field("original_contract_size", originalContractSize)
        visitor.field("min_lot_size", minLot)
        visitor.field("min_lot_size_block", minLotBlock)
        visitor.field("min_lot_size_round_lot", roundLot)
        visitor.field("min_trade_vol", minTradeVolume)
        visitor.field("max_trade_vol", maxTradeVolume)
        visitor.field("match_algorithm", matchAlgorithm)
        visitor.field("user_defined_instrument", userDefined)
        visitor.field("leg_count", legs)
        visitor.field("leg_index", leg)
        visitor.field("leg_instrument_id", legInstrumentID)
        visitor.field("leg_raw_symbol", legSymbol)
        visitor.field("leg_instrument_class", legClass)
        visitor.field("leg_side", legSide)
        visitor.field("leg_ratio_qty_numerator", legRatio)
        visitor.field("leg_ratio_qty_denominator", legRatioDivisor)
    }
}
