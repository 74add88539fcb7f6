import Foundation

/// An answer as a client sees it.
public struct HTTPResponse: Sendable {
  /// The status.
  public var status = 0
  /// The version as it was written, such as `HTTP/1.1`.
  public var version = ""
  /// The fields in their order, with their names as they were written.
  public var headers: [(name: String, value: String)] = []
  /// The body; empty if the request did not keep it.
  public var body: [UInt8] = []
  /// How many bytes the body had.
  public var bodyBytes = 0
  /// The FNV-1a hash of a body that is not kept, to compare it nevertheless.
  public var bodyHash: UInt64 = 0xCBF2_9CE4_8422_2325
  /// Statuses below 200 that came before, such as 100.
  public var interim: [Int] = []
  /// How many connections had to be made for it: 0 where one was reused.
  public var connectionsMade = 0
  /// How long the exchange took.
  public var seconds = 0.0

  /// An answer of which nothing has come yet.
  public init() {}

  /// A field by its name in any case; several are joined by commas.
  public subscript(name: String) -> String? {
    let found = headers.filter { $0.name.lowercased() == name.lowercased() }.map(\.value)
    return found.isEmpty ? nil : found.joined(separator: ", ")
  }

  /// A field that is a number.
  public func number(_ name: String) -> Int? { self[name].flatMap { Int($0) } }

  /// The media type without its parameters.
  public var mediaType: String? {
    self["Content-Type"]?.split(separator: ";").first.map {
      $0.trimmingCharacters(in: .whitespaces)
    }
  }

  /// The body as text.
  public var text: String { String(decoding: body, as: UTF8.self) }

  /// The body as JSON; an empty document where it is none.
  public var json: JSONDocument { JSONDocument(body) }

  /// The body's lines, each as JSON.
  public var jsonLines: [JSONDocument] {
    body.split(separator: UInt8(ascii: "\n")).map { JSONDocument(Array($0)) }
  }

  /// The `code` of a problem, or nil where the answer is none.
  public var code: String? {
    mediaType == "application/problem+json" ? json["code"].string : nil
  }

  /// Takes a line of a head in: a status line begins anew, a field is kept.
  mutating func takeHeadLine(_ line: String) {
    if line.hasPrefix("HTTP/") {
      if status >= 100, status < 200 { interim.append(status) }
      let parts = line.split(separator: " ", maxSplits: 2)
      version = String(parts.first ?? "")
      status = parts.count > 1 ? Int(parts[1]) ?? 0 : 0
      headers = []
    } else if let colon = line.firstIndex(of: ":") {
      let value = line[line.index(after: colon)...].trimmingCharacters(in: .whitespaces)
      headers.append((String(line[..<colon]), value))
    }
  }

  /// Takes a piece of the body in.
  mutating func takeBody(_ bytes: UnsafeRawBufferPointer, keeping: Bool) {
    bodyBytes += bytes.count
    if keeping { return body.append(contentsOf: bytes) }
    for byte in bytes { bodyHash = (bodyHash ^ UInt64(byte)) &* 0x100_0000_01B3 }
  }
}
