/// What a file of ITCH holds in one number: every message decoded, nothing made of it. For measuring.
package struct ITCHSum {
    package private(set) var messages: UInt64 = 0
    /// Of the fields of the messages that trades and books are made of, wrapping.
    package private(set) var sum: UInt64 = 0

    package init(_ path: String) throws(MarketDataError) {
        var reader = ITCHReader(try ByteFile(path), midnight: 0)
        var sum: UInt64 = 0
        while let m = try reader.next() {
            sum &+= UInt64(bitPattern: m.nanoseconds) &+ UInt64(m.locate)
            switch m.letter {
            case ITCHKind.add.rawValue, ITCHKind.addWithParticipant.rawValue:
                sum &+= m.order &+ UInt64(m.byte(19)) &+ UInt64(m.word(20)) &* UInt64(m.word(32))
            case ITCHKind.executed.rawValue: sum &+= m.order &+ UInt64(m.word(19)) &+ m.long(23)
            case ITCHKind.executedWithPrice.rawValue:
                sum &+= m.order &+ UInt64(m.word(19)) &+ m.long(23) &+ UInt64(m.byte(31)) &+ UInt64(m.word(32))
            case ITCHKind.cancel.rawValue: sum &+= m.order &+ UInt64(m.word(19))
            case ITCHKind.delete.rawValue: sum &+= m.order
            case ITCHKind.replace.rawValue: sum &+= m.order &+ m.long(19) &+ UInt64(m.word(27)) &* UInt64(m.word(31))
            case ITCHKind.trade.rawValue: sum &+= UInt64(m.byte(19)) &+ UInt64(m.word(20)) &* UInt64(m.word(32)) &+ m.long(36)
            case ITCHKind.cross.rawValue: sum &+= m.long(11) &+ UInt64(m.word(27)) &+ m.long(31)
            default: break
            }
        }
        (self.sum, messages) = (sum, reader.count)
    }
}
