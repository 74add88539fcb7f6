/// The field section of a request (RFC 9110 §5).
extension RequestHead {
  /// How many field lines there are.
  public var fieldCount: Int { storage.header.lineCount }

  /// Whether a field stands in the head. Costs a bit test. Not for `.other`.
  public func has(_ field: FieldName) -> Bool {
    storage.header.seen & field.bit != 0
  }

  /// Whether the body is in a content coding, and not as it is (RFC 9110 §8.4).
  public var hasCodedBody: Bool {
    withValue(of: .contentEncoding) { value in
      !value.isEmpty && !value.equals(lowercase: "identity")
    } ?? false
  }

  /// Lends the value of a field, without the blanks around it; nil when it is not there.
  ///
  /// Several lines are joined by `, ` in a copy (RFC 9110 §5.3). Host, Content-Type, Origin,
  /// Range, If-Range, If-Modified-Since, Authorization and the Producer fields cannot repeat: the
  /// parser refuses them. `.other` has no value; use `withValue(named:)`.
  public func withValue<Result, Failure: Error>(
    of field: FieldName, _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
  ) throws(Failure) -> Result? {
    guard has(field), field != .other else { return nil }
    return try storage.withContents { lines, bytes throws(Failure) in
      var found: Extent?
      for index in 0..<storage.header.lineCount where lines[index].field == field {
        if found == nil {
          found = lines[index].value
        } else {
          let joined = joinedValue(of: field)
          return try joined.withUnsafeBufferPointer { all throws(Failure) in
            try body(UnsafeRawBufferPointer(all))
          }
        }
      }
      return try found.map { extent throws(Failure) in try body(extent.of(bytes)) }
    }
  }

  /// Lends the value of the first line with a name, given in lower case; nil when there is none.
  public func withValue<Result, Failure: Error>(
    named name: StaticString, _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
  ) throws(Failure) -> Result? {
    try storage.withContents { lines, bytes throws(Failure) in
      for index in 0..<storage.header.lineCount
      where lines[index].name.of(bytes).equals(lowercase: name) {
        return try body(lines[index].value.of(bytes))
      }
      return nil
    }
  }

  /// The value of a field as text, joined as in `withValue(of:)`; what is not UTF-8 becomes U+FFFD.
  public func string(of field: FieldName) -> String? {
    withValue(of: field) { $0.text }
  }

  /// The value of the first line with a name, given in lower case, as text.
  public func string(named name: StaticString) -> String? {
    withValue(named: name) { $0.text }
  }

  /// The value of a field that is one whole number of at most 63 bits; nil when the field is
  /// missing or is anything else.
  public func integer(of field: FieldName) -> Int? {
    withValue(of: field) { $0.decimal } ?? nil
  }

  /// Calls `body` with the value of each line of a field, in order.
  public func forEachValue<Failure: Error>(
    of field: FieldName, _ body: (UnsafeRawBufferPointer) throws(Failure) -> Void
  ) throws(Failure) {
    try storage.withContents { lines, bytes throws(Failure) in
      for index in 0..<storage.header.lineCount where lines[index].field == field {
        try body(lines[index].value.of(bytes))
      }
    }
  }

  /// Calls `body` with each line in order: the field, its name as sent, its value.
  public func forEachField<Failure: Error>(
    _ body: (FieldName, UnsafeRawBufferPointer, UnsafeRawBufferPointer) throws(Failure) -> Void
  ) throws(Failure) {
    try storage.withContents { lines, bytes throws(Failure) in
      for index in 0..<storage.header.lineCount {
        try body(lines[index].field, lines[index].name.of(bytes), lines[index].value.of(bytes))
      }
    }
  }

  /// The offered media type the client likes best by its Accept field, nil for none of them: a
  /// 406. See `AcceptHeader.choose`.
  public func preferredMediaType(among offered: [MediaType]) -> MediaType? {
    guard has(.accept) else { return offered.first }
    return withValue(of: .accept) { AcceptHeader.choose($0, from: offered) } ?? nil
  }

  func joinedValue(of field: FieldName) -> [UInt8] {
    var joined: [UInt8] = []
    forEachValue(of: field) { value in
      if !joined.isEmpty { joined += [UInt8(ascii: ","), Octet.space] }
      joined += value
    }
    return joined
  }
}
