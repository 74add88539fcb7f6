extension GroupConfig {
  /// Why a config was refused: which field, and what it should have been.
  public struct Refusal: Error, Sendable {
    /// The field's name.
    public let field: String
    /// What is wrong with it, as a sentence.
    public let reason: String

    init(_ field: String, _ reason: String) {
      self.field = field
      self.reason = reason
    }
  }
}
