import Platform
import Support
import Testing

@Suite struct ByteBufferTests {
  @Test(arguments: UInt64(1)...20)
  func aBufferDoesAsAnArrayDoes(seed: UInt64) throws {
    var random = SeededGenerator(seed)
    let buffer = ByteBuffer(capacity: 64)
    var model: [UInt8] = []
    for step in 0..<800 {
      Self.change(buffer, &model, &random)
      guard buffer.count == model.count, buffer.isEmpty == model.isEmpty, buffer.array == model,
        buffer.spare >= 0, buffer.capacity >= buffer.count
      else {
        Issue.record("seed \(seed), step \(step)")
        return
      }
    }
  }

  private static func change(
    _ buffer: ByteBuffer, _ model: inout [UInt8], _ random: inout SeededGenerator
  ) {
    let bytes = random.bytes(random.below(random.oneIn(10) ? 400 : 30))
    switch random.below(10) {
    case 0:
      buffer.append(bytes)
      model += bytes
    case 1:
      bytes.withUnsafeBytes { buffer.append($0) }
      model += bytes
    case 2:
      buffer.append(UInt8(7))
      model.append(7)
    case 3:
      buffer.append("näm")
      model += Array("näm".utf8)
    case 4:
      let number = Int64(truncatingIfNeeded: random.next() >> UInt64(random.below(64)))
      buffer.append(decimal: number)
      model += Array(String(number).utf8)
    case 5:
      let taken = min(bytes.count, 20)
      _ = buffer.appendUninitialized(atMost: bytes.count) { memory in
        memory.copyBytes(from: bytes.prefix(taken))
        return taken
      }
      model += bytes.prefix(taken)
    case 6, 7:
      let count = random.below(model.count + 1)
      buffer.consume(count)
      model.removeFirst(count)
    case 8:
      let count = model.count - random.below(min(model.count, 10) + 1)
      buffer.truncate(to: count)
      model.removeLast(model.count - count)
    default:
      if random.oneIn(10) {
        buffer.removeAll()
        model = []
      } else {
        buffer.reserve(random.below(200))
      }
    }
  }

  static let extremes: [(Int64, String)] = [
    (0, "0"), (.min, "-9223372036854775808"), (.max, "9223372036854775807"), (-1, "-1"),
  ]

  @Test(arguments: extremes)
  func extremeNumbersAreWrittenInDigits(number: Int64, text: String) {
    let buffer = ByteBuffer()
    buffer.append(decimal: number)
    #expect(String(decoding: buffer.bytes, as: UTF8.self) == text)
  }

  @Test func aPoolGivesEmptyBuffersAndKeepsNoGiants() {
    let pool = BufferPool(capacity: 100, idleMax: 1)
    let first = pool.take()
    first.append([1, 2, 3])
    pool.give(first)
    let again = pool.take()
    #expect(again === first && again.isEmpty)
    again.reserve(1000)
    pool.give(again)
    #expect(pool.take() !== again)
  }
}
