import Log
import Support
import Testing

@testable import Broker

/// What producers have sent is remembered with its ids, over restarts, as far as it goes.
@Suite struct DelayProducersTests {
  private static func add(_ world: DelayWorld, _ epoch: Int16, _ sequence: Int32) throws
    -> [DelayKey]
  {
    try world.add(
      (0..<3).map { ("\(sequence)/\($0)", world.now + 1000 + Int64($0 * Int(sequence % 2)), 0) },
      to: "t", stamp: ProducerStamp(id: 7, epoch: epoch, sequence: sequence))
  }

  @Test func theLastFiveRequestsAreRemembered() throws {
    var world = try DelayWorld()
    try world.make("t")
    try world.make("other")
    let keys = try (0..<8).map { try DelayProducersTests.add(world, 0, $0) }
    // Delivered ones are remembered just the same.
    world.pass(milliseconds: 2000)
    for round in 0..<3 {
      let known = try #require(world.delays.standing(of: 7, for: "t").entry)
      #expect(known.epoch == 0 && known.requests.count == 5)
      for sequence in 0..<8 {
        let stamp = ProducerStamp(id: 7, epoch: 0, sequence: Int32(sequence))
        let found = world.delays.request(stamp, for: "t")?.keys
        #expect(found == (sequence < 3 ? nil : keys[sequence]))
      }
      #expect(world.delays.standing(of: 8, for: "t").entry == nil)
      #expect(world.delays.standing(of: 7, for: "other").entry == nil)
      world = round == 0 ? try world.killed() : try world.reopened()
    }
    _ = try DelayProducersTests.add(world, 1, 0)
    let later = try #require(world.delays.standing(of: 7, for: "t").entry)
    #expect(later.epoch == 1 && later.requests.count == 1 && later.requests.last.sequence == 0)
    world.clock.advance(milliseconds: 8 * 86_400_000)
    #expect(world.delays.standing(of: 7, for: "t").entry == nil)
    try world.delete("t")
    #expect(world.delays.request(ProducerStamp(id: 7, epoch: 1, sequence: 0), for: "t") == nil)
  }

  @Test func whoSentNothingForTheLongestIsForgotten() throws {
    var producers = DelayProducers()
    let dues = 0..<10_000
    for id in 0..<500 {
      let records = DelayedRecords()
      for index in dues {
        records.append(
          due: Int64(index), partition: 0, key: nil, value: nil, headers: RecordHeaders(),
          timestamp: nil)
      }
      let event = DelayEventTests.write {
        $0.added(
          records, topic: 1, name: "t",
          stamp: ProducerStamp(id: Int64(id), epoch: 0, sequence: 0), first: 0)
      }
      guard case .added(let addition) = try DelayEventReader.read(event.bytes) else { return }
      producers.note(addition, now: Int64(id))
    }
    let left = producers.standings.keys.map(\.producer)
    #expect(left.count >= 99 && left.count <= 200)
    #expect(left.min() == 500 - Int64(left.count))
    #expect(producers.forgottenThrough == 499 - Int64(left.count))
  }
}
