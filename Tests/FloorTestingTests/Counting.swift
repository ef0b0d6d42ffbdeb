import PlainData

@testable import StreamRuntime

/// Something that happened to a key.
struct Event: Element {
    static var elementName: String { "Event" }
    var eventTime: Int64, key: UInt32
    func fields<V: FieldVisitor>(_ visitor: inout V) {
        visitor.time("time", eventTime)
        visitor.field("key", key)
    }
}

/// How often it happened within a window, and how often before.
struct Count: Element {
    static var elementName: String { "Count" }
    var eventTime: Int64, key: UInt32, count: Int64, before: Int64
    func fields<V: FieldVisitor>(_ visitor: inout V) {
        visitor.time("time", eventTime)
        visitor.field("key", key)
        visitor.field("count", count)
        visitor.field("before", before)
    }
}

/// What an author may do wrong.
enum Fault: CaseIterable {
    /// One field is missing in `state`.
    case forgetsField
    /// Says more at the end of a batch.
    case usesBatch
    /// Keeps still while its output has little room.
    case usesRoom
    /// Goes through a dictionary.
    case walksDictionary
    /// Saves a dictionary in the order in which it lies.
    case savesDictionary
    /// Remembers what happened in another run.
    case remembersRuns
    /// Passes a late element over.
    case dropsLate
    /// Loses what would be in a second open window.
    case overwrites
}

/// Counts events per key and window of 10; right, unless it has a fault.
struct Counting: Operator, ~Copyable {
    static var sideName: String { "late" }
    nonisolated(unsafe) static var runs: Int64 = 0

    let fault: Fault?
    /// The open windows by start, of all keys.
    var open: [Int64: [UInt32: Int64]] = [:]
    var before: [UInt32: Int64] = [:]
    var run: Int64 = 0
    var mostOutputs: Int { 16 }

    init(_ fault: Fault? = nil) {
        self.fault = fault
        guard fault == .remembersRuns else { return }
        Self.runs += 1
        run = Self.runs
    }

    mutating func process(_ event: Event, into out: inout Emitter<Count, Event>) {
        let start = event.eventTime / 10 * 10
        if out.hasReached(start + 10) {
            if fault != .dropsLate { out.emitSide(event) }
            return
        }
        if fault == .overwrites, open[start] == nil, let other = open.keys.max(), other < start { open[start - 10] = nil }
        open[start, default: [:]][event.key, default: 0] += 1
        out.setTimer(Int(start / 10), at: start + 10)
        if fault == .usesBatch, out.index + 1 == out.limit, event.key == 1 {
            out.emit(Count(eventTime: event.eventTime, key: 99, count: 0, before: 0))
        }
    }
    mutating func timerFired(_ timer: Timer, into out: inout Emitter<Count, Event>) {
        guard let counts = open.removeValue(forKey: timer.time - 10) else { return }
        if fault == .usesRoom, out.outCapacity - out.outCount < 100 { return }
        let keys = fault == .walksDictionary ? Array(counts.keys) : counts.keys.sorted()
        for key in keys {
            out.emit(
                Count(eventTime: timer.time, key: key, count: counts[key, default: 0] + run, before: before[key, default: 0]))
            before[key, default: 0] += counts[key, default: 0]
        }
    }
    mutating func state(_ coder: inout StateCoder) {
        var starts = coder.isSaving ? open.keys.sorted() : []
        coder.field(&starts, filler: 0)
        for start in starts { Self.code(&open[start, default: [:]], &coder, isSorted: fault != .savesDictionary) }
        if fault != .forgetsField { Self.code(&before, &coder, isSorted: true) }
    }
    private static func code(_ counts: inout [UInt32: Int64], _ coder: inout StateCoder, isSorted: Bool) {
        var keys = coder.isSaving ? counts.keys.map { Int64($0) } : []
        if isSorted { keys.sort() }
        coder.field(&keys, filler: 0)
        for key in keys { coder.field(&counts[UInt32(key), default: 0]) }
    }
}

/// Counts by key; with the fault, its number goes on from key to key.
struct CountingByKey: KeyedOperator, ~Copyable {
    let sharesState: Bool
    var counts = Dense<Int64>(repeating: 0)

    static func key(of event: Event) -> Int { Int(event.key) }
    mutating func process(_ event: Event, into out: inout Emitter<Count, Nothing>) {
        let key = sharesState ? 0 : Int(event.key)
        counts[key] += 1
        out.emit(Count(eventTime: event.eventTime, key: event.key, count: counts[key], before: 0))
    }
    var keys: Int { counts.count }
    func holds(_ key: Int) -> Bool { counts.value(key) > 0 }
    mutating func state(of key: Int, _ coder: inout StateCoder) { coder.field(&counts[key]) }
}
