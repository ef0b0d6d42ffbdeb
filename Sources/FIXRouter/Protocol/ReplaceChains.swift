import PlainData
import TradingModel

/// Which change of each order is under way, and under which ClOrdID the order stands.
///
///     D A1 ──► G A2 (41=A1) under way ──► Replaced: stands as A2 ──► G A4 (41=A2)
///                   A3, A4 wait; A4 takes A3's place      └ Rejected: stands as A1 ──► G A4 (41=A1)
///
/// OrigClOrdID(41) is that of the last request that was not rejected (FIX Appendix D), which the desk may not have known when it
/// asked. So it is written when the request leaves.
struct ReplaceChains: ~Copyable {
    private struct Chain {
        /// The ClOrdID under which the venue holds the order.
        var standing: ClOrdID
        /// The change that is under way, and since when.
        var outstanding = ClOrdID.none, since: Int64 = 0, isReplace = false

        mutating func state(_ coder: inout StateCoder) {
            coder.field(&standing.rawValue)
            coder.field(&outstanding.rawValue)
            coder.field(&since)
            coder.field(&isReplace)
        }
    }

    /// A replace: the order that it is about, and whether the venue has decided on it. It does so once.
    private struct Link {
        var root: ClOrdID
        var isDecided = false

        mutating func state(_ coder: inout StateCoder) {
            coder.field(&root.rawValue)
            coder.field(&isDecided)
        }
    }

    let policy: ReplacePolicy
    private var links: [ClOrdID: Link] = [:]
    /// Of each replace that was rejected or never left: what it named.
    private var rejected: [ClOrdID: ClOrdID] = [:]
    /// By order; none for one that nobody has changed.
    private var chains: [ClOrdID: Chain] = [:]
    /// Of each change that is under way: its order. A venue may leave out what a cancel was about.
    private var underWay: [ClOrdID: ClOrdID] = [:]
    /// Replaces that have not left, by order.
    private var waiting: [ClOrdID: [ClOrdID]] = [:]

    init(policy: ReplacePolicy) { self.policy = policy }

    private func root(_ request: OrderRequest) -> ClOrdID { links[request.origClOrdID]?.root ?? request.origClOrdID }

    mutating func took(_ request: OrderRequest) {
        guard request.action == .replace else { return }
        let root = root(request)
        links[request.clOrdID] = Link(root: root)
        waiting[root, default: []].append(request.clOrdID)
    }

    /// Replaces of the same order that have not left.
    func unsent(before request: OrderRequest) -> [ClOrdID] {
        (waiting[root(request)] ?? []).filter { $0 != request.clOrdID }
    }

    /// The change that the request waits for. A cancel waits for a replace alone, and not for long.
    func blocks(_ request: OrderRequest, now: Int64, patience: Int64) -> ClOrdID? {
        guard policy == .one, request.action == .cancel || request.action == .replace, let chain = chains[root(request)],
            chain.outstanding != .none, chain.outstanding != request.clOrdID
        else { return nil }
        if request.action == .cancel, !chain.isReplace || now - chain.since >= patience { return nil }
        return chain.outstanding
    }

    /// Whether the change of the order that is under way is a cancel.
    func isToBeCanceled(_ id: ClOrdID) -> Bool {
        guard let chain = chains[links[id]?.root ?? id] else { return false }
        return chain.outstanding != .none && !chain.isReplace
    }

    /// The change of the order that is under way.
    func change(of id: ClOrdID) -> ClOrdID? {
        chains[links[id]?.root ?? id].flatMap { $0.outstanding == .none ? nil : $0.outstanding }
    }

    /// Whether the change has been under way for so long that a cancel does not wait for it.
    func isLate(_ id: ClOrdID, now: Int64, patience: Int64) -> Bool {
        guard let root = links[id]?.root, let chain = chains[root], chain.outstanding == id else { return false }
        return chain.isReplace && now - chain.since >= patience
    }

    /// It goes into a lane: later changes wait for it.
    mutating func begins(_ request: OrderRequest, now: Int64) {
        guard request.action == .cancel || request.action == .replace else { return }
        let root = root(request)
        var chain = chains[root] ?? Chain(standing: root)
        underWay[chain.outstanding] = nil
        (chain.outstanding, chain.since, chain.isReplace) = (request.clOrdID, now, request.action == .replace)
        underWay[request.clOrdID] = root
        chains[root] = chain
    }

