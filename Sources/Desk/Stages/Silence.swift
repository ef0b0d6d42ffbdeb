import PlainData
import StreamRuntime

/// Hears everything and says nothing: stands for an input that a topology leaves open.
struct Silence<In: Element, Out: Element>: Operator, ~Copyable {
    mutating func process(_ element: In, into out: inout Emitter<Out, Nothing>) {}
}
