import Foundation
import Platform
import Support
import Testing

@testable import Log

@Suite struct LogWriterTests {
  typealias Outcome = Result<AppendRequest.Stored, LogError>

  @Test(arguments: [LogSettings.Durability.disk, .memory])
  func offsetsAreDenseOverManyThreads(durability: LogSettings.Durability) throws {
    let test = try TestLog(LogSettings(durability: durability, segmentBytes: 5000))
    let stored = Lock<[AppendRequest.Stored]>([])
    let writer = test.data.writer
    let log = test.log
    let threads = try (0..<4).map { thread in
      try Platform.Thread(name: "producer") {
        for index in 0..<50 {
          let records = (0...(index % 3)).map { TestRecord.small("\(thread) \(index) \($0)") }
          let way: AppendRequest.Acknowledgement = index % 2 == 0 ? .committed : .written
          let outcome = writer.appendAndWait(.of(records), to: log, acknowledgement: way)
          if let one = try? outcome.get() { stored.withLock { $0.append(one) } }
        }
      }
    }
    for thread in threads { thread.join() }
    let answers = stored.withLock { $0.sorted { $0.baseOffset < $1.baseOffset } }
    var next = 0
    let dense = answers.allSatisfy { one in
      defer { next += one.count }
      return one.baseOffset.value == next
    }
    #expect(dense && answers.count == 200)
    try test.data.writer.checkpoint()
    let offsets = try test.readAll().flatMap(\.offsets)
    #expect(offsets == (0..<Int64(next)).map { $0 })
    #expect(writer.queuedBytes == 0)
    #expect(test.metrics.appendedRecords.value == UInt64(next))
    test.data.close()
  }

  @Test func manyRequestsOfOneRoundAreSyncedOnce() throws {
    let test = try TestLog()
    let answered = DispatchSemaphore(value: 0)
    let gate = DispatchSemaphore(value: 0)
    // The first answer holds the writer's thread until all others wait in the mailbox.
    for index in 0..<100 {
      test.data.writer.submit(
        AppendRequest(
          .of([.small("\(index)")]), to: test.log, acknowledgement: .committed, sink: InlineSink()
        ) { _ in
          if index == 0 { gate.wait() }
          answered.signal()
        })
      if index == 0 { while test.log.frontiers.committed == .zero { sched_yield() } }
    }
    test.resetCounts()
    gate.signal()
    for _ in 0..<100 { answered.wait() }
    #expect(test.files.faults.count(.synchronize, suffix: ".log") == 1)
    #expect(test.files.faults.count(.write, suffix: ".log") == 1)
    test.data.close()
  }

  @Test func whatIsWrittenIsSeenOnlyWhenItIsCommitted() throws {
    let test = try TestLog()
    let outcome = test.append([.small("a")], .written)
    #expect(try outcome.get().baseOffset == .zero)
    let slice = try test.log.read(ReadRequest(offset: .zero, maxBytes: .max))
    #expect(slice.isEmpty && slice.highWatermark == .zero)
    #expect(test.log.frontiers.written == Offset(1))
    #expect(try test.log.describeSegments().map(\.bytes) == [0])
    // Nobody waits for it, so it is synced when the clock has moved on.
    test.clock.advance(milliseconds: 20)
    while test.log.frontiers.committed == .zero { usleep(1000) }
    #expect(try test.readAll().count == 1)
    test.data.close()
  }

  @Test func withDurabilityMemoryNothingIsSyncedBeforeItIsSeen() throws {
    let test = try TestLog(LogSettings(durability: .memory))
    test.resetCounts()
    #expect(try test.append([.small("a")], .committed).get().count == 1)
    #expect(try test.readAll().count == 1)
    #expect(test.files.faults.count(.synchronize) == 0)
    test.data.close()
  }

  @Test func anEmptyRequestSucceeds() throws {
    let test = try TestLog()
    test.append([.small("a")])
    let stored = try test.append([]).get()
    #expect(stored == AppendRequest.Stored(baseOffset: Offset(1), count: 0))
    #expect(test.data.writer.whyOffline == nil)
    test.data.close()
  }

  @Test func whatAnAnswerAsksForIsDoneAlthoughTheWriterIsToStop() throws {
    let test = try TestLog()
    let (writer, log) = (test.data.writer, test.log)
    let gate = DispatchSemaphore(value: 0)
    let outcomes = Mailbox<Result<AppendRequest.Stored, LogError>>()
    writer.submit(
      AppendRequest(
        .of([.small("first")]), to: log, acknowledgement: .committed, sink: InlineSink()
      ) { _ in
        gate.wait()
        writer.submit(
          AppendRequest(
            .of([.small("second")]), to: log, acknowledgement: .committed, sink: InlineSink()
          ) { outcomes.post($0) })
      })
    let stopping = try Thread(name: "stopping") { test.data.close() }
    // Long enough for it to have told the writer.
    usleep(50_000)
    gate.signal()
    stopping.join()
    var told: [Result<AppendRequest.Stored, LogError>] = []
    outcomes.takeWaiting(into: &told)
    #expect(try told.map { try $0.get().baseOffset } == [Offset(1)])
  }

  @Test func aStoppedWriterAnswersEveryRequest() throws {
    let test = try TestLog()
    test.data.close()
    #expect(test.append([.small("a")]) == .failure(.closed))
    #expect(test.data.writer.queuedBytes == 0)
  }

  @Test func aRemovedLogIsClosedAndItsNameFree() throws {
    let test = try TestLog()
    test.append([.small("old")])
    let fired = Lock(0)
    let waiter = LogWaiter(sink: InlineSink()) { fired.withLock { $0 += 1 } }
    #expect(test.log.hold(waiter, at: Offset(1)))
    let name = TestLog.name.split(separator: "/")[1].split(separator: "-")
    try test.data.removeLog(topic: String(name[0]), partition: Int(name[1]) ?? 0, test.log)
    #expect(!test.files.exists("\(test.data.path)/\(TestLog.name)"))
    #expect(fired.withLock { $0 } == 1)
    #expect(test.append([.small("late")]) == .failure(.closed))
    #expect(throws: LogError.closed) { try test.readAll().count }
    let fresh = try test.data.openLog(TestLog.name, settings: LogSettings())
    let stored = test.data.writer.appendAndWait(.of([.small("new")]), to: fresh)
    #expect(try stored.get().baseOffset == .zero)
    test.data.close()
  }
}
