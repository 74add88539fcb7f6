import Foundation

/// What openapi.yaml says there is, read line by line: paths stand two columns in, methods four,
/// what belongs to an operation six, statuses eight. No YAML reader is needed for that, and a file
/// laid out otherwise reads as empty.
struct InterfaceDescription {
  struct Operation: Hashable {
    let method: String
    let path: String
    let id: String
    var statuses: [Int] = []
  }

  let text: String
  private(set) var operations: [Operation] = []

  init(_ text: String) {
    self.text = text
    var isInside = false
    var path = ""
    var isInResponses = false
    for line in text.split(separator: "\n") {
      let indent = line.prefix { $0 == " " }.count
      let content = line.dropFirst(indent)
      if indent == 0 { isInside = line == "paths:" }
      guard isInside else { continue }
      if indent == 2 { path = String(content.dropLast()) }
      if indent == 4, let method = InterfaceDescription.methods[String(content)] {
        operations.append(Operation(method: method, path: path, id: ""))
      }
      guard let last = operations.indices.last else { continue }
      if indent == 6 {
        isInResponses = content == "responses:"
        if content.hasPrefix("operationId: ") {
          let id = String(content.dropFirst("operationId: ".count))
          operations[last] = Operation(method: operations[last].method, path: path, id: id)
        }
      }
      if indent == 8, isInResponses, content.hasPrefix("\""),
        let status = Int(content.dropFirst().prefix(3))
      {
        operations[last].statuses.append(status)
      }
    }
  }

  /// The file at the top of the tree that these tests were built from.
  static func load(of file: String = #filePath) throws -> InterfaceDescription {
    let top = URL(fileURLWithPath: file)
      .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    let url = top.appendingPathComponent("openapi.yaml")
    return InterfaceDescription(try String(contentsOf: url, encoding: .utf8))
  }

  private static let methods = [
    "get:": "GET", "put:": "PUT", "post:": "POST", "patch:": "PATCH", "delete:": "DELETE",
  ]
}
