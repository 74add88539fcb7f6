/// A file under `Sources` or `Tests`, as the rules see it.
struct SourceFile: Sendable {
  /// From the repository's top, with slashes.
  let path: String
  let lines: [Substring]
  /// Empty unless the file is Swift.
  let tokens: [Token]

  init(path: String, text: String) {
    self.path = path
    var lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    if lines.last == "" { lines.removeLast() }
    self.lines = lines
    tokens = path.hasSuffix(".swift") ? Token.all(in: CodeMask.masked(text)) : []
  }

  var isSwift: Bool { path.hasSuffix(".swift") }

  var folders: [Substring] { path.split(separator: "/").dropLast() }

  /// The file's name without its extension.
  var stem: String {
    let name = path.split(separator: "/").last ?? ""
    return String(name.prefix { $0 != "." })
  }

  /// The module, for a file under `Sources`.
  var module: String? {
    folders.count > 1 && folders[0] == "Sources" ? String(folders[1]) : nil
  }

  /// The token's text, or "" outside the file: spares the rules their bounds checks.
  func word(_ index: Int) -> String {
    tokens.indices.contains(index) ? tokens[index].text : ""
  }

  /// The index of the mark that closes the one at `index`, or nil when the file ends first.
  func closing(_ index: Int) -> Int? {
    var depth = 0
    for place in index..<tokens.count {
      if ["(", "[", "{"].contains(tokens[place].text) { depth += 1 }
      if [")", "]", "}"].contains(tokens[place].text) { depth -= 1 }
      if depth == 0 { return place }
    }
    return nil
  }

  func complaint(_ line: Int, _ says: String) -> Complaint {
    Complaint(path: path, line: line, says: says)
  }
}
