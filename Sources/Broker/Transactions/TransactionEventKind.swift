/// The first byte of a transaction event in the journal.
enum TransactionEventKind: UInt8 {
  case counted = 1
  case prepared = 2
  case checked = 3
  case committed = 4
  case done = 5
  case rolledBack = 6
}
