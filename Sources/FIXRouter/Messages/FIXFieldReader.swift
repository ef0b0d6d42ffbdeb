import FIXSessions

/// Anything that gives a FIX message's fields by tag: a message inside a session's callback, or bytes in a test.
package protocol FIXFieldReader: ~Copyable {
    /// Calls `body` with the value in place; nil when the message has no such field.
    func withField<Result, Failure: Error>(
        _ tag: FIXTag, _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
    ) throws(Failure) -> Result?
    /// The whole message, SOH after each field.
    func text() -> [UInt8]
}

extension FIXMessageView: FIXFieldReader {}
