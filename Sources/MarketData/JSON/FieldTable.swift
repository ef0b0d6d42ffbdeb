import PlainData
import TradingModel

/// The keys of a venue's messages that are looked at, found by their bytes: one multiplication and two comparisons a key.
final class KeyTable {
    private struct Slot {
        var low: UInt64 = 0
        var high: UInt64 = 0
        var count: UInt32 = 0
        var index: Int32 = -1
    }
    private let slots: UnsafeMutablePointer<Slot>
    let names: [StaticString]
    private static var mask: Int { 127 }

    /// - Parameter names: at most 64, each of 1 to 16 bytes; their places are their numbers.
    init(_ names: [StaticString]) {
        precondition(names.count <= 64, "64 keys fit a table")
        self.names = names
        slots = .allocate(capacity: Self.mask + 1)
        slots.initialize(repeating: Slot(), count: Self.mask + 1)
        for (index, name) in names.enumerated() {
            precondition((1...16).contains(name.utf8CodeUnitCount), "a key has 1 to 16 bytes")
            let bytes = UnsafeRawBufferPointer(start: name.utf8Start, count: name.utf8CodeUnitCount)
            let (low, high) = SymbolReader.words(bytes)
            var place = Self.home(low, high, bytes.count)
            while slots[place].index >= 0 { place = (place + 1) & Self.mask }
            slots[place] = Slot(low: low, high: high, count: UInt32(bytes.count), index: Int32(index))
        }
    }

    deinit { slots.deallocate() }

    @inline(__always)
    private static func home(_ low: UInt64, _ high: UInt64, _ count: Int) -> Int {
        let mixed = (low ^ high &* 0x9E37_79B9_7F4A_7C15 ^ UInt64(count)) &* 0xFF51_AFD7_ED55_8CCD
        return Int(truncatingIfNeeded: mixed >> 57)
    }

    /// The key's number; −1 where it is not looked at.
    @inline(__always)
    func index(_ bytes: UnsafeRawBufferPointer) -> Int {
        let count = bytes.count
        guard count > 0, count <= 16 else { return -1 }
        let (low, high) = SymbolReader.words(bytes)
        var place = Self.home(low, high, count)
        while slots[place].index >= 0 {
            if slots[place].low == low, slots[place].high == high, slots[place].count == UInt32(count) {
                return Int(slots[place].index)
            }
            place = (place + 1) & Self.mask
        }
        return -1
    }
}

/// The wanted values of one JSON object, where they lie in the message, and what they mean.
final class FieldTable {
    let keys: KeyTable
    let unescaper = Unescaper()
    @exclusivity(unchecked) private var forecast = KeyForecast()
    /// Where the message ends.
    @exclusivity(unchecked) private var limit = UnsafeRawPointer(bitPattern: 8).unsafelyUnwrapped
    private let values: UnsafeMutablePointer<JSONValue>
    // One thread at a time has a table, and no closure keeps it: the check on each access would cost more than the access.
    @exclusivity(unchecked) private var seen: UInt64 = 0
    private let powers = PowersOfTen()
    private let symbols: SymbolReader
    @exclusivity(unchecked) private var times = TimeReader()
    /// What was wrong while the message was walked over; told when the walk is at its end.
    @exclusivity(unchecked) private var held: VenueReject?

    init(_ keys: [StaticString], _ names: Names) {
        self.keys = KeyTable(keys)
        symbols = SymbolReader(names)
        values = .allocate(capacity: max(1, keys.count))
        let none = JSONValue(kind: .null, bytes: UnsafeRawBufferPointer(start: nil, count: 0), hasEscapes: false)
        values.initialize(repeating: none, count: max(1, keys.count))
    }

    deinit { values.deallocate() }

    /// Another message.
    @inline(__always)
    func begin(_ message: UnsafeRawBufferPointer) {
        unescaper.begin(messageBytes: message.count)
        if let start = message.baseAddress { limit = start + message.count }
        forecast.begin()
        seen = 0
        held = nil
    }
    /// Another object of the same message.
    @inline(__always)
    func beginObject() { seen = 0 }

    /// Which of two values of one key is meant, nobody knows: refused.
    @inline(__always)
    func set(_ key: Int, _ value: JSONValue) {
        let bit: UInt64 = 1 << UInt64(key)
        if seen & bit != 0 { hold(.twice(name(key))) }
        seen |= bit
        values[key] = value
    }
    /// Says that the key was there, its value read on the way.
    @inline(__always)
    func mark(_ key: Int) {
        let bit: UInt64 = 1 << UInt64(key)
        if seen & bit != 0 { hold(.twice(name(key))) }
        seen |= bit
    }

    @inline(never)
    private func hold(_ reject: VenueReject) { if held == nil { held = reject } }
    /// - Throws: the first thing that was wrong on the walk.
    @inline(__always)
    func check() throws(VenueReject) { if let held { throw held } }

