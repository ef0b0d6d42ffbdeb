import Testing
import Topology

/// A file with something wrong, and all that is to be said of it.
struct BadFile: Sendable, CustomTestStringConvertible {
    let name: String
    let text: String
    var overrides: [String] = []
    let says: [String]
    var testDescription: String { name }

    /// The lines under a topology that is well otherwise: `sources:` begins at line 2, `trades` is line 3.
    static func body(_ name: String, _ lines: String, overrides: [String] = [], _ says: String...) -> BadFile {
        let head = "topology: t\nsources:\n  trades: { kind: file, path: a.csv, format: trades-csv }\n"
        return BadFile(name: name, text: head + lines, overrides: overrides, says: says)
    }

    static func whole(_ name: String, _ text: String, _ says: String...) -> BadFile {
        BadFile(name: name, text: text, says: says)
    }
}

@Suite("What is wrong with a topology is said with file, line and a next step")
struct BadFileTests {
    @Test(
        "each mistake has its message",
        arguments: syntax + sections + kindsAndKeys + values + edges + policies + graphs + sessions + overrides)
    func message(_ file: BadFile) {
        #expect(mistakes(in: file.text, overrides: file.overrides) == file.says)
    }

    @Test("all mistakes are told at once, in the order of the file")
    func allAtOnce() {
        let text = """
            topology: many
            sourcs: {}
            sources:
              trades: { kind: fil, path: a.csv }
              quotes: { kind: file, path: q.csv, format: quote-csv }
            operators:
              bars: { kind: time-bars, from: trade, every: 1x }
              rsi: { kind: rsi, from: quotes, period: 0, perod: 3 }
            """
        #expect(
            mistakes(in: text, overrides: ["operators.bars.latenes=1s"]) == [
                "t.yaml:2: a topology has no section \"sourcs\"; did you mean \"sources\"?",
                "t.yaml:4: source \"trades\": there is no source of kind \"fil\"; did you mean \"file\"?",
                "t.yaml:5: source \"quotes\": format \"quote-csv\" is not known; did you mean \"quotes-csv\"?",
                "t.yaml:7: operator \"bars\": every \"1x\" is no duration; write a whole number and a unit (ns, us, ms, s, m, h, d), like 250ms, 1m or 1d",
                "t.yaml:7: operator \"bars\" reads \"trade\", which no source or operator makes; did you mean \"trades\"?",
                "t.yaml:8: operator \"rsi\": unknown key \"perod\"; did you mean \"period\"?",
                "t.yaml:8: operator \"rsi\": period 0 is out of range; it takes an integer from 1 to 10000 (bars)",
                "--set operators.bars.latenes: operator \"bars\": unknown key \"latenes\"; did you mean \"lateness\"?",
            ])
    }

    static let syntax: [BadFile] = [
        .whole(
            "an empty file", "", "t.yaml:1: the file is empty; a topology has the keys topology, sources, operators and sinks"),
        .whole(
            "a list", "- a\n- b\n",
            "t.yaml:1: the document is a list; a topology is a map with the keys topology, clock, instruments, sources, operators, sinks, sessions, limits"
        ),
        .whole(
            "an open bracket", "topology: t\nsources: { trades: { kind: file }\noperators: {}\n",
            "t.yaml:3:1: YAML syntax: did not find expected ',' or '}', while parsing a flow mapping that begins at line 2; close the bracket, or put a comma between the entries"
        ),
        .whole(
            "a tab", "topology: t\nsources:\n\ttrades: {}\n",
            "t.yaml:3:1: YAML syntax: found character that cannot start any token; indent with spaces, not tabs, and quote a text that begins with @, %, ` or |"
        ),
        .whole(
            "an unquoted colon", "topology: a: b\n",
            "t.yaml:1:12: YAML syntax: mapping values are not allowed in this context; quote a text that holds \": \", or mend the indentation"
        ),
        .whole(
            "two documents", "topology: t\n---\ntopology: u\n",
            "t.yaml:2:1: YAML syntax: found another document; a topology file holds one document"),
        .whole(
            "an unknown alias", "topology: t\nlimits: *none\n",
            "t.yaml:2:9: YAML syntax: found undefined alias; a text that begins with * stands in quotes"),
        .whole(
            "a control character", "topology: t\nlimits: \u{1}\n",
            "t.yaml:2: YAML syntax: control characters are not allowed (U+1); remove the character"),
        .body(
            "a key twice", "operators:\n  rsi: { kind: rsi, from: trades, period: 3,\n    period: 4 }\n",
            "t.yaml:5: operator \"rsi\" reads Trade from \"trades\", but it takes Bar; put one of these in between: time-bars",
            "t.yaml:6: key \"period\" stands twice in its map, first at line 5; remove one"),
        .body(
            "keys twice at two levels",
            "operators:\n  a: { kind: time-bars, from: trades, every: 1m }\n  a: { kind: rsi, kind: rsi, from: a }\n",
            "t.yaml:6: key \"kind\" stands twice in its map, first at line 6; remove one",
            "t.yaml:6: key \"a\" stands twice in its map, first at line 5; remove one"),
        .body(
            "a merge key", "limits: { <<: { a: 1 } }\n",
            "t.yaml:4: merge keys (<<) are not read; write the keys out, or use an alias for a whole value"),
        .body("a list as a key", "limits: { [a]: 1 }\n", "t.yaml:4: a key is a list or a map; a key is a name"),
    ]

    static let sections: [BadFile] = [
        .whole(
            "no name", "sources: { trades: { kind: file, path: a, format: trades-csv } }\n",
            "t.yaml:1: the topology has no name; begin the file with topology: NAME"),
        .whole(
            "no sources", "topology: t\n", "t.yaml:1: the topology has no sources; add one, like sources: { trades: { kind: … } }"
        ),
        .body(
            "an unknown section", "operator: {}\n",
            "t.yaml:4: a topology has no section \"operator\"; did you mean \"operators\"?"),
        .body(
            "an unknown section far from any", "portfolio: {}\n",
            "t.yaml:4: a topology has no section \"portfolio\"; sections are topology, clock, instruments, sources, operators, sinks, sessions, limits"
        ),
        .body(
            "a section that is a list", "operators:\n  - kind: rsi\n",
            "t.yaml:4: operators is a list; it takes a map of names, like operators: { name: { kind: … } }"),
        .body(
            "a clock of no kind", "clock: { kind: wal }\n", "t.yaml:4: clock: kind \"wal\" is not known; did you mean \"wall\"?"),
        .body(
            "a clock that stands still", "clock: { every: 0s }\n",
            "t.yaml:4: clock: every 0s is out of range; it takes a duration above zero, like 1m"),
        .body("limits that are no map", "limits: 5\n", "t.yaml:4: limits is a single value; it takes a map"),
        .body(
            "an instrument without a symbol", "instruments:\n  - { symbol: A, tick: 1 }\n  - { tick: 1 }\n  - { symbol: A }\n",
            "t.yaml:6: instruments[1] has no symbol; it takes a map like { symbol: ABC, tick: 0.01 }",
            "t.yaml:7: instrument \"A\" stands twice; remove one"),
    ]

    static let kindsAndKeys: [BadFile] = [
        .body(
            "no kind", "operators:\n  x: { from: trades }\n",
            "t.yaml:5: operator \"x\" has no kind; it takes one of time-bars, rsi, macd, targets, drift, compliance, oms, venue, filter"
        ),
        .body(
            "an unknown kind", "operators:\n  x: { kind: rs, from: trades }\n",
            "t.yaml:5: operator \"x\": there is no operator of kind \"rs\"; did you mean \"rsi\"?"),
        .body(
            "a kind of another section", "operators:\n  x: { kind: csv, from: trades }\n",
            "t.yaml:5: operator \"x\": kind \"csv\" is a sink; move it under sinks:"),
        .body(
            "an unknown key", "operators:\n  b: { kind: time-bars, from: trades, every: 1m, colour: red }\n",
            "t.yaml:5: operator \"b\": unknown key \"colour\"; it takes kind, from, thread, shards, every, lateness"),
        .body(
            "a missing key", "operators:\n  b: { kind: time-bars, from: trades }\n",
            "t.yaml:5: operator \"b\": every is missing; it takes a duration above zero, like 1m"),
        .body(
            "an empty value", "operators:\n  b: { kind: time-bars, from: trades, every: }\n",
            "t.yaml:5: operator \"b\": every has no value; it takes a duration above zero, like 1m"),
        .body(
            "a name with a dot", "operators:\n  a.b: { kind: time-bars, from: trades, every: 1m }\n",
            "t.yaml:5: operator \"a.b\" has no good name; a name is letters, digits, - and _, and begins with a letter"),
        .body(
            "one name in two sections", "operators:\n  trades: { kind: time-bars, from: trades, every: 1m }\n",
            "t.yaml:5: operator \"trades\" has the name of the source at line 3; give one of them another name"),
        .body(
            "a vertex that is text", "sinks:\n  out: csv\n",
            "t.yaml:5: sink \"out\" is a single value; it takes a map with a kind, like { kind: csv }"),
        .body(
            "a rule between parameters",
            "operators:\n  b: { kind: time-bars, from: trades, every: 1m }\n  m: { kind: macd, from: b,\n    fast: 26, slow: 12 }\n",
            "t.yaml:7: operator \"m\": fast 26 is not below slow 12; the fast average is the shorter one"),
    ]

    static let values: [BadFile] = [
        .body(
            "a number without a unit", "operators:\n  b: { kind: time-bars, from: trades, every: 60 }\n",
            "t.yaml:5: operator \"b\": every \"60\" is no duration; write a whole number and a unit (ns, us, ms, s, m, h, d), like 250ms, 1m or 1d"
        ),
        .body(
            "a duration past 292 years", "operators:\n  b: { kind: time-bars, from: trades, every: 200000d }\n",
            "t.yaml:5: operator \"b\": every \"200000d\" is no duration; write a whole number and a unit (ns, us, ms, s, m, h, d), like 250ms, 1m or 1d"
        ),
        .body(
            "a duration of nothing", "operators:\n  b: { kind: time-bars, from: trades, every: 0ms }\n",
            "t.yaml:5: operator \"b\": every 0ms is out of range; it takes a duration above zero, like 1m"),
        .body(
            "integers",
            "operators:\n  b: { kind: time-bars, from: trades, every: 1m }\n  r1: { kind: rsi, from: b, period: 1.5 }\n  r2: { kind: rsi, from: b, period: 99999999999999999999 }\n  r3: { kind: rsi, from: b, period: [3] }\n",
            "t.yaml:6: operator \"r1\": period \"1.5\" is no integer; it takes an integer from 1 to 10000 (bars)",
            "t.yaml:7: operator \"r2\": period 99999999999999999999 is out of range; it takes an integer from 1 to 10000 (bars)",
            "t.yaml:8: operator \"r3\": period is a list; it takes an integer from 1 to 10000 (bars)"),
        .body(
            "decimals",
            "operators:\n  b: { kind: time-bars, from: trades, every: 1m }\n  r: { kind: rsi, from: b }\n  t: { kind: targets, from: r, weights: { A: 1.0000000001, B: 1e-3, C: x } }\n",
            "t.yaml:7: operator \"t\": weights.A 1.0000000001 is out of range; it takes a decimal from -1 to 1",
            "t.yaml:7: operator \"t\": weights.B \"1e-3\" is no decimal; write it without an exponent",
            "t.yaml:7: operator \"t\": weights.C \"x\" is no decimal; it takes a decimal from -1 to 1"),
        .body(
            "numbers and booleans",
            "operators:\n  b: { kind: time-bars, from: trades, every: 1m }\n  m: { kind: macd, from: b, fast: 1, slow: 2, alpha: nan }\n  t: { kind: targets, from: m, invert: yes }\n",
            "t.yaml:6: operator \"m\": alpha \"nan\" is no number; it takes a number from 0.0 to 1.0",
            "t.yaml:7: operator \"t\": invert \"yes\" is no boolean; write true"),
        .whole(
            "lists, sizes and nested maps",
            "topology: t\nsources:\n  f:\n    kind: feed\n    url: x\n    symbols: BTC-USD\n    buffer: 64XB\n    reconnect: { first: 1s, mots: 2s }\n",
            "t.yaml:6: source \"f\": symbols is a single value; it takes a list, each item text; write [BTC-USD]",
            "t.yaml:7: source \"f\": buffer \"64XB\" is no size; write a whole number of bytes, or one with a unit (KB, MB, GB, KiB, MiB, GiB), like 64KiB",
            "t.yaml:8: source \"f\": reconnect: unknown key \"mots\"; did you mean \"most\"?",
            "t.yaml:8: source \"f\": reconnect: most is missing; it takes a duration above zero, like 1m"),
        .whole(
            "an item of a list", "topology: t\nsources:\n  f: { kind: feed, url: x, symbols: [A,\n    [B], ] }\n",
            "t.yaml:4: source \"f\": symbols[1] is a list; it takes text"),
    ]

    static let edges: [BadFile] = [
        .body(
            "an unknown vertex", "operators:\n  vwap: { kind: time-bars, from: trade, every: 1m }\n",
            "t.yaml:5: operator \"vwap\" reads \"trade\", which no source or operator makes; did you mean \"trades\"?"),
        .body(
            "an unknown vertex far from any", "operators:\n  b: { kind: time-bars, from: everything, every: 1m }\n",
            "t.yaml:5: operator \"b\" reads \"everything\", which no source or operator makes; there are trades"),
        .body(
            "an unknown output",
            "operators:\n  b: { kind: time-bars, from: trades, every: 1m }\n  c: { kind: filter, from: b.lat }\n  d: { kind: filter, from: trades.side }\n",
            "t.yaml:6: operator \"c\" reads \"b.lat\", but \"b\" has no output \"lat\"; did you mean \"b.late\"?",
            "t.yaml:7: operator \"d\" reads \"trades.side\", but \"trades\" has no output \"side\"; it makes trades"),
        .body(
            "nothing read", "operators:\n  b: { kind: time-bars, every: 1m }\n  d: { kind: drift }\n",
            "t.yaml:5: operator \"b\" reads nothing; add from: VERTEX, one that makes Trade",
            "t.yaml:6: operator \"d\" reads nothing; add from: { targets: …, positions: … }"),
        .body(
            "two inputs and one name", "operators:\n  d: { kind: drift, from: trades }\n",
            "t.yaml:5: operator \"d\" has the inputs targets, positions, prices; write from: { targets: …, positions: … }"),
        .body(
            "inputs missing and unknown", "operators:\n  d: { kind: drift, from: { price: trades } }\n",
            "t.yaml:5: operator \"d\" has no input \"price\"; did you mean \"prices\"?",
            "t.yaml:5: operator \"d\": input \"targets\" is missing; it reads Target",
            "t.yaml:5: operator \"d\": input \"positions\" is missing; it reads Position"),
        .body(
            "a list of vertices", "operators:\n  b: { kind: time-bars, from: [trades], every: 1m }\n",
            "t.yaml:5: operator \"b\": from is a list; write from: VERTEX, one that makes Trade"),
        .body(
            "another element type",
            "operators:\n  b: { kind: time-bars, from: trades, every: 1m }\n  r: { kind: rsi, from: b.late }\n  d: { kind: drift, from: { targets: b, positions: r } }\n",
            "t.yaml:6: operator \"r\" reads Trade from \"b.late\", but it takes Bar; Bar is made by b",
            "t.yaml:7: operator \"d\" reads Bar from \"b\", but its input \"targets\" takes Target",
            "t.yaml:7: operator \"d\" reads Value from \"r\", but its input \"positions\" takes Position"),
        .body(
            "an element type through a filter", "operators:\n  f: { kind: filter, from: trades }\n  r: { kind: rsi, from: f }\n",
            "t.yaml:6: operator \"r\" reads Trade from \"f\", but it takes Bar; put one of these in between: time-bars"),
        .body(
            "a sink that is read",
            "sinks:\n  out: { kind: csv, from: trades, path: x }\n  more: { kind: csv, from: out, path: y }\n",
            "t.yaml:6: sink \"more\" reads \"out\", a sink, which makes nothing; read what the sink reads"),
        .whole(
            "a source that reads", "topology: t\nsources:\n  trades: { kind: file, path: a.csv, format: trades-csv, from: x }\n",
            "t.yaml:3: source \"trades\" reads nothing, so it takes no from; move it under operators: or remove from"),
    ]

    static let policies: [BadFile] = [
        .body(
            "an unknown policy, key and capacity",
            "sinks:\n  a: { kind: csv, path: x, from: { vertex: trades, overflow: drop } }\n  b: { kind: csv, path: x, from: { vertx: trades, capacity: 0 } }\n",
            "t.yaml:5: sink \"a\": from: overflow \"drop\" is not known; it takes one of block, spill, conflate, sample, shed",
            "t.yaml:6: sink \"b\": from: unknown key \"vertx\"; did you mean \"vertex\"?",
            "t.yaml:6: sink \"b\": from: capacity 0 is out of range; it takes an integer from 1 to 67108864 (elements)",
            "t.yaml:6: sink \"b\": from: vertex is missing; name the vertex that it reads"),
        .body(
            "dropping between operators",
            "operators:\n  b: { kind: time-bars, from: trades, every: 1m }\n  r: { kind: rsi, from: { vertex: b, overflow: conflate } }\n",
            "t.yaml:6: operator \"r\" reads \"b\" with overflow conflate, which stands only directly behind a source or in front of a display sink; use overflow: block or spill"
        ),
        .body(
            "dropping into a file",
            "operators:\n  b: { kind: time-bars, from: trades, every: 1m }\nsinks:\n  out: { kind: csv, path: x, from: { vertex: b, overflow: shed } }\n  screen: { kind: blotter, from: { vertex: b, overflow: shed } }\n",
            "t.yaml:7: sink \"out\" reads \"b\" with overflow shed, which stands only directly behind a source or in front of a display sink; use overflow: block or spill"
        ),
        .body(
            "spilling before the sequencer",
            "operators:\n  b: { kind: time-bars, every: 1m, from: { vertex: trades, overflow: spill } }\n",
            "t.yaml:5: operator \"b\" reads \"trades\" with overflow spill, which stands only between operators and in front of sinks; use overflow: block"
        ),
        .body(
            "two policies for one source",
            "operators:\n  b: { kind: time-bars, from: { vertex: trades, overflow: conflate }, every: 1m }\n  c: { kind: time-bars, from: { vertex: trades, overflow: block }, every: 1m }\n",
            "t.yaml:6: operator \"c\" reads \"trades\" with overflow block, operator \"b\" with conflate; all readers of a source share one policy, as what survives is what is journalled; a display sink may have its own"
        ),
        .whole(
            "orders that may drop",
            "topology: t\nsources:\n  reports: { kind: fix, session: s }\noperators:\n  oms:\n    kind: oms\n    from:\n      reports:\n        vertex: reports\n        overflow: conflate\nsinks:\n  screen: { kind: blotter, from: { vertex: reports, overflow: sample, every: 10 } }\nsessions:\n  s: { role: initiator, sender: A, target: B, port: 1 }\n",
            "t.yaml:10: operator \"oms\" reads \"reports\" with overflow conflate, but what it carries must not be dropped; use overflow: block",
            "t.yaml:12: sink \"screen\" reads \"reports\" with overflow sample, but what it carries must not be dropped; use overflow: block"
        ),
    ]

    static let graphs: [BadFile] = [
        .body(
            "a cycle",
            "operators:\n  d: { kind: drift, from: { targets: t, positions: o } }\n  c: { kind: compliance, from: d }\n  v: { kind: venue, from: c }\n  o: { kind: oms, from: v }\n  b: { kind: time-bars, from: trades, every: 1m }\n  r: { kind: rsi, from: b }\n  t: { kind: targets, from: r }\n",
            "t.yaml:5: operator \"d\" reads itself by the cycle d → c → v → o → d; let one edge come back through the sequencer: under sources: add back: { kind: loop, of: o } and read back"
        ),
        .body(
            "a vertex that reads itself", "operators:\n  f: { kind: filter, from: f }\n",
            "t.yaml:5: operator \"f\" reads itself by the cycle f → f; let one edge come back through the sequencer: under sources: add back: { kind: loop, of: f } and read back"
        ),
        .whole(
            "a loop of the wrong kind",
            "topology: t\nsources:\n  trades: { kind: file, path: a, format: trades-csv }\n  a: { kind: loop, of: trades }\n  b: { kind: loop }\n  c: { kind: loop, of: bar, every: 1s }\noperators:\n  bars: { kind: time-bars, from: trades, every: 1m }\n",
            "t.yaml:4: source \"a\" takes \"trades\" back, which is a source; a loop brings an operator's output back; read the source itself",
            "t.yaml:5: source \"b\": of is missing; name the output that comes back, like of: oms.reports",
            "t.yaml:6: source \"c\": unknown key \"every\"; a loop takes kind, of",
            "t.yaml:6: source \"c\" reads \"bar\", which no source or operator makes; did you mean \"bars\"?"),
        .whole(
            "a loop of another type",
            "topology: t\nsources:\n  trades: { kind: file, path: a, format: trades-csv }\n  back: { kind: loop, of: bars }\noperators:\n  bars: { kind: time-bars, from: back, every: 1m }\n",
            "t.yaml:6: operator \"bars\" reads Bar from \"back\", but it takes Trade; Trade is made by trades"),
    ]

    static let sessions: [BadFile] = [
        .whole(
            "a session that is not there",
            "topology: t\nsources:\n  reports: { kind: fix, session: brokr }\nsinks:\n  out: { kind: csv, from: reports, path: x }\nsessions:\n  broker: { role: initiator, sender: A, target: B, port: 1 }\n",
            "t.yaml:3: source \"reports\": session names the session \"brokr\", which sessions: does not have; did you mean \"broker\"?"
        ),
        .whole(
            "no sessions at all", "topology: t\nsources:\n  reports: { kind: fix, session: broker }\n",
            "t.yaml:3: source \"reports\": session names the session \"broker\", which sessions: does not have; add it under sessions:"
        ),
        .body(
            "a session with mistakes",
            "sessions:\n  broker: { role: client, version: FIX.4.5, sender: A, port: 70000, heartbeat: 10ms }\n",
            "t.yaml:5: session \"broker\": role \"client\" is not known; it takes one of initiator, acceptor",
            "t.yaml:5: session \"broker\": version \"FIX.4.5\" is not known; did you mean \"FIX.4.4\"?",
            "t.yaml:5: session \"broker\": target is missing; it takes text",
            "t.yaml:5: session \"broker\": port 70000 is out of range; it takes an integer from 1 to 65535",
            "t.yaml:5: session \"broker\": heartbeat 10ms is out of range; it takes a duration of at least 1s"),
    ]

    static let overrides: [BadFile] = [
        .body(
            "no value", "", overrides: ["operators"],
            "--set operators: there is no value; write --set PATH=VALUE, like --set operators.rsi.period=21"),
        .body(
            "an unknown section", "", overrides: ["source.trades.path=b"],
            "--set source.trades.path: a topology has no section \"source\"; did you mean \"sources\"?"),
        .body(
            "an unknown vertex", "", overrides: ["sources.trade.path=b"],
            "--set sources.trade.path: sources has no \"trade\"; did you mean \"trades\"?"),
        .body(
            "an unknown parameter", "", overrides: ["sources.trades.pth=b"],
            "--set sources.trades.pth: source \"trades\": unknown key \"pth\"; did you mean \"path\"?"),
        .body(
            "a wrong value", "", overrides: ["sources.trades.format=csv"],
            "--set sources.trades.format: source \"trades\": format \"csv\" is not known; it takes one of trades-csv, quotes-csv, bars-csv, targets-csv"
        ),
        .body(
            "an index past the end", "limits: { a: [1, 2] }\n", overrides: ["limits.a.2=3"],
            "--set limits.a.2: limits.a is a list and has no item \"2\"; its items are 0 to 1"),
        .body(
            "a key below a value", "", overrides: ["sources.trades.path.name=b"],
            "--set sources.trades.path.name: sources.trades.path is the single value \"a.csv\" and has no key \"name\"; set it whole: --set 'sources.trades.path={ … }'"
        ),
        .body(
            "an open bracket", "", overrides: ["limits.a=[1"],
            "--set limits.a: \"[1\" is no YAML list or map; put quotes around VALUE for the shell, and close its brackets"),
        .body(
            "an empty key", "", overrides: ["sources..path=b"],
            "--set sources..path: the path has an empty key; write keys with single dots between them, like operators.rsi.period"),
    ]
}
