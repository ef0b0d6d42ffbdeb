/// The number of a FIX field. The names are FIX's own.
public struct FIXTag: RawRepresentable, Hashable, Sendable, ExpressibleByIntegerLiteral {
    public let rawValue: Int32

    public init(rawValue: Int32) { self.rawValue = rawValue }
    public init(integerLiteral value: Int32) { rawValue = value }
}

extension FIXTag: CustomStringConvertible {
    public var description: String { String(rawValue) }
}

extension FIXTag {
    public static let account: FIXTag = 1
    public static let avgPx: FIXTag = 6
    public static let clOrdID: FIXTag = 11
    public static let commission: FIXTag = 12
    public static let commType: FIXTag = 13
    public static let cumQty: FIXTag = 14
    public static let execID: FIXTag = 17
    public static let execRefID: FIXTag = 19
    public static let execInst: FIXTag = 18
    public static let handlInst: FIXTag = 21
    public static let lastPx: FIXTag = 31
    public static let lastQty: FIXTag = 32
    public static let msgSeqNum: FIXTag = 34
    public static let msgType: FIXTag = 35
    public static let orderID: FIXTag = 37
    public static let orderQty: FIXTag = 38
    public static let ordStatus: FIXTag = 39
    public static let ordType: FIXTag = 40
    public static let origClOrdID: FIXTag = 41
    public static let execTransType: FIXTag = 20
    public static let possDupFlag: FIXTag = 43
    public static let price: FIXTag = 44
    public static let refSeqNum: FIXTag = 45
    public static let senderCompID: FIXTag = 49
    public static let sendingTime: FIXTag = 52
    public static let side: FIXTag = 54
    public static let symbol: FIXTag = 55
    public static let targetCompID: FIXTag = 56
    public static let text: FIXTag = 58
    public static let timeInForce: FIXTag = 59
    public static let transactTime: FIXTag = 60
    public static let possResend: FIXTag = 97
    public static let cxlRejReason: FIXTag = 102
    public static let ordRejReason: FIXTag = 103
    public static let origSendingTime: FIXTag = 122
    public static let execType: FIXTag = 150
    public static let leavesQty: FIXTag = 151
    public static let refTagID: FIXTag = 371
    public static let refMsgType: FIXTag = 372
    public static let sessionRejectReason: FIXTag = 373
    public static let execRestatementReason: FIXTag = 378
    public static let businessRejectRefID: FIXTag = 379
    public static let businessRejectReason: FIXTag = 380
    public static let cxlRejResponseTo: FIXTag = 434
    public static let maxFloor: FIXTag = 111
    public static let expireTime: FIXTag = 126
    public static let dkReason: FIXTag = 127
    public static let effectiveTime: FIXTag = 168
    public static let targetStrategy: FIXTag = 847
    public static let targetStrategyParameters: FIXTag = 848
    public static let participationRate: FIXTag = 849
    public static let lastLiquidityInd: FIXTag = 851
    public static let noStrategyParameters: FIXTag = 957
    public static let strategyParameterName: FIXTag = 958
    public static let strategyParameterType: FIXTag = 959
    public static let strategyParameterValue: FIXTag = 960
    public static let displayQty: FIXTag = 1138
    public static let massCancelRequestType: FIXTag = 530
    public static let massCancelResponse: FIXTag = 531
    public static let totalAffectedOrders: FIXTag = 533
    public static let massStatusReqID: FIXTag = 584
    public static let massStatusReqType: FIXTag = 585
    public static let ordStatusReqID: FIXTag = 790
    public static let totNumReports: FIXTag = 911
    public static let lastRptRequested: FIXTag = 912
}
