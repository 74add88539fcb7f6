import Testing

/// Each rule against samples that break it and samples that only look so.
@Suite struct RuleTests {
  struct Sample: Sendable, CustomTestStringConvertible {
    let rule: Rule
    let path: String
    let text: String
    /// The lines that must be complained of, and no others.
    let lines: [Int]

    init(_ rule: Rule, _ lines: [Int], _ text: String, path: String = "Sources/Log/Sample.swift") {
      (self.rule, self.path, self.text, self.lines) = (rule, path, text, lines)
    }

    var testDescription: String { "\(rule) \(lines) \(text.prefix(40))" }
  }

  static let all = widths + functions + types + imports + calls + words

  @Test(arguments: all)
  func complainsOfTheRightLines(_ sample: Sample) {
    let complaints = sample.rule.complaints(SourceFile(path: sample.path, text: sample.text))
    #expect(complaints.map(\.line) == sample.lines, "\(complaints)")
  }

  @Test(arguments: Rule.all)
  func hasASampleThatBreaksIt(_ rule: Rule) {
    let samples = Self.all.filter { $0.rule.description == rule.description }
    #expect(samples.contains { !$0.lines.isEmpty })
    #expect(samples.contains { $0.lines.isEmpty })
  }

  static let widths = [
    Sample(.lineWidth, [2], "let a = 1\n" + String(repeating: "é", count: 101)),
    Sample(.lineWidth, [], String(repeating: "é", count: 100) + "\n"),
    Sample(.lineWidth, [1], String(repeating: "a", count: 121), path: "Sources/CLinux/a.h"),
    Sample(.lineWidth, [], String(repeating: "a", count: 120), path: "Sources/CLinux/a.h"),
    Sample(.fileLength, [601], String(repeating: "\n", count: 601)),
    Sample(.fileLength, [], String(repeating: "\n", count: 600)),
    Sample(.folderNames, [1], "", path: "Sources/Log/Helpers/Sample.swift"),
    Sample(.folderNames, [1], "", path: "Tests/common/Sample.swift"),
    Sample(.folderNames, [], "", path: "Sources/Log/Manager.swift"),
  ]

  /// `before`, so many empty lines, and `after`.
  static func long(_ before: String, _ lines: Int, _ after: String = "}") -> String {
    before + String(repeating: "\n", count: lines) + after
  }

