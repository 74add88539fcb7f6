import Platform

extension Call {
  /// A completion that runs on the call's own loop, wherever it is handed in between.
  func completion<Value>(
    _ body: @escaping (Call, Value) -> Void
  ) -> @Sendable (Value) -> Void {
    let bound = ThreadBound((self, body))
    return { value in
      let (call, body) = bound.value
      body(call, value)
    }
  }
}
