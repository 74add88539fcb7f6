import HTTP

/// One operation of the interface: a method, a path, and what answers.
public struct Route: Sendable {
  /// The method.
  public let method: Method
  /// The path as openapi.yaml writes it: `/v1/topics/{topic}`.
  public let template: String
  /// True if the operation works before the data is open and while the server drains.
  let isAlwaysOpen: Bool
  let handle: @Sendable (Call) throws(Problem) -> Void
  /// The template's segments; `nil` stands for a parameter.
  let segments: [[UInt8]?]

  init(
    _ method: Method, _ template: String, isAlwaysOpen: Bool = false,
    _ handle: @escaping @Sendable (Call) throws(Problem) -> Void
  ) {
    self.method = method
    self.template = template
    self.isAlwaysOpen = isAlwaysOpen
    self.handle = handle
    segments = template.split(separator: "/").map { part in
      part.hasPrefix("{") ? nil : [UInt8](part.utf8)
    }
  }
}
