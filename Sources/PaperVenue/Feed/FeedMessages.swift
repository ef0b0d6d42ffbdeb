import PlainData
import TradingModel

/// What the feed knows of one product.
struct FeedProduct {
    let name: String
    let escapedName: [UInt8]
    var sequence: UInt64 = 0
    var tradeID: UInt64 = 0
    var last: Trade?
    var quote: Quote?

    init(_ name: String) { (self.name, escapedName) = (name, JSONWriter.escaped(name)) }
}

/// The feed's messages, in the format of the Coinbase Exchange feed (`matches`, `ticker`, `heartbeat` and `auction` channels).
///
/// Each message of a product but a heartbeat takes the next `sequence`. `match.side` is the maker's, the other one than the
/// aggressor's. A `ticker` is sent for every change of the best bid or ask; its `price` is the last trade's, and before the first
/// trade the bid's.
struct FeedMessages {
    private var json = JSONWriter()
    /// The message made last.
    var bytes: [UInt8] { json.bytes }

    mutating func match(_ trade: Trade, _ product: inout FeedProduct) {
        product.sequence += 1
        product.tradeID += 1
        product.last = trade
        json.begin("match")
        json.number("trade_id", product.tradeID)
        json.identifier("maker_order_id", "00000000-0000-4000-8000-", product.tradeID)
        json.identifier("taker_order_id", "00000000-0000-4000-9000-", product.tradeID)
        json.text("side", trade.aggressor == .buy ? "sell" : "buy")
        json.decimal("size", trade.size.rawValue, scale: Quantity.scale)
        json.decimal("price", trade.price.rawValue, scale: Price.scale)
        end(product, trade.eventTime)
    }

    mutating func ticker(_ quote: Quote, _ product: inout FeedProduct) {
        product.sequence += 1
        product.quote = quote
        let last = product.last
        json.begin("ticker")
        let standIn = quote.bid.isNone ? quote.ask : quote.bid
        json.decimal("price", last?.price.rawValue ?? (standIn.isNone ? 0 : standIn.rawValue), scale: Price.scale)
        json.decimal("best_bid", quote.bid.isNone ? 0 : quote.bid.rawValue, scale: Price.scale)
        json.decimal("best_bid_size", quote.bid.isNone ? 0 : quote.bidSize.rawValue, scale: Quantity.scale)
        json.decimal("best_ask", quote.ask.isNone ? 0 : quote.ask.rawValue, scale: Price.scale)
        json.decimal("best_ask_size", quote.ask.isNone ? 0 : quote.askSize.rawValue, scale: Quantity.scale)
        json.text("side", last?.aggressor == .sell ? "sell" : "buy")
        json.number("trade_id", product.tradeID)
        json.decimal("last_size", last?.size.rawValue ?? 0, scale: Quantity.scale)
        end(product, quote.eventTime)
    }

    /// How an auction stands (`collection`), or what it came to (`complete`). Beside Coinbase's fields it says which auction it is,
    /// and what is left of the side that wants more.
    mutating func auction(_ update: AuctionUpdate, _ product: inout FeedProduct) {
        product.sequence += 1
        let quote = product.quote, canOpen = !update.price.isNone
        json.begin("auction")
        json.text("auction_state", update.phase == .done ? "complete" : "collection")
        json.text("auction", update.kind == .opening ? "opening" : update.kind == .closing ? "closing" : "intraday")
        json.decimal("best_bid_price", Self.number(quote?.bid), scale: Price.scale)
        json.decimal("best_bid_size", quote?.bidSize.rawValue ?? 0, scale: Quantity.scale)
        json.decimal("best_ask_price", Self.number(quote?.ask), scale: Price.scale)
        json.decimal("best_ask_size", quote?.askSize.rawValue ?? 0, scale: Quantity.scale)
        json.decimal("open_price", Self.number(update.price), scale: Price.scale)
        json.decimal("open_size", update.pairedQty.rawValue, scale: Quantity.scale)
        json.text("can_open", canOpen ? "yes" : "no")
        json.decimal("imbalance_size", update.imbalanceQty.rawValue, scale: Quantity.scale)
        json.text("imbalance_side", update.imbalanceSide == .none ? "none" : update.imbalanceSide == .buy ? "buy" : "sell")
        json.decimal("reference_price", Self.number(update.referencePrice), scale: Price.scale)
        json.text("product_id", escaped: product.escapedName)
        json.number("sequence", product.sequence)
        json.time("timestamp", update.eventTime)
        json.end()
    }
    /// What nobody has is 0, as in a ticker.
    private static func number(_ price: Price?) -> Int64 { price.map { $0.isNone ? 0 : $0.rawValue } ?? 0 }

    mutating func heartbeat(_ product: FeedProduct, _ time: Int64) {
        json.begin("heartbeat")
        json.number("last_trade_id", product.tradeID)
        end(product, time)
    }

    private mutating func end(_ product: FeedProduct, _ time: Int64) {
        json.text("product_id", escaped: product.escapedName)
        json.number("sequence", product.sequence)
        json.time("time", time)
        json.end()
    }
}
