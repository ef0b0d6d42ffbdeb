import PlainData
import Testing

@testable import StreamRuntime

/// The figures of counters written by hand, at times chosen by hand.
@Suite("the figures of a floor") struct FiguresTests {
    /// A thread that has run two stages for a while; both are between batches.
    private func twoStages(_ hand: Hand) -> (thread: ThreadMetrics, first: StageMetrics, second: StageMetrics) {
        let thread = hand.counters.thread("engine")
        let source = hand.counters.edge("ticks"), middle = hand.counters.edge("first")
        let first = hand.counters.stage("first", .operator), second = hand.counters.stage("second", .operator)
        for stage in [first, second] { stage.cell.pointee.thread = thread.number }
        first.cell.pointee.inputs[0] = source.number
        first.cell.pointee.output = middle.number
        middle.cell.pointee.producer = first.number
        second.cell.pointee.inputs[0] = middle.number
        (thread.cell.pointee.begun, thread.cell.pointee.ended) = (7, 7)
        return (thread, first, second)
    }

    @Test("busy, backpressured and idle are shares of one time")
    func shares() throws {
        let hand = Hand(), (thread, first, _) = twoStages(hand)
        first.cell.pointee.busyTicks = 3_000_000_000
        first.cell.pointee.blockedTicks = 1_000_000_000
        thread.cell.pointee.parkedTicks = 4_000_000_000
        thread.cell.pointee.stageTicks = 3_000_000_000
        let row = try #require(try hand.figures(at: 10).row("first"))
        #expect(row.busy == 0.3 && row.backpressured == 0.1 && abs(row.idle - 0.6) < 1e-12)
        // What the thread did besides: 10 s − 4 s asleep − 3 s in stages.
        let own = try #require(try hand.figures(at: 10).row(FloorFigures.sequencer))
        #expect(abs(own.busy - 0.3) < 1e-12 && abs(own.idle - 0.7) < 1e-12)
    }

    @Test("the shares of an operator sum to 1 whatever its counters say", arguments: 1...50 as ClosedRange<UInt64>)
    func sumsToOne(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        let hand = Hand(), (thread, first, second) = twoStages(hand)
        func some() -> UInt64 { random.below(3) == 0 ? random.next() : UInt64(random.below(20_000_000_000)) }
        for stage in [first, second] {
            stage.cell.pointee.busyTicks = some()
            stage.cell.pointee.blockedTicks = some()
            stage.cell.pointee.blockedSince = random.below(2) == 0 ? 0 : Hand.start &+ some()
        }
        (thread.cell.pointee.running, thread.cell.pointee.since) = (first.number, Hand.start &+ some())
        (thread.cell.pointee.waitTicks, thread.cell.pointee.parkedTicks, thread.cell.pointee.stageTicks) = (
            some(), some(), some()
        )
        for row in try hand.figures(at: 10).operators {
            #expect(abs(row.busy + row.idle + row.backpressured - 1) < 1e-9, "\(row)")
            #expect(row.busy >= 0 && row.idle >= 0 && row.backpressured >= 0, "\(row)")
        }
    }

