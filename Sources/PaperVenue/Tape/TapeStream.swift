import MarketData
import PlainData

/// One kind of event of a tape, read in blocks, with a look at the next one.
struct TapeStream<T: Element> {
    /// Fills a buffer from its start and says with how many; 0 at the end.
    typealias Fill = (UnsafeMutableBufferPointer<T>) throws(MarketDataError) -> Int

    private let path: String
    private let fill: Fill
    private var block: [T] = []
    private var at = 0
    private var hasEnded = false
    private var lastTime = Int64.min

    /// - Parameter path: the file's, for messages.
    init(_ path: String, _ fill: @escaping Fill) { (self.path, self.fill) = (path, fill) }

    /// The next element, which stays. Throws where the file is broken or its time goes back.
    mutating func peek() throws(VenueError) -> T? {
        if at == block.count, !hasEnded { try refill() }
        return at < block.count ? block[at] : nil
    }
    mutating func take() { at += 1 }

    private mutating func refill() throws(VenueError) {
        var failure: MarketDataError?
        block = [T](unsafeUninitializedCapacity: 1_024) { buffer, count in
            do throws(MarketDataError) { count = try fill(buffer) } catch { failure = error }
        }
        if let failure { throw .badTape(path: path, reason: "\(failure)") }
        (at, hasEnded) = (0, block.isEmpty)
        for element in block {
            guard element.eventTime >= lastTime else {
                throw .badTape(
                    path: path,
                    reason: "time goes back from \(UTC.text(lastTime)) to \(UTC.text(element.eventTime)); sort it by time")
            }
            lastTime = element.eventTime
        }
    }
}
