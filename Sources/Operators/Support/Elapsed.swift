/// How long after `start` it is at `end`, in nanoseconds: not negative, and as much as fits where the calendar's ends are
/// further apart than 64 bits.
func elapsed(from start: Int64, to end: Int64) -> Int64 {
    guard end > start else { return 0 }
    let (time, over) = end.subtractingReportingOverflow(start)
    return over ? .max : time
}
