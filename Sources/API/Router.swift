import HTTP

/// Finds the route of a request by the bytes of its path, without making text of it.
struct Router {
  /// How a search ended.
  enum Outcome {
    case found(Route)
    /// The path is known, the method is not: those that are.
    case otherMethods([Method])
    case unknown
  }

  private let routesByLength: [[Route]]

  init(_ routes: [Route]) {
    let longest = routes.map(\.segments.count).max() ?? 0
    routesByLength = (0...longest).map { length in routes.filter { $0.segments.count == length } }
  }

  func match(_ head: RequestHead) -> Outcome {
    head.withPath { path in
      let length = PathSegments(path).reduce(0) { count, _ in count + 1 }
      guard length < routesByLength.count else { return .unknown }
      let wanted = head.method == .head ? .get : head.method
      var others: [Method] = []
      for route in routesByLength[length] where Router.matches(route, path) {
        if route.method == wanted { return .found(route) }
        others.append(route.method)
      }
      return others.isEmpty ? .unknown : .otherMethods(others)
    }
  }

  private static func matches(_ route: Route, _ path: UnsafeRawBufferPointer) -> Bool {
    var index = 0
    for segment in PathSegments(path) {
      if let literal = route.segments[index] {
        guard segment.count == literal.count,
          literal.withUnsafeBytes({ $0.elementsEqual(segment) })
        else { return false }
      } else if segment.isEmpty {
        return false
      }
      index += 1
    }
    return true
  }
}
