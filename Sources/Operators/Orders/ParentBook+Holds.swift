import Clearance
import PlainData
import StreamRuntime
import TradingModel

/// Parents that somebody holds for a while.
///
/// While one is suspended nothing is sent for it and what is open is canceled; its end stays where it is. Let go on, it takes up its
/// schedule where that would be by now: what is left is spread over the rest of it, so that a long pause is not made good in one
/// large child, and of a participation what traded meanwhile does not count.
extension ParentBook {
    mutating func suspend(_ row: Int, _ request: OrderRequest, into out: inout SlicerOutput) {
        guard answer(row, request, into: &out), !parents[row].isPaused else { return }
        (parents[row].isPaused, parents[row].isChanged) = (true, true)
        cancelOpen(row, request.eventTime, into: &out)
        if !parents[row].isClosing { out.setTimer(row, at: parents[row].start + plans[row].duration) }
    }

    mutating func release(_ row: Int, _ request: OrderRequest, into out: inout SlicerOutput) {
        guard answer(row, request, into: &out), parents[row].isPaused else { return }
        (parents[row].isPaused, parents[row].isChanged) = (false, true)
        let now = out.hasReached(endOfTime) ? request.eventTime : max(request.eventTime, out.watermark)
        if parents[row].isClosing { return send(row, now, into: &out) }
        if now < parents[row].start { return out.setTimer(row, at: parents[row].start) }
        if plans[row].isIceberg {
            parents[row].unanswered = 0
            if parents[row].open == 0 { send(row, now, into: &out) }
            return
        }
        // The slice that time lies in, and those after it, share what is left.
        reach(row, now)
        (parents[row].base, parents[row].isSpread) = (max(0, parents[row].slice - 1), true)
        parents[row].rest = max(0, scheduled(row) - parents[row].filled - parents[row].open)
        send(row, now, into: &out)
        awaitSlice(row, into: &out)
    }

    /// Takes the request, or refuses it: a parent that ends cannot be held, and a request that names another quantity or limit than the
    /// parent has asks for more than that.
    private func answer(_ row: Int, _ request: OrderRequest, into out: inout SlicerOutput) -> Bool {
        guard let parent = parents[row].order?.request else { return false }
        let isPlain = request.orderQty == .zero || (request.orderQty == parent.orderQty && request.price == parent.price)
        let isTaken = isPlain && !parents[row].isEnding
        out.emitSide(Self.update(request, isTaken ? .done : .rejected, at: request.eventTime))
        return isTaken
    }
}
