/// A value that only one thread may open: jobs on that of the scheduler, or the thread it is made for.
///
/// It is made before that thread starts to use it, and handed over with this box.
struct SchedulerOwned<Value>: @unchecked Sendable {
  let value: Value
  init(_ value: Value) { self.value = value }
}
