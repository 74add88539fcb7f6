extension Rule {
  /// The modules from the ground up: each may import only what stands before it.
  static let order = [
    "CLinux", "CSimdjson", "CIsal", "CAssets", "COpenSSL", "Platform", "HTTP", "JSON", "Metrics",
    "Log",
    "HTTPServer", "Broker", "API", "Bench", "sluice",
  ]

  /// Imports that the order would allow and the design does not.
  static let barred: [String: Set<String>] = [
    "Log": ["HTTP", "HTTPServer"], "Broker": ["HTTP", "HTTPServer"], "HTTPServer": ["Log"],
  ]

  /// What comes with the toolchain.
  static let standard: Set = ["Swift", "Glibc", "Synchronization"]

  /// Modules of the packages that DESIGN.md, section 8, takes.
  static let packages: Set = [
    "ArgumentParser", "Logging", "DequeModule", "HeapModule", "Histogram",
  ]

  /// Files that may import all of Foundation, with the reason. None has one yet.
  static let foundationFiles: [String: String] = [:]

  static let importOrder = Rule("imports go one way") { file in
    guard let module = file.module, file.isSwift else { return [] }
    guard let own = order.firstIndex(of: module) else {
      return [file.complaint(1, "\(module) has no place in the order of modules")]
    }
    return imports(in: file).compactMap { line, name in
      objection(to: name, in: module, at: own, of: file.path).map { file.complaint(line, $0) }
    }
  }

  private static func objection(
    to name: String, in module: String, at own: Int, of path: String
  ) -> String? {
    if name == "FoundationEssentials" {
      return ["API", "sluice"].contains(module) ? nil : "FoundationEssentials in \(module)"
    }
    if name.hasPrefix("Foundation") {
      return foundationFiles[path] == nil ? "\(name) has no place in Sources" : nil
    }
    if name == "CLinux", module != "Platform" { return "system calls belong in Platform" }
    if barred[module]?.contains(name) ?? false { return "\(module) never imports \(name)" }
    if let place = order.firstIndex(of: name) {
      return place < own ? nil : "\(name) does not stand before \(module)"
    }
    let known = standard.contains(name) || packages.contains(name)
    return known ? nil : "\(name) is neither ours, nor the toolchain's, nor a listed package's"
  }

  private static func imports(in file: SourceFile) -> [(line: Int, name: String)] {
    let kinds: Set = ["struct", "class", "enum", "protocol", "func", "var", "let", "typealias"]
    return file.tokens.indices.compactMap { index in
      guard file.word(index) == "import", file.word(index - 1) != "." else { return nil }
      let name = kinds.contains(file.word(index + 1)) ? index + 2 : index + 1
      return (file.tokens[index].line, file.word(name))
    }
  }
}
