import PlainData
import TradingModel

extension Report {
    /// A row a year: the return of each month and of the year, from close to close.
    static func months(_ sessions: [SessionRow]) -> String {
        var rows: [(year: Int64, months: [Double?], from: Double, to: Double)] = []
        var before = sessions.first?.equity.double ?? 0, open = before, current: (year: Int64, month: Int64)?
        for row in sessions {
            let date = UTC.civil(fromDays: row.date / UTC.day), equity = row.equity.double
            if current?.year != date.year || current?.month != date.month { open = before }
            if current?.year != date.year { rows.append((date.year, Array(repeating: nil, count: 12), before, before)) }
            rows[rows.count - 1].months[Int(date.month) - 1] = open > 0 ? equity / open - 1 : nil
            rows[rows.count - 1].to = equity
            current = (date.year, date.month)
            before = equity
        }
        let names = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec", "Year"]
        let head = "<tr><th></th>" + names.map { "<td>\($0)</td>" }.joined() + "</tr>"
        let lines = rows.map { row in
            let year = row.from > 0 ? row.to / row.from - 1 : nil
            return "<tr><th>\(row.year)</th>" + (row.months + [year]).map(cell).joined() + "</tr>"
        }
        return "<table class=\"months\">\n" + ([head] + lines).joined(separator: "\n") + "\n</table>"
    }
    private static func cell(_ value: Double?) -> String {
        guard let value else { return "<td></td>" }
        return "<td\(value < 0 ? " class=\"loss\"" : "")>\(Texts.rounded(value * 100, 1))</td>"
    }

    static let style = """
        :root { --ink: #1c2430; --soft: #5d6878; --grid: #e3e7ec; --line: #1f5fbf; --area: #c2410c33; --loss: #b42318; --paper: #fff; }
        @media (prefers-color-scheme: dark) {
          :root { --ink: #e6e9ee; --soft: #9aa5b4; --grid: #2b333e; --line: #6ea8ff; --area: #f9731640; --loss: #ff8a7a; --paper: #12161c; }
        }
        body { font: 15px/1.45 system-ui, sans-serif; color: var(--ink); background: var(--paper); max-width: 980px; margin: 2rem auto; padding: 0 1rem; }
        h1 { font-size: 1.6rem; margin: 0; } h2 { font-size: 1.05rem; margin: 1.8rem 0 .5rem; } header p, dd { color: var(--soft); }
        header p { margin: .3rem 0 1rem; overflow-wrap: anywhere; }
        svg { width: 100%; height: auto; display: block; } svg text { font-size: 12px; fill: var(--soft); }
        .grid { stroke: var(--grid); } .line { fill: none; stroke: var(--line); stroke-width: 1.5; } .area { fill: var(--area); }
        .tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(8.6rem, 1fr)); gap: .6rem; }
        .tiles div { border: 1px solid var(--grid); border-radius: 6px; padding: .5rem .8rem; color: var(--soft); font-size: .85rem; }
        .tiles b { display: block; font-size: 1.25rem; color: var(--ink); }
        table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
        th { text-align: left; font-weight: 500; } td { text-align: right; white-space: nowrap; }
        th, td { border-bottom: 1px solid var(--grid); padding: .2rem .35rem; }
        .months { font-size: .85rem; } .months td:last-child { font-weight: 600; } header p.loss, .loss { color: var(--loss); }
        .columns { display: grid; grid-template-columns: repeat(auto-fit, minmax(22rem, 1fr)); gap: 0 2rem; }
        dl { display: grid; grid-template-columns: max-content 1fr; gap: .2rem 1rem; font-size: .9rem; } dt { font-weight: 500; } dd { margin: 0; }
        """
}
