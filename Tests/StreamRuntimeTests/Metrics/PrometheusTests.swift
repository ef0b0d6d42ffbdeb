import PlainData
import Testing

@testable import StreamRuntime

@Suite("Prometheus text") struct PrometheusTests {
    @Test("labels and help are escaped as the format says")
    func escaping() throws {
        let counters = Counters()
        counters.gauge("floor_odd", [("name", "a\"b\\c\nd")], help: "one\\two\nthree").value = 1.5
        let text = PrometheusText.text(try FloorFigures(counters))
        #expect(
            text.contains(
                "# HELP floor_odd one\\\\two\\nthree\n# TYPE floor_odd gauge\nfloor_odd{name=\"a\\\"b\\\\c\\nd\"} 1.5\n"))
    }

    @Test("numbers are those that Prometheus reads back")
    func numbers() {
        #expect(Double.infinity.metricText == "+Inf" && (-Double.infinity).metricText == "-Inf")
        #expect(Double.nan.metricText == "NaN" && 3.0.metricText == "3" && 0.1.metricText == "0.1")
        #expect(PrometheusText.bounds.count == 28 && PrometheusText.bounds == PrometheusText.bounds.sorted())
        #expect(PrometheusText.bounds[0].metricText == "1e-08" && PrometheusText.bounds.last == 10)
        #expect(PrometheusText.bounds.map(\.metricText).contains("0.00025"))
    }

    /// By hand: 2 values of 100 ns, 1 of 3 µs, 1 of 20 s.
    @Test("a histogram's buckets are cumulative and end with its count")
    func histogram() throws {
        let counters = Counters(), path = counters.path(from: "feed", to: "broker")
        path.latency.record(100, count: 2)
        path.latency.record(3_000)
        path.latency.record(20_000_000_000)
        let lines = PrometheusText.text(try FloorFigures(counters)).split(separator: "\n")
        func bucket(_ le: String) -> String? {
            lines.first { $0.hasPrefix("floor_path_latency_seconds_bucket{from=\"feed\",to=\"broker\",le=\"\(le)\"}") }
                .flatMap { $0.split(separator: " ").last.map(String.init) }
        }
        #expect(bucket("5e-08") == "0" && bucket("2.5e-07") == "2" && bucket("5e-06") == "3" && bucket("10") == "3")
        #expect(bucket("+Inf") == "4")
        #expect(lines.contains("floor_path_latency_seconds_count{from=\"feed\",to=\"broker\"} 4"))
        #expect(lines.contains { $0.hasPrefix("floor_path_latency_seconds_sum{from=\"feed\",to=\"broker\"} 20.0000032") })
    }

    @Test("each metric has its help and its type once, before its samples")
    func families() throws {
        let counters = Counters()
        for state in ["New", "Filled"] { counters.gauge("floor_orders", [("state", state)], help: "Orders.").value = 1 }
        counters.counter("floor_seen_total", help: "Seen.").value = 2
        let lines = PrometheusText.text(try FloorFigures(counters)).split(separator: "\n").map(String.init)
        let types = lines.filter { $0.hasPrefix("# TYPE ") }.map { $0.split(separator: " ")[2] }
        #expect(Set(types).count == types.count)
        #expect(lines.contains("# TYPE floor_seen_total counter") && lines.contains("floor_seen_total 2"))
        for (at, line) in lines.enumerated() where line.hasPrefix("# TYPE ") {
            #expect(lines[at - 1].hasPrefix("# HELP \(line.split(separator: " ")[2]) "))
        }
    }
}
