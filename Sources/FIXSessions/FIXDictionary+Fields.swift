/// The fields that sessions and order messages of FIX 4.2 to 5.0 SP2 use, by FIX's own names: number, name, and after a colon the
/// values that have names. What is not here is shown by its number.
///
/// Source: FIX 4.4 with errata 20030618 and FIX 5.0 SP2, volume 6 (Data Dictionary).
extension FIXDictionary {
    static let fieldLines = """
        1 Account
        6 AvgPx
        7 BeginSeqNo
        8 BeginString
        9 BodyLength
        10 CheckSum
        11 ClOrdID
        12 Commission
        13 CommType: 1 PerUnit 2 Percent 3 Absolute
        14 CumQty
        15 Currency
        16 EndSeqNo
        17 ExecID
        18 ExecInst
        19 ExecRefID
        20 ExecTransType: 0 New 1 Cancel 2 Correct 3 Status
        21 HandlInst: 1 AutomatedExecutionNoIntervention 2 AutomatedExecutionInterventionOk 3 ManualOrder
        22 SecurityIDSource: 1 Cusip 2 Sedol 3 Quik 4 IsinNumber 5 RicCode 6 IsoCurrencyCode 7 IsoCountryCode 8 ExchangeSymbol
        23 IOIID
        29 LastCapacity: 1 Agent 2 CrossAsAgent 3 CrossAsPrincipal 4 Principal
        30 LastMkt
        31 LastPx
        32 LastQty
        33 NoLinesOfText
        34 MsgSeqNum
        35 MsgType
        36 NewSeqNo
        37 OrderID
        38 OrderQty
        39 OrdStatus: 0 New 1 PartiallyFilled 2 Filled 3 DoneForDay 4 Canceled 5 Replaced 6 PendingCancel 7 Stopped 8 Rejected 9 Suspended A PendingNew B Calculated C Expired D AcceptedForBidding E PendingReplace
        40 OrdType: 1 Market 2 Limit 3 Stop 4 StopLimit 6 WithOrWithout 7 LimitOrBetter 8 LimitWithOrWithout 9 OnBasis D PreviouslyQuoted E PreviouslyIndicated J MarketIfTouched K MarketWithLeftoverAsLimit P Pegged
        41 OrigClOrdID
        43 PossDupFlag
        44 Price
        45 RefSeqNum
        48 SecurityID
        49 SenderCompID
        50 SenderSubID
        52 SendingTime
        53 Quantity
        54 Side: 1 Buy 2 Sell 3 BuyMinus 4 SellPlus 5 SellShort 6 SellShortExempt 7 Undisclosed 8 Cross 9 CrossShort
        55 Symbol
        56 TargetCompID
        57 TargetSubID
        58 Text
        59 TimeInForce: 0 Day 1 GoodTillCancel 2 AtTheOpening 3 ImmediateOrCancel 4 FillOrKill 5 GoodTillCrossing 6 GoodTillDate 7 AtTheClose
        60 TransactTime
        61 Urgency
        63 SettlType
        64 SettlDate
        65 SymbolSfx
        66 ListID
        75 TradeDate
        77 PositionEffect: C Close F Fifo O Open R Rolled
        78 NoAllocs
        79 AllocAccount
        80 AllocQty
        84 CxlQty
        89 Signature
        90 SecureDataLen
        91 SecureData
        93 SignatureLength
        95 RawDataLength
        96 RawData
        97 PossResend
        98 EncryptMethod: 0 None
        99 StopPx
        100 ExDestination
        102 CxlRejReason: 0 TooLateToCancel 1 UnknownOrder 2 BrokerCredit 3 OrderAlreadyInPendingStatus 4 UnableToProcessOrderMassCancelRequest 5 OrigOrdModTime 6 DuplicateClOrdID 99 Other
        103 OrdRejReason: 0 BrokerCredit 1 UnknownSymbol 2 ExchangeClosed 3 OrderExceedsLimit 4 TooLateToEnter 5 UnknownOrder 6 DuplicateOrder 7 DuplicateOfAVerballyCommunicatedOrder 8 StaleOrder 11 UnsupportedOrderCharacteristic 13 IncorrectQuantity 15 UnknownAccount 99 Other
        107 SecurityDesc
        108 HeartBtInt
        109 ClientID
        110 MinQty
        111 MaxFloor
        112 TestReqID
        113 ReportToExch
        114 LocateReqd
        115 OnBehalfOfCompID
        116 OnBehalfOfSubID
        117 QuoteID
        118 NetMoney
        119 SettlCurrAmt
        120 SettlCurrency
        122 OrigSendingTime
        123 GapFillFlag
        126 ExpireTime
        128 DeliverToCompID
        129 DeliverToSubID
        136 NoMiscFees
        137 MiscFeeAmt
        138 MiscFeeCurr
        139 MiscFeeType
        140 PrevClosePx
        141 ResetSeqNumFlag
        142 SenderLocationID
        143 TargetLocationID
        144 OnBehalfOfLocationID
        145 DeliverToLocationID
        146 NoRelatedSym
        150 ExecType: 0 New 1 PartialFill 2 Fill 3 DoneForDay 4 Canceled 5 Replaced 6 PendingCancel 7 Stopped 8 Rejected 9 Suspended A PendingNew B Calculated C Expired D Restated E PendingReplace F Trade G TradeCorrect H TradeCancel I OrderStatus
        151 LeavesQty
        152 CashOrderQty
        167 SecurityType
        168 EffectiveTime
        198 SecondaryOrderID
        200 MaturityMonthYear
        201 PutOrCall: 0 Put 1 Call
        202 StrikePrice
        207 SecurityExchange
        210 MaxShow
        211 PegOffsetValue
        212 XmlDataLen
        213 XmlData
        336 TradingSessionID
        347 MessageEncoding
        354 EncodedTextLen
        355 EncodedText
        369 LastMsgSeqNumProcessed
        371 RefTagID
        372 RefMsgType
        373 SessionRejectReason: 0 InvalidTagNumber 1 RequiredTagMissing 2 TagNotDefinedForThisMessageType 3 UndefinedTag 4 TagSpecifiedWithoutAValue 5 ValueIsIncorrect 6 IncorrectDataFormatForValue 7 DecryptionProblem 8 SignatureProblem 9 CompidProblem 10 SendingtimeAccuracyProblem 11 InvalidMsgtype 12 XmlValidationError 13 TagAppearsMoreThanOnce 14 TagSpecifiedOutOfRequiredOrder 15 RepeatingGroupFieldsOutOfOrder 16 IncorrectNumingroupCountForRepeatingGroup 99 Other
        375 ContraBroker
        376 ComplianceID
        377 SolicitedFlag
        378 ExecRestatementReason: 0 GtCorporateAction 1 GtRenewal 2 VerbalChange 3 RepricingOfOrder 4 BrokerOption 5 PartialDeclineOfOrderqty 6 CancelOnTradingHalt 7 CancelOnSystemFailure 8 Market 9 Canceled 10 WarehouseRecap 99 Other
        379 BusinessRejectRefID
        380 BusinessRejectReason: 0 Other 1 UnknownId 2 UnknownSecurity 3 UnsupportedMessageType 4 ApplicationNotAvailable 5 ConditionallyRequiredFieldMissing 6 NotAuthorized 7 DelivertoFirmNotAvailableAtThisTime
        381 GrossTradeAmt
        382 NoContraBrokers
        383 MaxMessageSize
        384 NoMsgTypes
        385 MsgDirection
        386 NoTradingSessions
        388 DiscretionInst
        389 DiscretionOffsetValue
        423 PriceType
        424 DayOrderQty
        425 DayCumQty
        426 DayAvgPx
        427 GTBookingInst
        432 ExpireDate
        434 CxlRejResponseTo: 1 OrderCancelRequest 2 OrderCancel
        439 ClearingFirm
        440 ClearingAccount
        442 MultiLegReportingType
        447 PartyIDSource
        448 PartyID
        452 PartyRole
        453 NoPartyIDs
        454 NoSecurityAltID
        455 SecurityAltID
        456 SecurityAltIDSource
        460 Product
        461 CFICode
        483 TransBkdTime
        494 Designation
        526 SecondaryClOrdID
        527 SecondaryExecID
        528 OrderCapacity: A Agency G Proprietary I Individual P Principal R RisklessPrincipal W AgentForOtherMember
        529 OrderRestrictions
        530 MassCancelRequestType: 1 CancelOrdersForASecurity 2 CancelOrdersForAnUnderlyingSecurity 3 CancelOrdersForAProduct 4 CancelOrdersForACficode 5 CancelOrdersForASecuritytype 6 CancelOrdersForATradingSession 7 CancelAllOrders
        531 MassCancelResponse: 0 CancelRequestRejected 1 CancelOrdersForASecurity 2 CancelOrdersForAnUnderlyingSecurity 3 CancelOrdersForAProduct 4 CancelOrdersForACficode 5 CancelOrdersForASecuritytype 6 CancelOrdersForATradingSession 7 CancelAllOrders
        532 MassCancelRejectReason
        533 TotalAffectedOrders
        534 NoAffectedOrders
        535 AffectedOrderID
        536 AffectedSecondaryOrderID
        553 Username
        554 Password
        581 AccountType
        582 CustOrderCapacity
        583 ClOrdLinkID
        584 MassStatusReqID
        585 MassStatusReqType: 1 StatusForOrdersForASecurity 2 StatusForOrdersForAnUnderlyingSecurity 3 StatusForOrdersForAProduct 4 StatusForOrdersForACficode 5 StatusForOrdersForASecuritytype 6 StatusForOrdersForATradingSession 7 StatusForAllOrders 8 StatusForOrdersForAPartyid
        586 OrigOrdModTime
        589 DayBookingInst
        625 TradingSessionSubID
        636 WorkingIndicator
        639 PriceImprovement
        660 AcctIDSource
        662 BenchmarkPrice
        669 LastParPx
        693 QuoteRespID
        775 BookingType
        789 NextExpectedMsgSeqNum
        790 OrdStatusReqID
        797 CopyMsgIndicator
        802 NoPartySubIDs
        803 PartySubIDType
        523 PartySubID
        847 TargetStrategy: 1 Vwap 2 Participate 3 MininizeMarketImpact
        848 TargetStrategyParameters
        849 ParticipationRate
        851 LastLiquidityInd: 1 AddedLiquidity 2 RemovedLiquidity 3 LiquidityRoutedOut 4 Auction
        880 TrdMatchID
        908 CollRptID
        911 TotNumReports
        912 LastRptRequested
        925 NewPassword
        957 NoStrategyParameters
        958 StrategyParameterName
        959 StrategyParameterType
        960 StrategyParameterValue
        1057 AggressorIndicator
        1084 DisplayMethod
        1094 PegPriceType
        1128 ApplVerID: 2 Fix40 3 Fix41 4 Fix42 5 Fix43 6 Fix44 7 Fix50 8 Fix50sp1 9 Fix50sp2
        1129 CstmApplVerID
        1137 DefaultApplVerID
        1138 DisplayQty
        1369 MassActionReportID
        1409 SessionStatus
        """

