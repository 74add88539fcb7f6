import Foundation
import Platform
import Support
import Testing

@testable import Log

/// Five hundred random requests beside a plain list, through clean stops, crashes, torn ends and
/// lost files: never a second copy, never another answer.
@Suite struct ProducerModelTests {
  private static let ids: [Int64] = [0, 1, 2, 77, ProducerStamp.ownFrom - 1]

  @Test(arguments: UInt64(1)...6)
  func aLogAnswersProducersAsAListWould(seed: UInt64) throws {
    var random = SeededGenerator(seed)
    let segmentBytes = [700, 5000, 1 << 30][Int(seed % 3)]
    var test = try TestLog(LogSettings(segmentBytes: segmentBytes))
    var model = ProducerModel()
    // What was synced by a checkpoint is not torn.
    var synced = (segment: Int64(0), bytes: 0)
    for step in 0..<500 {
      try request(test, &model, &random, step)
      switch random.below(40) {
      case 0:
        try test.data.writer.checkpoint()
        synced = try Self.end(of: test)
      case 1:
        test = try test.reopened()
        synced = try Self.end(of: test)
      case 2, 3: test = try crash(test, &model, synced, &random)
      default: break
      }
      if random.oneIn(10) { try compare(test, model, "seed \(seed), step \(step)") }
    }
    try compare(test, model, "seed \(seed), the end")
    test.data.close()
  }

  private static func end(of test: TestLog) throws -> (segment: Int64, bytes: Int) {
    let last = try test.log.describeSegments().last!.baseOffset.value
    return (last, try DiskFile(test.path("log", segment: last), .read).size())
  }

  /// A new request, a repeat, one of a life that is over, one that is too old, or a plain one.
  private func request(
    _ test: TestLog, _ model: inout ProducerModel, _ random: inout SeededGenerator, _ step: Int
  ) throws {
    let id = Self.ids[random.below(Self.ids.count)]
    let own = model.requests(of: id)
    let last = own.last?.stamp
    var stamp = ProducerStamp(
      id: id, epoch: last?.epoch ?? 0, sequence: (last?.sequence ?? -1) + 1)
    var count = 1 + random.below(4)
    switch random.below(10) {
    case 0: stamp = ProducerStamp(id: id, epoch: stamp.epoch + 1, sequence: 0)
    case 1 where stamp.epoch > 0:
      stamp = ProducerStamp(id: id, epoch: stamp.epoch - 1, sequence: Int32(random.below(9)))
    case 2, 3, 4:
      // Any earlier one, mostly as it was.
      guard let one = own.suffix(8).randomElement(using: &random), let known = one.stamp else {
        break
      }
      stamp = known
      if !random.oneIn(5) { count = one.count }
    case 5:
      stamp = ProducerStamp(id: id, epoch: stamp.epoch, sequence: stamp.sequence + 3)
    case 6:
      try expect(
        test.append((0..<count).map { .small("\($0)") }), model.append(nil, count: count), step)
      return
    default: break
    }
    let tags = (0..<count).map { _ in random.oneIn(2) ? nil : Mutation.tags[random.below(3)] }
    let way: AppendRequest.Acknowledgement = random.oneIn(3) ? .written : .committed
    try expect(
      test.produce(stamp.id, stamp.sequence, tags, epoch: stamp.epoch, acks: way),
      model.append(stamp, count: count), step)
  }

  private func expect(
    _ outcome: Result<AppendRequest.Stored, LogError>, _ expected: ProducerModel.Answer, _ step: Int
  ) throws {
    let answer = ProducerModel.Answer(outcome)
    guard answer == expected else {
      throw Disagreement("step \(step): \(answer), not \(expected)")
    }
  }

  /// Kills the server, cuts what was never synced, and loses or damages the file, at random.
  private func crash(
    _ test: TestLog, _ model: inout ProducerModel, _ synced: (segment: Int64, bytes: Int),
    _ random: inout SeededGenerator
  ) throws -> TestLog {
    let left = try test.directory.copy()
    let (segment, bytes) = try Self.end(of: test)
    test.data.close()
    if random.oneIn(2) {
      let least = segment == synced.segment ? synced.bytes : 0
      let kept = max(least, bytes - random.below(400))
      try DiskFile(TestLog.path("log", segment: segment, in: left), .readWrite).truncate(to: kept)
    }
    let path = left.path("\(TestLog.name)/\(ProducerTable.fileName)")
    if DiskFileSystem().exists(path) {
      switch random.below(3) {
      case 0: try DiskFileSystem().removeFile(path)
      case 1: try RecoveryTests.flip(path, at: random.below(try DiskFile(path, .read).size()))
      default: break
      }
    }
    let opened = try TestLog(test.log.settings, in: left, clock: test.clock)
    guard model.cut(to: opened.log.frontiers.written.value) else {
      throw Disagreement("cut to \(opened.log.frontiers.written), in the middle of a request")
    }
    return opened
  }

  private func compare(_ test: TestLog, _ model: ProducerModel, _ name: String) throws {
    let entries = test.producerEntries
    for id in Self.ids {
      let expected = model.requests(of: id).suffix(5)
      let found = entries[id].map { entry in
        (0..<entry.requests.count).map { place in
          ProducerModel.Stored(
            stamp: ProducerStamp(
              id: id, epoch: entry.epoch, sequence: entry.requests[place].sequence),
            base: entry.requests[place].baseOffset.value, count: Int(entry.requests[place].count))
        }
      }
      guard found ?? [] == Array(expected) else {
        throw Disagreement("\(name): producer \(id) has \(found ?? []), not \(expected)")
      }
    }
    let end = try test.readAll().last?.offsets.last ?? -1
    guard test.log.frontiers.written.value == model.end, end < model.end else {
      throw Disagreement("\(name): the log ends at \(end), not \(model.end)")
    }
  }
}
