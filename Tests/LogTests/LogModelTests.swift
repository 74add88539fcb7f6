import Support
import Testing

@testable import Log

/// A log answers as a list in memory would, whatever its segments, spills and restarts.
@Suite struct LogModelTests {
  struct Shape: Sendable {
    var segmentBytes: Int
    var appends: Int
    var batchesPerAppend: Int
  }

  /// Segments of a few batches, of some dozens, and one that spills its index.
  static let shapes = [
    Shape(segmentBytes: 900, appends: 60, batchesPerAppend: 2),
    Shape(segmentBytes: 20_000, appends: 100, batchesPerAppend: 6),
    Shape(segmentBytes: 1 << 30, appends: 60, batchesPerAppend: 60),
  ]

  @Test(arguments: shapes, UInt64(1)...3)
  func readsAndSearchesAgreeWithAList(shape: Shape, seed: UInt64) throws {
    var random = SeededGenerator(seed)
    var test = try TestLog(LogSettings(segmentBytes: shape.segmentBytes))
    var model = LogModel()
    for step in 0..<shape.appends {
      try grow(test, &model, shape, &random)
      if step % 20 == 19 { test = try test.reopened() }
      if random.oneIn(15) { try truncate(test, &model, &random) }
      for _ in 0..<8 { try check(test, model, &random) }
    }
    let everything = try test.readAll()
    let same = everything.flatMap(\.records) == model.batches.flatMap(\.records)
    #expect(same)
    #expect(everything.map(\.header.baseOffset.value) == model.batches.map(\.base))
    test.data.close()
  }

  private func grow(
    _ test: TestLog, _ model: inout LogModel, _ shape: Shape, _ random: inout SeededGenerator
  ) throws {
    let records = (0...random.below(shape.batchesPerAppend)).flatMap { _ in
      let tag = random.oneIn(3) ? nil : Mutation.tags[random.below(3)]
      return (0...random.below(4)).map { _ in
        TestRecord.small(
          String(repeating: "x", count: random.below(60)), tag: tag,
          at: 1_000_000 + Int64(random.below(5000)) + Int64(model.batches.count * 10))
      }
    }
    let framed = FramedBatches.of(records)
    let stored = test.data.writer.appendAndWait(framed, to: test.log)
    guard try stored.get().baseOffset.value == model.end else { throw Disagreement("base offset") }
    model.append(framed.batches, records)
  }

  private func truncate(
    _ test: TestLog, _ model: inout LogModel, _ random: inout SeededGenerator
  ) throws {
    let offset = Offset(model.start + Int64(random.below(Int(model.end - model.start) + 1)))
    let retention = Retention(test.log, writer: test.data.writer, metrics: test.metrics)
    let start = try retention.truncate(before: offset)
    guard start <= offset, offset.value < model.end || start == offset else {
      throw Disagreement("truncated before \(offset): \(start)")
    }
    model.drop(before: start.value)
  }

  private func check(
    _ test: TestLog, _ model: LogModel, _ random: inout SeededGenerator
  ) throws {
    let span = Int(model.end - model.start)
    let offset = random.oneIn(10) ? model.end : model.start + Int64(random.below(span + 1))
    var request = ReadRequest(
      offset: Offset(offset), maxBytes: [0, 1, 300, 3000, .max].randomElement(using: &random)!)
    request.maxRecords = [1, 3, 50, .max].randomElement(using: &random)!
    let tags: [[String]?] = [nil, nil, ["red"], ["green", "blue"], ["none"]]
    request.tags = tags.randomElement(using: &random)!.map { $0.compactMap { Tag($0) } }
    let slice = try test.log.read(request)
    let answer = LogModel.Answer(
      bases: try test.decode(slice).map(\.header.baseOffset.value), bytes: slice.bytes,
      nextOffset: slice.nextOffset.value, recordLimitOffset: slice.recordLimitOffset.value)
    guard answer == model.read(request), slice.highWatermark.value == model.end,
      slice.logStartOffset.value == model.start
    else { throw Disagreement("\(request): \(answer) for \(model.read(request))") }
    let time = 1_000_000 + Int64(random.below(5000 + model.batches.count * 10 + 10))
    let found = try test.log.offset(atOrAfter: time).value
    guard found == model.offset(atOrAfter: time) else {
      throw Disagreement("\(time) is at \(found), not \(model.offset(atOrAfter: time))")
    }
  }
}
