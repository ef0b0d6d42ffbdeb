import Clearance
import PlainData
import TradingModel

/// Keeps what each decision of a compliance was made of: for those who explain an order. An order's findings say what was
/// wrong with it; this says what was looked at.
public final class ComplianceWitness {
    public struct Decision: Sendable {
        public let sequence: UInt64
        public let order: OrderRequest
        /// Every check with its value and limit.
        public let measures: [Measure]
    }
    /// Which orders to keep.
    public var wants: (OrderRequest) -> Bool = { _ in true }
    private var decisions: [Decision] = []

    public init() {}

    func saw(_ order: OrderRequest, _ context: Context, _ rules: Rules, _ sequence: UInt64) {
        guard wants(order) else { return }
        decisions.append(Decision(sequence: sequence, order: order, measures: rules.measures(of: order, in: context)))
    }

    /// What was decided since the last call.
    public func take() -> [Decision] {
        defer { decisions.removeAll() }
        return decisions
    }
}
