import PlainData
import Testing
import TradingModel

@testable import Reconciler

@Suite("The end-of-day tie-out")
struct ReconciliationTests {
    private func fill(
        _ exec: String, _ quantity: String, _ price: String, order: String = "X", symbol: String = "AAPL", side: Side = .buy,
        fee: String? = nil
    ) throws -> DeskSide.Fill {
        DeskSide.Fill(
            sequence: UInt64(exec.utf8.last ?? 0), eventTime: 1, execID: exec, clOrdID: order, symbol: symbol, side: side,
            quantity: try Quantity(quantity), price: try Price(price), fee: try fee.map { try Notional($0) })
    }
    private func held(_ symbol: String, _ quantity: String, _ price: String = "10") throws -> DeskSide.Position {
        DeskSide.Position(sequence: 9, symbol: symbol, quantity: try Quantity(quantity), price: try Price(price))
    }
    private func statement(_ rows: String) throws -> Statement {
        let header = "record,exec_id,cl_ord_id,symbol,side,quantity,price,fee\n"
        return try Statement(csv: Array((header + rows).utf8), file: "s")
    }
    private func lines(_ result: Reconciliation) -> [String] { result.breaks.map(\.description) }

    @Test("a day that agrees has no break and a certificate that any change changes")
    func agrees() throws {
        let ours = DeskSide(
            fills: [try fill("E1", "100", "10"), try fill("E2", "40", "11", side: .sell)], positions: [try held("AAPL", "60")])
        let rows = "fill,E2,X,AAPL,sell,40,11,\nfill,E1,X,AAPL,buy,100,10,\nposition,,,AAPL,,60,,\n"
        let result = Reconciliation(ours, try statement(rows))
        #expect(result.breaks.isEmpty && result.matchedFills == 2 && result.matchedPositions == 1)
        let certificate = try #require(result.certificate)
        #expect(certificate.utf8.count == 64)
        var turned = ours
        turned.fills.reverse()
        #expect(Reconciliation(turned, try statement(rows)).certificate == certificate, "not the order of rows")
        let other = DeskSide(fills: [try fill("E1", "100", "10")], positions: [try held("AAPL", "100")])
        let otherRows = "fill,E1,X,AAPL,buy,100,10,\nposition,,,AAPL,,100,,\n"
        #expect(Reconciliation(other, try statement(otherRows)).certificate != certificate)
    }

