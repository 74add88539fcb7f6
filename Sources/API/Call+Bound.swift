import Platform

/// Makes a completion that runs on the call's own loop, wherever it is handed in between.
func bound<Value>(
  _ call: Call, _ body: @escaping (Call, Value) -> Void
) -> @Sendable (Value) -> Void {
  let bound = ThreadBound((call, body))
  return { value in
    let (call, body) = bound.value
    body(call, value)
  }
}
