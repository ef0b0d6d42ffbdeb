import PlainData
import StreamRuntime
import TradingModel

/// The instruments' definitions of a DBN file: one a record of definition, of any version.
public struct DBNDefinitions: PullSource {
    private var reader: DBNReader<Form>

    init(_ file: ByteFile, names: Names, time: DBNTime = .event) throws(MarketDataError) {
        reader = try DBNReader(file, form: Form(isByVenue: time == .event, names: names), names: names)
    }
    var tally: RecordTally { reader.tally }
    var metadata: DBNMetadata { reader.metadata }

    public mutating func fill(_ buffer: UnsafeMutableBufferPointer<InstrumentDefinition>) throws(MarketDataError) -> Int {
        try reader.fill(buffer)
    }

    struct Form: DBNForm {
        let isByVenue: Bool, names: Names

        static func takes(_ kind: UInt8) -> Bool { kind == DBNKind.definition }

        mutating func row(
            _ record: DBNRecord, _ symbols: DBNSymbols, _ tally: RecordTally
        ) throws(DBNFlaw) -> InstrumentDefinition? {
            let times = try DBNTimes(record, received: 16), at = Layout.of(record)
            var made = InstrumentDefinition(
                eventTime: times.pick(isByVenue), symbol: symbols.symbol(record.instrument, at: times.index))
            func text(_ field: (Int, Int)) -> TextID {
                let bytes = UnsafeRawBufferPointer(start: record.at + field.0, count: field.1).prefix { $0 != 0 }
                return bytes.isEmpty ? .none : names.text(String(decoding: bytes, as: UTF8.self))
            }
            func letter(_ offset: Int) -> Letter { Letter(rawValue: record.load(offset, as: UInt8.self)) }
            func count<T: FixedWidthInteger & BitwiseCopyable>(_ offset: Int, _ type: T.Type) -> CountIfAny {
                let value = record.load(offset, as: T.self)
                return value == .max ? .none : CountIfAny(Int64(value))
            }
            func time(_ offset: Int) throws(DBNFlaw) -> TimeIfAny {
                let value = record.load(offset, as: UInt64.self)
                if value == DBNRecord.undefinedTime { return .none }
                guard value <= UInt64(Int64.max) else { throw record.badTime(offset, value, "expiration or activation") }
                return TimeIfAny(Int64(value))
            }
            made.instrumentID = record.instrument
            made.priceIncrement = try record.price(24)
            made.displayFactor = try record.price(32)
            (made.expiration, made.activation) = (try time(40), try time(48))
            (made.highLimit, made.lowLimit) = (try record.price(56), try record.price(64))
            made.maxPriceVariation = try record.price(72)
            made.unitOfMeasureQty = try record.price(at.unitQty)
            made.priceIncrementAmount = try record.price(at.unitQty + 8)
            made.priceRatio = try record.price(at.unitQty + 16)
            made.strikePrice = try record.price(at.strike)
            made.underlyingID = record.load(at.underlyingID, as: UInt32.self)
            (made.minLot, made.minLotBlock) = (count(at.minLot, Int32.self), count(at.minLot + 4, Int32.self))
            made.roundLot = count(at.minLot + 8, Int32.self)
            (made.maxTradeVolume, made.minTradeVolume) = (count(at.minLot - 4, UInt32.self), count(at.minLot + 12, UInt32.self))
            made.contractMultiplier = count(at.multiplier, Int32.self)
            made.originalContractSize = count(at.multiplier + 8, Int32.self)
            made.maturityYear = count(at.maturityYear, UInt16.self)
            (made.currency, made.settlementCurrency) = (text((at.currency, 4)), text((at.currency + 4, 4)))
            made.rawSymbol = text((at.currency + 14, at.symbolWidth))
            (made.group, made.exchange) = (text((at.group, 21)), text((at.group + 21, 5)))
            made.asset = text((at.group + 26, at.assetWidth))
            let behind = at.group + 26 + at.assetWidth
            (made.cfi, made.securityType) = (text((behind, 7)), text((behind + 7, 7)))
            (made.unitOfMeasure, made.underlying) = (text((behind + 14, 31)), text((behind + 45, 21)))
            made.strikeCurrency = text((behind + 66, 4))
            made.instrumentClass = letter(at.instrumentClass)
            made.matchAlgorithm = letter(at.algorithm)
            made.action = letter(at.action)
            (made.maturityMonth, made.maturityDay) = (count(at.action + 1, UInt8.self), count(at.action + 2, UInt8.self))
            made.userDefined = letter(at.action + 4)
            if at.hasLegs { legs(record, &made, text((416, 71))) }
            return made
        }

