import PlainData
import Topology

/// The keys of `limits:` beyond the sizes, prices and rates of single orders.
extension Kinds {
    static let controls = [
        Parameter(
            "template", .choice(["none", "long-only", "130-30", "esg-moderate", "market-maker"]), .default("none"),
            doc: "a set of the keys below to begin with; what is written beside it goes before it"),
        money("max_gross", "C12: all positions, long and short, working orders counted at their worst"),
        money("max_net", "C12: long less short, or short less long, counted so"),
        money("max_long", "C12: all long positions, counted so"),
        money("max_short", "C12: all short positions, counted so"),
        Parameter("long_only", .boolean, .optional, doc: "C12: nothing is sold that is not held"),
        Parameter("accounts", .list(of: .text), .optional, doc: "C11: the accounts that may order"),
        Parameter("strategies", .list(of: .text), .optional, doc: "C11: the strategies that may order"),
        Parameter(
            "locates", .list(of: .text), .optional,
            doc: "C10: the symbols whose short sales (side 5) are located; without the key that is not asked"),
        Parameter("max_open_orders", .integer(0...10_000_000), .optional, unit: "orders", doc: "C13: how many may work at once"),
        money("max_open_notional", "C13: the money of all that work"),
        money("credit", "C14: what an account may have spent and reserved, less what its sales brought"),
        Parameter(
            "credits", .table(of: .decimal(min: "0")), .default("{}"),
            doc: "C14: the credit of single accounts; with it, an account that has none may not buy"),
        Parameter(
            "max_repeats", .integer(1...1_000_000_000), .optional, unit: "orders",
            doc: "C16: how many orders of a strategy pass before a person arms it again"),
        Parameter("repeats_window", .duration(), .optional, doc: "C16: over how long they are counted; without it the day"),
        Parameter(
            "strategy_throttle", .integer(1...1_000_000), .optional, unit: "orders per throttle_window",
            doc: "C15: new orders and replaces of one strategy"),
        Parameter(
            "account_throttle", .integer(1...1_000_000), .optional, unit: "orders per throttle_window",
            doc: "C15: new orders and replaces of one account"),
        Parameter(
            "self_match", .choice(["allow", "block"]), .optional,
            doc: "C18: what becomes of an order that would trade with an own working one; by default allowed"),
        Parameter(
            "max_order_trade_ratio", .double(1...1e9), .optional, unit: "orders per trade",
            doc: "C20: once `ratio_after` orders have passed"),
        Parameter("ratio_after", .integer(0...1_000_000_000), .default("100"), unit: "orders", doc: "C20: from how many on"),
        Parameter(
            "soft_volume", .double(0...1e6), .optional, unit: "% of `volumes`",
            doc: "S2: above this share of a day's usual volume a second person looks"),
        Parameter("volumes", .table(of: .decimal(min: "0")), .default("{}"), doc: "S2: the usual volume of a day, by symbol"),
        Parameter(
            "soft_collar", .integer(0...10_000), .optional, unit: "bps",
            doc: "S3: beyond this distance from the last price a second person looks"),
        Parameter(
            "first_trade", .choice(["pass", "review"]), .default("pass"),
            doc: "S4: whether a second person looks at the first order in a symbol"),
        money("capital", "what S5 and the templates are shares of"),
        Parameter(
            "soft_concentration", .double(0...1e6), .optional, unit: "% of `capital`",
            doc: "S5: above this share in one symbol a second person looks"),
        money("soft_loss", "S6: from this loss of the day on a second person looks"),
        money("max_loss", "C17: from this loss of the day on only what reduces a position passes"),
    ]
    /// What the limits of a symbol take beside those of all.
    static let symbolLimits = [
        Parameter(
            "until", .text, .optional,
            doc:
                "S7: when these limits of its own end (2024-03-11T20:00:00Z); then the common ones hold, and a second person looks"
        )
    ]

    private static func money(_ name: String, _ doc: String) -> Parameter {
        Parameter(name, .decimal(min: "0"), .optional, unit: "currency", doc: doc)
    }
}
