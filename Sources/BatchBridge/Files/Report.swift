import PlainData
import Topology
import TradingModel

/// `report.html`: one page that needs nothing but itself. It bears no date of its own, so the same run gives the same page.
enum Report {
    static func html(_ result: BacktestResult) -> String {
        let kpis = result.kpis, days = result.sessions.map(\.date), curve = result.sessions.map(\.equity.double)
        let equity = Chart(days: days, values: curve, title: "Equity at the close of each session") { Texts.rounded($0, 0) }
        let below = Chart(
            days: days, values: Drawdown.underwater(curve), title: "How far equity is below its highest close", height: 150,
            base: 0
        ) { Texts.percent($0, digits: 1) }
        let title = Texts.html(result.topology.name)
        return """
            <!doctype html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <title>\(title): backtest</title>
            <style>
            \(style)
            </style>
            </head>
            <body>
            <header>
            <h1>\(title)</h1>
            <p>\(Texts.html(result.panel)), \(Texts.day(kpis.from)) to \(Texts.day(kpis.to)), \
            \(Texts.grouped(Int64(kpis.sessions))) sessions. Topology \(result.topology.hash), orders \(result.orderListHash).</p>
            \(result.warnings.map { "<p class=\"loss\">\(Texts.html($0)).</p>" }.joined(separator: "\n"))
            </header>
            \(tiles(kpis))
            <h2>Equity</h2>
            \(equity.svg)
            <h2>Drawdown</h2>
            \(below.svg)
            <h2>Returns by month</h2>
            \(months(result.sessions))
            <div class="columns">
            <section>
            <h2>Figures</h2>
            \(figures(kpis))
            </section>
            <section>
            <h2>Orders</h2>
            \(orders(result))
            <h2>Instruments</h2>
            \(instruments(result))
            </section>
            </div>
            <h2>Conventions</h2>
            <dl>
            \(conventions(result, kpis))
            </dl>
            </body>
            </html>

            """
    }

    private static func tiles(_ k: KPIs) -> String {
        let shown = [
            ("Total return", Texts.percent(k.totalReturn)), ("A year", Texts.percent(k.annualisedReturn)),
            ("Volatility", Texts.percent(k.volatility)), ("Sharpe", Texts.shown(.ratio(k.sharpe))),
            ("Max drawdown", Texts.percent(k.maxDrawdown)), ("Turnover a year", Texts.percent(k.turnover, digits: 0)),
        ]
        return "<div class=\"tiles\">" + shown.map { "<div><b>\($1)</b>\($0)</div>" }.joined() + "</div>"
    }

    private static func figures(_ k: KPIs) -> String {
        let rows = Measure.all(k).map { measure in
            "<tr title=\"\(Texts.html(measure.convention))\"><th>\(Texts.html(measure.title))</th>"
                + "<td>\(Texts.shown(measure.value))</td></tr>"
        }
        return "<table>\n" + rows.joined(separator: "\n") + "\n</table>"
    }

    private static func orders(_ result: BacktestResult) -> String {
        let counts = result.orders
        var rows = [
            ("Sent", counts.new), ("Filled", counts.filled), ("Expired", counts.expired), ("Canceled", counts.canceled),
            ("Rejected", counts.rejected), ("Open at the end", counts.open),
            ("Blocked by compliance", result.decisions[.block] ?? 0), ("Held for review", result.decisions[.review] ?? 0),
        ]
        rows += result.triggers.sorted { $0.key.rawValue < $1.key.rawValue }.map { ("… check \($0.key.code)", $0.value) }
        rows.append(("Anomalies", result.anomalies))
        let lines = rows.map { "<tr><th>\($0)</th><td>\(Texts.grouped(Int64($1)))</td></tr>" }
        let warmUp = result.warmUp.map { sessions in
            "The first order was decided at the close of session \(sessions), \(Texts.day(result.sessions[max(0, sessions - 1)].date))."
        }
        return "<p>\(warmUp ?? "No order was decided.")</p>\n<table>\n" + lines.joined(separator: "\n") + "\n</table>"
    }

    private static func instruments(_ result: BacktestResult) -> String {
        let rows = result.instruments.sorted { ($1.profit, $0.symbol) < ($0.profit, $1.symbol) }.map { row in
            "<tr><th>\(Texts.html(result.names.text(of: row.symbol)))</th><td>\(Texts.grouped(Int64(row.trades)))</td>"
                + "<td>\(Texts.rounded(row.traded.double, 0))</td><td>\(Texts.rounded(row.costs.double, 0))</td>"
                + "<td\(row.profit < .zero ? " class=\"loss\"" : "")>\(Texts.rounded(row.profit.double, 0))</td></tr>"
        }
        return "<table>\n<tr><th>Symbol</th><td>Trades</td><td>Traded</td><td>Costs</td><td>Profit</td></tr>\n"
            + rows.joined(separator: "\n") + "\n</table>"
    }

    private static func conventions(_ result: BacktestResult, _ k: KPIs) -> String {
        let words = Conventions.all(result).map { word in
            (word.name.prefix(1).uppercased() + word.name.dropFirst().replacing("_", with: "-"), word.text)
        }
        let all = words + Measure.all(k).map { ($0.title.replacing("… ", with: "Max drawdown "), $0.convention) }
        return all.map { "<dt>\(Texts.html($0.0))</dt><dd>\(Texts.html($0.1))</dd>" }.joined(separator: "\n")
    }
}
