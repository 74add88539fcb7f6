import JSON
import Platform

/// A JSON document on standard output, of any length: it is written out piece by piece.
final class JSONOutput {
  private static let pieceBytes = 64 << 10

  var json = JSONWriter(into: ByteBuffer(capacity: 80 << 10))

  /// Writes out what there is, if it is much.
  func flushWhenLarge() {
    if json.buffer.count >= JSONOutput.pieceBytes { flush() }
  }

  /// Ends the document.
  func end() {
    json.endLine()
    flush()
  }

  private func flush() {
    print(String(decoding: json.buffer.bytes, as: UTF8.self), terminator: "")
    json.buffer.removeAll()
  }

  /// The first place that is not sound, or `null`, into an object that is open.
  static func write(damage: (position: Int, reason: String)?, to json: inout JSONWriter) {
    json.key("damage")
    guard let damage else { return json.null() }
    json.beginObject()
    json.key("position")
    json.number(damage.position)
    json.key("reason")
    json.string(damage.reason)
    json.endObject()
  }
}
