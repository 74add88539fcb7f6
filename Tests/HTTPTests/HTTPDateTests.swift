import HTTP
import Platform
import Testing

struct HTTPDateTests {
  @Test(arguments: [
    (0, "Thu, 01 Jan 1970 00:00:00 GMT"), (784_111_777, "Sun, 06 Nov 1994 08:49:37 GMT"),
    (-1, "Wed, 31 Dec 1969 23:59:59 GMT"), (951_782_400, "Tue, 29 Feb 2000 00:00:00 GMT"),
    (951_868_800, "Wed, 01 Mar 2000 00:00:00 GMT"), (946_684_799, "Fri, 31 Dec 1999 23:59:59 GMT"),
    (1_709_164_800, "Thu, 29 Feb 2024 00:00:00 GMT"),
    (1_735_689_599, "Tue, 31 Dec 2024 23:59:59 GMT"),
    (2_147_483_648, "Tue, 19 Jan 2038 03:14:08 GMT"),
    (4_107_542_399, "Sun, 28 Feb 2100 23:59:59 GMT"),
    (4_107_542_400, "Mon, 01 Mar 2100 00:00:00 GMT"),
    (253_402_300_799, "Fri, 31 Dec 9999 23:59:59 GMT"),
    (-62_167_219_200, "Sat, 01 Jan 0000 00:00:00 GMT"),
  ])
  func `dates are written and read`(_ seconds: Int, _ text: String) {
    let buffer = ByteBuffer()
    HTTPDate(secondsSince1970: seconds).append(to: buffer)
    let parsed = Parsing.bytes(text) { HTTPDate($0)?.secondsSince1970 }
    #expect(String(decoding: buffer.bytes, as: UTF8.self) == text && parsed == seconds)
  }

  @Test(arguments: [
    "", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994",
    "Mon, 06 Nov 1994 08:49:37 GMT", "Sun, 06 Nov 1994 08:49:37 UTC",
    "Sun, 06 Nov 1994 24:00:00 GMT", "Sun, 06 Nov 1994 08:60:00 GMT",
    "Sun, 06 Nov 1994 08:49:61 GMT", "Sun, 06 nov 1994 08:49:37 GMT",
    "Thu, 29 Feb 1900 00:00:00 GMT", "Thu, 31 Apr 2020 00:00:00 GMT",
    "Sun, 00 Nov 1994 08:49:37 GMT", "Sun, 6 Nov 1994 08:49:37 GMT",
    "Sun, 06 Nov 1994 08:49:37 GMT ", "Sun, +6 Nov 1994 08:49:37 GMT",
    "unS, 06 Nov 1994 08:49:37 GMT",
  ])
  func `anything else is no date`(_ text: String) {
    #expect(Parsing.bytes(text) { HTTPDate($0)?.secondsSince1970 } == nil)
  }

  @Test func `every day of ten thousand years survives the round trip`() {
    var same = true
    for day in stride(from: -719_528, through: 2_932_896, by: 97) {
      let date = HTTPDate(secondsSince1970: day * 86_400 + 86_399)
      let parsed = Parsing.bytes(date.text) { HTTPDate($0)?.secondsSince1970 }
      same = same && parsed == date.secondsSince1970
    }
    #expect(same)
    #expect(HTTPDate(secondsSince1970: .max).text == "Fri, 31 Dec 9999 23:59:59 GMT")
    #expect(HTTPDate(secondsSince1970: .min).text == "Sat, 01 Jan 0000 00:00:00 GMT")
  }
}
