import Broker
import Glibc
import HTTP
import HTTPServer
import Platform

/// Cuts a body into lines as it streams in. Memory stays bounded: a line has a limit, framed
/// records are handed over piece by piece, and the client waits when the disk does not keep up.
///
/// What a producer has numbered is stored whole or not at all, so it is held until its end, up to
/// the limit of all bodies that are held.
final class LineBody: BodyConsumer {
  private let answer: ProduceAnswer
  private let lineBytesMax: Int
  private let skipsEmptyLines: Bool
  private let framer: any LineFramer
  /// The beginning of a line whose end has not come in yet.
  private let carry = ByteBuffer(capacity: 256)
  /// How much of a body that is held may still come.
  private var heldBytesLeft: Int?
  private var lines = 0
  private var isOver = false

  /// Receives a call's body, unless its head tells already that it is too large.
  static func receive(
    _ answer: ProduceAnswer, lineBytesMax: Int, skipsEmptyLines: Bool, _ framer: any LineFramer
  ) {
    let call = answer.call
    if answer.production.stamp != nil, case .length(let count) = call.head.framing,
      count > call.service.options.bodyBytesMax
    {
      return call.fail(Call.bodyTooLarge(call.service.options.bodyBytesMax))
    }
    call.exchange.receiveBody(
      LineBody(
        answer, lineBytesMax: lineBytesMax, skipsEmptyLines: skipsEmptyLines, framer))
  }

  private init(
    _ answer: ProduceAnswer, lineBytesMax: Int, skipsEmptyLines: Bool, _ framer: any LineFramer
  ) {
    self.answer = answer
    self.lineBytesMax = lineBytesMax
    self.skipsEmptyLines = skipsEmptyLines
    self.framer = framer
    if answer.production.stamp != nil { heldBytesLeft = answer.call.service.options.bodyBytesMax }
    let call = answer.call
    answer.production.onProgress = { [unowned production = answer.production] in
      production.handOverWhenLarge()
      call.handler.hasProduced = true
      if !production.isFull { call.exchange.resumeBody() }
    }
  }

  func receive(_ bytes: UnsafeRawBufferPointer) {
    guard !isOver, let base = bytes.baseAddress, mayHold(bytes.count) else { return }
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

  func fail(_ refusal: Refusal) -> Bool {
    guard !isOver else { return true }
    isOver = true
    let problem = Problem(refusal)
    if heldBytesLeft == nil {
      answer.finish(because: problem)
    } else {
      answer.drop(because: problem.with("stored", 0))
    }
    return true
  }

  /// Counts what comes in of a body that is held.
  private func mayHold(_ count: Int) -> Bool {
    guard let left = heldBytesLeft else { return true }
    heldBytesLeft = left - count
    if left >= count { return true }
    isOver = true
    answer.drop(because: Call.bodyTooLarge(answer.call.service.options.bodyBytesMax))
    return false
  }

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

  /// The lines before the bad one are stored, unless a producer has numbered the request; the
  /// answer says how many.
  private func stop(_ problem: Problem) {
    isOver = true
    let problem = problem.with("line", Int64(lines))
    if heldBytesLeft == nil {
      answer.finish(because: problem)
    } else {
      answer.drop(because: problem.with("stored", 0))
    }
  }

  private func finish() {
    isOver = true
    answer.finish()
  }
}