    // MARK: Walking

    /// Walks over an object: known keys are kept, and where `visit` says so it has read the value itself.
    @inline(__always)
    func scan(
        _ cursor: inout JSONCursor, _ visit: (_ key: Int, _ cursor: inout JSONCursor) throws(JSONFlaw) -> Bool
    ) throws(JSONFlaw) {
        beginObject()
        try cursor.beginObject()
        var isFirst = true
        while let key = try nextKey(&cursor, isFirst: isFirst) {
            isFirst = false
            if key >= 0 {
                if try visit(key, &cursor) { mark(key) } else { set(key, try cursor.value()) }
            } else {
                try cursor.passValue()
            }
        }
    }

    /// The next key's number, −1 for one that is not looked at; nil at the object's end.
    @inline(__always)
    func nextKey(_ cursor: inout JSONCursor, isFirst: Bool) throws(JSONFlaw) -> Int? {
        if cursor.takeEnd() { return nil }
        if let key = cursor.takeKey(&forecast, isFirst: isFirst) { return key }
        return try unexpectedKey(&cursor, isFirst)
    }
    @inline(never)
    private func unexpectedKey(_ cursor: inout JSONCursor, _ isFirst: Bool) throws(JSONFlaw) -> Int? {
        let from = cursor.at
        guard let key = try cursor.nextKey(isFirst: isFirst) else { return nil }
        let number = keys.index(unescaper.text(key))
        if key.hasEscapes {
            forecast.begin()
        } else {
            forecast.learn(UnsafeRawBufferPointer(start: from, count: cursor.at - from), key: number, isFirst: isFirst)
        }
        return number
    }

    /// The same, for a walk that stops for other reasons too.
    @inline(__always)
    func key(_ cursor: inout JSONCursor, isFirst: Bool) throws(VenueReject) -> Int? {
        do throws(JSONFlaw) { return try nextKey(&cursor, isFirst: isFirst) } catch { throw VenueReject(error) }
    }
    /// The value behind it, kept where the key is looked at.
    @inline(__always)
    func takeValue(_ cursor: inout JSONCursor, _ key: Int) throws(VenueReject) {
        do throws(JSONFlaw) {
            let value = try cursor.value()
            if key >= 0 { set(key, value) }
        } catch {
            throw VenueReject(error)
        }
    }

    /// Reads levels `[["price","size",…],…]` where the cursor stands.
    @inline(__always)
    func pairs(_ cursor: inout JSONCursor, isBid: Bool, _ key: Int, into batch: VenueBatch) throws(JSONFlaw) {
        try cursor.beginArray()
        var isFirst = true
        while try cursor.nextElement(isFirst: isFirst) {
            isFirst = false
            try cursor.beginArray()
            guard try cursor.nextElement(isFirst: true) else { throw cursor.flaw() }
            let price = try cursor.value()
            guard try cursor.nextElement(isFirst: false) else { throw cursor.flaw() }
            let size = try cursor.value()
            while try cursor.nextElement(isFirst: false) { _ = try cursor.value() }
            level(price, size, isBid: isBid, key, into: batch)
        }
    }

    /// Adds a level; what is wrong with its numbers is held.
    @inline(__always)
    func level(_ price: JSONValue, _ size: JSONValue, isBid: Bool, _ key: Int, into batch: VenueBatch) {
        do throws(VenueReject) {
            let price = try decimal(price, scale: Price.scale, key)
            let amount = try decimal(size, scale: Quantity.scale, key)
            if amount < 0 { throw bad(key, size.bytes, "is negative") }
            batch.add(LevelChange(price: price, size: amount, isBid: isBid))
        } catch {
            hold(error)
        }
    }

    func name(_ key: Int) -> String { keys.names[key].description }

    /// Nil where the key is absent or its value null.
    @inline(__always)
    subscript(key: Int) -> JSONValue? {
        guard has(key), values[key].kind != .null else { return nil }
        return values[key]
    }
    @inline(__always)
    func has(_ key: Int) -> Bool { seen & 1 << UInt64(key) != 0 }

    // MARK: Values

    @inline(__always)
    func text(_ key: Int) throws(VenueReject) -> UnsafeRawBufferPointer {
        guard let value = self[key] else { throw .missing(name(key)) }
        guard value.kind == .string else { throw bad(key, value.bytes, "is no string") }
        return unescaper.text(value)
    }

    /// Text for people; empty where it is absent.
    func words(_ key: Int) -> String {
        guard let value = self[key], value.kind == .string else { return "" }
        return shown(unescaper.text(value))
    }

    @inline(__always)
    func symbol(_ key: Int) throws(VenueReject) -> SymbolID {
        let bytes = try text(key)
        if bytes.isEmpty { throw bad(key, bytes, "is empty") }
        return symbols.symbol(bytes)
    }
    @inline(__always)
    func symbol(_ bytes: UnsafeRawBufferPointer) -> SymbolID { symbols.symbol(bytes) }