    @Test("while a stage is stuck its lag grows with the clock, and those behind it lag as much")
    func lagGrows() throws {
        let hand = Hand(), (thread, first, second) = twoStages(hand)
        // A batch began at 5 s; its oldest record had come in at 4.5 s. The first stage has run, the second never returns.
        (thread.cell.pointee.begun, thread.cell.pointee.batchStart) = (8, Hand.ticks(5))
        (thread.cell.pointee.oldestIngest, thread.cell.pointee.newestIngest) = (Hand.wall(4.5), Hand.wall(4.9))
        first.cell.pointee.finished = Hand.ticks(5.25)
        first.cell.pointee.localTicks = 250_000_000
        first.cell.pointee.handledIngest = Hand.wall(4.9)
        (thread.cell.pointee.running, thread.cell.pointee.since) = (second.number, Hand.ticks(5.25))
        for seconds in [6.0, 60, 3_600] {
            let figures = try hand.figures(at: seconds)
            let (a, b) = (try #require(figures.row("first")), try #require(figures.row("second")))
            #expect(abs(a.localLag - 0.25) < 1e-6 && abs(a.globalLag - 0.35) < 1e-6, "handled at 5.25 s what came at 4.9 s")
            #expect(abs(b.localLag - (seconds - 5.25)) < 1e-6 && abs(b.globalLag - (seconds - 4.5)) < 1e-6, "at \(seconds) s")
            #expect(abs(b.busy - (seconds - 5.25) / seconds) < 1e-9)
        }
        #expect(try hand.figures(at: 3_600).bottleneck == "second")
        #expect(try hand.figures(at: 3_600).trouble == "second has been at one batch for 3594 s")
    }

    @Test("what waits in front of the sequencer makes everything behind it lag")
    func backlog() throws {
        let hand = Hand(), (thread, first, second) = twoStages(hand)
        let ring = hand.counters.edge("ticks")
        (ring.depth, ring.capacity, ring.taken, ring.total) = (40, 64, 160, 200)
        ring.oldestIngestTime = Hand.wall(7)
        for stage in [first, second] {
            (stage.cell.pointee.finished, stage.cell.pointee.handledIngest) = (Hand.ticks(6), Hand.wall(5.5))
        }
        let figures = try hand.figures(at: 10)
        for name in ["first", "second"] { #expect(abs((figures.row(name)?.globalLag ?? 0) - 3) < 1e-6) }
        let edge = try #require(figures.edge("ticks"))
        // 160 taken in 10 s: 40 take 2.5 s.
        #expect(edge.depth == 40 && abs(edge.oldestAge - 3) < 1e-6 && abs(edge.drain - 2.5) < 1e-9)
        ring.taken = 0
        #expect(try hand.figures(at: 10).edge("ticks")?.drain == .infinity)
        _ = thread
    }

    @Test("an edge's blocked time grows while its writer waits")
    func blockedEdge() throws {
        let hand = Hand(), edge = hand.counters.edge("orders")
        edge.block(Hand.ticks(1))
        edge.block(Hand.ticks(2))  // again and again is once
        #expect(try hand.figures(at: 4).edge("orders")?.blocked == 3)
        edge.unblock(Hand.ticks(5))
        #expect(try hand.figures(at: 9).edge("orders")?.blocked == 4)
        (edge.conflated, edge.sampledOut, edge.shed, edge.spilled) = (3, 7, 4, 5)
        (edge.total, edge.taken, edge.depth) = (25, 9, 2)
        let found = try #require(try hand.figures(at: 9).edge("orders"))
        #expect((found.conflated, found.sampledOut, found.shed, found.spilled) == (3, 7, 4, 5))
        #expect((found.total, found.taken, found.depth) == (25, 9, 2))
    }

    @Test("shares are of the last samples, not of the day")
    func window() throws {
        let hand = Hand(), (_, first, _) = twoStages(hand)
        let header = hand.counters.memory.header
        // Ten samples a second apart, the last at 100 s; busy until 90 s, at rest since.
        for i in 0..<10 {
            header.pointee.sampleTicks[i] = Hand.ticks(91 + Double(i))
            first.cell.pointee.history[i] = .init(busy: 90_000_000_000, blocked: 0, elements: 900)
        }
        (header.pointee.samples, first.cell.pointee.busyTicks, first.cell.pointee.elements) = (10, 90_000_000_000, 900)
        #expect(try hand.figures(at: 101).row("first")?.busy == 0)
        first.cell.pointee.busyTicks += 1_000_000_000
        first.cell.pointee.elements += 500
        let figures = try hand.figures(at: 102)
        // The oldest sample is about to be overwritten, so the one after it is used: 10 s.
        #expect(figures.process.windowSeconds == 10)
        #expect(figures.row("first")?.busy == 0.1 && figures.row("first")?.elementsPerSecond == 50)
    }

    @Test("of a process that is gone, shares stand and what waits grows older")
    func gone() throws {
        let hand = Hand(), (thread, first, _) = twoStages(hand)
        let ring = hand.counters.edge("ticks")
        (ring.depth, ring.oldestIngestTime) = (1, Hand.wall(9))
        // Last seen at 10 s, at work since 8 s.
        (hand.counters.memory.header.pointee.ticks, hand.counters.memory.header.pointee.wall) = (Hand.ticks(10), Hand.wall(10))
        (thread.cell.pointee.begun, thread.cell.pointee.running, thread.cell.pointee.since) = (8, first.number, Hand.ticks(8))
        for seconds in [20.0, 100] {
            let figures = try hand.figures(at: seconds, .gone)
            #expect(figures.row("first")?.busy == 0.2)
            #expect(figures.edge("ticks")?.oldestAge == seconds - 9)
            let silent = seconds < 30 ? "10 s" : "90 s"
            #expect(figures.trouble == "process \(figures.process.id) is gone; last heartbeat \(silent) ago")
        }
        let stopped = try hand.figures(at: 30, .stopped)
        #expect(stopped.trouble?.contains("is stopped by a signal; last heartbeat 20 s ago") == true)
        hand.counters.state = .ended
        hand.counters.memory.header.pointee.endTicks = Hand.ticks(10)
        #expect(try hand.figures(at: 100, .gone).trouble == nil)
        #expect(try hand.figures(at: 100, .gone).edge("ticks")?.oldestAge == 1)
    }

    @Test("a source's watermark lag is the clock less its newest event and its lateness")
    func watermark() throws {
        let hand = Hand(), cell = hand.counters.source("feed").cell
        (cell.pointee.holds, cell.pointee.lateness) = (1, 2_000_000_000)
        #expect(try hand.figures(at: 10).sources.first?.watermarkLag == .infinity, "before its first word")
        cell.pointee.latest = Hand.wall(7)
        #expect(try hand.figures(at: 10).sources.first?.watermarkLag == 5)
        cell.pointee.latest = endOfTime
        #expect(try hand.figures(at: 10).sources.first?.watermarkLag == 0)
    }

    @Test("a commit that does not end shows as a growing one")
    func commit() throws {
        let hand = Hand(), cell = hand.counters.journal.cell
        (cell.pointee.appended, cell.pointee.durable, cell.pointee.lastCommit) = (500, 420, 2_000_000)
        #expect(try hand.figures(at: 1).journal.unsynced == 80)
        #expect(try hand.figures(at: 1).journal.commitSeconds == 0.002)
        cell.pointee.commitSince = Hand.ticks(1)
        #expect(try hand.figures(at: 31).journal.commitSeconds == 30)
        #expect(try hand.figures(at: 1_000).bottleneck == FloorFigures.journalName)
    }
}
