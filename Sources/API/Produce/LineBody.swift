import Broker
import Glibc
import HTTP
import HTTPServer
import Platform

/// Cuts a body into lines as it streams in. Memory stays bounded: a line has a limit, framed
/// records are handed over piece by piece, and the client waits when the disk does not keep up.
final class LineBody: BodyConsumer {
  private let answer: ProduceAnswer
  private let lineBytesMax: Int
  private let skipsEmptyLines: Bool
  private let framer: any LineFramer
  /// The beginning of a line whose end has not come in yet.
  private let carry = ByteBuffer(capacity: 256)
  private var lines = 0
  private var isOver = false

  init(
    _ answer: ProduceAnswer, lineBytesMax: Int, skipsEmptyLines: Bool, _ framer: any LineFramer
  ) {
    self.answer = answer
    self.lineBytesMax = lineBytesMax
    self.skipsEmptyLines = skipsEmptyLines
    self.framer = framer
    let exchange = answer.call.exchange
    answer.production.onProgress = { [unowned production = answer.production] in
      if !production.isFull { exchange.resumeBody() }
    }
  }

  func receive(_ bytes: UnsafeRawBufferPointer) {
    guard !isOver, let base = bytes.baseAddress else { return }
    var start = 0
    while start < bytes.count, !isOver {
      guard let found = memchr(base + start, 0x0A, bytes.count - start) else {
        keep(UnsafeRawBufferPointer(rebasing: bytes[start...]))
        break
      }
      let end = UnsafeRawPointer(found) - base
      take(UnsafeRawBufferPointer(rebasing: bytes[start..<end]))
      start = end + 1
    }
    guard !isOver else { return }
    answer.production.handOverWhenLarge()
    answer.call.handler.hasProduced = true
    if answer.production.hasFailed { return finish() }
    if answer.production.isFull { answer.call.exchange.pauseBody() }
  }

  func end() {
    guard !isOver else { return }
    if !carry.isEmpty { add(carry.bytes) }
    finish()
  }

  func fail(_ failure: ParseFailure) { isOver = true }

  private func keep(_ bytes: UnsafeRawBufferPointer) {
    if carry.count + bytes.count > lineBytesMax {
      lines += 1
      return stop(tooLong())
    }
    carry.append(bytes)
  }

  private func take(_ bytes: UnsafeRawBufferPointer) {
    if carry.isEmpty { return add(bytes) }
    keep(bytes)
    if isOver { return }
    add(carry.bytes)
    carry.removeAll()
  }

  private func add(_ line: UnsafeRawBufferPointer) {
    lines += 1
    if line.isEmpty, skipsEmptyLines { return }
    if line.count > lineBytesMax { return stop(tooLong()) }
    do {
      try framer.add(line)
    } catch {
      stop(error)
    }
  }

  private func tooLong() -> Problem {
    Problem(.contentTooLarge, "record_too_large", "A line has more than \(lineBytesMax) bytes.")
      .with("limit_bytes", Int64(lineBytesMax))
  }

  /// The lines before the bad one are stored; the answer says how many.
  private func stop(_ problem: Problem) {
    isOver = true
    answer.finish(because: problem.with("line", Int64(lines)))
  }

  private func finish() {
    isOver = true
    answer.finish()
  }
}