  static let functions = [
    Sample(.functionLength, [1], long("func a() {", 70)),
    Sample(.functionLength, [], long("func a() {", 69)),
    Sample(.functionLength, [2], long("struct A {\n  init(b: Int = 1) throws(E) {", 70, "}}")),
    Sample(.functionLength, [1], long("deinit {", 70)),
    Sample(.functionLength, [1], long("static func < (a: A, b: [A]) -> (A) where A: B\n{", 70)),
    Sample(.functionLength, [1], long(##"func a() { b("}", /* } */ #"}"#) // }"##, 70)),
    Sample(.functionLength, [1], long(#"func a() { b("\(c { "}" })}")"#, 70)),
    Sample(.functionLength, [1], long("func a() { \"\"\"\n}\"\n\"\"\"", 68)),
    Sample(.functionLength, [], long(#"func a() { b("{") /* { */ } // {"#, 90)),
    Sample(.functionLength, [], long("protocol P { func a() -> Int\nvar b: Int { get", 90, "}}")),
    Sample(.functionLength, [], long("struct S { let a = B.init(1) }; struct T {", 90)),
    Sample(.functionLength, [1], long("func a() -> @Sendable (Int) async -> [Int] {", 70)),
    Sample(.functionLength, [3], long("func a() -> C\n@D\nfunc b() {", 70)),
  ]

  static let types = [
    Sample(.oneTypeAFile, [], "public final class Sample {\n  struct Other {}\n}"),
    Sample(.oneTypeAFile, [2], "struct Sample {}\nstruct Other {}"),
    Sample(.oneTypeAFile, [2], "enum Sample { case a }\npublic indirect enum Other {}"),
    Sample(.oneTypeAFile, [], "enum Sample {}\nprivate struct A {}\nfileprivate final class B {}"),
    Sample(.oneTypeAFile, [], "struct Sample {}\nextension Other {}"),
    Sample(.oneTypeAFile, [], "import struct A.B\nextension Sample {}"),
    Sample(.oneTypeAFile, [1, 1], "protocol Other {}"),
    Sample(.oneTypeAFile, [1], "func sample() { struct Sample {} }"),
    Sample(.oneTypeAFile, [1], #"let a = "struct Sample {}" // struct Sample"#),
    Sample(.oneTypeAFile, [], "extension A {}", path: "Sources/Log/A+Sample.swift"),
    Sample(.oneTypeAFile, [1], "extension B {}", path: "Sources/Log/A+Sample.swift"),
    Sample(.oneTypeAFile, [], "// Only a comment.\nimport Platform"),
    Sample(.oneTypeAFile, [], "struct Other {}", path: "Tests/LogTests/Sample.swift"),
  ]

  static let imports = [
    Sample(.importOrder, [], "import Glibc\nimport Platform\nimport Synchronization"),
    Sample(.importOrder, [], "import Metrics\n@testable import struct JSON.Reader"),
    Sample(.importOrder, [1, 2], "import Broker\npublic import struct API.Router"),
    Sample(.importOrder, [1, 2], "import HTTP\nimport HTTPServer"),
    Sample(.importOrder, [1], "import HTTP", path: "Sources/Broker/Sample.swift"),
    Sample(.importOrder, [1], "import HTTPServer", path: "Sources/Broker/Sample.swift"),
    Sample(.importOrder, [1], "import Log", path: "Sources/HTTPServer/Sample.swift"),
    Sample(.importOrder, [1], "import CLinux"),
    Sample(.importOrder, [], "import CLinux", path: "Sources/Platform/Sample.swift"),
    Sample(.importOrder, [1, 2], "import Foundation\nimport FoundationEssentials"),
    Sample(.importOrder, [1], "import Foundation", path: "Sources/API/Sample.swift"),
    Sample(.importOrder, [], "import FoundationEssentials", path: "Sources/API/Sample.swift"),
    Sample(.importOrder, [1], "import NIOCore"),
    Sample(.importOrder, [1], "", path: "Sources/Extra/Sample.swift"),
    Sample(.importOrder, [], "import Foundation", path: "Tests/LogTests/Sample.swift"),
    Sample(.importOrder, [], #"let a = "import Foundation" // import Foundation"#),
  ]

  static let calls = [
    Sample(.systemCalls, [1, 2], "let n = read(fd, p, 1)\nreturn Glibc.fsync(fd)"),
    Sample(.systemCalls, [1, 2], "if (epoll_wait(e, x, 1, 0) < 0) {}\npthread_mutex_lock(&m)"),
    Sample(.systemCalls, [1], #"let a = "\(unlink("b"))""#),
    Sample(.systemCalls, [], "log.read(a, b); self.write(c); reread(a); readers (b)"),
    Sample(.systemCalls, [], "func open(_ a: Int) {}; read(from: 3); close(); case send(Int)"),
    Sample(.systemCalls, [], "memcpy(a, b, 1) // read(fd, p, 1)\nlet a = \"read(fd)\""),
    Sample(.systemCalls, [], "read(fd, p, 1)", path: "Sources/Platform/Sample.swift"),
    Sample(.systemCalls, [], "read(fd, p, 1)", path: "Tests/LogTests/Sample.swift"),
  ]

  static let words = [
    Sample(.noConcurrency, [1, 2, 3], "func a() async {}\nlet b = await c\nTask { d() }"),
    Sample(.noConcurrency, [1], "Task.detached { d() }"),
    Sample(.noConcurrency, [], "// await\nlet a = \"async\"; let asynchronous = Tasks(await: 1)"),
    Sample(.noConcurrency, [], "func a() async {}", path: "Tests/LogTests/Sample.swift"),
    Sample(.nothingUnfinished, [2], "let a = 1\n// " + "TO" + "DO: more"),
    Sample(.nothingUnfinished, [1], "/* FIX" + "ME */", path: "Sources/CLinux/a.h"),
    Sample(.nothingUnfinished, [], "let name = \"sluice.XX" + "XXXX\""),
  ]
}
