import Log
import Platform

/// The thread that waits for the disk in place of that of delays: syncs files, writes snapshots,
/// removes what is not needed any more.
final class DelayKeeper: Sendable {
  private enum Order: Sendable {
    case remove(UInt32)
    case checkpoint(
      DelayCapture, through: Offset, @Sendable (Result<Void, LogError>) -> Void)
    case settle(Mailbox<Bool>)
  }

  private let orders = Mailbox<Order>()
  private let thread: Thread

  /// Starts the thread.
  init(_ journal: Journal, _ files: AppendFiles) throws(SystemError) {
    let orders = orders
    thread = try Thread(name: "delay-keeper") {
      var batch: [Order] = []
      while orders.take(into: &batch, until: nil) {
        for order in batch {
          switch order {
          case .remove(let number): try? files.remove(number)
          case .checkpoint(let capture, let through, let completion):
            do throws(LogError) {
              try DelayKeeper.write(capture, through, journal, files)
              completion(.success(()))
            } catch {
              completion(.failure(error))
            }
          case .settle(let waiter): waiter.post(true)
          }
        }
      }
    }
  }

  /// Removes a file, soon. One that cannot be removed now is removed by the next start.
  func remove(_ number: UInt32) { orders.post(.remove(number)) }

  /// Writes a snapshot; `completion` runs on this thread.
  func checkpoint(
    _ capture: DelayCapture, through: Offset,
    _ completion: @escaping @Sendable (Result<Void, LogError>) -> Void
  ) {
    orders.post(.checkpoint(capture, through: through, completion))
  }

  /// Waits until what was asked for is done.
  func settle() {
    let waiter = Mailbox<Bool>()
    guard orders.post(.settle(waiter)) else { return }
    var answers: [Bool] = []
    _ = waiter.take(into: &answers, until: nil)
  }

  /// Finishes what waits and ends the thread.
  func stop() {
    orders.close()
    thread.join()
  }

  private static func write(
    _ capture: DelayCapture, _ through: Offset, _ journal: Journal, _ files: AppendFiles
  ) throws(LogError) {
    // What the snapshot says has to be in the journal, too, which is read on from there.
    let nothing = ByteBuffer()
    DelayEventWriter(buffer: nothing).settled([])
    try journal.append(nothing, timestamp: 0)
    for file in capture.unsynced { try file.synchronize() }
    try files.synchronizeNames()
    let content = ByteBuffer(capacity: 4096)
    DelayEventWriter(buffer: content).state(capture.snapshot)
    try journal.writeSnapshot(content, through: through)
    for number in capture.removable { try? files.remove(number) }
  }
}
