import Testing

/// Tests of the command `floor` as a user has it: the built executable as a process of its own, real sockets, real files.
/// One at a time, because each starts processes that want the machine.
@Suite(.serialized) enum FloorTests {}
