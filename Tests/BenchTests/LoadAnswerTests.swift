import Testing

@testable import Bench

@Suite struct LoadAnswerTests {
  private static func answer(_ text: String) -> LoadAnswer? {
    Array(text.utf8).withUnsafeBytes { LoadAnswer(head: $0) }
  }

  @Test func aHeadSaysWhatFollows() throws {
    let answer = try #require(
      Self.answer(
        "HTTP/1.1 200 OK\r\ncontent-LENGTH: 4711\r\nSluice-Next-Offset: 12\r\nX: y\r\n\r\n"))
    #expect(answer.status == 200 && answer.isSuccess)
    #expect(answer.contentLength == 4711)
    #expect(answer.nextOffset == 12)
    #expect(!answer.isChunked)
  }

  @Test func chunksAreAnnounced() throws {
    let answer = try #require(
      Self.answer("HTTP/1.1 404 Not Found\r\nTransfer-Encoding: chunked\r\n\r\n"))
    #expect(answer.isChunked && answer.contentLength == nil && !answer.isSuccess)
  }

  @Test(arguments: ["", "\r\n\r\n", "HTTP/1.1 2x0 OK\r\n\r\n", "hello"])
  func whatIsNoHeadIsRefused(text: String) {
    #expect(Self.answer(text) == nil)
  }

  @Test func metricsAreSummedByLabel() {
    let text = """
      # HELP a_total Something.
      a_total{strategy="read",cache="hot"} 5
      a_total{strategy="read",cache="cold"} 2.5
      a_total{strategy="mmap",cache="hot"} 100
      a_total_more 1
      """
    let reading = Array(text.utf8).withUnsafeBytes { MetricsReading(text: $0) }
    #expect(reading.sum("a_total") == 107.5)
    #expect(reading.sum("a_total", [("strategy", "read")]) == 7.5)
    #expect(reading.has("a_total_more") && !reading.has("b"))
  }
}
