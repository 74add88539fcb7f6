import Broker
import Metrics

/// How the delayed records stand, told at each scrape.
enum DelayFigures {
  private static let waiting = FamilyDescription(
    "sluice_scheduled_waiting", help: "Delayed records that wait.", type: .gauge)
  private static let next = FamilyDescription(
    "sluice_scheduled_next_due_seconds",
    help: "Time until the next delayed record is due; 0 if it is overdue.", type: .gauge,
    unit: .milliseconds)
  private static let overdue = FamilyDescription(
    "sluice_scheduled_overdue_seconds",
    help: "Time since the oldest delayed record was due that still waits; 0 if none is.",
    type: .gauge, unit: .milliseconds)
  private static let bytes = FamilyDescription(
    "sluice_scheduled_disk_bytes",
    help: "Bytes of the files that hold delayed records, without their journal.", type: .gauge,
    unit: .bytes)

  static func collect(_ registry: MetricsRegistry, _ service: Service) {
    registry.collector([waiting, next, overdue, bytes]) { [weak service] samples in
      guard let broker = service?.broker else { return }
      let counts = broker.delays.counts
      let now = broker.now()
      samples.write(waiting.name, labels: [], counts.waiting)
      if let due = counts.nextDue {
        samples.write(next.name, labels: [], Int(max(0, due - now)))
        samples.write(overdue.name, labels: [], Int(max(0, now - due)))
      }
      samples.write(bytes.name, labels: [], counts.diskBytes)
    }
  }
}
