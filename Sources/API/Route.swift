import HTTP

/// One operation of the interface: a method, a path, and what answers.
public struct Route: Sendable {
  /// The method.
  public let method: Method
  /// The path as openapi.yaml writes it: `/v1/topics/{topic}`.
  public let template: String
  /// True if the operation works before the data is open and while the server drains.
  let isAlwaysOpen: Bool
  /// The media types of the answer; empty where the operation chooses by itself, or answers with
  /// nothing.
  let answers: [MediaType]
  /// True if the operation looks at `If-Match` by itself.
  let hasEntityTag: Bool
  /// True if the operation has query parameters, and looks at them by itself.
  let hasQuery: Bool
  let handle: @Sendable (Call) throws(Problem) -> Void
  /// The template's segments; `nil` stands for a parameter.
  let segments: [[UInt8]?]

  /// What most operations answer with.
  static let json: [MediaType] = ["application/json"]

  init(
    _ method: Method, _ template: String, isAlwaysOpen: Bool = false,
    answers: [MediaType] = Route.json, hasEntityTag: Bool = false, hasQuery: Bool = false,
    _ handle: @escaping @Sendable (Call) throws(Problem) -> Void
  ) {
    self.method = method
    self.template = template
    self.isAlwaysOpen = isAlwaysOpen
    self.answers = answers
    self.hasEntityTag = hasEntityTag
    // Whoever asks for health or metrics by a path of their own means just that.
    self.hasQuery = hasQuery || isAlwaysOpen
    self.handle = handle
    segments = template.split(separator: "/").map { part in
      part.hasPrefix("{") ? nil : [UInt8](part.utf8)
    }
  }

  /// Refuses a head whose conditions cannot be fulfilled, whatever the operation finds: an answer
  /// in none of the forms that are taken, a body in a coding that is not undone here, a change to a
  /// copy that goes by an entity tag where there are none (RFC 9110 §12.5.1, §8.4, §13.1.1), query
  /// parameters where there are none.
  func check(_ head: RequestHead) throws(Problem) {
    if !hasQuery, let name = try head.firstQueryParameter() {
      throw Problem.invalidParameter(name, "There are no parameters here.")
    }
    if head.has(.accept), !answers.isEmpty, head.preferredMediaType(among: answers) == nil {
      throw Problem(
        .notAcceptable, "not_acceptable", "The answer does not come in this form."
      ).with("supported", answers.map(\.description))
    }
    if head.hasCodedBody {
      throw Problem(
        .unsupportedMediaType, "unsupported_content_encoding",
        "Bodies are taken as they are, in no Content-Encoding."
      ).with("supported", ["identity"])
    }
    if head.has(.ifMatch), !hasEntityTag {
      let isAny = head.withValue(of: .ifMatch) { EntityTagList($0) == .any }
      guard isAny == true else {
        throw Problem(
          .preconditionFailed, "precondition_failed", "What stands here has no entity tag.")
      }
    }
  }
}

extension RequestHead {
  /// The name of the query's first parameter, if there is one.
  fileprivate func firstQueryParameter() throws(Problem) -> String? {
    guard withQuery({ !$0.isEmpty }) else { return nil }
    do {
      return try queryParameters().firstUnexpected(known: [], repeatable: [])
    } catch {
      throw Problem(error)
    }
  }
}
