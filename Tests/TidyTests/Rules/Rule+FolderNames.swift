extension Rule {
  static let folderNames = Rule("folders are nouns of the design") { file in
    let empty: Set = [
      "util", "utils", "utilities", "helper", "helpers", "common", "manager", "managers", "misc",
    ]
    return file.folders.filter { empty.contains($0.lowercased()) }.map {
      file.complaint(1, "a folder named \($0) says nothing")
    }
  }
}
