import PlainData
import StreamRuntime
import TradingModel

/// The trades of an ITCH file that were broken (B). The message says the match number alone, so the correction has neither the trade's
/// price nor its size.
///
/// A stock is known by the messages that name it before (A, F, P, Q), as it is to the trades.
public struct ITCHCorrections: PullSource {
    private var reader: ITCHReader
    private let books: ITCHBooks
    private var failure: MarketDataError?

    init(_ file: ByteFile, midnight: Int64, names: Names) {
        reader = ITCHReader(file, midnight: midnight)
        books = ITCHBooks(names, reader.tally)
    }

    public mutating func fill(_ buffer: UnsafeMutableBufferPointer<TradeCorrection>) throws(MarketDataError) -> Int {
        if let failure { throw failure }
        guard let out = buffer.baseAddress else { return 0 }
        var count = 0
        do throws(MarketDataError) {
            while count < buffer.count, let message = try reader.next() {
                switch message.letter {
                case ITCHKind.add.rawValue, ITCHKind.addWithParticipant.rawValue, ITCHKind.trade.rawValue:
                    _ = books.symbol(message, stock: 24)
                case ITCHKind.cross.rawValue: _ = books.symbol(message, stock: 19)
                case ITCHKind.brokenTrade.rawValue:
                    (out + count).initialize(
                        to: TradeCorrection(
                            eventTime: reader.time(message), symbol: books.symbol(at: message.locate), tradeID: message.long(11),
                            price: .none, size: .zero, newTradeID: 0, newPrice: .none, newSize: .zero))
                    count += 1
                default: break
                }
            }
        } catch {
            failure = error
            if count == 0 { throw error }
        }
        return count
    }
}
