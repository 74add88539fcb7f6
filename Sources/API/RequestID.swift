import HTTP

/// `X-Request-Id`: every answer repeats what its request carried, so that logs on both sides can be
/// laid side by side.
enum RequestID {
  static func repeatID(of request: RequestHead, in response: inout ResponseHead) {
    request.withValue(of: .xRequestID) { add($0, to: &response) }
  }

  static func add(_ id: UnsafeRawBufferPointer, to response: inout ResponseHead) {
    response.add("X-Request-Id", id)
  }
}
