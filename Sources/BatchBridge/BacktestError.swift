import PlainData
import TradingModel

/// Why a backtest could not be run, in one line with the next step.
public enum BacktestError: Error, Equatable, CustomStringConvertible {
    case noBars(path: String, range: DayRange)
    case unsorted(path: String, symbol: String, time: Int64, latest: Int64)
    case twice(path: String, symbol: String, time: Int64)
    case tooManyBars(path: String, time: Int64, count: Int, most: Int)
    case tooManyReports(time: Int64, most: Int)
    /// The topology cannot be run over history.
    case topology(file: String, reason: String)
    case cannotWrite(path: String, cause: String)
    /// The desk's own positions are not those of the venue: a fault of the graph, never of the market.
    case positionsDiffer(symbol: String, desk: String, venue: String)

    public var description: String {
        switch self {
        case .noBars(let path, let range):
            "\(path): no bars \(range); choose other days, or another file"
        case .unsorted(let path, let symbol, let time, let latest):
            "\(path): the bar of \(symbol) that begins \(UTC.text(time)) comes after bars that end \(UTC.text(latest)); "
                + "sort the rows by time"
        case .twice(let path, let symbol, let time):
            "\(path): \(symbol) has two bars that begin \(UTC.text(time)); keep one"
        case .tooManyBars(let path, let time, let count, let most):
            "\(path): \(count) bars end at \(UTC.text(time)), and a run takes at most \(most) at one time; split the universe"
        case .tooManyReports(let time, let most):
            "the venue has more than \(most) reports at \(UTC.text(time)); trade fewer instruments at a time"
        case .topology(let file, let reason): "\(file): \(reason)"
        case .cannotWrite(let path, let cause): "\(path): cannot be written: \(cause); choose another --out"
        case .positionsDiffer(let symbol, let desk, let venue):
            "\(symbol): the desk's own position is \(desk), the venue's account says \(venue); "
                + "does the topology's oms read the fix source, and positions the oms?"
        }
    }
}

extension DayRange: CustomStringConvertible {
    public var description: String {
        switch (from, to) {
        case (nil, nil): "at all"
        case (let from?, nil): "from \(Texts.day(from)) on"
        case (nil, let to?): "up to \(Texts.day(to))"
        case (let from?, let to?): "from \(Texts.day(from)) to \(Texts.day(to))"
        }
    }
}
