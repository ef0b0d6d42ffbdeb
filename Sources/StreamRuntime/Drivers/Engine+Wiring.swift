import PlainData

/// What stands around the graph: where its records come from, and where what it says goes.
extension Engine {
    /// A source that offers when it likes, from a thread of its own.
    /// - Parameters:
    ///   - isService: true for a connection that answers, such as a venue's: the run ends without its end.
    ///   - overflow: what becomes of more than is taken.
    ///   - doorway: the one that it shares with other outputs of its connection.
    public func ingress<T: Element>(
        _ port: TypedPort<T>, capacity: Int = 65_536, isService: Bool = false, overflow: Overflow<T> = .block,
        doorway: Doorway = Doorway()
    ) -> Ingress<T> {
        let ingress = Ingress<T>(
            capacity: capacity, isService: isService, overflow: overflow, doorway: doorway, wakeup: wakeup,
            time: time is SystemTime ? nil : time)
        arrivals.add(ingress.makeFeed(port), behind: doorway)
        entrances.append((port.name, { ingress.account }))
        meter.watch(ingress, of: port)
        return ingress
    }
    /// Any thread, at any time: what has become of the elements offered at each entrance.
    public var entranceAccounts: [NamedAccount] { entrances.map { NamedAccount($0.name, $0.account()) } }
    /// After so many nanoseconds without a record, a source that offers when it likes holds the watermark back no longer,
    /// until it speaks again. Both decisions are journalled. To be said after the `ingress` of all outputs of its connection.
    public func setIdleTimeout(of port: SourcePort, _ nanoseconds: Int64) {
        let own = arrivals.feeds.filter { $0.port.lead == port.lead }
        precondition(port.holdsWatermark && !own.isEmpty && nanoseconds > 0, "\(port.name) has no ingress to be watched")
        idleWatches.append(IdleWatch(lead: port.lead, feeds: own, timeout: nanoseconds))
    }
    /// A source that is read when there is time, merged with the others of its kind by event time.
    public func pull<T: Element>(_ port: TypedPort<T>, _ source: any PullSource<T>) {
        pulled.add(PullFeed(port, source, block: options.batch))
    }
    /// Closes a cycle of the graph: what `edge` carries becomes records of `port` in the next batch.
    public func loop<T: Element>(_ port: TypedPort<T>, of edge: Edge<T>) {
        let feed = LoopFeed<T>(port)
        loops.append(feed)
        let stage = graph.sink(port.name + ".loop", from: edge) { [wakeup, meter] offer in
            feed.add(offer, meter)
            wakeup.wake()
            return offer.count
        }
        meter.watch(feed, of: port, behind: stage)
    }
    /// An effect on the outside world: `queue` gets every element with its sequence, and hands it on when durable.
    /// - Parameter path: the name under which the time from a source to the hand-over is measured; nil measures none.
    public func effect<T: Element>(
        _ name: String, from edge: Edge<T>, into queue: TypedEffectQueue<T>, measuring path: String? = nil
    ) {
        effects.append(queue)
        queue.producer = graph.wakeup(of: edge)
        let outlet = EffectOutlet(queue, meter)
        let stage = graph.sink(name, from: edge) { [unowned self] offer in
            if isReplaying, !queue.wantsReplay { return offer.count }
            return outlet.take(offer, upTo: graph.halts.sequence, mayLag: graph.hasThreads)
        }
        outlet.stage = stage
        graph.add(outlet, of: stage)
        meter.watch(queue, behind: stage, path: path)
    }
}
