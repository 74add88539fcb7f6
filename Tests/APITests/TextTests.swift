import Testing

@testable import API
import Broker

/// Durations and times as the interface writes them.
@Suite struct TextTests {
  @Test func durationsHaveAUnit() {
    let good: [(String, Int64)] = [
      ("250ms", 250), ("30s", 30_000), ("5m", 300_000), ("1h", 3_600_000), ("7d", 604_800_000),
    ]
    let bad = ["", "5", "s", "-1s", "1.5s", "1S", "1 s", "99999999999999999d"]
    #expect(good.filter { DurationText.milliseconds($0.0) != $0.1 }.isEmpty)
    #expect(bad.filter { DurationText.milliseconds($0) != nil }.isEmpty)
  }

  @Test func timesAreRFC3339OrMilliseconds() {
    let good: [(String, Int64)] = [
      ("1000", 1000), ("1970-01-01T00:00:01Z", 1000), ("1970-01-01T00:00:01.250Z", 1250),
      ("1970-01-01T01:00:00+01:00", 0),
    ]
    #expect(good.filter { TimestampText.milliseconds($0.0) != $0.1 }.isEmpty)
    #expect(
      ["", "yesterday", "1970-13-01T00:00:00Z"].allSatisfy { TimestampText.milliseconds($0) == nil }
    )
    #expect(TimestampText.text(1250) == "1970-01-01T00:00:01.250Z")
  }
}
