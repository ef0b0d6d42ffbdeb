import Clearance
import Foundation
import Ledger
import Operators
import PlainData
import StreamRuntime
import Testing
import Topology
import TradingModel

@testable import Desk

/// Every order of a small day, its chain against the journal's records and against values worked out a second time.
@Suite("why an order") struct WhyTests {
    private struct Chains {
        var day: SmallDay, recorded: RecordedDay, filled: OrderRequest
        var all: [(entry: OrderIndex.Entry, lineage: Lineage)]
    }
    /// - Parameter isWanted: which orders to explain, by the id of the child that is filled.
    private func chains(_ isWanted: (OrderIndex.Entry, OrderRequest) -> Bool = { _, _ in true }) throws -> Chains {
        let day = try SmallDay(), filled = try day.record(), recorded = try RecordedDay(day.data)
        let (index, names) = try recorded.orders()
        #expect(index.entries.filter { $0.request != nil }.count >= 9)
        let wanted = index.entries.filter { $0.request != nil && isWanted($0, filled) }
        let all = try wanted.map { ($0, try recorded.why($0.id.text(names))) }
        return Chains(day: day, recorded: recorded, filled: filled, all: all)
    }

    /// The time that a step waited for; nil when something else caused it.
    private func timer(_ step: LineageStep) -> Int64? { if case .timer(let time) = step.cause { time } else { nil } }

