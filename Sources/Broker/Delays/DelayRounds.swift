import DequeModule
import HeapModule
import Log
import Platform

/// What the thread of delays does, turn by turn. Never seen by another thread.
///
/// Each turn takes in what came, hands over what is due, and does a step of whatever else there is
/// to do (a split, a load, some additions), so that what is due never waits for long.
final class DelayRounds {
  enum Message: Sendable {
    case finished([any FinishedWork])
    case jobs([Job])
    case cancel(DelayKey, DelayCancellation)
    case checkpointed(DelayCapture, Result<Void, LogError>)
    /// Asks to be told when the journal says on the disk what has arrived.
    case noteArrivals(Mailbox<Bool>)
    /// Asks to be told when nothing is to be done at the present time.
    case settle(Mailbox<Bool>)
    case stop
  }

  /// What `placesMax` is where nobody says otherwise.
  static let placesMaxByDefault = 500_000
  /// A broken disk or a full one is given so much time before the next try.
  static let restMilliseconds = 1000

  let store: DelayStore
  let journal: DelayJournal
  let engine: any LogEngine
  let keeper: DelayKeeper
  let clock: any Clock
  let metrics: DelayMetrics
  let sink: DelaySink
  let topicNamed: @Sendable (String) -> Topic?
  let report: @Sendable (String) -> Void
  /// So many entries are held in memory before others have to wait on the disk.
  let placesMax: Int

  /// What is due next.
  var heap = Heap<DelayPlace>()
  var nextPiece: Int64
  /// Pieces whose announcement is on its way.
  var announcing: [DelayPiece] = []
  /// Pieces that are announced, by the time they are due.
  var announced = Deque<DelayPiece>()
  /// Pieces on their way into their topics.
  var appending: [Int64: DelayPiece] = [:]
  /// The numbers of the records in all of these.
  var held: Set<UInt64> = []
  /// What became of pieces and is not written down yet.
  var fates: [(number: Int64, fate: DelayPiece.Fate)]
  /// True while what the journal says of them may not be on the disk.
  var hasUnsyncedFates = false
  /// Who waits for that, and for which pieces on their way before.
  var arrivals: [(waiter: Mailbox<Bool>, pieces: Set<Int64>)] = []
  /// Who takes which records back, and what the heap held of those meanwhile.
  var cancelling: [UInt64: [DelayCancellation]] = [:]
  var aside: [UInt64: DelayPlace] = [:]
  var cancellations = Deque<(key: DelayKey, answer: DelayCancellation)>()
  var load: DelayLoad?
  let scratch = ByteBuffer()
  /// Nothing is tried before a time, and why.
  private(set) var pause: (end: MonotonicTime, reason: LogError)?
  var checkpointIsUnderWay = false
  /// True once a sync of the files failed: nothing is known of them until the next start.
  var hasLostFiles = false
  var sweptAt: MonotonicTime
  /// How many records were sorted in since, and whether they were very many the time before.
  var recordsSinceSweep = 0
  var isBusy = false
  var hasWritten = false
  private var settling: [Mailbox<Bool>] = []
  var isStopping = false
  var hasBegunLastCheckpoint = false
  var isFinished = false

  init(
    store: DelayStore, journal: DelayJournal, engine: any LogEngine, keeper: DelayKeeper,
    clock: any Clock, metrics: DelayMetrics, sink: DelaySink, nextPiece: Int64,
    fates: [(number: Int64, fate: DelayPiece.Fate)], placesMax: Int,
    topicNamed: @escaping @Sendable (String) -> Topic?, report: @escaping @Sendable (String) -> Void
  ) {
    self.store = store
    self.journal = journal
    self.engine = engine
    self.keeper = keeper
    self.clock = clock
    self.metrics = metrics
    self.sink = sink
    self.nextPiece = nextPiece
    self.fates = fates
    self.placesMax = placesMax
    self.topicNamed = topicNamed
    self.report = report
    sweptAt = clock.monotonicTime()
  }

  /// Goes on until it is told to stop.
  func run() {
    let machine = SystemClock()
    var messages: [Message] = []
    while !isFinished {
      // The kernel's waits know its own clock only; the injected one may stand still.
      let limit = machine.monotonicTime().advanced(byMilliseconds: millisecondsToNextTurn())
      _ = sink.mailbox.take(into: &messages, until: limit)
      turn(messages)
    }
    for waiter in settling + arrivals.map(\.waiter) { waiter.post(false) }
  }

  /// Takes in what came and does some of what there is to do.
  func turn(_ messages: [Message]) {
    for message in messages { take(message) }
    let now = clock.wallMilliseconds()
    if let end = pause?.end, clock.monotonicTime() >= end { pause = nil }
    handOver(now)
    doOperations(now)
    doCancellations(now)
    refill(now)
    noteFates()
    answerArrivals()
    sweepAtTimes(now)
    checkpointWhenDue()
    holdUpNobody()
    if hasWritten {
      hasWritten = false
      engine.wakeWriter()
    }
    publish()
    if isStopping { finishStop() }
    if !settling.isEmpty, isSettled(now) {
      for waiter in settling { waiter.post(true) }
      settling.removeAll()
    }
  }

  var isResting: Bool { pause != nil }

  /// Tries nothing for a while: the disk is full or broken.
  func rest(because reason: LogError) {
    let end = clock.monotonicTime().advanced(byMilliseconds: DelayRounds.restMilliseconds)
    pause = (end, reason)
  }

  private func take(_ message: Message) {
    switch message {
    case .finished(let works): for work in works { work.deliver() }
    case .jobs(let jobs): for job in jobs { job() }
    case .cancel(let key, let answer): cancellations.append((key, answer))
    case .checkpointed(let capture, let outcome): finishCheckpoint(capture, outcome)
    case .noteArrivals(let waiter): arrivals.append((waiter, Set(appending.keys)))
    case .settle(let waiter): settling.append(waiter)
    case .stop:
      isStopping = true
      journal.refuse(because: .stopping)
    }
  }

  /// True if there is nothing to be done at the present time.
  private func isSettled(_ now: Int64) -> Bool {
    if isResting { return true }
    return journal.isQuiet && cancellations.isEmpty && cancelling.isEmpty && !isRefilling(now)
      && announcing.isEmpty && appending.isEmpty && fates.isEmpty
      && (announced.first.map { $0.due > now } ?? true)
      && (announcementTime.map { $0 > now } ?? true)
  }

  /// How long nothing needs to be done, at most.
  private func millisecondsToNextTurn() -> Int {
    let now = clock.wallMilliseconds()
    let operation = journal.next
    if let end = pause?.end, operation?.isTopicGone != true {
      return Int(end.nanoseconds(since: clock.monotonicTime()) / 1_000_000) + 1
    }
    if operation != nil || !cancellations.isEmpty || isRefilling(now) { return 0 }
    var next = now + 1000
    if let first = announced.first { next = min(next, first.due) }
    if canAnnounce, let time = announcementTime { next = min(next, time) }
    return next <= now ? 0 : Int(next - now)
  }

  private func publish() {
    let next = announced.first?.places.first?.key.due ?? heap.min?.key.due
    store.shared.state.withLock { $0.nextInMemory = next }
  }
}
