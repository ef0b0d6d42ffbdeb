import CPlatform
import Glibc
import PlainData

/// The first bytes of the counters: who writes them, and what turns ticks into time.
struct CountersHeader {
    static let magic: UInt64 = 0x544E_5543_524F_4C46  // "FLORCUNT"
    static let version: UInt32 = 1
    /// Where the first record lies.
    static let byteCount = 4_096
    static let historySlots = 10

    var magic = Self.magic
    var version = Self.version, chunkBytes = UInt32(CounterMemory.chunkBytes)
    var layout: UInt64 = 0
    /// The process, when it was started (as the kernel counts), and which boot of the machine that was in.
    var process: Int64 = 0, processStart: UInt64 = 0, boot: UInt64 = 0
    /// CRC-32C of what stands above: none of it changes.
    var checksum: UInt64 = 0

    /// How many chunks there are.
    var chunks: UInt64 = 0
    /// One instant in ticks and in nanoseconds since 1970: the last look at both clocks. Renewed with every sample.
    var ticks: UInt64 = 0, wall: Int64 = 0
    var nanosecondsPerTick = 0.0
    var startTicks: UInt64 = 0, startWall: Int64 = 0
    /// `RunState`, and when it ended.
    var state: UInt64 = 0, endTicks: UInt64 = 0
    /// How many samples of history were taken, and when those that are still there were.
    var samples: UInt64 = 0
    var sampleTicks = InlineArray<10, UInt64>(repeating: 0)

    static var constantBytes: Int { MemoryLayout<CountersHeader>.offset(of: \.checksum) ?? 0 }
}

/// What the run is doing, as far as it says so itself.
public enum RunState: UInt64, Sendable {
    case starting = 0, resuming, running, draining, ended, failed
}

/// Which process this is, so that another one with its number is not taken for it.
struct ProcessIdentity: Equatable {
    var process: Int64, start: UInt64, boot: UInt64

    static let own = ProcessIdentity(
        process: Int64(getpid()), start: ProcessState.startTime(of: Int64(getpid())) ?? 0, boot: ProcessState.boot)
}
