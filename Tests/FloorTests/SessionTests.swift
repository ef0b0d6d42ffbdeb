import FloorTesting
import Foundation
import Testing

extension FloorTests {
    @Suite("venues that are not there, or will not") struct SessionTests {
        @Test("each is one clear line and exit 1, and nothing was recorded as sent")
        func refusedAndAbsent() async throws {
            let day = try await LiveDay(speed: 1_000, exitAtEnd: false)
            let refusing = try RawVenue(refusal: "not on our books")
            defer { refusing.stop() }
            func desk(_ name: String, _ settings: String...) throws -> FloorProcess {
                try FloorProcess(
                    ["run", PackageFiles.path("topologies/desk.yaml"), "--data", day.folder.path(name)] + day.overrides
                        + settings.flatMap { ["--set", $0] }, in: day.folder)
            }
            let nobody = freePort()
            let refused = try desk("refused", "sessions.broker.port=\(refusing.port)")
            let stranger = try desk("stranger", "sessions.broker.sender=STRANGER")
            let absent = try desk("absent", "sessions.broker.port=\(nobody)")
            for process in [refused, stranger, absent] { #expect(try await process.wait(seconds: 30) == 1, "\(process.errors)") }
            expectRefusal(finished(refused, 1), status: 1, "the venue refused the logon: not on our books")
            expectRefusal(
                finished(stranger, 1), status: 1, "STRANGER", "did not answer the logon within 10 s; check sender and target")
            expectRefusal(
                finished(absent, 1), status: 1,
                "no venue at 127.0.0.1:\(nobody) after 10 s; start it or set the session's host and port")

            let noFeed = try desk("no-feed", "sources.feed.url=ws://127.0.0.1:\(nobody)")
            #expect(try await noFeed.wait(seconds: 30) == 1, "\(noFeed.errors)")
            expectRefusal(finished(noFeed, 1), status: 1, "source feed", "no connection to ws://127.0.0.1:\(nobody)")
            for name in ["refused", "stranger", "absent", "no-feed"] {
                let stat = try await day.run("journal", "stat", day.folder.path(name))
                #expect(stat.status == 0 && stat.output.contains("intents (ClearedOrder) 0"), "\(stat)")
            }
            day.venue.terminate()
            #expect(try await day.venue.wait(seconds: 20) == 0, "\(day.venue.errors)")
        }

        private func finished(_ process: FloorProcess, _ status: Int32) -> FloorProcess.Finished {
            FloorProcess.Finished(command: process.command, status: status, output: process.output, errors: process.errors)
        }

        @Test("ports that are taken and tapes that are not there are one line each")
        func venueRefusals() async throws {
            let day = try await LiveDay(speed: 1, exitAtEnd: false)
            let taken = try await day.run(
                "venue", "--tape", day.folder.path("tape"), "--fix", "\(day.fixPort)", "--feed", "0")
            expectRefusal(taken, status: 1, "FIX acceptor cannot listen")
            let feed = try await day.run(
                "venue", "--tape", day.folder.path("tape"), "--fix", "\(freePort())", "--feed", "\(day.feedPort)")
            expectRefusal(feed, status: 1, "feed cannot listen")
            let tape = try await day.run("venue", "--tape", day.folder.path("none"), "--fix", "\(freePort())", "--feed", "0")
            expectRefusal(tape, status: 1, "none")
            day.venue.terminate()
            #expect(try await day.venue.wait(seconds: 20) == 0)
        }
    }
}
