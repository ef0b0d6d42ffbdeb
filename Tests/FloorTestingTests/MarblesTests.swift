import FloorTesting
import PlainData
import StreamRuntime
import Testing

/// Says each event at once, and once more some time later.
private struct Echo: Operator, ~Copyable {
    let delay: Int64
    mutating func process(_ event: Event, into out: inout Emitter<Event, Nothing>) {
        out.emit(event)
        out.setTimer(Int(event.key), at: event.eventTime + delay)
    }
    mutating func timerFired(_ timer: Timer, into out: inout Emitter<Event, Nothing>) {
        out.emit(Event(eventTime: timer.time, key: UInt32(timer.key)))
    }
}

@Suite("marbles") struct MarblesTests {
    /// The letters a, b, c, d are the keys 1 to 4; an echo comes 4 columns later.
    private func checkEcho(
        _ text: String, unit: Int64 = 1, start: Int64 = 0, lateness: Int64 = 0,
        meanings: [Character: String] = ["a": "1", "b": "2", "c": "3", "d": "4"]
    ) throws {
        try checkMarbles(text, unit: unit, start: start) { picture in
            let events = picture.source("in", lateness: lateness) { mark, time in
                Event(eventTime: time, key: UInt32(max(96, mark.asciiValue ?? 96) - 96))
            }
            let out = picture.graph.add("echo", Echo(delay: 4 * unit), from: events).out
            picture.output("out", out, meanings) { "\($0.key)" }
        }
    }
    private func failure(_ body: () throws -> Void) -> String {
        do {
            try body()
            return "nothing failed"
        } catch {
            return "\(error)"
        }
    }

    /// By hand: a is due at 5, b at 7; the first record at or past that is the end.
    @Test("an output stands where the record stands that caused it")
    func columns() throws {
        try checkEcho(
            """
            in   -a-b----!
            out  -a-b----(ab)
            """)
        try checkEcho(
            """
            in   -a----b---!
            out  -a----(ab)b
            """)
    }
    @Test("a bracket's elements are of one time, in their order; names and blanks do not matter")
    func groups() throws {
        try checkEcho(
            """
                 0123456789     no name: a remark
            in   (ba)  c
            out  (ba)  (abc)
            """)
    }
    /// By hand: b happened at 1, so its echo is due at 5, with a's; c at 7 brings both.
    @Test("an element may lie before its column")
    func late() throws {
        try checkEcho(
            """
            in   -a--b<3c-----!
            out  -a--b--(abc)-c
            """)
    }
    @Test("a mark moves the watermark, and then nothing else does")
    func watermark() throws {
        try checkEcho(
            """
            in    -a-b------c
            time  ----|-|--|--!
            out   -a-b--a--bc-c
            """)
    }
    @Test("a column is as long as one says, from when one says")
    func units() throws {
        try checkEcho(
            """
            in   -a-b----!
            out  -a-b----(ab)
            """, unit: 1_000, start: 86_400_000)
    }
    @Test("a lateness holds the watermark back")
    func lateness() throws {
        try checkEcho(
            """
            in   -a---b-c----d
            out  -a---b-(ac)-(bd)
            """, lateness: 2)
    }

    @Test("what is not as drawn is shown below what was drawn, the difference marked")
    func mismatch() {
        let text = failure {
            try checkEcho(
                """
                in   -a-b----!
                out  -a-b---(ab)
                """)
        }
        #expect(
            text == """
                out not as drawn; a column is 1 ns
                  in     -a-b----!
                  drawn  -a-b---(ab)
                  came   -a-b----(ab)
                                ^^^^^
                         a is 1
                         b is 2
                """)
    }
    @Test("what no letter means gets a digit")
    func unknown() {
        let text = failure {
            try checkEcho(
                """
                in   -a-b
                out  -a-a
                """, meanings: ["a": "1"])
        }
        #expect(
            text == """
                out not as drawn; a column is 1 ns
                  in     -a-b
                  drawn  -a-a
                  came   -a-1
                            ^
                         a is 1
                         1 is 2
                """)
    }

    @Test(
        "a picture that cannot be read says where",
        arguments: [
            ("", "the picture has no line"),
            ("in  -a#\nout -a-", "line in, column 2: # means nothing; a letter is an element"),
            ("in  (ab\nout -", "line in, column 3: a bracket is not closed"),
            ("in  ab)\nout -", "line in, column 2: a bracket that was not opened"),
            ("in  ((a))\nout -", "line in, column 1: a bracket in a bracket"),
            ("in  a<b\nout -", "line in, column 0: < without the number of columns"),
            ("in a\nout a", "line out does not begin below the first one, at column 4"),
            ("in  a\nin  b", "two lines are named in"),
            ("in  a!b\nout -", "line in goes on after the end of all input"),
            ("in  a\nout a\nof  b", "line of is neither a source nor an output of the graph"),
            ("of  a\nout a", "the picture has no line in for the source"),
            ("in  a", "the picture has no line out for the output"),
            ("in  a\nout z", "line out: nobody says what z is"),
        ])
    func mistakes(picture: String, expected: String) {
        #expect(failure { try checkEcho(picture) } == expected)
    }

    @Test("no text makes the reader of pictures stumble")
    func fuzz() {
        var random = SplitMix64(seed: 7)
        let alphabet = Array("in out\n\n  ab<<19()|!--é")
        for _ in Fuzz.rounds(1_000, of: "marbles") {
            let text = String((0..<random.below(40)).map { _ in alphabet[random.below(alphabet.count)] })
            #expect(!failure { try checkEcho("in  " + text) }.isEmpty)
        }
    }
}
