extension Rule {
  static let functionLength = Rule("functions of at most 70 lines") { file in
    file.tokens.indices.compactMap { start in
      guard let end = lastToken(ofFunctionAt: start, in: file) else { return nil }
      let length = file.tokens[end].line - file.tokens[start].line + 1
      guard length > 70 else { return nil }
      let name = "\(file.word(start)) \(file.word(start + 1))"
      return file.complaint(file.tokens[start].line, "\(name) has \(length) lines, more than 70")
    }
  }

  /// The brace that ends the body, if a function begins at `start` and has a body.
  private static func lastToken(ofFunctionAt start: Int, in file: SourceFile) -> Int? {
    let word = file.word(start)
    guard ["func", "init", "deinit", "subscript"].contains(word), file.word(start - 1) != "."
    else { return nil }
    var index = start + 1
    if word != "deinit" {
      while index < file.tokens.count, file.word(index) != "(" { index += 1 }
      guard let parameters = file.closing(index) else { return nil }
      index = parameters + 1
    }
    while index < file.tokens.count {
      let token = file.tokens[index]
      switch token.text {
      case "{": return file.closing(index)
      case "(", "[": index = file.closing(index) ?? file.tokens.count
      case "}", ";": return nil
      default: if token.startsLine, declarationWords.contains(token.text) { return nil }
      }
      index += 1
    }
    return nil
  }

  /// What begins the next declaration behind a requirement of a protocol, which has no body.
  private static let declarationWords: Set = [
    "@", "#", "func", "init", "deinit", "subscript", "var", "let", "static", "mutating",
    "nonmutating", "associatedtype", "typealias", "case", "struct", "class", "enum", "protocol",
    "extension", "public", "internal", "private", "fileprivate", "override", "consuming",
    "borrowing",
  ]
}
