import PlainData

/// What is traded and on which grid.
public struct Instrument: Sendable, BitwiseCopyable {
    public var symbol: SymbolID
    /// Prices are multiples of this; zero means any.
    public var tickSize: Price
    /// Quantities are multiples of this; zero means any.
    public var lotSize: Quantity
    public var currency: TextID
    /// False for a symbol that was only seen in data and never defined.
    public var isDefined: Bool

    public init(symbol: SymbolID, tickSize: Price, lotSize: Quantity, currency: TextID = .none, isDefined: Bool = true) {
        (self.symbol, self.tickSize, self.lotSize) = (symbol, tickSize, lotSize)
        (self.currency, self.isDefined) = (currency, isDefined)
    }

    @inlinable public func isOnTick(_ price: Price) -> Bool { tickSize.rawValue == 0 || price.rawValue % tickSize.rawValue == 0 }
    @inlinable public func isOnLot(_ quantity: Quantity) -> Bool {
        lotSize.rawValue == 0 || quantity.rawValue % lotSize.rawValue == 0
    }
    /// The nearest price of the grid that is no worse for the resting side: down for a buy, up for a sell.
    public func passive(_ price: Price, _ side: Side) -> Price {
        guard tickSize.rawValue > 0 else { return price }
        let steps = price.rawValue / tickSize.rawValue, rest = price.rawValue % tickSize.rawValue
        let down = rest < 0 ? steps - 1 : steps
        return Price(rawValue: (rest == 0 || side.isBuy ? down : down + 1) * tickSize.rawValue)
    }
}

/// The instruments a desk has defined, by symbol.
public struct InstrumentTable: Sendable {
    private var rows: [Instrument] = []
    /// The terms of every symbol that has none of its own; nil where only what is listed may be traded.
    public var others: Instrument?
    public init(_ instruments: [Instrument] = []) { for instrument in instruments { define(instrument) } }

    public mutating func define(_ instrument: Instrument) {
        while rows.count <= instrument.symbol.index {
            let symbol = SymbolID(rawValue: UInt32(rows.count))
            rows.append(Instrument(symbol: symbol, tickSize: .zero, lotSize: .zero, isDefined: false))
        }
        rows[instrument.symbol.index] = instrument
    }
    /// The instrument, or the terms of all others, or one with no grid whose `isDefined` is false.
    public subscript(symbol: SymbolID) -> Instrument {
        if symbol.index < rows.count, rows[symbol.index].isDefined { return rows[symbol.index] }
        guard var terms = others else {
            return Instrument(symbol: symbol, tickSize: .zero, lotSize: .zero, isDefined: false)
        }
        terms.symbol = symbol
        return terms
    }
    public var all: [Instrument] { rows.filter(\.isDefined) }
}
