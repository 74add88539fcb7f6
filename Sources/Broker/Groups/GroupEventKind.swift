/// The first byte of a group event in the journal.
enum GroupEventKind: UInt8 {
  case groupStands = 1
  case groupGone = 2
  case joined = 3
  case left = 4
  case progress = 5
  case cursor = 6
  case key = 7
}
