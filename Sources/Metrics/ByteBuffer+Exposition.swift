import Platform

extension ByteBuffer {
  /// Appends a float as both text forms want it: shortest digits that read back as the same number,
  /// and `+Inf`, `-Inf`, `NaN`.
  func append(float number: Double) {
    if number.isNaN {
      append("NaN")
    } else if number.isInfinite {
      append(number < 0 ? "-Inf" : "+Inf")
    } else {
      append(number.description)
    }
  }

  /// Appends an integer of `unit` as the unit is shown: digits where nothing is to be divided, else
  /// a float.
  func append<Number: FixedWidthInteger>(_ number: Number, of unit: MetricUnit) {
    if unit.divisor == 1 {
      append(decimal: number)
    } else {
      append(float: Double(number) / unit.divisor)
    }
  }

  /// Appends text with backslash and line feed escaped, and the double quote where `quotes` says
  /// so.
  ///
  /// Label values escape all three in both forms; help texts escape the quote in OpenMetrics only.
  func append(escaped text: String, quotes: Bool) {
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "\\"): append(#"\\"#)
      case UInt8(ascii: "\n"): append(#"\n"#)
      case UInt8(ascii: "\"") where quotes: append(#"\""#)
      default: append(byte)
      }
    }
  }

  /// Appends `name{label="value",…} `, up to and with the space before the number.
  func append(series name: String, labels: [(String, String)]) {
    append(name)
    for (index, label) in labels.enumerated() {
      append(UInt8(ascii: index == 0 ? "{" : ","))
      append(label.0)
      append("=\"")
      append(escaped: label.1, quotes: true)
      append(UInt8(ascii: "\""))
    }
    append(labels.isEmpty ? " " : "} ")
  }
}