    @Test("a chain begins at records of the journal, and its order at the record that its id names")
    func endsAreRecords() throws {
        let chains = try chains(), dump = try chains.day.dump()
        for (entry, lineage) in chains.all {
            let text = lineage.text(entry.id)
            let made = try #require(lineage.steps.first { ElementKeys($0.element).own == entry.id }, "\(text)")
            #expect(made.sequence == entry.id.sequence && made.sequence == entry.sequence && made.vertex == entry.vertex)
            for step in lineage.steps {
                if step.rank == 0 {
                    let record = try #require(dump[step.sequence], "\(text): record \(step.sequence)")
                    let shown = step.element.described(lineage.names)
                    #expect(record.source == step.output)
                    #expect(zip(shown.names, shown.values).allSatisfy { record.fields[$0] == $1 }, "\(text): \(step.sequence)")
                    #expect(step.sources.allSatisfy { $0.sequence < step.sequence })
                } else {
                    // What it came of lies before it: an earlier record, or upstream in the same.
                    let isAfter = step.sources.allSatisfy { ($0.sequence, $0.rank) < (step.sequence, step.rank) }
                    #expect(isAfter, "\(text): \(step.output) \(step.sequence)")
                    if case .record = step.cause { #expect(step.isValueOnly) }
                }
                if let record = dump[step.sequence] { #expect(record.source == step.record.source) }
            }
            // The way back leads to trades.
            #expect(lineage.steps.contains { $0.output == "trades" && $0.sequence <= made.sequence }, "\(text)")
            #expect(lineage.lastSequence == 740 || lineage.hasEnded)
        }
    }

    @Test("the child's chain has every vertex of the way, each once for each record")
    func wholeWay() throws {
        let chains = try chains { $0.id == $1.clOrdID }
        let lineage = try #require(chains.all.first { $0.entry.id == chains.filled.clOrdID }).lineage
        #expect(
            lineage.steps.filter { !$0.isValueOnly }.map(\.output) == [
                "trades", "bars", "fast", "slow", "targets", "drift", "compliance", "slicer", "intents", "oms", "positions",
                "reports", "oms", "positions", "slicer.parents", "progress",
            ])
        // The parent is that of the ledger, and both are found by the end of their ids.
        let parent = lineage.text(chains.filled.parentID)
        #expect(LineageText(lineage).text.contains("works for \(parent)"))
        #expect(try chains.recorded.why(String(parent.suffix(10))).order == chains.filled.parentID)
        #expect(try chains.recorded.why(parent.lowercased()).order == chains.filled.parentID)
    }

    @Test("bars, averages, targets and quantities are those of the trades")
    func valuesAreRight() throws {
        let chains = try chains(), start = try #require(UTC.parse("2026-01-05T14:30:00Z"))
        var bars = 0, signals = 0, orders = 0
        for (entry, lineage) in chains.all {
            let names = lineage.names
            func closes(_ symbol: SymbolID, through time: Int64) -> [Double] {
                let last = Int((time - start) / UTC.second)
                let rows = chains.day.rows.filter { $0.symbol == names.text(of: symbol) && $0.second < last }
                return stride(from: 9, to: rows.count, by: 10).map { rows[$0].price }
            }
            /// The mean of the first closes, then a share of 2/(n+1) of each next one.
            func average(_ closes: [Double], _ period: Int) -> Double {
                var value = closes.prefix(period).reduce(0, +) / Double(period)
                for close in closes.dropFirst(period) {
                    value = value * (1 - 2 / Double(period + 1)) + close * 2 / Double(period + 1)
                }
                return value
            }
            for step in lineage.steps {
                if let bar = step.element as? Bar {
                    bars += 1
                    let (from, to) = (Int((bar.time - start) / UTC.second), Int((bar.closeTime - start) / UTC.second))
                    let rows = chains.day.rows.filter {
                        $0.symbol == names.text(of: bar.symbol) && $0.second >= from && $0.second < to
                    }
                    let prices = rows.map(\.price)
                    let found = [bar.open, bar.high, bar.low, bar.close].map(\.double)
                    let expected = [prices.first, prices.max(), prices.min(), prices.last].compactMap { $0 }
                    #expect(zip(found, expected).allSatisfy { abs($0 - $1) < 1e-9 } && expected.count == 4)
                    #expect(Int(bar.trades) == rows.count && bar.volume == Quantity(units: Int64(rows.map(\.size).reduce(0, +))))
                    // Its last trade is the one that the chain names.
                    let last = try #require(step.input("in")?.element as? Trade), row = try #require(rows.last)
                    #expect(abs(last.price.double - row.price) < 1e-9 && UTC.text(last.eventTime) == row.time)
                    #expect(timer(step) == bar.closeTime)
                }
                if let signal = step.element as? Signal {
                    signals += 1
                    let period = step.vertex == "fast" ? 2 : 4
                    let expected = average(closes(signal.symbol, through: signal.eventTime), period)
                    #expect(abs(signal.value - expected) < 1e-9, "\(step.vertex) at \(UTC.text(signal.eventTime))")
                }
                if let target = step.element as? Target {
                    let all = closes(target.symbol, through: target.eventTime)
                    let expected = 20 * (average(all, 2) - average(all, 4)) / average(all, 4)
                    #expect(abs(target.weight - max(-0.5, min(0.5, expected))) < 1e-9)
                }
                guard let request = step.element as? OrderRequest, request.clOrdID == entry.id else { continue }
                orders += 1
                let sum = try #require(lineage.drift(request, step)), wanted = sum.weight * 100_000 / sum.price.double
                #expect(sum.wanted.double == wanted.rounded(.towardZero) && sum.held == .zero)
                #expect(request.orderQty == sum.wanted.magnitude)
            }
        }
        #expect(bars >= 9 && signals >= 16 && orders >= 2)
    }

    @Test("the fill is the ledger's, and the position and the parent are what it made of them")
    func fillIsTheLedgers() throws {
        let chains = try chains { $0.id == $1.clOrdID || $0.id == $1.parentID }, filled = chains.filled
        let lineage = try #require(chains.all.first { $0.entry.id == filled.clOrdID }).lineage
        let fills = try Ledger(path: chains.day.data + "/ledger.db", names: Names()).fills()
        let fill = try #require(fills.first)
        #expect(fills.count == 1 && fill.clOrdID == lineage.text(filled.clOrdID))
        let step = try #require(lineage.steps.first { ($0.element as? ExecutionReport)?.execType == .trade })
        let report = try #require(step.element as? ExecutionReport)
        #expect(step.sequence == fill.sequence && report.lastQty == fill.quantity && report.lastPx == fill.price)
        #expect(lineage.names.text(of: report.execID) == fill.execID)
        let position = try #require(lineage.steps.last { $0.element is PositionUpdate }?.element as? PositionUpdate)
        #expect(position.quantity == (filled.side.isBuy ? fill.quantity : -fill.quantity) && position.avgPx == fill.price)
        let parent = try #require(lineage.steps.last { $0.output == "slicer.parents" }?.element as? ParentUpdate)
        #expect(parent.clOrdID == filled.parentID && parent.cumQty == fill.quantity)
        let summary = lineage.summary
        #expect(summary.status == "Filled" && summary.fills == 1 && summary.cumQty == filled.orderQty)
        #expect(summary.traded == Notional(fill.price, fill.quantity))
        // The same day's parent: two slices' children, one fill.
        let whole = try #require(chains.all.first { $0.entry.id == filled.parentID }).lineage.summary
        #expect(whole.children == 2 && whole.fills == 1 && whole.cumQty == fill.quantity && whole.status == "working")
    }

    @Test("each check of a decision is said with its value and its limit")
    func checks() throws {
        let chains = try chains { $0.id == $1.parentID }
        let parent = try #require(chains.all.first { $0.entry.id == chains.filled.parentID })
        let request = try #require(parent.entry.request), decision = try #require(parent.lineage.decisions.first)
        func measure(_ check: Check, _ unit: Measure.Unit) -> Measure? {
            decision.measures.first { $0.check == check && $0.unit == unit }
        }
        #expect(decision.measures.allSatisfy { $0.outcome == .ok } && decision.measures.count == 12)
        #expect(measure(.maxQuantity, .quantity)?.measured == request.orderQty.double)
        #expect(measure(.maxQuantity, .quantity)?.limit == 300)
        let worth = try #require(measure(.maxNotional, .money))
        #expect(abs(worth.measured - request.price.double * request.orderQty.double) < 1e-6 && worth.limit == 12_000)
        // The limit is one tick past the last price, which is a second old.
        let last = request.price.double - 0.1 * Double(request.side.sign)
        let apart = try #require(measure(.collar, .basisPoints))
        #expect(abs(apart.measured - (request.price.double - last) / last * 10_000) < 1e-6 && apart.limit == 500)
        #expect(measure(.collar, .nanoseconds)?.measured == 1e9)
        #expect(measure(.position, .quantity)?.measured == request.orderQty.double)
        let text = LineageText(parent.lineage).text
        #expect(text.contains("C05 quantity \(request.orderQty), 300 allowed") && text.contains("C01 C02 C10 passed"), "\(text)")
    }

    @Test("a child says which slice it is, and what fired it")
    func slices() throws {
        let chains = try chains(), words = chains.all.map { LineageText($0.lineage).text }
        for (place, (entry, lineage)) in chains.all.enumerated() {
            guard let request = entry.request, request.action == .new, !request.parentID.isNone else { continue }
            let start = try #require(lineage.request(request.parentID)).eventTime
            // Two slices in twenty seconds.
            let slice = request.eventTime < start + 10 * UTC.second ? 1 : 2
            #expect(words[place].contains("slice \(slice) of 2"), "\(words[place])")
            let made = try #require(lineage.steps.first { ElementKeys($0.element).own == entry.id })
            if slice == 2 {
                #expect(timer(made) == start + 10 * UTC.second)
            }
        }
    }

    @Test("for scripts, the same: every step that is named is there")
    func json() throws {
        let chains = try chains { $0.id == $1.clOrdID || $0.id == $1.parentID }
        for (entry, lineage) in chains.all {
            let data = Data(try LineageJSON(lineage).text().utf8)
            let object = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
            let steps = try #require(object["steps"] as? [[String: Any]])
            let ids = steps.compactMap { $0["id"] as? String }
            #expect(Set(ids).count == lineage.steps.count && object["order"] as? String == lineage.text(entry.id))
            for step in steps {
                if let from = step["from"] as? String { #expect(ids.contains(from)) }
                for known in (step["known"] as? [String: String] ?? [:]).values { #expect(ids.contains(known)) }
            }
        }
        let svg = LineageDrawing.draw(chains.all[0].lineage, as: .svg)
        #expect(svg.hasPrefix("<svg") && svg.contains("drift"))
    }

    @Test("a journal that ends earlier gives the chain up to there: what a day that still runs answers")
    func shorterJournal() throws {
        let chains = try chains { $0.id == $1.clOrdID }, id = chains.filled.clOrdID.ownText
        let whole = try #require(chains.all.first { $0.entry.id == chains.filled.clOrdID }).lineage
        var offsets: [(offset: Int, end: UInt64)] = []
        let reader = try chains.recorded.reader()
        while let block = try reader.next() { offsets.append((block.offset, block.end - 1)) }
        let segment = chains.day.data + "/journal/00000001.jrnl"
        let bytes = try Data(contentsOf: URL(fileURLWithPath: segment))
        func line(_ step: LineageStep) -> String { "\(step.output) \(step.sequence) \(step.isValueOnly)" }
        var answers = 0
        for (number, (offset, _)) in offsets.enumerated().dropFirst() where number % 9 == 0 {
            // In the middle of a block that was not whole yet.
            try bytes.prefix(offset + 17).write(to: URL(fileURLWithPath: segment))
            let last = offsets[number - 1].end
            guard last >= whole.steps.first(where: { $0.vertex == "slicer" })?.sequence ?? 0 else {
                let error = #expect(throws: WhyError.self) { _ = try chains.recorded.why(id) }
                #expect(error?.description.contains("this journal ends at record \(last)") == true)
                continue
            }
            let part = try chains.recorded.why(id)
            answers += 1
            #expect(part.lastSequence == last && !part.hasEnded)
            #expect(part.steps.map(line) == whole.steps.filter { $0.sequence <= last }.map(line))
        }
        #expect(answers > 3)
    }

    @Test("an order that is not there is said with the nearest ids, its day, or its vertex")
    func errors() throws {
        let chains = try chains { _, _ in false }, id = chains.filled.clOrdID
        func refusal(_ text: String) -> String? {
            #expect(throws: WhyError.self) { _ = try chains.recorded.why(text) }?.description
        }
        // One character too many.
        #expect(refusal(id.ownText + "Z")?.contains("did you mean \(id.ownText)") == true)
        #expect(
            refusal("what")?.contains("not one of this day's \(try chains.recorded.orders().index.entries.count) orders") == true)
        let (day, vertex, cause) = (try #require(id.day), try #require(id.vertex), try #require(id.sequence))
        let yesterday = ClOrdID(day: day - 1, vertex: vertex, sequence: cause, place: 0)
        #expect(refusal(yesterday.ownText)?.contains("Name that day's folder") == true)
        #expect(
            refusal(ClOrdID(day: day, vertex: vertex, sequence: 99_999, place: 0).ownText)?
                .contains("caused by record 99999, but this journal ends at record") == true)
        let other = refusal(ClOrdID(day: day, vertex: 60, sequence: cause, place: 0).ownText)
        #expect(other?.contains("vertex 60") == true && other?.contains("drift, slicer") == true)
        #expect(refusal("00")?.contains("orders end so") == true)
    }

    @Test("an order from outside begins at its own record, blocked or not")
    func fromOutside() throws {
        let folder = try SmallDay()
        try folder.write(
            "orders.csv",
            """
            time,action,cl_ord_id,orig_cl_ord_id,account,strategy,symbol,side,order_qty,ord_type,price,time_in_force
            2026-01-05T14:30:05Z,new,GOOD-1,,DESK,hand,AAA,buy,100,limit,100,day
            2026-01-05T14:30:06Z,new,BAD-1,,DESK,hand,AAA,buy,1000,limit,100,day

            """)
        try folder.write(
            "reports.csv", SmallDay.reportsHeader + "2026-01-05T14:35:00Z,8,GOOD-1,,O1,E1,,F,2,100,100,0,100,100,100,,,N,N,\n")
        let topology = try folder.topology([
            "targets: {": "others: {", "{ orders: drift,": "{ orders: requests,",
            "  intents:  { kind: loop, of: slicer }":
                "  requests: { kind: file, path: \"\(folder.path("orders.csv"))\", format: orders-csv }\n"
                + "  intents:  { kind: loop, of: compliance }",
            "{ targets: targets,": "{ targets: others,",
        ])
        var settings = DeskRunSettings(floorVersion: "test", notice: { _ in })
        settings.data = folder.data
        try DeskRun(topology, settings: settings).run()
        let day = try RecordedDay(folder.data), good = try day.why("GOOD-1"), bad = try day.why("bad-1")
        #expect(good.steps.first { $0.output == "requests" } != nil && good.summary.status == "Filled")
        let cleared = try #require(good.steps.first { $0.output == "compliance" })
        #expect(cleared.origin?.output == "requests" && cleared.origin?.sequence == cleared.sequence)
        #expect(bad.summary.status == "blocked by compliance")
        #expect(LineageText(bad).text.contains("C05 BLOCK BAD-1: quantity 1000, 300 allowed"))
        #expect(!bad.steps.contains { $0.output == "compliance" || $0.output == "oms" })
    }
}
