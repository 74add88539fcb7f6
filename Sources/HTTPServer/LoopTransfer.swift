/// Carries a value from the thread that made it to the loop that will own it: opened once, by the
/// new owner.
struct LoopTransfer<Value>: @unchecked Sendable {
  let value: Value
  init(_ value: Value) { self.value = value }
}
