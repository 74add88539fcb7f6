import Foundation
import Support
import Testing

/// The status page as files: what a browser is told of them, and where they come from. What the
/// page does is for the browser's own tests.
@Suite struct PageTests {
  /// The folder that these tests were built from.
  private static let sources = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    .appendingPathComponent("static")

  @Test func everyFileOfTheFolderIsInTheProgram() throws {
    let server = try TestServer()
    let client = server.client()
    let names = try FileManager.default.contentsOfDirectory(atPath: PageTests.sources.path)
    #expect(names.count > 15)
    for name in names {
      let answer = try client.get("/assets/\(name)")
      let file = try Data(contentsOf: PageTests.sources.appendingPathComponent(name))
      #expect(answer.status == 200, "\(name)")
      let isSame = answer.body == Array(file)
      #expect(isSame, "\(name): the program was built with another")
    }
    #expect(try client.get("/").body == client.get("/assets/index.html").body)
  }

  @Test func filesHaveTheirTypesAndTheirPolicies() throws {
    let server = try TestServer()
    let client = server.client()
    let types = [
      "/": "text/html; charset=utf-8", "/assets/style.css": "text/css; charset=utf-8",
      "/assets/app.js": "text/javascript; charset=utf-8", "/assets/icon.svg": "image/svg+xml",
      "/assets/grafana.json": "application/json",
      "/assets/prometheus-rules.yml": "application/yaml",
    ]
    for (path, type) in types {
      let answer = try client.get(path)
      #expect(answer["Content-Type"] == type)
      #expect(answer["X-Content-Type-Options"] == "nosniff")
      #expect(answer["Content-Security-Policy"]?.contains("default-src 'self'") == true)
      #expect(answer["Content-Security-Policy"]?.contains("unsafe") == false)
      #expect(answer["Cache-Control"] == "no-cache")
    }
  }

  @Test func whoeverHasAFileIsToldSo() throws {
    let server = try TestServer()
    let client = server.client()
    let first = try client.get("/assets/app.js")
    let tag = try #require(first["ETag"])
    #expect(tag.hasPrefix("\""))
    for condition in [tag, "\"other\", \(tag)", "W/\(tag)", "*"] {
      let again = try client.get("/assets/app.js", ["If-None-Match": condition])
      #expect(again.status == 304, "\(condition)")
      #expect(again.bodyBytes == 0)
      #expect(again["ETag"] == tag)
    }
    #expect(try client.get("/assets/app.js", ["If-None-Match": "\"other\""]).status == 200)
    #expect(try client.get("/assets/style.css", ["If-None-Match": tag]).status == 200)
    let head = try client.send(HTTPRequest("HEAD", "/assets/app.js"))
    #expect(head.status == 200)
    #expect(head.number("Content-Length") == first.bodyBytes)
  }

  @Test func aFolderStandsInForTheProgramsFiles() throws {
    let folder = TemporaryDirectory()
    let page = folder.path("page")
    try FileManager.default.createDirectory(
      atPath: page + "/inner.js", withIntermediateDirectories: true)
    func write(_ text: String, _ name: String) throws {
      try text.write(toFile: "\(page)/\(name)", atomically: false, encoding: .utf8)
    }
    try write("<p>one</p>", "index.html")
    try write("let a", "app.js")
    try write("hidden", ".hidden.js")
    try write("untyped", "notes.txt")
    try write("above", "../above.js")
    let server = try TestServer(["--static", page])
    let client = server.client()
    let first = try client.get("/")
    #expect(first.text == "<p>one</p>")
    #expect(first["Content-Security-Policy"] != nil)
    try write("<p>two</p>", "index.html")
    let tag = try #require(first["ETag"])
    let second = try client.get("/", ["If-None-Match": tag])
    #expect(second.status == 200)
    #expect(second.text == "<p>two</p>")
    #expect(try client.get("/assets/app.js").text == "let a")
    for name in [
      "none.js", "inner.js", ".hidden.js", "notes.txt", "..%2Fabove.js", "%2e%2e%2fabove.js",
      "..%5Cabove.js", "app.js%00", "style.css",
    ] {
      let answer = try client.get("/assets/\(name)")
      #expect(answer.status == 404, "\(name)")
      #expect(answer.code == "not_found", "\(name)")
    }
  }

  @Test func aFolderWithoutAPageIsRefused() throws {
    #expect(throws: TransferFailure.self) { try TestServer(["--static", "/nowhere/at/all"]) }
  }

  @Test func longListsComeInPages() throws {
    let server = try TestServer()
    let client = server.client()
    let names = ["B", "a", "ab", "abc", "c-Ab", "d"]
    for name in names {
      #expect(try client.put("/v1/topics/\(name)").status == 201)
      #expect(try client.put("/v1/groups/\(name)").status == 201)
    }
    let cases: [(query: String, names: [String], total: Int, next: String?)] = [
      ("", names, 6, nil), ("?limit=2", ["B", "a"], 6, "a"), ("?limit=6", names, 6, nil),
      ("?limit=2&after=a", ["ab", "abc"], 6, "abc"), ("?after=c-Ab", ["d"], 6, nil),
      ("?after=zz", [], 6, nil), ("?search=AB", ["ab", "abc", "c-Ab"], 3, nil),
      ("?search=ab&limit=1&after=ab", ["abc"], 3, "abc"), ("?search=none", [], 0, nil),
      ("?search=", names, 6, nil), ("?search=abcd", [], 0, nil),
    ]
    for kind in ["topics", "groups"] {
      for one in cases {
        let answer = try client.get("/v1/\(kind)\(one.query)").json
        #expect(answer[kind].array.map { $0["name"].string } == one.names, "\(kind)\(one.query)")
        #expect(answer["total"].int == one.total, "\(kind)\(one.query)")
        #expect(answer["next_after"].string == one.next, "\(kind)\(one.query)")
      }
      for bad in ["?limit=0", "?limit=10001", "?limit=x", "?limit=-1", "?page=2"] {
        #expect(try client.get("/v1/\(kind)\(bad)").code == "invalid_parameter", "\(bad)")
      }
    }
  }

  @Test func theOverviewListsTheMostAndCountsAll() throws {
    let server = try TestServer()
    let client = server.client()
    for index in 0..<120 {
      #expect(try client.put("/v1/topics/t\(index)").status == 201)
    }
    for index in 20..<120 {
      let answer = try client.post("/v1/topics/t\(index)/records", "x", type: "text/plain")
      #expect(answer.status == 200)
    }
    let status = try client.get("/v1/status").json
    #expect(status["totals"]["topics"].int == 120)
    #expect(status["totals"]["records"].int == 100)
    let listed = status["topics"].array.compactMap { $0["name"].string }
    #expect(Set(listed) == Set((20..<120).map { "t\($0)" }))
    #expect(listed == listed.sorted())
    #expect(status["disk"]["total_bytes"].int! > 0)
    let metrics = try client.get("/metrics").text
    #expect(metrics.contains("\nsluice_topics 120\n"))
    #expect(metrics.contains("\nsluice_storage_online 1\n"))
    #expect(metrics.contains("\nsluice_storage_available_bytes "))
  }
}
