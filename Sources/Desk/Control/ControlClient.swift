import Foundation

/// Asks the floor that runs on a data directory.
public struct ControlClient: Sendable {
    public struct Failure: Error {
        public let description: String
    }
    private let data: String

    public init(data: String) { self.data = data }

    public func ask(_ request: ControlRequest) throws(Failure) -> ControlReply {
        let path = data + "/" + ControlDesk.socketName
        let socket: Int32
        do { socket = try LocalSocket.connect(to: path) } catch {
            throw Failure(
                description: "no floor listens on \(path) (\(String(cString: strerror(error.code)))); "
                    + "name the data directory of one that runs, --data DIR, with a source of kind commands in its topology")
        }
        defer { close(socket) }
        LocalSocket.limit(socket, seconds: 30)
        guard let data = try? JSONEncoder().encode(request), LocalSocket.write(socket, [UInt8](data) + [10]),
            let line = LocalSocket.readLine(socket, most: 16 << 20),
            let reply = try? JSONDecoder().decode(ControlReply.self, from: Data(line))
        else {
            throw Failure(
                description: "\(path): the floor did not answer; see what it has on record: floor journal dump \(self.data)")
        }
        return reply
    }
}