        /// Of version 3.
        private func legs(_ record: DBNRecord, _ made: inout InstrumentDefinition, _ symbol: TextID) {
            let count = record.load(220, as: UInt16.self)
            made.legs = CountIfAny(Int64(count))
            guard count > 0 else { return }
            made.leg = CountIfAny(Int64(record.load(222, as: UInt16.self)))
            made.legInstrumentID = record.load(188, as: UInt32.self)
            made.legSymbol = symbol
            made.legClass = Letter(rawValue: record.load(501, as: UInt8.self))
            let side = record.load(502, as: UInt8.self)
            made.legSide = side == 66 ? .buy : side == 65 ? .sell : .none
            made.legRatio = CountIfAny(Int64(record.load(200, as: Int32.self)))
            made.legRatioDivisor = CountIfAny(Int64(record.load(204, as: Int32.self)))
        }
    }

    /// Where the fields of a record lie that are not at the same place in all versions.
    private struct Layout {
        var unitQty: Int, strike: Int, underlyingID: Int, minLot: Int, multiplier: Int, maturityYear: Int, currency: Int
        var symbolWidth: Int, group: Int, assetWidth: Int, instrumentClass: Int, algorithm: Int, action: Int, hasLegs: Bool

        /// By its length: 360 bytes in version 1, 400 in 2, 520 in 3.
        static func of(_ record: DBNRecord) -> Layout { record.length >= 520 ? third : record.length >= 400 ? second : first }

        private static let first = Layout(
            unitQty: 88, strike: 328, underlyingID: 116, minLot: 140, multiplier: 160, maturityYear: 180, currency: 186,
            symbolWidth: 22, group: 222, assetWidth: 7, instrumentClass: 325, algorithm: 342, action: 349, hasLegs: false)
        private static let second = Layout(
            unitQty: 88, strike: 112, underlyingID: 124, minLot: 148, multiplier: 164, maturityYear: 180, currency: 186,
            symbolWidth: 71, group: 271, assetWidth: 7, instrumentClass: 374, algorithm: 375, action: 382, hasLegs: false)
        private static let third = Layout(
            unitQty: 80, strike: 104, underlyingID: 140, minLot: 160, multiplier: 176, maturityYear: 214, currency: 224,
            symbolWidth: 71, group: 309, assetWidth: 11, instrumentClass: 487, algorithm: 488, action: 493, hasLegs: true)
    }
}

/// What a DBN file says of whether its instruments trade: one a record of status.
public struct DBNStatuses: PullSource {
    private var reader: DBNReader<Form>

    init(_ file: ByteFile, names: Names, time: DBNTime = .event) throws(MarketDataError) {
        reader = try DBNReader(file, form: Form(isByVenue: time == .event), names: names)
    }
    var tally: RecordTally { reader.tally }
    var metadata: DBNMetadata { reader.metadata }

    public mutating func fill(_ buffer: UnsafeMutableBufferPointer<TradingStatus>) throws(MarketDataError) -> Int {
        try reader.fill(buffer)
    }

    struct Form: DBNForm {
        let isByVenue: Bool

        static func takes(_ kind: UInt8) -> Bool { kind == DBNKind.status }

        mutating func row(_ record: DBNRecord, _ symbols: DBNSymbols, _ tally: RecordTally) throws(DBNFlaw) -> TradingStatus? {
            let times = try DBNTimes(record, received: 16)
            func said(_ offset: Int) -> Letter {
                let letter = record.load(offset, as: UInt8.self)
                return letter == 126 ? .none : Letter(rawValue: letter)  // ~: it does not say.
            }
            return TradingStatus(
                eventTime: times.pick(isByVenue), symbol: symbols.symbol(record.instrument, at: times.index),
                action: record.load(24, as: UInt16.self), reason: record.load(26, as: UInt16.self),
                event: record.load(28, as: UInt16.self), isTrading: said(30), isQuoting: said(31), isShortSellRestricted: said(32)
            )
        }
    }
}
