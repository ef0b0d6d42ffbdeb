import Testing

@testable import Console

@Suite("a console's address") struct AddressTests {
    @Test("a port alone is on the loopback address", arguments: ["0", "9090", "65535"])
    func portAlone(text: String) {
        #expect(ConsoleAddress(text)?.description == "127.0.0.1:\(text)")
        #expect(ConsoleAddress(text)?.isLoopback == true)
    }

    @Test(
        "what is neither a port nor HOST:PORT is refused",
        arguments: ["", "x", "65536", "-1", ":9090", "host:", "host:x", "127.0.0.1"])
    func refused(text: String) { #expect(ConsoleAddress(text) == nil) }
}
