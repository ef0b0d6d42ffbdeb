import Clearance
import PlainData
import TradingModel

/// Every element type that an edge of a topology can carry, by the name it has there.
public enum Elements {
    public static let all: [any Element.Type] =
        IndicatorKinds.elements + [
            Trade.self, TradeCorrection.self, Quote.self, BookDelta.self, Bar.self, BarCorrection.self, FeedStatus.self,
            AuctionUpdate.self,
            InstrumentDefinition.self, TradingStatus.self,
            Signal.self, Target.self,
            OrderRequest.self, DeskCommand.self,
            ClearedOrder.self,
            ExecutionReport.self, OrderUpdate.self, Anomaly.self, ParentUpdate.self, ParentEntry.self, ParentTerms.self,
            ParentReport.self, PositionUpdate.self, Finding.self, ProfitAndLoss.self, CopyBreak.self,
        ]

    public static func type(named name: String) -> any Element.Type {
        guard let found = all.first(where: { $0.elementName == name }) else {
            preconditionFailure("the catalog names an element \(name) that no room defines")
        }
        return found
    }
}
