import ArgumentParser

/// When a produce is answered, for loads that measure it.
struct BenchAcknowledgement: ParsableArguments {
  @Option(help: "committed or written: when a produce is answered. (default: committed)")
  var acks: String?

  /// What was asked for.
  var word: String { acks ?? "committed" }

  func validate() throws {
    guard ["committed", "written"].contains(word) else {
      throw ValidationError("--acks must be committed or written.")
    }
  }
}
