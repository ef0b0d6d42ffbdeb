import ArgumentParser
import Desk
import PlainData
import StreamRuntime
import TradingModel

struct JournalCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "journal", abstract: "Shows a day's journal: stat, dump, verify.",
        subcommands: [Stat.self, Dump.self, Verify.self])

    /// A day's journal with the names that its records refer to.
    struct Day {
        let manifest: DayManifest, names = Names()
        private let day: RecordedDay

        init(_ path: String) throws {
            do throws(JournalError) { day = try RecordedDay(path) } catch { throw Refusal.configuration(error.description) }
            manifest = day.manifest
            for symbol in manifest.symbols { _ = names.symbol(symbol) }
            for text in manifest.texts { _ = names.text(text) }
        }
        func reader() throws -> JournalReader {
            do throws(JournalError) { return try day.reader() } catch { throw Refusal.configuration(error.description) }
        }
        /// For each source number, a port of its element, so that records can be told apart and shown.
        func ports() -> [SourcePort] {
            let graph = Graph(edgeCapacity: 16)
            for source in manifest.sources { makePort(graph, source.name, Elements.type(named: source.element)) }
            return graph.ports
        }
        private func makePort<T: Element>(_ graph: Graph, _ name: String, _ type: T.Type) { graph.source(name, type) }
    }

    struct Stat: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Counts a journal's records by source, with their times.")
        @Argument(help: "The data directory.") var directory: String

        func run() throws {
            let day = try Day(directory), reader = try day.reader()
            var counts = Array(repeating: 0, count: day.manifest.sources.count + 1)
            var bytes = 0, blocks = 0, first: Int64?, last: Int64 = 0, watermark = Int64.min
            do throws(JournalError) {
                while let block = try reader.next() {
                    blocks += 1
                    first = first ?? block.ingestTime
                    (last, watermark) = (block.ingestTime, block.lastWatermark)
                    for group in reader.groups where group.source < counts.count {
                        counts[group.source] += group.count
                        bytes += group.count * group.stride
                    }
                }
            } catch { throw Refusal.answer(error.description) }
            say("\(directory): \(reader.nextSequence - 1) records in \(blocks) blocks and \(reader.segments.count) segments")
            if let first { say("ingested   \(UTC.text(first)) to \(UTC.text(last))") }
            if watermark > .min, watermark < endOfTime { say("watermark  \(UTC.text(watermark))") }
            if watermark == endOfTime { say("watermark  the day has ended") }
            say("0 sequencer \(counts[0])")
            for (i, source) in day.manifest.sources.enumerated() {
                say("\(i + 1) \(source.name) (\(source.element)) \(counts[i + 1])")
            }
            if let tail = reader.tail { say("tail       \(tail)") }
        }
    }

    struct Dump: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Prints records as tab-separated text: sequence, ingest time, source, fields.",
            discussion: "Example: floor journal dump DIR --from 100 --to 110 --source trades")
        @Argument(help: "The data directory.") var directory: String
        @Option(help: "The first record.") var from: UInt64 = 1
        @Option(help: "The last record.") var to: UInt64 = .max
        @Option(help: "Only this source's records; sequencer for the clock, texts and the like.") var source: String?

        func run() throws {
            let day = try Day(directory), reader = try day.reader(), ports = day.ports()
            let wanted: Int? = try source.map { name in
                if name == "sequencer" { return 0 }
                guard let index = day.manifest.sources.firstIndex(where: { $0.name == name }) else {
                    let known = day.manifest.sources.map(\.name).joined(separator: ", ")
                    throw Refusal.configuration("--source \(name): this day has sequencer, \(known)")
                }
                return index + 1
            }
            var texts = TextReader(day.names)
            do throws(JournalError) {
                while let block = try reader.next(), block.first <= to {
                    var out = ""
                    for group in reader.groups {
                        if group.source == 0 { try texts.take(group) }
                        guard wanted == nil || wanted == group.source, block.end > from else { continue }
                        for i in 0..<group.count {
                            let sequence = group.first + UInt64(i)
                            guard sequence >= from, sequence <= to else { continue }
                            let record = group.records + i * group.stride
                            let name: String, fields: (names: [String], values: [String])
                            if group.source == 0 {
                                (name, fields) = ("sequencer", record.load(as: ControlRecord.self).described(day.names))
                            } else if group.source <= ports.count {
                                (name, fields) = (
                                    ports[group.source - 1].name, ports[group.source - 1].described(record, day.names)
                                )
                            } else {
                                (name, fields) = ("source \(group.source)", ([], []))
                            }
                            let shown = zip(fields.names, fields.values).map { "\($0)=\($1)" }.joined(separator: "\t")
                            out += "\(sequence)\t\(UTC.text(group.ingestTime(i)))\t\(name)\t\(shown)\n"
                        }
                    }
                    if !out.isEmpty { say(out, terminator: "") }
                }
            } catch { throw Refusal.answer(error.description) }
        }
    }

    struct Verify: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Checks every record's checksum; exit 1 names the first that fails.")
        @Argument(help: "The data directory.") var directory: String

        func run() throws {
            let day = try Day(directory), reader = try day.reader()
            do throws(JournalError) { while try reader.next() != nil {} } catch { throw Refusal.answer(error.description) }
            if let tail = reader.tail { say("\(tail); the next run cuts it off") }
            say("journal verified: \(reader.nextSequence - 1) records, every checksum right")
        }
    }
}
