import PaperVenue
import TradingModel

/// What a run takes for granted, in words: in `kpis.json` and in the report, because a figure without them says nothing.
enum Conventions {
    static func all(_ result: BacktestResult) -> [(name: String, text: String)] {
        let isCloses = result.format == "closes-csv"
        let open = isCloses ? "next close (the file has closes alone, so a bar opens at its close)" : "next bar's open"
        return [
            (
                "fills",
                "an order decided at a close fills at the \(open); a limit order there or, where the bar trades past its limit, "
                    + "at the limit; touching it is not enough"
            ),
            ("volume", "all fills of a bar stay within its volume, where the file has one; prices do not react to orders"),
            ("orders", "a day order lives for the one session after its decision; what is left of it expires"),
            ("marks", "positions are worth their last close; one without a bar keeps the close before"),
            ("equity", "cash + Σ position · close, exactly; no interest on cash, no cost of borrowing, prices as in the file"),
            (
                "fees",
                "\(Decimal.text(result.fees.takerRate, scale: 4)) bps of the traded amount, "
                    + "\(Decimal.text(result.fees.makerRate, scale: 4)) bps where the order waited at its limit"
            ),
            ("sizes", "the drift operator sizes positions on its equity parameter, which does not grow with the account"),
            (
                "warm_up",
                "indicators begin empty at the first session of the run (--from cuts the history itself), so the first sessions "
                    + "hold cash; they count in every figure"
            ),
            ("returns", "simple returns from close to close; 252 sessions a year; risk-free rate 0"),
        ]
    }
}