    @Test("B4 and B5: a fill that one side has not, with where the other says it")
    func missing() throws {
        let result = Reconciliation(
            DeskSide(fills: [try fill("E1", "100", "10")], positions: []), try statement("fill,E2,X,AAPL,sell,40,11,\n"))
        #expect(
            lines(result) == [
                "B4 FILL_MISSING_LOCALLY AAPL E2: ours nothing, theirs sell 40 @ 11; exposure 440 (statement line 2)",
                "B5 FILL_MISSING_AT_VENUE AAPL E1: ours buy 100 @ 10, theirs nothing; exposure 1000 (journal record 49)",
            ])
        #expect(result.certificate == nil)
    }

    @Test("B6: an ExecID that one side has twice")
    func duplicate() throws {
        let once = [try fill("E1", "100", "10")]
        let twice = Reconciliation(
            DeskSide(fills: once, positions: []), try statement("fill,E1,X,AAPL,buy,100,10,\nfill,E1,X,AAPL,buy,100,10,\n"))
        #expect(twice.breaks.map(\.kind) == [.fillDuplicate] && twice.matchedFills == 1)
        #expect(twice.breaks[0].statementLine == 3)
        let mine = Reconciliation(DeskSide(fills: once + once, positions: []), try statement("fill,E1,X,AAPL,buy,100,10,\n"))
        #expect(mine.breaks.map(\.kind) == [.fillDuplicate])
        #expect(mine.breaks[0].id != twice.breaks[0].id)
    }

    /// By hand: 100·10 against 90·10.5 = 945: 55 at stake.
    @Test("B7: a fill whose fields differ, all of them named; a side's exposure is both amounts")
    func fields() throws {
        let ours = DeskSide(fills: [try fill("E1", "100", "10")], positions: [])
        #expect(
            lines(Reconciliation(ours, try statement("fill,E1,X,AAPL,buy,90,10.5,\n"))) == [
                "B7 FILL_FIELD_MISMATCH AAPL E1: ours quantity 100, price 10, theirs quantity 90, price 10.5; exposure 55 (journal record 49, statement line 2)"
            ])
        let side = Reconciliation(ours, try statement("fill,E1,X,AAPL,sell,100,10,\n"))
        #expect(side.breaks.map(\.exposure.description) == ["2000"])
        #expect(Reconciliation(ours, try statement("fill,E1,Z,AAPL,buy,100,10,\n")).breaks.map(\.ours) == ["cl_ord_id X"])
        #expect(Reconciliation(ours, try statement("fill,E1,,AAPL,buy,100,10,\n")).breaks.isEmpty, "absent is not different")
    }

    @Test("B8 and B2: a fill past the order's quantity, and fills of an order that is not ours")
    func orders() throws {
        let order = DeskSide.Order(
            sequence: 3, clOrdIDs: ["X", "Y"], symbol: "AAPL", orderQty: try Quantity("100"), price: try Price("10"))
        let ours = DeskSide(fills: [try fill("E1", "100", "10")], positions: [], orders: [order])
        let result = Reconciliation(
            ours, try statement("fill,E1,X,AAPL,buy,100,10,\nfill,E2,Y,AAPL,buy,5,10,\nfill,E3,Q,AAPL,buy,1,7,\n"))
        #expect(result.breaks.map(\.kind) == [.orderUnknownLocally, .fillMissingLocally, .fillMissingLocally, .overfill])
        #expect(result.breaks[0].key == "Q" && result.breaks[0].exposure.description == "7")
        #expect(result.breaks[3].exposure.description == "50" && result.breaks[3].statementLine == 3)
    }

    @Test("B9: positions are compared on the union of symbols; one that we do not have is a break, not nothing")
    func positions() throws {
        let ours = DeskSide(
            fills: [], positions: [try held("AAPL", "60"), try held("AAPL", "-10"), try held("FLAT", "0"), try held("GONE", "5")])
        let result = Reconciliation(ours, try statement("position,,,AAPL,,50,,\nposition,,,TSLA,,-3,200,\n"))
        #expect(
            lines(result) == [
                "B9 POSITION_BREAK GONE GONE: ours 5, theirs 0; exposure 50 (journal record 9)",
                "B9 POSITION_BREAK TSLA TSLA: ours 0, theirs -3; exposure 600 (statement line 3)",
            ])
        #expect(result.matchedPositions == 2)
    }

    @Test("B10: fees are compared where the desk expects them, fill by fill and in all")
    func fees() throws {
        let ours = DeskSide(fills: [try fill("E1", "100", "10", fee: "0.35")], positions: [])
        let result = Reconciliation(ours, try statement("fill,E1,X,AAPL,buy,100,10,0.36\n"))
        #expect(result.breaks.map(\.kind) == [.fillFieldMismatch, .cashOrFee])
        #expect(result.breaks.allSatisfy { $0.exposure.description == "0.01" })
        let silent = DeskSide(fills: [try fill("E1", "100", "10")], positions: [])
        #expect(Reconciliation(silent, try statement("fill,E1,X,AAPL,buy,100,10,0.36\n")).breaks.isEmpty)
    }

    @Test("B10: a position's fee is the sum of its fills' fees, to the last of 17 places")
    func positionFees() throws {
        let ours = DeskSide(
            fills: [try fill("E1", "1", "10"), try fill("E2", "1", "10")], positions: [try held("AAPL", "2")])
        let rows = "fill,E1,X,AAPL,buy,1,10,0.00000000000000001\nfill,E2,X,AAPL,buy,1,10,-0.5\nposition,,,AAPL,,2,,"
        #expect(Reconciliation(ours, try statement(rows + "-0.49999999999999999\n")).breaks.isEmpty)
        let result = Reconciliation(ours, try statement(rows + "-0.5\n"))
        #expect(result.breaks.map(\.kind) == [.cashOrFee] && result.breaks[0].statementLine == 4)
    }

    @Test("B11: an order in doubt at the end of the day is a break of what is still open")
    func inDoubt() throws {
        let order = DeskSide.Order(
            sequence: 3, clOrdIDs: ["X"], symbol: "AAPL", orderQty: try Quantity("100"), leavesQty: try Quantity("30"),
            price: try Price("10"), certainty: .inDoubt)
        let result = Reconciliation(DeskSide(fills: [], positions: [], orders: [order]), try statement(""))
        #expect(
            lines(result) == [
                "B11 IN_DOUBT_TIMEOUT AAPL X: ours in doubt, 30 open, theirs nothing; exposure 300 (journal record 3)"
            ])
    }

    @Test("fills without an ExecID are matched by their terms, each once")
    func withoutExecID() throws {
        let fills = [try fill("", "10", "5"), try fill("", "10", "5")]
        let result = Reconciliation(
            DeskSide(fills: fills, positions: []), try statement("fill,,X,AAPL,buy,10,5,\nfill,,X,AAPL,buy,11,5,\n"))
        #expect(result.matchedFills == 1)
        #expect(result.breaks.map(\.kind) == [.fillMissingLocally, .fillDuplicate])
    }

    /// Each day is right but for one change, which must be found, and nothing else with it.
    @Test(
        "one change in a right statement is one break of its class, in any order of rows",
        arguments: 1...100 as ClosedRange<UInt64>)
    func oneChange(seed: UInt64) throws {
        var random = SplitMix64(seed: seed), rows: [[String]] = [], fills: [DeskSide.Fill] = []
        for number in 0..<(2 + random.below(30)) {
            let (quantity, price) = ("\(1 + random.below(500))", "\(1 + random.below(90)).\(random.below(100))5")
            let (symbol, order) = ("S\(random.below(4))", "O\(random.below(6))")
            fills.append(try fill("E\(number)", quantity, price, order: order, symbol: symbol))
            rows.append(["fill", "E\(number)", order, symbol, "buy", quantity, price, ""])
        }
        rows.shuffle(using: &random)
        func breaks() throws -> [BreakClass] {
            let text = rows.map { $0.joined(separator: ",") }.joined(separator: "\n")
            return Reconciliation(DeskSide(fills: fills, positions: []), try statement(text)).breaks.map(\.kind)
        }
        #expect(try breaks() == [])
        let at = random.below(rows.count), row = rows[at]
        rows.remove(at: at)
        #expect(try breaks() == [.fillMissingAtVenue])
        rows.append(row)
        rows.append(row)
        #expect(try breaks() == [.fillDuplicate])
        rows[rows.count - 1][1] = "NEW"
        #expect(try breaks() == [.fillMissingLocally])
        rows.removeLast()
        rows[rows.count - 1][5] += "1"
        #expect(try breaks() == [.fillFieldMismatch])
    }

    /// FIPS 180-4's own examples.
    @Test(
        "SHA-256",
        arguments: [
            ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
            ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
            (
                "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
                "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
            ),
        ])
    func sha256(text: String, hash: String) { #expect(SHA256.hex(text) == hash) }
}
