import JSON
import Platform

/// What a measurement found: a table for the terminal, or JSON.
public struct Report: Sendable {
  /// One figure, or a word.
  enum Value: Sendable {
    case text(String)
    case number(Double)
    case count(Int)
  }

  /// A column: its heading, its name in JSON, and how many digits stand behind the point.
  struct Column: Sendable {
    let heading: String
    let key: String
    let digits: Int

    init(_ heading: String, _ key: String, digits: Int = 2) {
      (self.heading, self.key, self.digits) = (heading, key, digits)
    }
  }

  /// What was measured.
  let title: String
  let columns: [Column]
  var rows: [[Value]] = []
  /// Sentences below the table.
  var notes: [String] = []

  init(_ title: String, _ columns: [Column]) {
    (self.title, self.columns) = (title, columns)
  }

  /// The table, columns aligned.
  public var text: String {
    var cells = [columns.map(\.heading)]
    for row in rows { cells.append(zip(row, columns).map(Report.text)) }
    let widths = columns.indices.map { column in cells.map { $0[column].count }.max() ?? 0 }
    var lines = [title]
    for (index, row) in cells.enumerated() {
      let padded = row.indices.map { column in
        let space = String(repeating: " ", count: widths[column] - row[column].count)
        let isWord = if case .text = rows.first?[column] { true } else { false }
        return isWord ? row[column] + space : space + row[column]
      }
      lines.append(padded.joined(separator: "  "))
      if index == 0 { lines.append(widths.map { String(repeating: "-", count: $0) }.joined("  ")) }
    }
    return (lines + notes).joined(separator: "\n") + "\n"
  }

  /// `{"title":…,"rows":[{…}],"notes":[…]}`
  public func write(to json: inout JSONWriter) {
    json.beginObject()
    json.key("title")
    json.string(title)
    json.key("rows")
    json.beginArray()
    for row in rows {
      json.beginObject()
      for (value, column) in zip(row, columns) {
        var key = column.key
        key.withUTF8 { json.key(utf8: UnsafeRawBufferPointer($0)) }
        switch value {
        case .text(let text): json.string(text)
        case .number(let number): json.number(number)
        case .count(let count): json.number(count)
        }
      }
      json.endObject()
    }
    json.endArray()
    json.key("notes")
    json.beginArray()
    for note in notes { json.string(note) }
    json.endArray()
    json.endObject()
  }

  private static func text(_ value: Value, _ column: Column) -> String {
    switch value {
    case .text(let text): text
    case .count(let count): "\(count)"
    case .number(let number): FixedPoint.text(number, digits: column.digits)
    }
  }
}

extension [String] {
  fileprivate func joined(_ separator: String) -> String { joined(separator: separator) }
}
