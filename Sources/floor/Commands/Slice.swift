import ArgumentParser
import Operators
import PlainData
import StreamRuntime
import Topology
import TradingModel

/// What a slicer would send, without sending anything.
struct Slice: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Plans how a parent order would be sliced: the schedule and a picture of it. Nothing is sent.",
        discussion: """
            KIND is twap, vwap (in a topology vwap-slicer), pov, implementation-shortfall or iceberg. The schedule is the operator's own, for
            children that are each filled before the next one is due.

            Examples:
              floor slice twap --quantity 100000 --start 2024-03-11T13:30:00Z --end 2024-03-11T20:00:00Z --slices 13
              floor slice vwap --quantity 100000 --start 2024-03-11T13:30:00Z --end 2024-03-11T20:00:00Z --slices 13 \\
                --curve 14,9,7,6,6,5,5,5,6,7,8,9,13 --svg vwap.svg
              floor slice pov --quantity 5000 --start 2024-03-11T13:30:00Z --duration 1h --slices 6 --rate 0.1 \\
                --volumes 8000,6000,7000,9000,5000,7000
              floor slice implementation-shortfall --quantity 1000000 --start 2024-03-11T13:30:00Z --duration 1950m --slices 5 \\
                --risk-aversion 1e-6 --volatility 0.95 --impact 2.5e-6 --permanent-impact 2.5e-7
              floor slice twap --quantity 100000 --start 2024-03-11T13:30:00Z --duration 1d --slices 13 --calendar XNYS --auction 0.2
              floor slice iceberg --quantity 10000 --start 2024-03-11T13:30:00Z --duration 1h --display 500 --variation 20 --seed 7
            """)

    @Argument(help: "twap, vwap, pov, implementation-shortfall or iceberg.") var kind: String
    @Option(help: "The parent's quantity.") var quantity: String
    @Option(help: "When it begins: 2024-03-11T13:30:00Z.") var start: String
    @Option(help: "When it ends.") var end: String?
    @Option(help: "How long it is worked, instead of --end: 30m, 6h.") var duration: String?
    @Option(help: "In how many slices, or looks.") var slices = 10
    @Option(help: "Children are multiples of this.") var lot = "1"
    @Option(name: .customLong("min-child"), help: "A slice smaller than this waits for the next one.") var minChild = "0"
    @Option(help: "vwap: the weights of the volume curve, over the parent's time or, with --opens, the day: 3,2,1,2,4.")
    var curve: String?
    @Option(help: "vwap: the time of day (UTC) of the curve's first stretch: 13:30.") var opens: String?
    @Option(help: "vwap: with --opens, the length of a stretch.") var stretch: String?
    @Option(help: "pov: the share of the market's volume that is aimed at.") var rate = "0.1"
    @Option(name: .customLong("max-rate"), help: "pov: the most of what traded since the last look; by default twice --rate.")
    var maxRate: String?
    @Option(help: "pov: what the market is expected to trade in each slice: 8000,6000,7000.") var volumes: String?
    @Option(name: .customLong("risk-aversion"), help: "implementation-shortfall: λ, 1/currency.") var riskAversion = "1e-6"
    @Option(help: "implementation-shortfall: σ, currency per √day.") var volatility: String?
    @Option(help: "implementation-shortfall: η, currency per unit a day.") var impact: String?
    @Option(name: .customLong("permanent-impact"), help: "implementation-shortfall: γ, currency per unit.")
    var permanentImpact = "0"
    @Option(help: "implementation-shortfall: how long a day of trading is.") var day = "390m"
    @Option(help: "iceberg: how much is shown at a time.") var display: String?
    @Option(help: "By how many percent sizes are varied.") var variation = 0
    @Option(help: "The seed of that.") var seed: UInt64 = 0
    @Option(help: "The time of day (UTC) at which the market closes: 20:00.") var closes: String?
    @Option(help: "The exchange whose closes count instead: XNYS.") var calendar: String?
    @Option(help: "The share that is kept for the closing auction.") var auction: String?
    @Option(name: .customLong("auction-lead"), help: "How long before the close orders for the auction are entered: 10m.")
    var auctionLead: String?
    @Flag(name: .customLong("rest-to-auction"), help: "What the schedule leaves goes into the closing auction too.")
    var restToAuction = false
    @Flag(help: "As CSV: time,order_qty,cum_qty.") var csv = false
    @Option(help: "Draws the schedule into this SVG file.") var svg: String?

    func run() throws {
        let request = try SliceRequest(self)
        let children = request.plan.children(
            of: request.quantity, lot: request.lot, from: request.start, volumes: request.volumes)
        let picture = SlicePicture(kind: kind, request: request, children: children)
        say(csv ? picture.rows : picture.text, terminator: "")
        guard let svg else { return }
        do throws(JournalError) { try DiskStorage().writeAtomically(svg, Array(picture.drawing.utf8)) } catch {
            throw Refusal.configuration("--svg \(svg): \(error)")
        }
    }
}

