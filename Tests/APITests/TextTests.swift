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

  @Test func aPlusThatNobodyHasEscapedInAQueryIsOne() {
    let good: [(String, Int64?)] = [
      ("1970-01-01T01:00:00 01:00", 0), ("1970-01-01T01:00:00+01:00", 0),
      ("1970-01-01T00:00:01-01:00", 3_601_000), ("1000", 1000), ("1970-01-01 00:00:01Z", 1000),
      ("", nil), (" 01:00", nil), ("é 01:00", nil), ("1970-01-01T01:00:00  01:00", nil),
    ]
    #expect(good.filter { TimestampText.milliseconds(inQuery: $0.0) != $0.1 }.isEmpty)
    #expect(TimestampText.milliseconds("1970-01-01T01:00:00 01:00") == nil)
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
    // Against another's arithmetic, and what no calendar or clock has.
    let more: [(String, Int64?)] = [
      ("2020-02-29T23:59:59.9994Z", 1_583_020_799_999),
      ("2020-02-29t23:59:59.99950z", 1_583_020_800_000),
      ("1969-12-31T23:59:59.5Z", -500), ("2000-01-01 00:00:00-23:59", 946_771_140_000),
      ("0001-01-01T00:00:00Z", -62_135_596_800_000), ("9999-12-31T23:59:59Z", 253_402_300_799_000),
      ("2016-12-31T23:59:60Z", 1_483_228_800_000), ("2017-01-01T00:59:60+01:00", 1_483_228_800_000),
      ("2016-12-31T22:59:60Z", nil), ("2020-02-30T00:00:00Z", nil), ("2019-02-29T00:00:00Z", nil),
      ("1900-02-29T00:00:00Z", nil), ("2020-00-10T00:00:00Z", nil), ("2020-01-00T00:00:00Z", nil),
      ("2020-01-01T24:00:00Z", nil), ("2020-01-01T00:60:00Z", nil), ("2020-01-01T00:00:61Z", nil),
      ("2020-01-01T00:00:00", nil), ("2020-01-01T00:00:00.Z", nil), ("2020-01-01T00:00Z", nil),
      ("2020-01-01", nil), ("2020-1-01T00:00:00Z", nil), ("2020-01-01T00:00:00+1:00", nil),
      ("2020-01-01T00:00:00+24:00", nil), ("2020-01-01T00:00:00Z ", nil),
      ("+020-01-01T00:00:00Z", nil),
    ]
    #expect(more.filter { TimestampText.milliseconds($0.0) != $0.1 }.map(\.0) == [])
    #expect(TimestampText.text(1250) == "1970-01-01T00:00:01.250Z")
    #expect(TimestampText.text(-1) == "1969-12-31T23:59:59.999Z")
    #expect(TimestampText.text(1_582_934_400_001) == "2020-02-29T00:00:00.001Z")
    // What is written can be read, to the millisecond.
    for time in stride(from: Int64(1_795_720_000_000), to: 1_795_720_002_000, by: 1) {
      #expect(TimestampText.milliseconds(TimestampText.text(time)) == time)
    }
    for time: Int64 in [-62_135_596_800_000, 0, 951_782_400_000, 253_402_300_799_999] {
      #expect(TimestampText.milliseconds(TimestampText.text(time)) == time)
    }
    #expect(TimestampText.text(.max).hasSuffix("Z") && TimestampText.text(.min).hasPrefix("-"))
  }
}
