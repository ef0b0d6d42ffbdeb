import PlainData

/// Writes the bytes of an ITCH 5.0 file, for tests alone; the fields in the order of Nasdaq's description.
struct ITCHFile {
    var bytes: [UInt8] = []
    private(set) var messages = 0

    static func be<T: FixedWidthInteger>(_ value: T) -> [UInt8] { withUnsafeBytes(of: value.bigEndian) { Array($0) } }
    private func stock(_ text: String, _ width: Int = 8) -> [UInt8] {
        Array(text.utf8) + [UInt8](repeating: 32, count: width - text.utf8.count)
    }

    mutating func message(_ letter: Character, _ locate: UInt16, at time: Int64, _ fields: [UInt8]) {
        let body = [letter.asciiValue ?? 0] + Self.be(locate) + [0, 0] + Self.be(UInt64(time))[2...] + fields
        bytes += Self.be(UInt16(body.count)) + body
        messages += 1
    }
    mutating func end() { bytes += [0, 0] }

    mutating func add(
        _ locate: UInt16, at time: Int64, _ order: UInt64, _ side: Character, _ shares: UInt32, _ stock: String, _ price: UInt32,
        participant: String? = nil
    ) {
        let fields = Self.be(order) + [side.asciiValue ?? 0] + Self.be(shares) + self.stock(stock) + Self.be(price)
        message(participant == nil ? "A" : "F", locate, at: time, fields + (participant.map { self.stock($0, 4) } ?? []))
    }
    mutating func executed(_ locate: UInt16, at time: Int64, _ order: UInt64, _ shares: UInt32, match: UInt64) {
        message("E", locate, at: time, Self.be(order) + Self.be(shares) + Self.be(match))
    }
    mutating func executed(
        _ locate: UInt16, at time: Int64, _ order: UInt64, _ shares: UInt32, match: UInt64, isPrinted: Bool, price: UInt32
    ) {
        message("C", locate, at: time, Self.be(order) + Self.be(shares) + Self.be(match) + [isPrinted ? 89 : 78] + Self.be(price))
    }
    mutating func cancel(_ locate: UInt16, at time: Int64, _ order: UInt64, _ shares: UInt32) {
        message("X", locate, at: time, Self.be(order) + Self.be(shares))
    }
    mutating func delete(_ locate: UInt16, at time: Int64, _ order: UInt64) { message("D", locate, at: time, Self.be(order)) }
    mutating func replace(_ locate: UInt16, at time: Int64, _ old: UInt64, by new: UInt64, _ shares: UInt32, _ price: UInt32) {
        message("U", locate, at: time, Self.be(old) + Self.be(new) + Self.be(shares) + Self.be(price))
    }
    mutating func trade(_ locate: UInt16, at time: Int64, _ shares: UInt32, _ stock: String, _ price: UInt32, match: UInt64) {
        message(
            "P", locate, at: time,
            Self.be(UInt64(0)) + [66] + Self.be(shares) + self.stock(stock) + Self.be(price) + Self.be(match))
    }
    mutating func cross(_ locate: UInt16, at time: Int64, _ shares: UInt64, _ stock: String, _ price: UInt32, match: UInt64) {
        message("Q", locate, at: time, Self.be(shares) + self.stock(stock) + Self.be(price) + Self.be(match) + [79])
    }
    /// A message of a kind that says nothing of trades and books, filled with noise.
    mutating func other(_ letter: Character, length: Int, _ locate: UInt16, at time: Int64, using random: inout SplitMix64) {
        message(letter, locate, at: time, (11..<length).map { _ in UInt8(truncatingIfNeeded: random.next()) })
    }

    /// A day of a few stocks: every message of the description, orders that come, trade, shrink, go and are replaced, now and then one
    /// about an order that nobody knows.
    static func day(seed: UInt64, messages: Int) -> ITCHFile {
        var file = ITCHFile(), random = SplitMix64(seed: seed)
        var live: [(order: UInt64, locate: UInt16, shares: UInt32)] = [], number: UInt64 = 1_000, match: UInt64 = 5
        var time: Int64 = 34_200_000_000_000
        let stocks = ["AAPL", "MSFT", "BRK.A", "ZVZZT", "GOOGL"]
        let others: [(Character, Int)] = [
            ("S", 12), ("R", 39), ("H", 25), ("Y", 20), ("L", 26), ("V", 35), ("W", 12), ("K", 28), ("J", 35), ("h", 21),
            ("I", 50),
            ("N", 20), ("O", 48), ("B", 19), ("z", 17),
        ]
        while file.messages < messages {
            time += Int64(random.below(2_000_000))
            let pick = random.below(live.count), which = live.isEmpty ? 0 : random.below(20)
            let at = live.isEmpty ? (order: 0, locate: 0, shares: 0) : live[pick]
            switch which {
            case 0...7:
                let place = random.below(stocks.count)
                number += 1 + UInt64(random.below(3))
                let shares = UInt32(1 + random.below(900)), isBid = random.below(2) == 0
                file.add(
                    UInt16(place + 1), at: time, number, isBid ? "B" : "S", shares, stocks[place],
                    UInt32(1_000_000 + (isBid ? -1 : 1) * random.below(12) * 100),
                    participant: random.below(8) == 0 ? "NITE" : nil)
                live.append((number, UInt16(place + 1), shares))
            case 8...10, 11:
                let shares = UInt32(1 + random.below(Int(at.shares)))
                match += 1
                if which == 11 {
                    file.executed(
                        at.locate, at: time, at.order, shares, match: match, isPrinted: random.below(3) > 0,
                        price: UInt32(1_000_000 + random.below(9)))
                } else {
                    file.executed(at.locate, at: time, at.order, shares, match: match)
                }
                live[pick].shares -= shares
                if live[pick].shares == 0 { live.swapAt(pick, live.count - 1); live.removeLast() }
            case 12:
                guard at.shares > 1 else { continue }
                let shares = UInt32(1 + random.below(Int(at.shares) - 1))
                file.cancel(at.locate, at: time, at.order, shares)
                live[pick].shares -= shares
            case 13, 14:
                file.delete(at.locate, at: time, at.order)
                live.swapAt(pick, live.count - 1)
                live.removeLast()
            case 15, 16:
                number += 1
                let shares = UInt32(1 + random.below(900))
                file.replace(at.locate, at: time, at.order, by: number, shares, UInt32(999_000 + random.below(20) * 100))
                live[pick] = (number, at.locate, shares)
            case 17:
                match += 1
                if random.below(4) > 0 {
                    file.trade(
                        at.locate, at: time, UInt32(1 + random.below(500)), stocks[Int(at.locate) - 1], 1_000_050, match: match)
                } else {
                    file.cross(
                        at.locate, at: time, UInt64(random.below(3)) * 5_000_000_000, stocks[Int(at.locate) - 1], 1_000_000,
                        match: match)
                }
            case 18:
                let kind = others[random.below(others.count)]
                file.other(kind.0, length: kind.1, at.locate, at: time, using: &random)
            default: if random.below(10) == 0 { file.delete(at.locate, at: time, 7) }
            }
        }
        return file
    }
}