/// The command's options as a plan, or what is wrong with them.
struct SliceRequest {
    let plan: SlicePlan, quantity: Quantity, lot: Quantity, start: Int64, volumes: [Quantity]

    init(_ command: Slice) throws {
        func amount(_ text: String, _ option: String) throws -> Quantity {
            guard let value = try? Quantity(text), value >= .zero else {
                throw Refusal.configuration("\(option) \(text): a number of at least 0 with at most 8 digits behind the point")
            }
            return value
        }
        func number(_ text: String?, _ option: String) throws -> Double {
            guard let text else { throw Refusal.configuration("\(command.kind) needs \(option); see floor slice --help") }
            guard let value = Double(text), value.isFinite, value >= 0 else {
                throw Refusal.configuration("\(option) \(text): a number of at least 0, like 2.5e-6")
            }
            return value
        }
        func period(_ text: String, _ option: String) throws -> Int64 {
            guard let value = DurationText.nanoseconds(text), value > 0, value < 1 << 60 else {
                throw Refusal.configuration("\(option) \(text): \(DurationText.howToWrite)")
            }
            return value
        }
        func millionths(_ text: String, _ option: String) throws -> Int64 {
            guard let value = try? Decimal.parse(text, scale: 6), (0...1_000_000).contains(value) else {
                throw Refusal.configuration("\(option) \(text): a share from 0 to 1 with at most 6 digits behind the point")
            }
            return value
        }
        func moment(_ text: String, _ option: String) throws -> Int64 {
            guard let value = UTC.parse(text), abs(value) < 1 << 62 else {
                throw Refusal.configuration("\(option) \(text): a time like 2024-03-11T13:30:00Z")
            }
            return value
        }
        quantity = try amount(command.quantity, "--quantity")
        lot = try amount(command.lot, "--lot")
        start = try moment(command.start, "--start")
        guard quantity > .zero, quantity == quantity.rounded(downTo: lot) else {
            throw Refusal.configuration("--quantity \(command.quantity): above 0 and in whole lots of \(lot)")
        }
        guard (1...10_000).contains(command.slices) else {
            throw Refusal.configuration("--slices \(command.slices): from 1 to 10000")
        }
        guard (0...50).contains(command.variation) else {
            throw Refusal.configuration("--variation \(command.variation): from 0 to 50 percent")
        }
        let duration: Int64
        switch (command.end, command.duration) {
        case (let end?, nil):
            duration = try moment(end, "--end") - start
            guard duration > 0, duration < 1 << 60 else { throw Refusal.configuration("--end \(end): after --start") }
        case (nil, let text?): duration = try period(text, "--duration")
        default: throw Refusal.configuration("say how long: --end TIME or --duration 30m, one of them")
        }
        volumes = try (command.volumes ?? "").split(separator: ",").map { try amount(String($0), "--volumes") }
        let tactic: SlicePlan.Tactic
        switch command.kind {
        case "twap": tactic = .even
        case "vwap", "vwap-slicer":
            guard let text = command.curve else {
                throw Refusal.configuration("vwap needs --curve 3,2,1,2,4; see floor slice --help")
            }
            let weights = try text.split(separator: ",").map { try amount(String($0), "--curve").rawValue }
            guard weights.contains(where: { $0 > 0 }) else { throw Refusal.configuration("--curve \(text): no weight above 0") }
            var place = VolumeCurve.Place.order
            if let opens = command.opens {
                guard let time = UTC.parse("1970-01-01T\(opens)Z"), time < UTC.day else {
                    throw Refusal.configuration("--opens \(opens): a time of day, like 13:30")
                }
                let each = try period(command.stretch ?? "", "--stretch")
                guard each <= UTC.day / Int64(weights.count) else {
                    throw Refusal.configuration("--stretch: \(weights.count) of it are longer than a day")
                }
                place = .day(opens: time, each: each)
            }
            tactic = .volume(VolumeCurve(weights, place: place))
        case "pov":
            let rate = try millionths(command.rate, "--rate")
            let most = try command.maxRate.map { try millionths($0, "--max-rate") }
            guard rate > 0, most ?? rate >= rate else {
                throw Refusal.configuration("--rate \(command.rate): above 0 and at most --max-rate")
            }
            guard !volumes.isEmpty else {
                throw Refusal.configuration(
                    "pov needs --volumes, what the market is expected to trade in each slice; see floor slice --help")
            }
            tactic = .participation(SlicePlan.Rates(aim: rate, most: most))
        case "implementation-shortfall":
            let model = AlmgrenChriss(
                riskAversion: try number(command.riskAversion, "--risk-aversion"),
                volatility: try number(command.volatility, "--volatility"),
                temporaryImpact: try number(command.impact, "--impact"),
                permanentImpact: try number(command.permanentImpact, "--permanent-impact"))
            let interval = Double(duration) / Double(command.slices) / Double(try period(command.day, "--day"))
            guard model.effectiveImpact(interval: interval) > 0 else {
                throw Refusal.configuration(
                    "--permanent-impact times half a slice's days is not less than --impact; take more slices")
            }
            tactic = .shortfall(model, interval: interval)
        case "iceberg":
            guard let text = command.display else {
                throw Refusal.configuration("iceberg needs --display; see floor slice --help")
            }
            let shown = try amount(text, "--display")
            guard shown >= lot, shown > .zero else { throw Refusal.configuration("--display \(text): at least a lot of \(lot)") }
            tactic = .iceberg(display: shown.rawValue)
        default:
            throw Refusal.configuration(
                "\(command.kind): there are twap, vwap, pov, implementation-shortfall and iceberg")
        }
        var plan = SlicePlan(
            tactic, duration: duration, slices: command.slices,
            completion: command.kind == "pov" ? .cancelRemainder : .completeByEnd)
        plan.leastChild = try amount(command.minChild, "--min-child").rawValue
        (plan.variation, plan.seed) = (Int64(command.variation), command.seed)
        plan.close = try SliceRequest.close(command, period, millionths)
        guard plan.isPossible(from: start) else {
            throw Refusal.configuration("--curve has no volume between \(UTC.text(start)) and \(UTC.text(start + duration))")
        }
        self.plan = plan
    }