    static let messageLines = """
        0 Heartbeat
        1 TestRequest
        2 ResendRequest
        3 Reject
        4 SequenceReset
        5 Logout
        6 IOI
        7 Advertisement
        8 ExecutionReport
        9 OrderCancelReject
        A Logon
        B News
        C Email
        D NewOrderSingle
        E NewOrderList
        F OrderCancelRequest
        G OrderCancelReplaceRequest
        H OrderStatusRequest
        J AllocationInstruction
        P AllocationInstructionAck
        Q DontKnowTrade
        R QuoteRequest
        S Quote
        V MarketDataRequest
        W MarketDataSnapshotFullRefresh
        X MarketDataIncrementalRefresh
        Y MarketDataRequestReject
        c SecurityDefinitionRequest
        d SecurityDefinition
        e SecurityStatusRequest
        f SecurityStatus
        g TradingSessionStatusRequest
        h TradingSessionStatus
        j BusinessMessageReject
        q OrderMassCancelRequest
        r OrderMassCancelReport
        s NewOrderCross
        x SecurityListRequest
        y SecurityList
        AB NewOrderMultileg
        AC MultilegOrderCancelReplace
        AE TradeCaptureReport
        AF OrderMassStatusRequest
        AR TradeCaptureReportAck
        BE UserRequest
        BF UserResponse
        BZ OrderMassActionReport
        CA OrderMassActionRequest
        """
}
