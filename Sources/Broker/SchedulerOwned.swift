/// A value that only one thread may open: the scheduler in its jobs, or another it was made for.
///
/// It is made before that thread starts to use it, and handed over with this box.
struct SchedulerOwned<Value>: @unchecked Sendable {
  let value: Value
  init(_ value: Value) { self.value = value }
}
