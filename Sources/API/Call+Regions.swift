import HTTP
import HTTPServer
import Log
import Platform

extension Call {
  /// Answers with file regions, by one copy strategy; bytes in `prefix` go before them.
  func respond(
    _ response: ResponseHead, prefix: ByteBuffer? = nil, regions: FileRegions, copy: CopyStrategy
  ) {
    guard isOpen(regions) else {
      let first = regions[0].file
      return bringOpen { () throws(LogError) in
        do throws(SystemError) {
          return try first.open()
        } catch {
          throw LogError(reading: error)
        }
      } failed: { error in
        fail(Problem(error))
      } then: {
        respond(response, prefix: prefix, regions: regions, copy: copy)
      }
    }
    exchange.respond(identified(response), prefix: prefix, regions: regions, copy: copy)
  }

  /// True when the first region's file is open at the moment, as it mostly is, or there is none.
  func isOpen(_ regions: FileRegions) -> Bool {
    guard let stored = regions.first?.file else { return true }
    return stored.opened != nil
  }

  /// Opens a slice's first file on a thread that may wait for the disk, then runs `body`, and holds
  /// it meanwhile. A file that cannot be opened is an answer of its own, and no download that
  /// breaks off.
  func bringOpen(
    _ slice: LogSlice, failed: @escaping (LogError) -> Void, then body: @escaping () -> Void
  ) {
    bringOpen(
      { () throws(LogError) in try slice.openFirst() }, failed: failed, then: body)
  }

  private func bringOpen(
    _ open: @escaping @Sendable () throws(LogError) -> (any File)?,
    failed: @escaping (LogError) -> Void, then body: @escaping () -> Void
  ) {
    exchange.offload { () -> Result<(any File)?, LogError> in
      do throws(LogError) {
        return .success(try open())
      } catch {
        return .failure(error)
      }
    } then: { outcome in
      switch outcome {
      case .success(let file): withExtendedLifetime(file, body)
      case .failure(let error): failed(error)
      }
    }
  }
}
