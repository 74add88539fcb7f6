/// A value that only jobs on the scheduler's thread may open.
///
/// It is made before that thread starts to use it, and handed over with this box.
struct SchedulerOwned<Value>: @unchecked Sendable {
  let value: Value
  init(_ value: Value) { self.value = value }
}
