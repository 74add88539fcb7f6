import HTTP
import HTTPServer
import Log
import Platform

extension Call {
  /// Answers with file regions, by one copy strategy; bytes in `prefix` go before them.
  func respond(
    _ response: ResponseHead, prefix: ByteBuffer? = nil, regions: [FileRegion], copy: CopyStrategy
  ) {
    guard isOpen(regions) else {
      return bringOpen(regions) { respond(response, prefix: prefix, regions: regions, copy: copy) }
    }
    exchange.respond(identified(response), prefix: prefix, regions: regions, copy: copy)
  }

  /// True when the first region's file is open at the moment, as it mostly is, or there is none.
  func isOpen(_ regions: [FileRegion]) -> Bool {
    guard let stored = regions.first?.file else { return true }
    return stored.opened != nil
  }

  /// Opens the first region's file on a thread that may wait for the disk, then runs `body`, and
  /// holds it meanwhile. A file that cannot be opened is an answer of its own, and no download that
  /// breaks off.
  func bringOpen(_ regions: [FileRegion], _ body: @escaping () -> Void) {
    guard let stored = regions.first?.file else { return body() }
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
