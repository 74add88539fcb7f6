/// One of the house's habits that a machine can check.
struct Rule: Sendable, CustomStringConvertible {
  /// What it asks for, in a few words.
  let description: String

  /// Every place in a file that breaks it.
  let complaints: @Sendable (SourceFile) -> [Complaint]

  init(_ description: String, _ complaints: @escaping @Sendable (SourceFile) -> [Complaint]) {
    self.description = description
    self.complaints = complaints
  }

  static let all = [
    lineWidth, fileLength, functionLength, oneTypeAFile, folderNames, importOrder, systemCalls,
    noConcurrency, nothingUnfinished,
  ]
}
