import HTTP
import HTTPServer
import Platform

/// `/` and `/assets/{asset}`: the status page, and what Prometheus and Grafana may want. They are
/// in the program, or in a folder while somebody works on them.
enum PageResource {
  private static let fileBytesMax = 4 << 20

  @Sendable static func page(_ call: Call) throws(Problem) { try answer(call, "index.html") }

  @Sendable static func asset(_ call: Call) throws(Problem) {
    try answer(call, try call.pathSegment(1))
  }

  private static func answer(_ call: Call, _ name: String) throws(Problem) {
    if let folder = call.service.options.pageFolder {
      return try answer(call, name, from: folder)
    }
    guard let (asset, number) = Asset.embedded[name] else { throw notFound(name) }
    deliver(asset, Asset.bytes(number), call)
  }

  private static func answer(
    _ call: Call, _ name: String, from folder: String
  ) throws(Problem) {
    guard Asset.isName(name) else { throw notFound(name) }
    call.exchange.offload { () -> [UInt8]? in
      guard let file = try? DiskFile("\(folder)/\(name)", .read), let size = try? file.size(),
        size <= fileBytesMax
      else { return nil }
      let buffer = ByteBuffer(capacity: size)
      let count = try? buffer.appendUninitialized(atMost: size) { memory throws(SystemError) in
        try file.read(into: memory, at: 0)
      }
      return count == nil ? nil : buffer.array
    } then: { found in
      found?.withUnsafeBytes { bytes in
        if let asset = Asset(name, bytes) { deliver(asset, bytes, call) }
      }
      if !call.exchange.isAnswered { call.fail(notFound(name)) }
    }
  }

  private static func deliver(_ asset: Asset, _ bytes: UnsafeRawBufferPointer, _ call: Call) {
    do throws(Problem) {
      try call.requireMatch(asset.etag)
    } catch {
      return call.fail(error)
    }
    if call.isUnchanged(asset.etag) { return call.respond(asset.unchangedHead) }
    call.exchange.respond(call.identified(asset.head), bytes: bytes)
  }

  private static func notFound(_ name: String) -> Problem {
    Problem(.notFound, "not_found", "There is no asset \(name).")
  }
}
