import FIXSessions
import PlainData
import TradingModel

@testable import FIXRouter

func makeID(_ sequence: UInt64) -> ClOrdID { ClOrdID(day: 2000, vertex: 1, sequence: sequence, place: 0) }

func makeRequest(
    _ sequence: UInt64, _ action: OrderRequest.Action = .new, orig: UInt64? = nil, names: Names = Names(), price: Price? = nil
) -> OrderRequest {
    OrderRequest(
        eventTime: 1, action: action, clOrdID: makeID(sequence), origClOrdID: orig.map(makeID) ?? .none,
        account: names.text("ACC"), symbol: names.symbol("BTC-USD"), side: .buy, orderQty: Quantity(units: 3), ordType: .limit,
        price: price ?? Price(rawValue: 100_250_000_000))
}

func makeReport(
    _ id: ClOrdID, _ execType: ExecType = .new, _ ordStatus: OrdStatus = .new, possDup: Bool = false, seqNum: UInt64 = 1
) -> ExecutionReport {
    ExecutionReport(
        eventTime: 1, clOrdID: id, execType: execType, ordStatus: ordStatus, symbol: SymbolID(rawValue: 1), side: .buy,
        msgSeqNum: seqNum, possDup: possDup)
}

/// A message as text, `tag=value|…`, read by code that is not QuickFIX's.
struct TextMessage: FIXFieldReader {
    private let raw: [UInt8]
    private var fields: [(tag: Int32, range: Range<Int>)] = []

    init(_ text: String) { self.init(bytes: text.utf8.map { $0 == UInt8(ascii: "|") ? 1 : $0 }) }

    init(bytes: [UInt8]) {
        raw = bytes
        var start = 0
        for end in bytes.indices where bytes[end] == 1 {
            if let equals = bytes[start..<end].firstIndex(of: UInt8(ascii: "=")),
                let tag = Int32(String(decoding: bytes[start..<equals], as: UTF8.self))
            {
                fields.append((tag, equals + 1..<end))
            }
            start = end + 1
        }
    }

    func withField<Result, Failure: Error>(
        _ tag: FIXTag, _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
    ) throws(Failure) -> Result? {
        guard let field = fields.first(where: { $0.tag == tag.rawValue }) else { return nil }
        let value = Array(raw[field.range])
        let outcome: Swift.Result<Result, Failure> = value.withUnsafeBytes { bytes in
            do throws(Failure) { return .success(try body(bytes)) } catch { return .failure(error) }
        }
        return try outcome.get()
    }

    func text() -> [UInt8] { raw }
}
