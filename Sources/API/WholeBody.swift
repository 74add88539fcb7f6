import HTTP
import HTTPServer
import Platform

/// Gathers a body up to a limit.
final class WholeBody: BodyConsumer {
  /// The body is larger than the limit.
  struct TooLarge: Error {}

  private let limitBytes: Int
  private let buffer = ByteBuffer(capacity: 1024)
  private var completion: ((Result<ByteBuffer, TooLarge>) -> Void)?

  init(limitBytes: Int, _ completion: @escaping (Result<ByteBuffer, TooLarge>) -> Void) {
    self.limitBytes = limitBytes
    self.completion = completion
  }

  func receive(_ bytes: UnsafeRawBufferPointer) {
    guard completion != nil else { return }
    if buffer.count + bytes.count > limitBytes { return complete(.failure(TooLarge())) }
    buffer.append(bytes)
  }

  func end() { complete(.success(buffer)) }

  func fail(_ refusal: Refusal) -> Bool {
    completion = nil
    return false
  }

  private func complete(_ outcome: Result<ByteBuffer, TooLarge>) {
    let completion = completion
    self.completion = nil
    completion?(outcome)
  }
}
