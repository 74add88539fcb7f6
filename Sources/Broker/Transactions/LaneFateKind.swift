/// The first byte of a lane's fate in the journal.
enum LaneFateKind: UInt8 {
  case open = 0
  case pending = 1
  case stored = 2
  case dropped = 3
  case scheduled = 4
}
