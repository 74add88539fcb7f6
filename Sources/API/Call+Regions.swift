import HTTP
import HTTPServer
import Log
import Platform

extension Call {
  /// Answers with file regions, by one copy strategy; bytes in `prefix` go before them.
  func respond(
    _ response: ResponseHead, prefix: ByteBuffer? = nil, regions: [FileRegion], copy: CopyStrategy
  ) {
    whenOpen(regions) {
      exchange.respond(identified(response), prefix: prefix, regions: regions, copy: copy)
    }
  }

  /// Runs `body` as soon as the first region's file is open: mostly at once, else behind a thread
  /// that waits for the disk. A file that cannot be opened is an answer of its own, and no download
  /// that breaks off.
  func whenOpen(_ regions: [FileRegion], _ body: @escaping () -> Void) {
    guard let stored = regions.first?.file else { return body() }
    if let file = stored.opened { return withExtendedLifetime(file, body) }
    exchange.offload { () -> Result<any File, LogError> in
      do throws(SystemError) {
        return .success(try stored.open())
      } catch {
        return .failure(LogError(reading: error))
      }
    } then: { outcome in
      switch outcome {
      case .success(let file): withExtendedLifetime(file, body)
      case .failure(let error): fail(Problem(error))
      }
    }
  }
}