    /// Where the market closes, by the command's options.
    private static func close(
        _ command: Slice, _ period: (String, String) throws -> Int64, _ share: (String, String) throws -> Int64
    ) throws -> MarketClose? {
        var close: MarketClose
        switch (command.closes, command.calendar) {
        case (let text?, nil):
            guard let time = UTC.parse("1970-01-01T\(text)Z"), (0..<UTC.day).contains(time) else {
                throw Refusal.configuration("--closes \(text): a time of day (UTC), like 20:00")
            }
            close = MarketClose(.daily(time))
        case (nil, let name?):
            guard let calendar = SessionCalendar(name) else {
                throw Refusal.configuration("--calendar \(name): there are \(SessionCalendar.names.joined(separator: ", "))")
            }
            close = MarketClose(.exchange(calendar))
        case (nil, nil):
            guard command.auction == nil, command.auctionLead == nil, !command.restToAuction else {
                throw Refusal.configuration("an auction needs --closes 20:00 or --calendar XNYS: when the market closes")
            }
            return nil
        default: throw Refusal.configuration("--closes and --calendar both say when the market closes: give one of them")
        }
        if let text = command.auction { close.share = try share(text, "--auction") }
        if let text = command.auctionLead { close.lead = try period(text, "--auction-lead") }
        if command.restToAuction { close.rest = .auction }
        return close
    }
}
