/// A generated file being written: as small as gzip makes it, where its name ends in `.gz`.
struct GeneratedFile: ~Copyable {
    private var file: PackedFile

    init(path: String) throws(GenerateError) {
        do throws(WritingError) { file = try PackedFile(path, level: 9) } catch { throw GenerateError(error) }
    }

    mutating func write(_ bytes: UnsafeRawBufferPointer) throws(GenerateError) {
        do throws(WritingError) { try file.write(bytes) } catch { throw GenerateError(error) }
    }

    /// Completes the file and gives it its name.
    mutating func finish() throws(GenerateError) {
        do throws(WritingError) { try file.finish() } catch { throw GenerateError(error) }
    }
}

extension GenerateError {
    fileprivate init(_ error: WritingError) { self = .notWritten(path: error.path, reason: error.reason) }
}
