import JSON
import Platform
import Testing

@testable import Bench

@Suite struct ReportTests {
  static let numbers: [(number: Double, digits: Int, text: String)] = [
    (0, 0, "0"), (0, 2, "0.00"), (1.005, 1, "1.0"), (12.345, 2, "12.35"), (-0.04, 1, "0.0"),
    (-2.5, 1, "-2.5"), (999.999, 2, "1000.00"), (0.07, 3, "0.070"), (.nan, 2, "-"),
  ]

  @Test(arguments: numbers)
  func numbersHaveTheirDigits(number: Double, digits: Int, text: String) {
    #expect(FixedPoint.text(number, digits: digits) == text)
  }

  static let sizes: [(text: String, bytes: Int?)] = [
    ("4096", 4096), ("64KiB", 65536), ("1MiB", 1 << 20), ("2GiB", 2 << 30), ("0", nil),
    ("-1MiB", nil), ("MiB", nil), ("1 MiB", nil), ("1MB", nil), ("99999999999GiB", nil), ("", nil),
  ]

  @Test(arguments: sizes)
  func sizesAreReadAsPeopleWriteThem(text: String, bytes: Int?) {
    #expect(ByteText.bytes(text) == bytes)
    if let bytes, bytes >= 1 << 10, text != "4096" { #expect(ByteText.text(bytes) == text) }
  }

  private static var report: Report {
    var report = Report("a \"title\"", [.init("word", "word"), .init("GB/s", "speed", digits: 1)])
    report.rows = [[.text("read"), .number(3.25)], [.text("sendfile"), .number(10)]]
    report.notes = ["a note"]
    return report
  }

  @Test func columnsStandBelowEachOther() {
    #expect(
      Self.report.text == """
        a "title"
        word      GB/s
        --------  ----
        read       3.3
        sendfile  10.0
        a note

        """)
  }

  @Test func theSameComesAsJSON() throws {
    let buffer = ByteBuffer()
    var json = JSONWriter(into: buffer)
    Self.report.write(to: &json)
    let parser = JSONParser()
    let document = try parser.parse(buffer.bytes)
    #expect(document["title"]?.string == "a \"title\"")
    #expect(document["rows"]?.count == 2)
  }
}
