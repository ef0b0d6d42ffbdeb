import FloorTesting
import PlainData
import StreamRuntime
import Testing

/// The rules of time, one picture each. A letter's value is its place in the alphabet, and its key too where keys matter.
@Suite("timer rules") struct TimerRuleTests {
    private func value(_ mark: Character, _ time: Int64) -> Value {
        Value(time, Double(max(96, mark.asciiValue ?? 96) - 96), key: 0)
    }
    private func keyed(_ mark: Character, _ time: Int64) -> Value {
        var value = value(mark, time)
        value.key = UInt32(value.value)
        return value
    }

    @Test("a window closes at the first record whose watermark reaches its end, before that record is handled")
    func closesBefore() throws {
        try checkMarbles(
            """
            in   a--b---c!
            sum  -------AB
            """
        ) { picture in
            let sum = picture.graph.add("sum", WindowSum(length: 6, lateness: 0), from: picture.source("in", value))
            picture.output("sum", sum.out, ["A": "3.0", "B": "3.0"]) { "\($0.value)" }
        }
    }

    /// The watermark stays at 7 from b on: c's window has closed, d's has not.
    @Test("an element is late when its window has closed, not when it is older than the watermark")
    func lateMeansClosed() throws {
        try checkMarbles(
            """
            in    a------b-c<8-d<7--!
            sum   -------A----------B
            late  ---------c---------
            """
        ) { picture in
            let sum = picture.graph.add("sum", WindowSum(length: 6, lateness: 0), from: picture.source("in", value))
            picture.output("sum", sum.out, ["A": "1.0", "B": "6.0"]) { "\($0.value)" }
            picture.output("late", sum.side)
        }
    }

    @Test("lateness keeps a window open for so much longer")
    func latenessWaits() throws {
        try checkMarbles(
            """
            in    a------b-c<8--d-!
            sum   --------------A-(BD)
            late  ------------------
            """
        ) { picture in
            let sum = picture.graph.add("sum", WindowSum(length: 6, lateness: 3), from: picture.source("in", value))
            picture.output("sum", sum.out, ["A": "4.0", "B": "2.0", "D": "4.0"]) { "\($0.value)" }
            picture.output("late", sum.side)
        }
    }

    @Test("a timer set for a time already reached fires right after the element that set it")
    func pastTimerFiresAtOnce() throws {
        try checkMarbles(
            """
            in    ------a(bd)-
            echo  ------A(BD)-
            """
        ) { picture in
            let echo = picture.graph.add("echo", Echo(delay: -5), from: picture.source("in", keyed))
            picture.output("echo", echo.out, ["A": "1.0 at 1", "B": "2.0 at 2", "D": "4.0 at 2"]) {
                "\($0.value) at \($0.eventTime)"
            }
        }
    }

    @Test("timers of one time fire by key, whatever the order of setting")
    func timersByKey() throws {
        try checkMarbles(
            """
            in    (dab)--e---
            echo  -------(abd)
            """
        ) { picture in
            let echo = picture.graph.add("echo", Echo(delay: 4), from: picture.source("in", keyed))
            picture.output("echo", echo.out, ["a": "1.0", "b": "2.0", "d": "4.0"]) { "\($0.value)" }
        }
    }

    /// Both inputs are the same edge: the pair sets on the first and answers on the second, within one record.
    @Test("of one record, the input declared first is handled first")
    func tiesByInput() throws {
        try checkMarbles(
            """
            in    -----c---
            pair  -----P---
            """
        ) { picture in
            let input = picture.source("in", value)
            let pair = picture.graph.add("pair", Pair(hold: 10), from: input, and: input)
            picture.output("pair", pair.out, ["P": "-1.0"]) { "\($0.value)" }
        }
    }

    @Test("the end of input fires what is pending, and drops what that sets")
    func end() throws {
        try checkMarbles(
            """
            in    -c--!
            echo  ----C
            """
        ) { picture in
            // The echo of 3 sets another one.
            let echo = picture.graph.add("echo", Echo(delay: 100), from: picture.source("in", value))
            picture.output("echo", echo.out, ["C": "3.0 at 101"]) { "\($0.value) at \($0.eventTime)" }
        }
    }
}
