/// The request fields the server looks at, recognised once, when the head is parsed.
public enum FieldName: UInt8, Sendable, CaseIterable {
  case other, host, contentLength, transferEncoding, contentType, connection, expect, accept
  case origin, range, ifRange, ifMatch, ifNoneMatch, ifModifiedSince, authorization, xRequestID
  case producerID, producerEpoch, producerSequence, lastEventID, acceptEncoding, userAgent
  case contentEncoding, secFetchSite

  /// Fields that may stand once: a second line is refused, so no reader has to choose between two.
  @inline(__always) static var singletons: UInt32 {
    host.bit | contentType.bit | origin.bit | range.bit | ifRange.bit | ifModifiedSince.bit
      | authorization.bit | producerID.bit | producerEpoch.bit | producerSequence.bit
  }

  /// Fields whose value says how to read the rest, checked while parsing.
  @inline(__always) static var ruled: UInt32 {
    host.bit | contentLength.bit | transferEncoding.bit | connection.bit | expect.bit
  }

  @inline(__always) var bit: UInt32 { 1 << UInt32(rawValue) }

  /// Finds a name, in any case, by its length and then its bytes. The name must be a token.
  static func recognise(_ name: UnsafeRawBufferPointer) -> FieldName {
    switch name.count {
    case 4: name.equals(lowercase: "host") ? .host : .other
    case 5: name.equals(lowercase: "range") ? .range : .other
    case 6: ofSix(name)
    case 8: ofEight(name)
    case 10: ofTen(name)
    case 11: name.equals(lowercase: "producer-id") ? .producerID : .other
    case 12: ofTwelve(name)
    case 13: ofThirteen(name)
    case 14: ofFourteen(name)
    case 15: name.equals(lowercase: "accept-encoding") ? .acceptEncoding : .other
    case 16: name.equals(lowercase: "content-encoding") ? .contentEncoding : .other
    case 17: ofSeventeen(name)
    default: .other
    }
  }

  private static func ofSix(_ name: UnsafeRawBufferPointer) -> FieldName {
    if name.equals(lowercase: "accept") { return .accept }
    if name.equals(lowercase: "origin") { return .origin }
    return name.equals(lowercase: "expect") ? .expect : .other
  }

  private static func ofEight(_ name: UnsafeRawBufferPointer) -> FieldName {
    if name.equals(lowercase: "if-range") { return .ifRange }
    return name.equals(lowercase: "if-match") ? .ifMatch : .other
  }

  private static func ofTen(_ name: UnsafeRawBufferPointer) -> FieldName {
    if name.equals(lowercase: "connection") { return .connection }
    return name.equals(lowercase: "user-agent") ? .userAgent : .other
  }

  private static func ofTwelve(_ name: UnsafeRawBufferPointer) -> FieldName {
    if name.equals(lowercase: "content-type") { return .contentType }
    if name.equals(lowercase: "producer-seq") { return .producerSequence }
    return name.equals(lowercase: "x-request-id") ? .xRequestID : .other
  }

  private static func ofThirteen(_ name: UnsafeRawBufferPointer) -> FieldName {
    if name.equals(lowercase: "authorization") { return .authorization }
    if name.equals(lowercase: "if-none-match") { return .ifNoneMatch }
    return name.equals(lowercase: "last-event-id") ? .lastEventID : .other
  }

  private static func ofFourteen(_ name: UnsafeRawBufferPointer) -> FieldName {
    if name.equals(lowercase: "content-length") { return .contentLength }
    if name.equals(lowercase: "sec-fetch-site") { return .secFetchSite }
    return name.equals(lowercase: "producer-epoch") ? .producerEpoch : .other
  }

  private static func ofSeventeen(_ name: UnsafeRawBufferPointer) -> FieldName {
    if name.equals(lowercase: "transfer-encoding") { return .transferEncoding }
    return name.equals(lowercase: "if-modified-since") ? .ifModifiedSince : .other
  }
}
