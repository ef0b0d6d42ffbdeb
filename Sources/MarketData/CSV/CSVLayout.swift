import PlainData
import TradingModel

/// How a file of rows differs from the CSV form that it is read as: its columns' names, its clock, its numbers.
public struct CSVLayout: Hashable, Sendable {
    /// The columns of a file without a header, by the form's names; anything else for one that is left aside.
    public var header: [String] = []
    /// What columns of the form are called in the file.
    public var columns: [String: String] = [:]
    /// Of all rows, where no column tells it.
    public var symbol: String?
    /// What stands between fields.
    public var separator = ","
    /// What numbers of time count: s, ms, us or ns.
    public var unit: String?
    /// Where numbers of time count from midnight: the day, or `name` for the one that the file's name begins with.
    public var date: String?
    /// Whose midnight that is, and what times without a zone are in: `UTC`, `America/New_York`, `-05:00`.
    public var zone = "UTC"
    /// How many of a price's digits are decimals, where prices are whole numbers.
    public var priceDecimals = 0
    /// Whether the time of a bar is its end.
    public var isStampedAtEnd = false

    public init() {}

    var isPlain: Bool { self == CSVLayout() }

    /// What keeps it from being understood is told by the key that says it.
    func clock(_ path: String) throws(MarketDataError) -> CSVClock? {
        guard !isPlain else { return nil }
        guard let zone = CSVClock.Zone(zone) else {
            throw .badName(
                file: path, rule: "zone: \"\(zone)\" is not known; there is UTC, America/New_York and offsets as -05:00")
        }
        var start: Int64?
        if let date {
            let name = path.split(separator: "/").last ?? ""
            guard let day = CSVClock.day(date == "name" ? String(name.prefix(8)) : date), let midnight = zone.utc(day * UTC.day)
            else {
                throw .badName(
                    file: path,
                    rule: date == "name"
                        ? "its name does not begin with the day, as in 20131007_trade.zip: say date: 2013-10-07"
                        : "date: \"\(date)\" is not a day that can be looked up; write it as 2013-10-07")
            }
            start = midnight
        }
        return CSVClock(digits: unit.map { ["s": 9, "ms": 6, "us": 3][$0] ?? 0 }, start: start, zone: zone)
    }

    func separatorByte(_ path: String) throws(MarketDataError) -> UInt8 {
        guard separator.utf8.count == 1, let byte = separator.utf8.first, byte != 10, byte != 34 else {
            throw .badName(file: path, rule: "separator: \"\(separator)\" is not one character, as \";\" is")
        }
        return byte
    }
}

/// Reads times that are neither ISO 8601 in UTC nor nanoseconds since 1970.
struct CSVClock {
    enum Zone {
        case offset(Int64)
        case newYork

        init?(_ text: String) {
            switch text {
            case "UTC", "Z": self = .offset(0)
            case "America/New_York": self = .newYork
            default:
                let bytes = Array(text.utf8)
                guard bytes.count == 6, bytes[0] == 43 || bytes[0] == 45, bytes[3] == 58,
                    let hours = Int64(text.dropFirst().prefix(2)),
                    let minutes = Int64(text.suffix(2)), hours < 24, minutes < 60
                else { return nil }
                self = .offset((bytes[0] == 45 ? -1 : 1) * (hours * 3_600 + minutes * 60) * UTC.second)
            }
        }

        /// - Parameter local: nanoseconds as if the local time were UTC.
        /// - Returns: nil where the clock of that day is not known.
        func utc(_ local: Int64) -> Int64? {
            switch self {
            case .offset(let offset):
                let (time, over) = local.subtractingReportingOverflow(offset)
                return over ? nil : time
            case .newYork:
                guard local >= 0, local < .max - 2 * UTC.day, let midnight = NewYork.midnight(day: local / UTC.day) else {
                    return nil
                }
                return midnight + local % UTC.day
            }
        }
    }
    /// How many digits a number of time has to the right of its point, in nanoseconds: 9 for seconds. Nil: nanoseconds, or a date.
    let digits: Int?
    /// What numbers count from; nil: 1970.
    let start: Int64?
    let zone: Zone
    private let powers = PowersOfTen()

    init(digits: Int?, start: Int64?, zone: Zone) { (self.digits, self.start, self.zone) = (digits, start, zone) }

    func time(_ bytes: UnsafeRawBufferPointer) -> Int64? {
        if let digits, let first = bytes.first, first &- 48 < 10, bytes.allSatisfy({ $0 &- 48 < 10 || $0 == 46 }) {
            guard let count = shortDecimal(bytes, scale: digits, powers: powers.values) else { return nil }
            let (time, over) = count.addingReportingOverflow(start ?? 0)
            return over ? nil : time
        }
        if let local = Self.compact(bytes) { return zone.utc(local) }
        guard let time = UTC.parse(bytes) else { return nil }
        let hasZone = bytes.last == 90 || bytes.contains(43)
        let isNumber = bytes.allSatisfy { $0 &- 48 < 10 }
        return hasZone || isNumber ? time : zone.utc(time)
    }

    /// The day number of `2013-10-07` or `20131007`.
    static func day(_ text: String) -> Int64? {
        var copy = text
        let time = copy.withUTF8 { compact(UnsafeRawBufferPointer($0)) ?? UTC.parse(UnsafeRawBufferPointer($0)) }
        return time.flatMap { $0 % UTC.day == 0 ? $0 / UTC.day : nil }
    }

    /// `20110301`, `20110301 0901`, `20110301 09:01`, `20110301 090100`, `20110301 090100065`: local nanoseconds.
    private static func compact(_ bytes: UnsafeRawBufferPointer) -> Int64? {
        guard bytes.count >= 8, bytes.count <= 21, bytes.count == 8 || bytes[8] == 32 || bytes[8] == 84 else { return nil }
        var value: Int64 = 0, count = 0
        for (place, byte) in bytes.enumerated() where place != 8 {
            let digit = byte &- 48
            if digit < 10 {
                (value, count) = (value &* 10 &+ Int64(digit), count + 1)
            } else if byte != 58 || place < 10 {
                return nil
            }
        }
        // As year, month, day, hours, minutes, seconds and milliseconds.
        switch count {
        case 8: value *= 1_000_000_000
        case 12: value *= 100_000
        case 14: value *= 1_000
        case 17: break
        default: return nil
        }
        let (date, rest) = (value / 1_000_000_000, value % 1_000_000_000)
        let (hours, minutes, thousandths) = (rest / 10_000_000, rest / 100_000 % 100, rest % 100_000)
        guard let day = UTC.days(year: date / 10_000, month: date / 100 % 100, day: date % 100), hours < 24, minutes < 60,
            thousandths < 60_000, abs(day) < 106_000  // which 64 bits hold in nanoseconds
        else { return nil }
        return day * UTC.day + ((hours * 60 + minutes) * 60_000 + thousandths) * 1_000_000
    }
}
