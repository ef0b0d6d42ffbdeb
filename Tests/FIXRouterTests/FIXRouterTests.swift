import FloorTesting
import FIXSessions
import Foundation
import PlainData
import Synchronization
import TradingModel
import Testing

@testable import FIXRouter

@Suite("a router and a venue over TCP", .serialized)
struct FIXRouterTests {
    let names = RouterHarness.names

    @Test("an order goes out once, Sent and the venue's report come back")
    func order() throws {
        let floor = RouterHarness(), venue = VenueDouble()
        let acceptor = try floor.venue(venue), router = try floor.router()
        try router.start()
        try router.waitForLogon(seconds: 10)
        let request = makeRequest(1, names: names)
        router.submit(request: request)
        router.submit(request: request)
        #expect(eventually { floor.reports.count == 2 })
        // Logon is message 1.
        #expect(floor.reports.map(\.msgType) == [.sent, .executionReport] && floor.reports.map(\.msgSeqNum) == [2, 2])
        #expect(floor.reports.allSatisfy { $0.clOrdID == request.clOrdID })
        #expect(venue.received == ["D \(makeID(1).ownText)"])
        router.stop()
        #expect(router.statistics.repeatedIntents == 1 && router.statistics.sent == 1 && router.statistics.inDoubt == 0)
        acceptor.stop(graceMilliseconds: 0)
    }

    @Test("a request that came before the logon leaves after it")
    func early() throws {
        let floor = RouterHarness(), venue = VenueDouble()
        let router = try floor.router()
        try router.start()
        router.submit(request: makeRequest(1, names: names))
        let acceptor = try floor.venue(venue)
        #expect(eventually { floor.count(.executionReport) == 1 })
        router.stop(graceMilliseconds: 0)
        acceptor.stop(graceMilliseconds: 0)
    }

    @Test("after a restart the venue is asked: what it knows is not sent, what it does not know is")
    func restart() throws {
        let floor = RouterHarness(), venue = VenueDouble()
        let (known, unknown) = (makeRequest(1, names: names), makeRequest(2, names: names))
        venue.state.withLock { _ = $0.known.insert(known.clOrdID.ownText) }
        let acceptor = try floor.venue(venue)
        let router = try floor.router(recovering: { recovery in
            recovery.intent(request: known)
            recovery.intent(request: unknown)
        })
        try router.start()
        try router.waitForLogon(seconds: 10)
        #expect(eventually { floor.count(.executionReport) == 2 })
        let (a, b) = (known.clOrdID.ownText, unknown.clOrdID.ownText)
        #expect(venue.received == ["H \(a)", "H \(b)", "D \(b) again"])
        // In doubt both; then the one unknown, and sent.
        let told = floor.reports.filter { $0.msgType != .executionReport }.map { "\($0.msgType) \($0.clOrdID.ownText)" }
        #expect(told == ["inDoubt \(a)", "inDoubt \(b)", "inDoubt \(b)", "sent \(b)"])
        #expect(eventually { router.statistics.inDoubt == 0 })
        router.stop(graceMilliseconds: 0)
        acceptor.stop(graceMilliseconds: 0)
    }

    @Test("a venue that does not answer leaves the order in doubt, and says so")
    func silence() throws {
        let floor = RouterHarness(), venue = VenueDouble()
        venue.state.withLock { $0.isSilent = true }
        let acceptor = try floor.venue(venue)
        let router = try floor.router(limits: SendLimits(answer: 200_000_000))
        try router.start()
        try router.waitForLogon(seconds: 10)
        router.submit(request: makeRequest(1, names: names))
        #expect(eventually { floor.count(.inDoubt) == 2 })
        let texts = floor.reports.filter { $0.msgType == .inDoubt }.map { names.text(of: $0.text) }
        #expect(texts == ["the venue has not answered in time", "no answer to OrderStatusRequest"])
        #expect(eventually { router.statistics.inDoubt == 1 })
        #expect(floor.count(.executionReport) == 0)
        router.stop(graceMilliseconds: 0)
        acceptor.stop(graceMilliseconds: 0)
    }

    @Test("a refused message is a rejected order; an unreadable report puts its order in doubt and is refused in turn")
    func refusals() throws {
        let floor = RouterHarness(), venue = VenueDouble()
        let acceptor = try floor.venue(venue), router = try floor.router()
        try router.start()
        try router.waitForLogon(seconds: 10)
        var broken = makeRequest(1, names: names)
        broken.clOrdID = .none
        router.submit(request: broken)
        #expect(eventually { floor.reports.last?.ordStatus == .rejected })

        router.submit(request: makeRequest(2, names: names))
        #expect(eventually { floor.count(.executionReport) == 2 })
        var odd = FIXMessageBuilder(.executionReport)
        odd.append(.clOrdID, makeID(2).ownText)
        odd.append(.execType, "F")
        odd.append(.ordStatus, "1")
        odd.append(.execID, "E-odd")
        odd.append(.cumQty, "1.2.3")
        try acceptor.send(odd)
        // The venue is asked, and says what it holds.
        #expect(eventually { floor.count(.inDoubt) == 1 && floor.reports.last?.execType == .orderStatus })
        #expect(floor.notices.withLock { $0 }.contains { $0.contains("tag 14 cannot be read") && $0.contains("14=1.2.3|") })
        #expect(eventually { router.statistics.unreadable == 1 && router.statistics.inDoubt == 0 })
        router.stop(graceMilliseconds: 0)
        acceptor.stop(graceMilliseconds: 0)
    }

