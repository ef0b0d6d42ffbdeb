import PlainData
import StreamRuntime
import TradingModel

/// The days of history that a run uses, both included; nil is open.
public struct DayRange: Sendable, Equatable {
    /// Midnight UTC of the first and of the last day, in nanoseconds since 1970.
    public var from: Int64?, to: Int64?
    public init(from: Int64? = nil, to: Int64? = nil) { (self.from, self.to) = (from, to) }
}

/// A file of bars as the graph sees it in a backtest: one event time a fill, and the venue first.
///
///     file ──▶ bars of one time ──▶ venue fills older orders from them ──▶ reports ──▶ graph
///                              └──────────────────────────────────────▶ bars ─────▶ graph
///
/// The engine sequences reports before the bars that caused them, so that positions are right when an operator sees
/// the bar. It asks for the next time only when everything the last one caused has come to rest.
///
/// - Errors: what the file's reader throws; `BacktestError` for bars that do not come in the order of time, for a
///   symbol twice at one time, and for more bars at one time than a batch holds.
struct HistorySource<S: PullSource>: PullSource where S.Output == Bar {
    typealias Output = Bar

    private var source: S
    private let path: String, range: DayRange, venue: VenueInLoop
    /// Read ahead, in blocks whose size does not depend on who asks.
    private var block: [Bar], at = 0, have = 0
    private var group: [Bar] = []
    private var latest = Int64.min
    private var isOver = false

    init(_ source: S, path: String, range: DayRange, venue: VenueInLoop) {
        (self.source, self.path, self.range, self.venue) = (source, path, range, venue)
        let filler = Bar(
            time: 0, closeTime: 0, symbol: SymbolID(rawValue: 0), open: .none, high: .none, low: .none, close: .none,
            volume: .zero)
        block = Array(repeating: filler, count: 1_024)
    }

    mutating func fill(_ buffer: UnsafeMutableBufferPointer<Bar>) throws -> Int {
        guard !isOver, let first = try next() else {
            if !isOver { try venue.finish(path: path, range: range) }
            isOver = true
            return 0
        }
        group.removeAll(keepingCapacity: true)
        var following: Bar? = first
        while let bar = following, bar.eventTime == first.eventTime {
            group.append(bar)
            at += 1
            following = try next()
        }
        guard group.count <= buffer.count else {
            throw BacktestError.tooManyBars(path: path, time: first.eventTime, count: group.count, most: buffer.count)
        }
        // The session is over when the next bar begins on another day.
        let isLast = following.map { day(of: $0.time) != day(of: first.time) } ?? true
        try venue.play(group, at: first.eventTime, session: day(of: first.time), endsSession: isLast, path: path)
        _ = buffer.update(fromContentsOf: group)
        return group.count
    }

    private func day(of time: Int64) -> Int64 {
        let days = time >= 0 ? time / UTC.day : (time + 1) / UTC.day - 1
        return days * UTC.day
    }

    /// The next bar within the range, left where it lies; nil when there is none.
    private mutating func next() throws -> Bar? {
        while true {
            if at == have {
                have = try block.withUnsafeMutableBufferPointer { try source.fill($0) }
                at = 0
                if have == 0 { return nil }
            }
            let bar = block[at]
            if bar.eventTime < latest {
                throw BacktestError.unsorted(
                    path: path, symbol: venue.names.text(of: bar.symbol), time: bar.time, latest: latest)
            }
            latest = bar.eventTime
            if let to = range.to, day(of: bar.time) > to { return nil }
            guard let from = range.from, day(of: bar.time) < from else { return bar }
            at += 1
        }
    }
}
