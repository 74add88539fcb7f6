import HTTP

/// `X-Request-Id`: every answer repeats what its request carried, so that logs on both sides can be
/// laid side by side.
enum RequestID {
  /// The longest id that is repeated.
  private static let bytesMax = 200

  static func repeatID(of request: RequestHead, in response: inout ResponseHead) {
    request.withValue(of: .xRequestID) { id in
      if id.count <= bytesMax { response.add("X-Request-Id", id) }
    }
  }
}
