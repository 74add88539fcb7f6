import HTTP
import HTTPServer
import Platform

/// Answers with a stretch of a file: Range, a strong ETag, conditions (RFC 9110 §13 and §14).
struct FileAnswer {
  let region: FileRegion
  let etag: EntityTag
  let contentType: StaticString
  /// True when the bytes never change: caches may keep them for good.
  let isImmutable: Bool
  /// The way to copy, if the request chose one.
  let copy: CopyStrategy?

  func send(_ call: Call) throws(Problem) {
    try call.requireMatch(etag)
    if call.isUnchanged(etag) {
      var head = ResponseHead(.notModified)
      addValidators(to: &head)
      return call.respond(head)
    }
    switch range(call.head) {
    case .whole: deliver(region, Response(.ok), call)
    case .range(let bytes):
      let part = FileRegion(
        file: region.file, position: region.position + bytes.lowerBound, count: bytes.count)
      deliver(part, Response(.partialContent, bytes), call)
    case .unsatisfiable:
      var (head, body) = Problem(
        .rangeNotSatisfiable, "range_not_satisfiable", "There are \(region.count) bytes."
      ).with("length", Int64(region.count)).render()
      head.addUnsatisfiedRange(of: region.count)
      call.respond(head, body: body)
    }
  }

  private struct Response {
    let status: Status
    let range: Range<Int>?
    init(_ status: Status, _ range: Range<Int>? = nil) {
      self.status = status
      self.range = range
    }
  }

  private func deliver(_ part: FileRegion, _ response: Response, _ call: Call) {
    let strategy = copy ?? .automatic(bytes: part.count)
    var head = ResponseHead(response.status)
    head.add("Content-Type", contentType)
    head.add("Accept-Ranges", "bytes")
    addValidators(to: &head)
    head.add("Sluice-Copy-Strategy", strategy.rawValue)
    if let range = response.range { head.addContentRange(range, of: region.count) }
    call.respond(head, regions: [part], copy: strategy)
  }

  private func addValidators(to head: inout ResponseHead) {
    head.add("ETag", etag.description)
    if isImmutable {
      head.add("Cache-Control", "public, max-age=31536000, immutable")
    } else {
      head.add("Cache-Control", "no-cache")
    }
  }

  /// A range counts only with GET (RFC 9110 §14.2), and if the client's copy is the same (If-Range,
  /// §13.1.5).
  private func range(_ head: RequestHead) -> ByteRange {
    guard head.method == .get else { return .whole }
    if head.has(.ifRange) {
      let same = head.withValue(of: .ifRange) { value in
        EntityTag(value).map { $0.stronglyMatches(etag) } ?? false
      }
      if same != true { return .whole }
    }
    return head.withValue(of: .range) { ByteRange($0, length: region.count) } ?? .whole
  }
}
