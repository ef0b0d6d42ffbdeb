import PlainData
import Testing

@testable import StreamRuntime

@Suite("what is left of a run") struct LifetimeTests {
    @Test("an engine that goes takes its entrances, its graph and its queues with it")
    func goes() throws {
        weak var graph: Graph?, ingress: Ingress<Value>?, queue: TypedEffectQueue<Value>?, stage: Stage?, effects: EffectThread?
        do {
            let made = Graph(), engine = Engine(made, names: Names())
            let port = made.source("in", Value.self), back = made.source("back", Value.self, holdsWatermark: false)
            let entrance = engine.ingress(port)
            let out = made.add("average", Average(), from: port.edge).out
            engine.loop(back, of: out)
            let thread = EffectThread(engine: engine.wakeup, counters: made.counters)
            let carried = thread.consumer("out", wantsReplay: true) { (_, _: Value) in }
            engine.effect("out", from: out, into: carried)
            (graph, ingress, queue, stage, effects) = (made, entrance, carried, made.stages.last, thread)
            thread.start()
            #expect(entrance.offer(Value(1, 2, key: 0)))
            entrance.finish()
            try engine.run(journal: nil)
            thread.finish()
        }
        #expect(graph == nil && ingress == nil && queue == nil && stage == nil && effects == nil)
    }
}
