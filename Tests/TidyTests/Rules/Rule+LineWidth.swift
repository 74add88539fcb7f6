extension Rule {
  /// Files whose comments are still wider, with the reason.
  static let wideFiles = [
    "Sources/Platform/ByteBuffer.swift": "two comment lines, to be wrapped by whoever next edits it"
  ]

  static let lineWidth = Rule("lines of 100 columns, of 120 in C") { file in
    let columns = file.isSwift ? 100 : 120
    guard wideFiles[file.path] == nil else { return [] }
    return file.lines.enumerated().filter { $0.element.count > columns }.map { index, line in
      file.complaint(index + 1, "\(line.count) columns, more than \(columns)")
    }
  }

  static let fileLength = Rule("files of at most 600 lines") { file in
    file.lines.count > 600 ? [file.complaint(601, "\(file.lines.count) lines, over 600")] : []
  }
}