    /// A number, or a string that holds one.
    @inline(__always)
    func decimal(_ key: Int, scale: Int) throws(VenueReject) -> Int64 {
        guard let value = self[key] else { throw .missing(name(key)) }
        return try decimal(value, scale: scale, key)
    }
    @inline(__always)
    func decimal(_ value: JSONValue, scale: Int, _ key: Int) throws(VenueReject) -> Int64 {
        guard value.kind == .number || value.kind == .string else { throw bad(key, value.bytes, "is no number") }
        if !value.hasEscapes, let quick = quickDecimal(value.bytes, within: limit, scale: scale, powers: powers.values) {
            return quick
        }
        return try carefulDecimal(value, scale, key)
    }
    @inline(never)
    private func carefulDecimal(_ value: JSONValue, _ scale: Int, _ key: Int) throws(VenueReject) -> Int64 {
        let bytes = value.kind == .string ? unescaper.text(value) : value.bytes
        do throws(Decimal.Flaw) { return try Decimal.parse(bytes, scale: scale) } catch {
            throw bad(key, bytes, FieldFlaw(0, error, decimals: scale).text)
        }
    }
    @inline(__always)
    func price(_ key: Int) throws(VenueReject) -> Price { Price(rawValue: try decimal(key, scale: Price.scale)) }
    /// Above zero.
    @inline(__always)
    func size(_ key: Int) throws(VenueReject) -> Quantity {
        let size = try decimal(key, scale: Quantity.scale)
        if size <= 0 { throw bad(key, try raw(key), "is not above zero") }
        return Quantity(rawValue: size)
    }
    /// Zero where it is absent; never negative.
    @inline(__always)
    func amount(_ key: Int) throws(VenueReject) -> Quantity {
        guard let value = self[key] else { return .zero }
        let size = try decimal(value, scale: Quantity.scale, key)
        if size < 0 { throw bad(key, value.bytes, "is negative") }
        return Quantity(rawValue: size)
    }
    /// `.none` where it is absent or zero, as venues write a side where nobody stands.
    @inline(__always)
    func sidePrice(_ key: Int) throws(VenueReject) -> Price {
        guard let value = self[key] else { return .none }
        let price = try decimal(value, scale: Price.scale, key)
        return price == 0 ? .none : Price(rawValue: price)
    }

    /// A whole number, or a string that holds one.
    @inline(__always)
    func unsigned(_ key: Int) throws(VenueReject) -> UInt64 {
        guard let value = self[key] else { throw .missing(name(key)) }
        guard value.kind == .number || value.kind == .string, !value.bytes.isEmpty else {
            throw bad(key, value.bytes, "is no whole number ≥ 0")
        }
        if !value.hasEscapes, let quick = quickUnsigned(value.bytes, within: limit, powers: powers.values) { return quick }
        return try carefulUnsigned(key, value)
    }
    @inline(never)
    private func carefulUnsigned(_ key: Int, _ value: JSONValue) throws(VenueReject) -> UInt64 {
        var number: UInt64 = 0
        for byte in value.bytes {
            guard byte &- 48 < 10 else { throw bad(key, value.bytes, "is no whole number ≥ 0") }
            let (product, over) = number.multipliedReportingOverflow(by: 10)
            let (sum, past) = product.addingReportingOverflow(UInt64(byte &- 48))
            if over || past { throw bad(key, value.bytes, "is out of range") }
            number = sum
        }
        return number
    }

    /// ISO 8601 in UTC.
    @inline(__always)
    func time(_ key: Int) throws(VenueReject) -> Int64 {
        let bytes = try text(key)
        guard bytes.count >= 10, bytes[4] == 45, let time = times.time(bytes) else {
            throw bad(key, bytes, "is not a time in UTC")
        }
        return time
    }
    /// A whole number of units of this many nanoseconds since 1970.
    @inline(__always)
    func time(_ key: Int, unit: Int64) throws(VenueReject) -> Int64 {
        let count = try unsigned(key)
        guard count <= UInt64(Int64.max / unit) else { throw bad(key, try raw(key), "is out of range") }
        return Int64(count) * unit
    }
    /// True or false; nil where the key is absent.
    @inline(__always)
    func flag(_ key: Int) throws(VenueReject) -> Bool? {
        guard let value = self[key] else { return nil }
        guard value.kind == .bool else { throw bad(key, value.bytes, "is neither true nor false") }
        return value.bytes.first == 116
    }

    private func raw(_ key: Int) throws(VenueReject) -> UnsafeRawBufferPointer {
        guard let value = self[key] else { throw .missing(name(key)) }
        return value.bytes
    }

    @inline(never)
    func bad(_ key: Int, _ bytes: UnsafeRawBufferPointer, _ flaw: String) -> VenueReject {
        .bad(name(key), value: shown(bytes), flaw: flaw)
    }
}
