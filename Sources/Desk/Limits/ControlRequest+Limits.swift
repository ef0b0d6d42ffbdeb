import PlainData
import Topology
import TradingModel

/// Whole sets of limits, as people put them over a desk's while it runs.
extension ControlRequest {
    /// The file that a request brings, and the command that puts it in force. It is read against the limits that it will lie
    /// over, so that all its names have numbers before its record.
    func set(
        _ command: DeskCommand, over base: Settings, names: Names, at now: Int64
    ) throws(ControlFlaw) -> (file: LimitsFile, command: DeskCommand) {
        let file: LimitsFile
        do { file = try LimitsFile.checked(text: text ?? "", named: scope ?? "limits") } catch {
            throw ControlFlaw(description: error.description)
        }
        var command = command
        let name = try Self.name(file.name, "the set's name"), reason = try Self.remark(file.reason, "reason")
        try time(&command, from: from ?? file.from, until: until ?? file.until, at: now)
        let isUnsaid = (why ?? "").isEmpty || why == "no reason given"
        if isUnsaid, reason.isEmpty {
            throw ControlFlaw(description: "--why: limits are changed for a reason; or say it in the file")
        }
        if isUnsaid { command.why = names.text(reason) }
        (command.limit, command.scope, command.limits) = (.set, .firm, file.version)
        (command.name, command.text) = (names.text(name), names.text(file.limits.canonicalText))
        guard let settings = base.under([command.text], names) else {
            throw ControlFlaw(description: "\(scope ?? "limits"): it was read, and its own text is not understood")
        }
        _ = LimitMaker(names: names).limits(settings)
        return (file, command)
    }
    /// The command that takes a set away.
    func end(_ name: String, _ command: DeskCommand, names: Names, at now: Int64) throws(ControlFlaw) -> DeskCommand {
        var command = command
        if (why ?? "").isEmpty || why == "no reason given" {
            throw ControlFlaw(description: "--why: limits are changed for a reason")
        }
        (command.limit, command.scope, command.isNone) = (.set, .firm, 1)
        (command.name, command.from) = (names.text(try Self.name(name, "the set's name")), now)
        return command
    }
}

extension LimitsFile {
    /// A limits file of this desk: its times are a moment or a length.
    public static func checked(path: String) throws(TopologyRefusal) -> LimitsFile {
        try read(path: path, against: Kinds.catalog, rule: times)
    }
    static func checked(text: String, named file: String) throws(TopologyRefusal) -> LimitsFile {
        try read(text: text, named: file, against: Kinds.catalog, rule: times)
    }
    private static func times(_ settings: Settings) -> [TopologyMistake] {
        ["from", "until"].compactMap { key in
            guard let text = settings.textIfPresent(key), DurationText.nanoseconds(text) == nil, UTC.parse(text) == nil else {
                return nil
            }
            return settings.mistake(
                key, "\(key) \(text) is no time",
                "write 2026-03-02T15:00:00Z, or how long from the moment it is put in force, 30m")
        }
    }
}
