import Clearance
import Desk
import Foundation
import PlainData
import StreamRuntime
import TradingModel

/// The time from a crash to the next record: the newest checkpoint and the journal's tail of five million records.
struct RecoveryBench {
    let options: BenchOptions
    private let trades: BenchTrades
    private static var tail: UInt64 { 5_000_000 }

    init(_ options: BenchOptions) throws {
        self.options = options
        trades = try BenchTrades(options.native, records: max(options.records, 8_000_000))
    }

    func run() throws -> [BenchLine] {
        let folder = try options.emptyFolder("recovery"), checkpoints = CheckpointFolder(folder)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let recorded = try record(folder, checkpoints)
        for name in try FileManager.default.contentsOfDirectory(atPath: folder) { try Native.cache(folder + "/" + name) }
        var times: [Double] = []
        for _ in 0..<options.rounds {
            let chain = try DeskChain(DeskChain.desk)
            let begin = TickClock.monotonic()
            guard let checkpoint = try checkpoints.newest(topologyHash: 0, notice: { complain($0) }) else {
                throw Refusal.answer("the checkpoint is gone")
            }
            let engine = chain.engine(), reader = try JournalReader(directory: folder)
            try engine.restore(checkpoint)
            guard try reader.skip(through: checkpoint.sequence) else {
                throw Refusal.answer("the journal ends before the checkpoint")
            }
            let last = try engine.resume(from: reader)
            times.append(Double(TickClock.monotonic() - begin) / 1e9)
            guard last == recorded.last, chain.digests == recorded.digests else {
                throw Refusal.answer("the recovered desk is not the one that was recorded")
            }
        }
        return [.atMost("recovery: checkpoint and a tail of 5 M records", median(times), "s", 1)]
    }

    /// Runs the desk for eight million trades or so; its only checkpoint is five million records before the end.
    private func record(_ folder: String, _ checkpoints: CheckpointFolder) throws -> (last: UInt64, digests: [UInt64]) {
        let chain = try DeskChain(DeskChain.desk)
        var settings = EngineOptions()
        settings.endsDay = false  // a crash does not
        let engine = chain.engine(settings)
        let source = try BenchTradeSource(trades, names: chain.assembly.names)
        defer { source.close() }
        engine.pull(chain.trades, source)
        let journal = try JournalWriter(directory: folder, topologyHash: 0, nextSequence: 1, lastSegment: 0, durability: .os)
        let stop = engine.stopper, first = UInt64(2_000_000)
        var taken: UInt64?, failure: (any Error)?
        engine.onBatch = { sequence, _ in
            if taken == nil, sequence >= first {
                taken = sequence
                let checkpoint = Checkpoint(sequence: sequence, topologyHash: 0, parts: engine.checkpointParts.save())
                do { _ = try checkpoints.write(checkpoint) } catch { failure = error }
            }
            if let taken, sequence >= taken + Self.tail { stop() }
        }
        try engine.run(journal: journal)
        journal.close()
        if let failure { throw failure }
        return (engine.nextSequence - 1, chain.digests)
    }
}
