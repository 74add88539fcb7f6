import JSON
import Log
import Platform

/// Writes records as JSON: `{"offset","timestamp","key","value","tag","headers"}`. Belongs to one
/// loop.
final class RecordJSON {
  private let form: ValueForm
  private let onOneLine: Bool
  private let parser: JSONParser

  /// - Parameter onOneLine: for line-by-line answers, JSON values are freed of line breaks.
  init(_ form: ValueForm, onOneLine: Bool, parser: JSONParser) {
    self.form = form
    self.onOneLine = onOneLine
    self.parser = parser
  }

  func write(_ record: Record, to json: inout JSONWriter) {
    json.beginObject()
    writeFields(record, to: &json)
    json.endObject()
  }

  /// Writes a record's fields into an object that is open.
  func writeFields(_ record: Record, to json: inout JSONWriter) {
    json.key("offset")
    json.number(record.offset.value)
    json.key("timestamp")
    json.number(record.timestamp)
    writeContent(record, to: &json)
  }

  /// Writes key, value, tag and headers into an object that is open.
  func writeContent(_ record: Record, to json: inout JSONWriter) {
    writeKey(record.key, to: &json)
    writeValue(record.value, to: &json)
    json.key("tag")
    if record.headerCount > 0, let tag = record.tag, UTF8Validation.isValid(tag) {
      json.string(utf8: tag)
    } else {
      json.null()
    }
    json.key("headers")
    json.beginObject()
    if record.headerCount > 0 { writeHeaders(record, to: &json) }
    json.endObject()
  }

  private func writeKey(_ key: UnsafeRawBufferPointer?, to json: inout JSONWriter) {
    guard let key else {
      json.key("key")
      return json.null()
    }
    if form != .base64, UTF8Validation.isValid(key) {
      json.key("key")
      json.string(utf8: key)
    } else {
      json.key("key_base64")
      json.base64(key)
    }
  }

  private func writeValue(_ value: UnsafeRawBufferPointer?, to json: inout JSONWriter) {
    guard let value else {
      json.key("value")
      return json.null()
    }
    if form == .base64 || !UTF8Validation.isValid(value) {
      json.key("value_base64")
      return json.base64(value)
    }
    json.key("value")
    if isEmbedded(value) {
      if onOneLine { json.rawOnOneLine(value) } else { json.raw(value) }
    } else {
      json.string(utf8: value)
    }
  }

  private func isEmbedded(_ value: UnsafeRawBufferPointer) -> Bool {
    switch form {
    case .auto: parser.isContainer(value)
    case .json: (try? parser.parse(value)) != nil
    case .text, .base64: false
    }
  }

  private func writeHeaders(_ record: Record, to json: inout JSONWriter) {
    var tagSeen = false
    record.forEachHeader { name, value in
      guard UTF8Validation.isValid(name) else { return }
      // A tag that is no text is shown as the header it is.
      if !tagSeen, JSONKey(bytes: name) == Tag.headerName, let value, record.tag != nil,
        UTF8Validation.isValid(value)
      {
        tagSeen = true
        return
      }
      json.key(utf8: name)
      guard let value else { return json.null() }
      if UTF8Validation.isValid(value) {
        json.string(utf8: value)
      } else {
        json.beginObject()
        json.key("base64")
        json.base64(value)
        json.endObject()
      }
    }
  }
}