    mutating func left(_ request: OrderRequest, now: Int64) {
        begins(request, now: now)
        forget(request.clOrdID)
    }
    private mutating func forget(_ id: ClOrdID) {
        guard let root = links[id]?.root, var ids = waiting.removeValue(forKey: root) else { return }
        ids.removeAll { $0 == id }
        if !ids.isEmpty { waiting[root] = ids }
    }

    /// What a request says in OrigClOrdID(41).
    func origClOrdID(of request: OrderRequest) -> ClOrdID {
        guard request.action == .cancel || request.action == .replace else { return request.origClOrdID }
        if policy == .one { return chains[root(request)]?.standing ?? request.origClOrdID }
        var id = request.origClOrdID
        while let before = rejected[id] { id = before }
        return id
    }

    /// The venue's word on a change.
    mutating func heard(_ report: ExecutionReport) {
        guard !chains.isEmpty || !links.isEmpty, let isAccepted = report.decides else { return }
        decided(report.clOrdID, report.origClOrdID, isAccepted)
    }

    mutating func refused(_ request: OrderRequest) {
        forget(request.clOrdID)
        if request.action != .new { decided(request.clOrdID, request.origClOrdID, false) }
    }

    /// Nobody will hear of it soon.
    mutating func gaveUp(_ id: ClOrdID) {
        end(id)
    }

    private mutating func decided(_ id: ClOrdID, _ orig: ClOrdID, _ isAccepted: Bool) {
        if let link = links[id], !link.isDecided {
            links[id]?.isDecided = true
            if isAccepted {
                chains[link.root, default: Chain(standing: link.root)].standing = id
            } else {
                rejected[id] = orig.isNone ? link.root : orig
            }
        }
        end(id)
    }

    /// It is under way no longer. What nobody has changed needs no chain.
    private mutating func end(_ id: ClOrdID) {
        guard let root = underWay.removeValue(forKey: id), chains[root]?.outstanding == id else { return }
        if chains[root]?.standing == root { chains[root] = nil } else { chains[root]?.outstanding = .none }
    }

    mutating func state(_ coder: inout StateCoder) {
        Self.entries(&links, Link(root: .none), &coder) { $0.state(&$1) }
        Self.entries(&rejected, .none, &coder) { $1.field(&$0.rawValue) }
        Self.entries(&chains, Chain(standing: .none), &coder) { $0.state(&$1) }
        if !coder.isSaving { for (root, chain) in chains where chain.outstanding != .none { underWay[chain.outstanding] = root } }
        Self.entries(&waiting, [], &coder) { ids, coder in
            var words = ids.map(\.rawValue)
            coder.field(&words, filler: 0)
            ids = words.map { ClOrdID(rawValue: $0) }
        }
    }

    /// In the order of the ids, so that the same table gives the same bytes.
    private static func entries<Value>(
        _ table: inout [ClOrdID: Value], _ filler: Value, _ coder: inout StateCoder,
        _ value: (inout Value, inout StateCoder) -> Void
    ) {
        let known = coder.isSaving ? table.sorted { $0.key < $1.key } : []
        var count = UInt32(known.count)
        coder.field(&count)
        for i in 0..<Int(count) where !coder.isTruncated {
            var (id, entry) = coder.isSaving ? known[i] : (ClOrdID.none, filler)
            coder.field(&id.rawValue)
            value(&entry, &coder)
            if !coder.isSaving { table[id] = entry }
        }
    }
}

extension ExecutionReport {
    /// Whether the venue has accepted (true) or refused (false) what its ClOrdID asked for; nil while it thinks about it.
    fileprivate var decides: Bool? {
        switch msgType {
        case .sent, .inDoubt: return nil
        case .orderCancelReject: return false
        case .executionReport: break
        }
        switch execType {
        case .pendingNew, .pendingCancel, .pendingReplace: return nil
        case .rejected: return false
        case .orderStatus:
            switch ordStatus {
            case .pendingNew, .pendingCancel, .pendingReplace: return nil
            default: return ordStatus != .rejected
            }
        default: return true
        }
    }
}
