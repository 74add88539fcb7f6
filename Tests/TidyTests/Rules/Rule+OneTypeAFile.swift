extension Rule {
  /// A file in `Sources` declares the type it is named for, or extends it, and no other type in the
  /// open. `Type+Topic.swift` extends `Type`. A file with no code but imports, and `main.swift`,
  /// may be named as they are.
  static let oneTypeAFile = Rule("one type a file, named for it") { file in
    let importing = Set(file.tokens.filter { $0.text == "import" }.map(\.line))
    guard file.module != nil, file.isSwift, file.stem != "main",
      file.tokens.contains(where: { !importing.contains($0.line) })
    else { return [] }
    let name = file.stem.split(separator: "+").first.map(String.init) ?? ""
    let declared = declarations(in: file)
    var complaints = declared.filter { $0.isNominal && $0.name != name }.map {
      file.complaint($0.line, "\($0.name) is declared in a file named for \(name)")
    }
    if !declared.contains(where: { $0.name == name }) {
      complaints.append(file.complaint(1, "neither declares nor extends \(name)"))
    }
    return complaints
  }

  private struct Declaration {
    let name: String
    let line: Int
    let isNominal: Bool
  }

  /// Types, aliases and extensions at the top level, without the private ones.
  private static func declarations(in file: SourceFile) -> [Declaration] {
    var found: [Declaration] = []
    var index = 0
    while index < file.tokens.count {
      let word = file.word(index)
      if ["(", "[", "{"].contains(word) {
        index = file.closing(index) ?? file.tokens.count
      } else if typeWords.contains(word), file.word(index - 1) != "import" {
        var modifier = index - 1
        while modifiers.contains(file.word(modifier)) { modifier -= 1 }
        let own = (modifier + 1..<index).map(file.word)
        if !own.contains("private"), !own.contains("fileprivate") {
          found.append(
            Declaration(
              name: file.word(index + 1), line: file.tokens[index].line,
              isNominal: word != "extension" && word != "typealias"))
        }
      }
      index += 1
    }
    return found
  }

  private static let typeWords: Set = [
    "struct", "class", "enum", "actor", "protocol", "extension", "typealias",
  ]

  private static let modifiers: Set = [
    "public", "package", "internal", "private", "fileprivate", "open", "final", "indirect",
  ]
}
