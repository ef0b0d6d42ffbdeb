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
}
