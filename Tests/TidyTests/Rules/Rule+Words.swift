extension Rule {
  /// Threads here are plain ones: see DESIGN.md, section 5.
  static let noConcurrency = Rule("no async in Sources") { file in
    guard file.module != nil else { return [] }
    return file.tokens.indices.compactMap { index in
      let word = file.word(index)
      let follows = file.word(index + 1)
      let starts = word == "Task" && ["{", "(", ".", "<"].contains(follows)
      guard ["async", "await"].contains(word) || starts, follows != ":" else { return nil }
      return file.complaint(file.tokens[index].line, "\(word): threads here are plain ones")
    }
  }

  /// Put together so that this file does not break its own rule.
  static let unfinishedWords: Set = ["TO" + "DO", "FIX" + "ME", "XX" + "X"]

  static let nothingUnfinished = Rule("nothing is left for later") { file in
    file.lines.enumerated().compactMap { index, line in
      let words = line.split { !$0.isLetter && !$0.isNumber && $0 != "_" }.map(String.init)
      guard let word = words.first(where: unfinishedWords.contains) else { return nil }
      return file.complaint(index + 1, "\(word): do it, or write down why not")
    }
  }
}
