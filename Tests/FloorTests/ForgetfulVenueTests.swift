import FloorTesting
import Foundation
import Testing

extension FloorTests {
    @Suite("a venue that loses what it was sent") struct ForgetfulVenueTests {
        /// FIX 4.4, volume 2: what a venue has not received it asks for again. Orders do not come again so; a cancel that did would
        /// come before its order and be refused as one of an unknown order.
        @Test("an order and its cancel that are lost together: the venue is asked, and neither is sent again")
        func lostTogether() async throws {
            let folder = try TestFolder(), venue = try RawVenue(forgets: 2)
            defer { venue.stop() }
            try folder.write(
                OrderEntry.header + "2024-01-02T10:00:00Z,new,A1,,ACC,S,ELM,buy,100,limit,10,day\n"
                    + "2024-01-02T10:00:01Z,cancel,C1,A1,ACC,S,ELM,buy,,,,\n", to: "orders.csv")
            let desk = try await FloorProcess.run(
                [
                    "run", PackageFiles.path("topologies/order-entry.yaml"), "--data", "day", "--set",
                    "sources.orders.path=orders.csv", "--set", "sessions.broker.port=\(venue.port)", "--set",
                    "sinks.router.settle=200ms",
                ], in: folder)
            #expect(desk.status == 0, "\(desk)")
            let seen = venue.seen
            #expect(seen.logons == 2 && seen.orders.isEmpty && seen.mistakes.isEmpty, "\(seen.mistakes)")
            // The order and its cancel, lost; then the gap is filled, and the order asked about.
            let types = seen.messages.map(\.type).filter { ["D", "F", "H", "4"].contains($0) }
            #expect(types.prefix(2) == ["D", "F"] && Set(types.dropFirst(2)) == ["4", "H"], "\(types)")
            let states = try folder.text("day/order-states.csv").split(separator: "\n")
            #expect(states.last?.contains(",A1,8,") == true && states.last?.contains("KNOWN") == true, "\(states)")
            #expect(try folder.text("day/order-anomalies.csv").split(separator: "\n").count == 1, "\(desk)")
        }
    }
}
