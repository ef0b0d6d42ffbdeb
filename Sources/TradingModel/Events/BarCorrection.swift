import PlainData

/// A bar said again, whole, after a trade came late for it.
public struct BarCorrection: Element {
    public static var elementName: String { "BarCorrection" }
    public var bar: Bar
    /// How often it was put right: 1 at first.
    public var revision: Int64

    public var eventTime: Int64 { bar.eventTime }
    public init(_ bar: Bar, revision: Int64) { (self.bar, self.revision) = (bar, revision) }
    public func fields<V: FieldVisitor>(_ visitor: inout V) {
        bar.fields(&visitor)
        visitor.field("revision", revision)
    }
}
