import JSON
import Logging
import Platform

/// Writes log lines as JSON objects to standard error.
struct JSONLogHandler: LogHandler {
  var metadata: Logger.Metadata = [:]
  var logLevel: Logger.Level = .info

  subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { metadata[key] }
    set { metadata[key] = newValue }
  }

  func log(event: LogEvent) {
    let buffer = ByteBuffer()
    var json = JSONWriter(into: buffer)
    json.beginObject()
    json.key("time")
    json.string(LogTime.now())
    json.key("level")
    json.string("\(event.level)")
    json.key("msg")
    json.string("\(event.message)")
    let all = metadata.merging(event.metadata ?? [:]) { $1 }
    for (key, value) in all.sorted(by: { $0.key < $1.key }) {
      var name = key
      name.withUTF8 { json.key(utf8: UnsafeRawBufferPointer($0)) }
      json.string("\(value)")
    }
    json.endObject()
    json.endLine()
    StandardError.write(buffer.bytes)
  }
}
