import Testing

/// The working tree keeps the house's habits.
@Suite struct TidyTests {
  static let files = Result { try Repository.files() }

  @Test(arguments: Rule.all)
  func theTreeKeeps(_ rule: Rule) throws {
    let complaints = try Self.files.get().flatMap(rule.complaints)
    #expect(complaints.isEmpty, "\(complaints.map(\.description).joined(separator: "\n"))")
  }

  @Test func theTreeIsFound() throws {
    let paths = Set(try Self.files.get().map(\.path))
    let some = [
      "Sources/Platform/ByteBuffer.swift", "Sources/CLinux/include/CLinux.h",
      "Sources/CSimdjson/CSimdjson.cpp", "Tests/TidyTests/TidyTests.swift",
    ]
    #expect(paths.isSuperset(of: some))
  }
}