    @Test("over history the router's own records have the tape's time, not the clock's")
    func recordsOverHistory() throws {
        let floor = RouterHarness()
        let acceptor = try floor.venue(VenueDouble()), router = try floor.router(eventTime: { 1_340_000_000_000_000_000 })
        try router.start()
        try router.waitForLogon(seconds: 10)
        var broken = makeRequest(1, names: names)
        broken.clOrdID = .none
        router.submit(request: broken)
        #expect(eventually { floor.reports.last?.ordStatus == .rejected })
        #expect(floor.reports.map(\.eventTime) == [1_340_000_000_000_000_000])
        router.stop(graceMilliseconds: 0)
        acceptor.stop(graceMilliseconds: 0)
    }

    @Test("an execution that comes twice is delivered once")
    func duplicates() throws {
        let floor = RouterHarness()
        let acceptor = try floor.venue(VenueDouble()), router = try floor.router()
        try router.start()
        try router.waitForLogon(seconds: 10)
        for possResend in [false, true] {
            var fill = FIXMessageBuilder(.executionReport)
            if possResend { fill.append(.possResend, flag: true) }
            for (tag, value) in [
                (FIXTag.execID, "E9"), (.execType, "F"), (.ordStatus, "1"), (.clOrdID, "X"), (.symbol, "S"), (.side, "1"),
                (.cumQty, "1"), (.leavesQty, "2"), (.lastQty, "1"), (.lastPx, "5"),
            ] { fill.append(tag, value) }
            try acceptor.send(fill)
        }
        #expect(eventually { router.statistics.duplicates == 1 })
        #expect(floor.reports.count == 1)
        router.stop(graceMilliseconds: 0)
        acceptor.stop(graceMilliseconds: 0)
    }

    @Test("a report that the session had counted and the journal had not comes again after a restart")
    func redelivery() throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "router-\(UUID().uuidString)").path()
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let floor = RouterHarness(), venue = VenueDouble()
        let acceptor = try floor.venue(venue)
        let requests = [makeRequest(1, names: names), makeRequest(2, names: names)]
        var first: FIXRouter? = try floor.router(store: folder)
        try first?.start()
        try first?.waitForLogon(seconds: 10)
        for request in requests { first?.submit(request: request) }
        #expect(eventually { floor.count(.executionReport) == 2 })
        first?.stop()
        first = nil
        // The crash took the last report, and its Sent, before they were durable.
        let kept = floor.reports.filter { $0.clOrdID == requests[0].clOrdID }
        #expect(kept.count == 2)
        floor.delivered.withLock { $0.removeAll() }
        let second = try floor.router(
            store: folder,
            recovering: { recovery in
                for request in requests { recovery.intent(request: request) }
                for report in kept { recovery.report(report) }
            })
        try second.start()
        try second.waitForLogon(seconds: 10)
        #expect(eventually { floor.reports.contains { $0.msgType == .executionReport && $0.possDup == 1 } })
        let report = floor.reports.first { $0.msgType == .executionReport }
        #expect(report?.clOrdID == requests[1].clOrdID && report?.execType == .new)
        #expect(eventually { second.statistics.inDoubt == 0 })
        #expect(venue.received.count { $0.hasPrefix("D") } == 2)
        second.stop(graceMilliseconds: 0)
        acceptor.stop(graceMilliseconds: 0)
    }

    @Test("a lost connection puts what was unanswered in doubt, and the next logon resolves it")
    func lostConnection() throws {
        let floor = RouterHarness(), venue = VenueDouble()
        venue.state.withLock { $0.isDeaf = true }
        let acceptor = try floor.venue(venue), router = try floor.router()
        try router.start()
        try router.waitForLogon(seconds: 10)
        router.submit(request: makeRequest(1, names: names))
        #expect(eventually { floor.count(.sent) == 1 })
        acceptor.stop(graceMilliseconds: 0)
        #expect(eventually { floor.count(.inDoubt) == 1 && !router.isLoggedOn })
        venue.state.withLock { $0.isDeaf = false }
        router.stop(graceMilliseconds: 0)
    }

    @Test("a venue that is not there, and one that refuses, are typed failures of one line")
    func failures() throws {
        let floor = RouterHarness()
        let router = try floor.router()
        try router.start()
        do {
            try router.waitForLogon(seconds: 2)
            Issue.record("logged on")
        } catch {
            guard case .venueNotThere(_, "127.0.0.1", floor.pair.port, 2) = error else {
                Issue.record("\(error)")
                return
            }
            #expect(!error.description.contains("\n") && error.description.contains(":\(floor.pair.port)"))
        }
        let acceptor = try floor.venue(VenueDouble(refusesLogon: true))
        do {
            try router.waitForLogon(seconds: 10)
            Issue.record("logged on")
        } catch {
            #expect(
                error
                    == .logonRefused(session: "FIX.4.4:\(floor.pair.buyer)->\(floor.pair.seller)", text: "trading account closed")
            )
        }
        router.stop(graceMilliseconds: 0)
        acceptor.stop(graceMilliseconds: 0)
    }
}
