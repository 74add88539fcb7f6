/// The first byte of a change of progress in the journal.
enum ProgressChangeKind: UInt8 {
  case begun = 1
  case run = 2
  case done = 3
  case sought = 4
}
