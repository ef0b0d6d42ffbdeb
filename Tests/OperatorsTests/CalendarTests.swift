import FloorTesting
import Foundation
import PlainData
import StreamRuntime
import Testing
import TradingModel

@testable import Operators

@Suite("session calendars") struct CalendarTests {
    private static let published = ["XNYS": "xnys", "XLON": "xlon", "XETR": "xetr", "XHKG": "xhkg", "CMES": "cmes"]

    private func moment(_ text: String) -> Int64? {
        text.isEmpty ? nil : text.withCString { UTC.parse(UnsafeRawBufferPointer(start: $0, count: strlen($0))) }
    }

    @Test(
        "every session since 2000 opens and closes when exchange_calendars says, to the minute",
        .enabled(if: ReferenceData.isPresent, "needs the reference data: set FLOOR_DATA"), arguments: SessionCalendar.names)
    func sessions(name: String) throws {
        let calendar = try #require(SessionCalendar(name))
        let file = try #require(Self.published[name])
        let rows = try ReferenceData.lines("exchange-calendars/\(file).csv.gz").dropFirst().map {
            $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
        }
        let first = try #require(moment(rows[0][0])), last = try #require(moment(rows[rows.count - 1][0]))
        let ours = calendar.sessions.filter { $0.date >= first && $0.date <= last }
        let theirs = Dictionary(uniqueKeysWithValues: rows.compactMap { row in moment(row[0]).map { ($0, row) } })
        let days = (ours: Set(ours.map(\.date)), theirs: Set(theirs.keys))
        let differ = days.ours.symmetricDifference(days.theirs).sorted()
        #expect(differ.isEmpty, "\(differ.map { UTC.text($0) + (days.ours.contains($0) ? " ours" : " theirs") })")
        var wrong: [String] = []
        for session in ours {
            guard let row = theirs[session.date] else { continue }
            if session.open != moment(row[1]) || session.close != moment(row[2]) {
                wrong.append(
                    "\(row[0]) is \(UTC.text(session.open)) to \(UTC.text(session.close)), published \(row[1]) to \(row[2])")
            }
            // The table has today's pause for the years before 2012 too, as we do.
            if session.pauseStart != moment(row[3]) ?? session.close || session.pauseEnd != moment(row[4]) ?? session.close {
                wrong.append(
                    "\(row[0]) pauses \(UTC.text(session.pauseStart)) to \(UTC.text(session.pauseEnd)), published \(row[3])")
            }
        }
        #expect(wrong.isEmpty, "\(wrong.count): \(wrong.prefix(4))")
        print(
            "\(name): \(ours.count) sessions from \(rows[0][0]) to \(rows[rows.count - 1][0]), \(wrong.count + differ.count) differ"
        )
    }
    /// LEAN's market hours: New York's half days and holidays, by a second source.
    @Test(
        "LEAN's list of New York's holidays and early closes",
        .enabled(if: ReferenceData.isPresent, "needs the reference data: set FLOOR_DATA"))
    func lean() throws {
        let folder = ReferenceData.folder.appendingPathComponent("lean-reference")
        let files = try FileManager.default.contentsOfDirectory(atPath: folder.path).filter { $0.hasPrefix("market-hours") }
        let file = try #require(files.first { $0.contains("json") })
        let hours = try #require(
            try JSONSerialization.jsonObject(with: ReferenceData.bytes("lean-reference/\(file)")) as? [String: Any])
        let entries = try #require(hours["entries"] as? [String: [String: Any]])
        let entry = try #require(entries["Equity-usa-[*]"])
        let calendar = try #require(SessionCalendar("XNYS")), days = Set(calendar.sessions.map(\.day))
        func day(_ text: String) -> Int64? {
            let parts = text.split(separator: "/").compactMap { Int64($0) }
            return parts.count == 3 ? UTC.days(year: parts[2], month: parts[0], day: parts[1]) : nil
        }
        let known = UTC.days(year: 2000, month: 1, day: 1) ?? 0, end = UTC.days(year: 2025, month: 12, day: 31) ?? 0
        let holidays = try #require(entry["holidays"] as? [String]).compactMap(day).filter { $0 >= known && $0 <= end }
        #expect(holidays.count > 150)
        #expect(holidays.filter { days.contains($0) && !CalendarDay.isWeekend($0) }.map { UTC.text($0 * UTC.day) } == [])
        let early = try #require(entry["earlyCloses"] as? [String: String]).keys.compactMap(day).filter {
            $0 >= known && $0 <= end && !CalendarDay.isWeekend($0)
        }.sorted()
        let short = calendar.sessions.filter { $0.close - $0.open < 6 * 3_600 * UTC.second && $0.day <= end }.map(\.day)
        #expect(Set(early).symmetricDifference(short).map { UTC.text($0 * UTC.day) } == [])
    }
    /// Known dates: 2024-03-31 and 2025-04-20; Easter of 2000 was 23 April.
    @Test("Easter, the n-th weekday, the last one")
    func days() {
        #expect(
            [2000, 2024, 2025].map { CalendarDay.easter($0) } == [
                CalendarDay.date(2000, 4, 23), CalendarDay.date(2024, 3, 31), CalendarDay.date(2025, 4, 20),
            ])
        #expect(
            CalendarDay.nth(3, 0, 2024, 1) == CalendarDay.date(2024, 1, 15)
                && CalendarDay.last(0, 2024, 5) == CalendarDay.date(2024, 5, 27))
        #expect(CalendarDay.weekday(0) == 3 && CalendarDay.weekday(-1) == 2)
    }
    /// A second method: the C library's time zones.
    @Test(
        "a clock is ahead of UTC by what the system's time zones say",
        arguments: [
            (CalendarZone.newYork, "America/New_York"), (.chicago, "America/Chicago"), (.london, "Europe/London"),
            (.berlin, "Europe/Berlin"),
            (.hongKong, "Asia/Hong_Kong"),
        ])
    func zones(zone: CalendarZone, name: String) throws {
        let system = try #require(TimeZone(identifier: name))
        for day in CalendarDay.date(2000, 1, 1)..<CalendarDay.date(2035, 1, 1) {
            let noon = Date(timeIntervalSince1970: Double(day * 86_400 + 12 * 3_600))
            #expect(Int64(system.secondsFromGMT(for: noon)) == zone.offset(day) * 60, "\(name) \(UTC.text(day * UTC.day))")
        }
    }
    /// By hand: New York opens at 14:30 UTC in winter. Hong Kong pauses from 4:00 to 5:00 UTC.
    @Test("windows begin with the opening, end with the close, and leave the night out")
    func windows() throws {
        let rule = SessionRule.exchange(try #require(SessionCalendar("XNYS"))), hour = 3_600 * UTC.second
        let day = CalendarDay.date(2024, 11, 29) * UTC.day  // the day after Thanksgiving, to 18:00
        func at(_ hours: Double) -> Int64 { day + Int64(hours * 3_600) * UTC.second }
        #expect(rule.window(of: at(14.4), length: hour) == nil && rule.window(of: at(18), length: hour) == nil)
        #expect(rule.window(of: at(14.5), length: hour) == SessionWindow(label: at(14.5), start: at(14.5), end: at(15.5)))
        #expect(rule.window(of: at(17.9), length: hour) == SessionWindow(label: at(17.5), start: at(17.5), end: at(18)))
        #expect(rule.window(of: at(17), length: UTC.day) == SessionWindow(label: day, start: at(14.5), end: at(18)))
        let monday = day + 3 * UTC.day
        #expect(rule.window(after: at(18), length: hour)?.start == monday + 14 * hour + hour / 2)
        let asia = SessionRule.exchange(try #require(SessionCalendar("XHKG"))), noon = CalendarDay.date(2024, 7, 3) * UTC.day
        #expect(asia.window(of: noon + 4 * hour, length: hour) == nil)
        #expect(asia.window(of: noon + 4 * hour - 1, length: hour)?.end == noon + 4 * hour)
        #expect(asia.window(after: noon + 4 * hour, length: hour)?.start == noon + 5 * hour)
    }
}

@Suite("bars by a calendar, and of nothing") struct CalendarBarsTests {
    private func run(
        _ op: consuming CalendarBars, _ trades: [Trade], lateness: Int64 = 0, ends: Bool = true
    ) -> (bars: [Bar], late: [Trade]) {
        let run = Harness()
        let source = run.graph.source("trades", Trade.self, lateness: lateness)
        let made = run.graph.add("bars", op, from: source.edge)
        let bars = run.collect(made.out), late = run.collect(made.side)
        run.send(all: trades, to: source)
        if ends { run.end() }
        return (bars.elements, late.elements)
    }
    private func random(_ seed: UInt64, span: Int = 400) -> [Trade] {
        var random = SplitMix64(seed: seed), time: Int64 = 0
        return (0..<200).map { _ in
            time += Int64(random.below(random.below(5) == 0 ? span / 5 : 3))
            return trade(
                at: max(0, time - Int64(random.below(12))), Double(1 + random.below(90)), Double(random.below(9)),
                of: SymbolID(rawValue: UInt32(1 + random.below(3))))
        }
    }
    @Test("without a calendar they are the bars of TimeBars", arguments: 1...10 as ClosedRange<UInt64>)
    func same(seed: UInt64) {
        for lateness in [0, 7] as [Int64] {
            let found = run(CalendarBars(length: 10, lateness: lateness, sessions: .none), random(seed), lateness: 3)
            let other = Harness()
            let source = other.graph.source("trades", Trade.self, lateness: 3)
            let made = other.graph.add("bars", TimeBars(length: 10, lateness: lateness), from: source.edge)
            let (bars, late) = (other.collect(made.out), other.collect(made.side))
            other.send(all: random(seed), to: source)
            other.end()
            #expect(found.bars.map { "\($0)" } == bars.elements.map { "\($0)" })
            #expect(found.late.map(\.eventTime) == late.elements.map(\.eventTime))
        }
    }
    /// By hand: windows of 10; the watermark comes to 47, so that two windows without a trade have passed, and one is still open.
    @Test("a window without a trade is a flat bar of the last close, as the watermark passes it")
    func flat() {
        let made = run(
            CalendarBars(length: 10, sessions: .none, empty: .flat), [trade(at: 3, 7, 2), trade(at: 12, 8), trade(at: 47, 9)],
            ends: false)
        #expect(made.bars.map(\.time) == [0, 10, 20, 30] && made.bars.map(\.close) == [7, 8, 8, 8].map(price))
        #expect(made.bars.map(\.trades) == [1, 1, 0, 0] && made.bars[2].volume == .zero && made.bars[2].vwap.isNone)
        let ended = run(CalendarBars(length: 10, sessions: .none, empty: .flat), [trade(at: 3, 7), trade(at: 47, 9)])
        #expect(ended.bars.map(\.time) == [0, 10, 20, 30, 40], "up to the last bar, and none after it")
        let open = run(
            CalendarBars(length: 10, lateness: 100, sessions: .none, empty: .flat), [trade(at: 3, 7), trade(at: 47, 9)])
        #expect(open.bars.map(\.time) == [0, 10, 20, 30, 40], "those that the end of input closes too")
    }
    @Test("what is between sessions is in no bar; a session is a bar on its date")
    func sessions() throws {
        let calendar = try #require(SessionCalendar("XNYS")), hour = 3_600 * UTC.second
        let friday = CalendarDay.date(2024, 11, 29) * UTC.day, monday = friday + 3 * UTC.day
        let trades = [
            trade(at: friday + 14 * hour, 1), trade(at: friday + 15 * hour, 2), trade(at: friday + 18 * hour, 3),
            trade(at: monday + 15 * hour, 4), trade(at: monday + 20 * hour, 5),
        ]
        let days = run(CalendarBars(length: UTC.day, sessions: .exchange(calendar)), trades)
        #expect(
            days.bars.map(\.time) == [friday, monday] && days.bars.map(\.closeTime) == [friday + 18 * hour, monday + 21 * hour])
        #expect(days.bars.map(\.close) == [2, 5].map(price) && days.late.map(\.price) == [1, 3].map(price))
        let flat = run(CalendarBars(length: 2 * hour, sessions: .exchange(calendar), empty: .flat), trades)
        #expect(flat.bars.count == 5, "\(flat.bars.map { UTC.text($0.time) })")
        #expect(flat.bars.map(\.trades) == [1, 0, 1, 0, 1])
    }
    @Test("the laws", arguments: 1...3 as ClosedRange<UInt64>)
    func laws(seed: UInt64) throws {
        let trades = Array(random(seed, span: 60).prefix(80))
        try Laws(of: { CalendarBars(length: 10, lateness: 4, sessions: .none) }, over: trades, lateness: 5, seed: seed).check()
        try Laws(of: { CalendarBars(length: 7, sessions: .none, empty: .flat) }, over: trades, lateness: 2, seed: seed).check()
    }
    /// The law of corrections: a bar as it was said, and then as it was corrected, is the bar that waited long enough.
    @Test("bars with their corrections are the bars of a longer lateness", arguments: 1...10 as ClosedRange<UInt64>)
    func corrections(seed: UInt64) {
        let trades = random(seed)
        let run = Harness()
        let source = run.graph.source("trades", Trade.self)
        let made = run.graph.add("bars", TimeBars(length: 10), from: source.edge)
        let corrections = run.graph.add("corrections", BarCorrections(length: 10, kept: 1_000), from: made.out, and: made.side)
        let bars = run.collect(made.out), corrected = run.collect(corrections.out), lost = run.collect(corrections.side)
        run.send(all: trades, to: source)
        run.end()
        var known: [String: Bar] = [:], none: [Trade] = []
        for bar in bars.elements { known["\(bar.symbol) \(bar.time)"] = bar }
        for correction in corrected.elements { known["\(correction.bar.symbol) \(correction.bar.time)"] = correction.bar }
        let patient = Harness()
        let all = patient.graph.source("trades", Trade.self)
        let whole = patient.collect(patient.graph.add("bars", TimeBars(length: 10, lateness: 1 << 40), from: all.edge).out)
        patient.send(all: trades, to: all)
        patient.end()
        none = lost.elements
        #expect(
            none.allSatisfy { trade in !bars.elements.contains { $0.symbol == trade.symbol && $0.closeTime <= trade.eventTime } })
        guard none.isEmpty else { return }
        #expect(whole.elements.count == known.count && !corrected.elements.isEmpty)
        for bar in whole.elements {
            var found = known["\(bar.symbol) \(bar.time)"]
            #expect(abs((found?.vwap.rawValue ?? 0) - bar.vwap.rawValue) <= 9)
            found?.vwap = bar.vwap
            #expect(found.map { "\($0)" } == "\(bar)")
        }
    }
}
