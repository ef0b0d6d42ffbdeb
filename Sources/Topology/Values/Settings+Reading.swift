extension Settings {
    /// Reads an open map (`limits`, a parameter of type `.map`) by a list of parameters, as the check would have.
    ///
    /// - Throws: every mistake in it at once, each with file and line.
    public func checked(against parameters: [Parameter], subject: String) throws(TopologyRefusal) -> Settings {
        var notebook = Notebook(file: file)
        var check = ParameterCheck()
        guard let settings = check.settings(of: origin, by: parameters, subject: subject, at: origin.place, &notebook) else {
            throw notebook.refusal
        }
        return settings
    }

    /// What the file itself writes, without defaults.
    public var stated: Settings {
        Settings(entries: entries.filter { origin[$0.name] != nil }, file: file, origin: origin)
    }
    /// These values with those that another map states in the place of their own, each whole.
    public func overlaid(by other: Settings) -> Settings {
        let over = other.stated
        return Settings(entries: entries.filter { !over.has($0.name) } + over.entries, file: file, origin: origin)
    }
    /// The map as a topology writes it, in its one canonical spelling.
    public var canonicalText: String { CheckedTopology.text(.map(self)) }
}
