import Support
import Testing

/// The comparison of copies: the same bytes by each strategy, and what each cost.
@Suite struct CopyComparisonTests {
  static let path = "/v1/copy-comparison"
  static let figures = [
    "seconds", "user_cpu_seconds", "system_cpu_seconds", "cpu_seconds_per_gb", "gb_per_second",
    "syscalls", "syscalls_per_mb", "voluntary_switches", "involuntary_switches", "minor_faults",
    "major_faults",
  ]

  /// A server with so many megabytes in the topic `t`.
  private func server(_ megabytes: Int, _ arguments: [String] = []) throws -> TestServer {
    let server = try TestServer(arguments)
    let line = String(repeating: "x", count: 999) + "\n"
    let body = String(repeating: line, count: 1000)
    for _ in 0..<megabytes {
      let answer = try server.client().post("/v1/topics/t/records", body, type: "text/plain")
      #expect(answer.status == 200)
    }
    return server
  }

  @Test func everyStrategySendsTheSameBytesAndSaysWhatItCost() throws {
    let server = try server(8)
    let client = server.client()
    let none = try client.get(Self.path)
    #expect(none.status == 404 && none.code == "no_comparison")
    #expect(try client.get("/v1/status").json["last_comparison"].isNull)
    let before = try client.get("/v1/status").json["strategies"].description
    let answer = try client.post(Self.path, #"{"topic":"t","bytes":5000000,"rounds":2}"#)
    #expect(answer.status == 200, "\(answer.text)")
    let result = answer.json
    #expect(result["topic"].string == "t")
    #expect(result["partition"].int == 0)
    #expect(result["bytes"].int == 5_000_000)
    #expect(result["rounds"].int == 2)
    #expect(result["started"].string?.hasSuffix("Z") == true)
    let last = try client.get("/v1/status").json["last_comparison"].string
    #expect(last == result["started"].string)
    let strategies = result["strategies"].array
    #expect(strategies.map { $0["strategy"].string } == ["read", "mmap", "sendfile"])
    for strategy in strategies {
      #expect(strategy["bytes"].int == 10_000_000)
      for figure in Self.figures {
        #expect((strategy[figure].double ?? -1) >= 0, "\(figure): \(strategy)")
      }
      // Neither is possible without a call, nor in no time.
      #expect((strategy["syscalls"].int ?? 0) >= 2)
      #expect((strategy["seconds"].double ?? 0) > 0)
    }
    let theory = strategies.map { $0["theory"] }
    #expect(theory.map { $0["syscalls_per_chunk"].int } == [2, 2, 1])
    #expect(theory.map { $0["context_switches_per_chunk"].int } == [4, 4, 2])
    #expect(theory.map { $0["copies"].int } == [4, 3, 2])
    #expect(theory.map { $0["cpu_copies"].int } == [2, 1, 0])
    // `read` copies what `sendfile` need not even look at, one buffer at a time.
    let calls = strategies.compactMap { $0["syscalls"].int }
    #expect(calls[0] > calls[2])
    #expect(try client.get(Self.path).text == answer.text)
    // What the server delivers to its clients is counted elsewhere.
    #expect(try client.get("/v1/status").json["strategies"].description == before)
    #expect(
      try EventTests.metric("sluice_copy_comparisons_total{outcome=\"done\"}", server) == 1)
  }

  @Test func strategiesAreThoseAskedForInTheirOrder() throws {
    let server = try server(1)
    let body = #"{"topic":"t","strategies":["sendfile","read"],"rounds":1}"#
    let result = try server.client().post(Self.path, body).json
    #expect(result["strategies"].array.map { $0["strategy"].string } == ["sendfile", "read"])
    // All there is, where more is asked for than there is.
    let stored = try server.client().get("/v1/topics/t").json["bytes"].int
    #expect(result["bytes"].int == stored)
  }

  @Test func oneRunsAtATime() throws {
    let server = try server(40)
    let port = server.port
    let long = Background {
      try HTTPClient(port: port).post(Self.path, #"{"topic":"t","rounds":20}"#)
    }
    let client = server.client()
    // The scrape itself is the other request.
    let active = { try EventTests.metric("sluice_http_active_requests", server) }
    #expect(try EventTests.wait { try active() == 2 })
    // Requests are answered meanwhile: it runs on threads of its own.
    let refused = try client.post(Self.path, #"{"topic":"t","rounds":1,"bytes":1}"#)
    #expect(refused.status == 409)
    #expect(refused.code == "comparison_running")
    #expect(refused.number("Retry-After") != nil)
    #expect(try long.join().status == 200)
    #expect(try client.post(Self.path, #"{"topic":"t","rounds":1}"#).status == 200)
  }

  @Test func aStopDoesNotWaitForIt() throws {
    let server = try server(40, ["--drain-timeout", "100", "--comparison-timeout", "1000"])
    let port = server.port
    let long = Background {
      try HTTPClient(port: port).post(Self.path, #"{"topic":"t","rounds":20}"#)
    }
    let active = { try EventTests.metric("sluice_http_active_requests", server) }
    _ = try EventTests.wait { try active() >= 2 }
    #expect(try server.terminate() == 0)
    let answer = try long.join()
    #expect(answer.status == 200 || answer.code == "draining")
  }

  @Test func whatIsTooMuchIsRefusedWithTheLimit() throws {
    let server = try server(1, ["--max-comparison-bytes", "1000"])
    let client = server.client()
    let large = try client.post(Self.path, #"{"topic":"t","bytes":1001}"#)
    #expect(large.status == 400 && large.code == "invalid_parameter")
    #expect(large.json["parameter"].string == "bytes")
    #expect(large.json["limit"].int == 1000)
    let within = try client.post(Self.path, #"{"topic":"t"}"#)
    #expect(within.json["bytes"].int == 1000)
    #expect(try client.put("/v1/topics/empty").status == 201)
    let empty = try client.post(Self.path, #"{"topic":"empty"}"#)
    #expect(empty.status == 409 && empty.code == "partition_empty")
  }
}
