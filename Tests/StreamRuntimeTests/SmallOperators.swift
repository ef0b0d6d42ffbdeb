import PlainData
import StreamRuntime

/// One number of one key at one time: what the laws' operators exchange.
struct Value: Element {
    static var elementName: String { "Value" }
    var eventTime: Int64
    var value: Double
    var key: UInt32, tag: UInt32
    init(_ time: Int64, _ value: Double, key: UInt32, tag: UInt32 = 0) {
        (eventTime, self.value, self.key, self.tag) = (time, value, key, tag)
    }
    func fields<V: FieldVisitor>(_ visitor: inout V) {
        visitor.time("time", eventTime)
        visitor.field("value", value)
        visitor.field("key", key)
        visitor.field("tag", tag)
    }
}

/// Keeps the values that pass.
struct Filter: KeyedOperator, ~Copyable {
    let keeps: UInt32
    static func key(of v: Value) -> Int { Int(v.key) }
    mutating func process(_ v: Value, into out: inout Emitter<Value, Nothing>) {
        if (v.key &* 0x9E37_79B1 ^ UInt32(truncatingIfNeeded: v.eventTime)) % 4 < keeps { out.emit(v) }
    }
}

/// Emits 0 to `most` values for each.
struct FlatMap: KeyedOperator, ~Copyable {
    let most: Int
    static func key(of v: Value) -> Int { Int(v.key) }
    var mostOutputs: Int { most }
    mutating func process(_ v: Value, into out: inout Emitter<Value, Nothing>) {
        for k in 0..<Int(UInt64(bitPattern: v.eventTime) % UInt64(most + 1)) {
            out.emit(Value(v.eventTime, v.value + Double(k), key: v.key, tag: v.tag &+ UInt32(k)))
        }
    }
}

/// A running average per key.
struct Average: KeyedOperator, ~Copyable {
    var cells = Dense<Double>(repeating: 0)
    mutating func process(_ v: Value, into out: inout Emitter<Value, Nothing>) {
        cells[Int(v.key)] += 0.1 * (v.value - cells[Int(v.key)])
        out.emit(Value(v.eventTime, cells[Int(v.key)], key: v.key, tag: v.tag))
    }
    static func key(of v: Value) -> Int { Int(v.key) }
    var keys: Int { cells.count }
    func holds(_ key: Int) -> Bool { cells.value(key) != 0 }
    mutating func state(of key: Int, _ coder: inout StateCoder) { coder.field(&cells[key]) }
}

/// Repeats a value after a delay of event time, which may be negative: then at once; some echo again.
struct Echo: KeyedOperator, ~Copyable {
    let delay: Int64
    var cells = Dense<Double>(repeating: 0)
    init(delay: Int64) { self.delay = delay }
    mutating func process(_ v: Value, into out: inout Emitter<Value, Nothing>) {
        cells[Int(v.key)] = v.value
        out.setTimer(Int(v.key), at: v.eventTime + delay)
    }
    mutating func timerFired(_ timer: Timer, into out: inout Emitter<Value, Nothing>) {
        let value = cells[timer.key]
        out.emit(Value(timer.time, value, key: UInt32(timer.key), tag: 7))
        if Int64(value) % 3 == 0 {
            cells[timer.key] = value - 1
            out.setTimer(timer.key, at: timer.time + 5)
        }
    }
    static func key(of v: Value) -> Int { Int(v.key) }
    var keys: Int { cells.count }
    func holds(_ key: Int) -> Bool { cells.value(key) != 0 }
    mutating func state(of key: Int, _ coder: inout StateCoder) { coder.field(&cells[key]) }
}

/// Sums of windows per key, closed by timers; late values go to the side.
struct WindowSum: KeyedOperator, ~Copyable {
    struct Window: State {
        var end = Int64.min, sum = 0.0
        mutating func state(_ coder: inout StateCoder) {
            coder.field(&end)
            coder.field(&sum)
        }
    }
    let length: Int64, lateness: Int64
    var windows = Dense<Window>(repeating: Window())
    init(length: Int64, lateness: Int64) { (self.length, self.lateness) = (length, lateness) }
    mutating func process(_ v: Value, into out: inout Emitter<Value, Value>) {
        let window = v.eventTime / length, end = (window + 1) * length
        let slot = 2 * Int(v.key) + Int(window & 1)
        if windows.value(slot).end == end {
            windows[slot].sum += v.value
        } else if out.hasReached(end + lateness) {
            out.emitSide(v)
        } else if windows.value(slot).end == .min {
            windows[slot] = Window(end: end, sum: v.value)
            out.setTimer(slot, at: end + lateness)
        }
    }
    mutating func timerFired(_ timer: Timer, into out: inout Emitter<Value, Value>) {
        out.emit(Value(windows[timer.key].end, windows[timer.key].sum, key: UInt32(timer.key / 2)))
        windows[timer.key] = Window()
    }
    static func key(of v: Value) -> Int { Int(v.key) }
    static func key(ofTimer number: Int) -> Int { number / 2 }
    var keys: Int { (windows.count + 1) / 2 }
    func holds(_ key: Int) -> Bool { windows.value(2 * key).end != .min || windows.value(2 * key + 1).end != .min }
    mutating func state(of key: Int, _ coder: inout StateCoder) {
        coder.field(&windows[2 * key])
        coder.field(&windows[2 * key + 1])
    }
}

/// Joins two streams by key: emits when both came within `hold` of event time; timers drop what waited too long.
struct Pair: Operator2, ~Copyable {
    let hold: Int64
    var waiting = Dense<Double>(repeating: 0)
    init(hold: Int64) { self.hold = hold }
    mutating func process(first v: Value, into out: inout Emitter<Value, Value>) {
        waiting[Int(v.key)] = v.value + 1
        out.setTimer(Int(v.key), at: v.eventTime + hold)
    }
    mutating func process(second v: Value, into out: inout Emitter<Value, Value>) {
        guard waiting.value(Int(v.key)) != 0 else { return }
        out.emit(Value(v.eventTime, v.value - waiting[Int(v.key)], key: v.key, tag: 1))
        waiting[Int(v.key)] = 0
        out.cancelTimer(Int(v.key))
    }
    mutating func timerFired(_ timer: Timer, into out: inout Emitter<Value, Value>) {
        out.emitSide(Value(timer.time, waiting[timer.key], key: UInt32(timer.key), tag: 2))
        waiting[timer.key] = 0
    }
    mutating func state(_ coder: inout StateCoder) { coder.field(&waiting) }
}

/// Shows in which order four inputs reach an operator: a hash of all it has seen so far.
struct OrderOfFour: Operator4, ~Copyable {
    var hash: UInt64 = 0
    private mutating func mix(_ v: Value, _ input: UInt64, _ out: inout Emitter<Value, Nothing>) {
        hash = (hash &<< 5 | hash &>> 59) ^ (v.value.bitPattern &+ input &* 0x9E37_79B9_7F4A_7C15)
        if hash & 3 == 0 { out.emit(Value(v.eventTime, Double(hash >> 12), key: v.key, tag: UInt32(input))) }
    }
    mutating func process(first v: Value, into out: inout Emitter<Value, Nothing>) { mix(v, 1, &out) }
    mutating func process(second v: Value, into out: inout Emitter<Value, Nothing>) { mix(v, 2, &out) }
    mutating func process(third v: Value, into out: inout Emitter<Value, Nothing>) { mix(v, 3, &out) }
    mutating func process(fourth v: Value, into out: inout Emitter<Value, Nothing>) { mix(v, 4, &out) }
    mutating func state(_ coder: inout StateCoder) { coder.field(&hash) }
}
