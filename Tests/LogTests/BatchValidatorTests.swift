import Testing

@testable import Log

@Suite struct BatchValidatorTests {
  struct Flaw: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let change: @Sendable (inout [UInt8]) -> Void

    init(_ name: String, _ change: @escaping @Sendable (inout [UInt8]) -> Void) {
      testDescription = name
      self.change = change
    }
  }

  private static let sound = FramedBatches.of(
    (0..<3).map { index in
      TestRecord(
        timestamp: 1000 + Int64(index), key: nil, value: [7],
        headers: [TestHeader(name: "tag", value: [UInt8(ascii: "a")])])
    }
  ).array

  static let flaws: [Flaw] = [
    Flaw("another version") { $0[16] = 1 },
    Flaw("a wrong checksum") { $0[20] ^= 1 },
    Flaw("a cut end") { $0.removeLast() },
    Flaw("a transaction") { set(&$0, 22, 0x10) },
    Flaw("a control batch") { set(&$0, 22, 0x20) },
    Flaw("a wrong last offset delta") { set(&$0, 26, 3) },
    Flaw("a wrong record count") { set(&$0, 60, 2) },
    Flaw("a wrong latest time") { set(&$0, 42, 0) },
    Flaw("a gap in the offsets") { set(&$0, $0.count - 11, 8) },
    Flaw("another tag") { set(&$0, $0.count - 1, UInt8(ascii: "b")) },
    Flaw("a byte too many") { bytes in
      bytes.append(0)
      Mutation.repair(&bytes)
    },
  ]

  /// Changes a byte and makes the checksum fit.
  private static func set(_ bytes: inout [UInt8], _ index: Int, _ value: UInt8) {
    bytes[index] = value
    Mutation.repair(&bytes)
  }

  private static let stamp = ProducerStamp(id: 5, epoch: 2, sequence: 9)

  @Test func batchesTakeOnTheStampOfTheRequest() throws {
    // The second one was another producer's, who said that more would follow.
    var foreign = Self.sound
    foreign[22] = 0x08
    foreign[21] = 0x80
    for place in 43..<57 { foreign[place] = 1 }
    Mutation.repair(&foreign)
    let bytes = Self.sound + foreign + Self.sound
    let validator = BatchValidator(recordBytesMax: 100)
    let framed = try bytes.withUnsafeBytes { try validator.frame($0, stamp: Self.stamp) }
    #expect(framed.producer == Self.stamp)
    let batches = try framed.array.withUnsafeBytes { try TestBatch.all(in: $0) }
    let sound = try Self.sound.withUnsafeBytes { try TestBatch.all(in: $0) }
    #expect(
      batches.map { $0.records.map(\.headers) }
        == Array(repeating: sound[0].records.map(\.headers), count: 3))
    #expect(batches.map(\.header.stamp) == Array(repeating: Self.stamp, count: 3))
    #expect(batches.map(\.header.attributes) == [0x8000, 0x8008, 0])
  }

  @Test(arguments: [43..<57, 21..<22])
  func batchesThatNameAProducerNeedARequestThatDoes(places: Range<Int>) throws {
    var bytes = Self.sound
    for place in places { bytes[place] = places.count == 1 ? 0x80 : 1 }
    Mutation.repair(&bytes)
    let validator = BatchValidator(recordBytesMax: 100)
    #expect(throws: LogError.self) { try bytes.withUnsafeBytes { try validator.frame($0).bytes } }
    #expect(
      try bytes.withUnsafeBytes { try validator.frame($0, stamp: Self.stamp).bytes } == bytes.count)
  }

  @Test(arguments: flaws)
  func aFlawIsRefusedWithItsBatchsNumber(_ flaw: Flaw) throws {
    var second = Self.sound
    flaw.change(&second)
    let bytes = Self.sound + second
    let error = #expect(throws: LogError.self) {
      try bytes.withUnsafeBytes { try BatchValidator(recordBytesMax: 100).frame($0) }
    }
    guard case .invalidBatch(index: 1, _) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
  }

  @Test func aCompressedBatchIsNotSupportedYet() {
    var bytes = Self.sound
    Self.set(&bytes, 22, 1)
    #expect(throws: LogError.notSupportedYet("A compressed batch")) {
      try bytes.withUnsafeBytes { try BatchValidator(recordBytesMax: 100).frame($0).bytes }
    }
  }

  @Test(arguments: [(100, true), (5, true), (4, false), (0, false)])
  func theRecordLimitCountsKeyValueAndHeaders(limit: Int, fits: Bool) {
    // Each record has one byte of value, and a header of 3 + 1 bytes.
    let accepted =
      (try? Self.sound.withUnsafeBytes { try BatchValidator(recordBytesMax: limit).frame($0) })
      != nil
    #expect(accepted == fits)
  }
}
