import Broker
import Metrics
import Platform

/// What is counted of consumer groups: here what their answers cost, and by a collector what each
/// group says of itself.
final class GroupMetrics: Sendable {
  /// So many pairs of group and topic have labels of their own; the rest is summed up.
  private static let labelledMax = 100

  /// Bytes of raw receives that went as they lie on disk.
  let wholeBytes: Counter
  /// Bytes of raw receives that were framed anew.
  let framedBytes: Counter
  private let duration: Histogram

  init(_ registry: MetricsRegistry) {
    let help = "Bytes of raw receives: of batches as they lie on disk, or framed anew in memory."
    wholeBytes = registry.counter(
      "sluice_group_raw_bytes_total", help: help, unit: .bytes,
      labels: [("batches", "whole")])
    framedBytes = registry.counter(
      "sluice_group_raw_bytes_total", help: help, unit: .bytes,
      labels: [("batches", "framed")])
    duration = registry.histogram(
      "sluice_group_receive_duration_seconds",
      help: "From the end of a receive's head to its answer, of those that did not wait.",
      unit: .nanoseconds, bounds: Histogram.latencyNanoseconds)
  }

  func answered(since arrived: MonotonicTime, now: MonotonicTime, waited: Bool) {
    if !waited { duration.observe(now.nanoseconds(since: arrived)) }
  }

  /// Has each scrape tell how the groups stand.
  static func collect(_ registry: MetricsRegistry, _ service: Service) {
    registry.collector(gauges.map(\.description) + counters.map(\.description)) {
      [weak service] samples in
      guard let broker = service?.broker else { return }
      let now = broker.now()
      var rest: GroupFigures?
      var labelled = 0
      for group in broker.groups.all {
        for (topic, figures) in figures(of: group, now: now) {
          if labelled < labelledMax {
            labelled += 1
            put(figures, [("group", group.name), ("topic", topic)], samples)
          } else {
            rest = (rest ?? GroupFigures()) + figures
          }
        }
      }
      if let rest { put(rest, [("group", "other"), ("topic", "other")], samples) }
    }
  }

  private static func figures(
    of group: Group, now: Int64
  ) -> [(topic: String, figures: GroupFigures)] {
    var byTopic: [(topic: String, figures: GroupFigures)] = []
    for standing in group.standings(now: now) {
      let figures = GroupFigures(standing, now: now)
      if byTopic.last?.topic == standing.topic {
        byTopic[byTopic.count - 1].figures = byTopic[byTopic.count - 1].figures + figures
      } else {
        byTopic.append((standing.topic, figures))
      }
    }
    return byTopic
  }

  private static func put(
    _ figures: GroupFigures, _ labels: [(String, String)], _ samples: SampleWriter
  ) {
    for family in gauges + counters {
      samples.write(family.description.name, labels: labels, figures[keyPath: family.path])
    }
  }

  private typealias Family = (
    description: FamilyDescription, path: KeyPath<GroupFigures, Int> & Sendable
  )

  private static let gauges: [Family] = [
    gauge("sluice_group_lag", "Messages that are not done, begun or not.", \.lag),
    gauge("sluice_group_in_flight", "Messages that are leased.", \.inFlight),
    gauge("sluice_group_waiting", "Messages that wait for another delivery.", \.waiting),
    (
      FamilyDescription(
        "sluice_group_oldest_unacked_age_seconds",
        help: "Time since the first delivery of the oldest message that is not done.",
        type: .gauge, unit: .milliseconds), \.oldestMilliseconds
    ),
  ]

  private static let counters: [Family] = [
    counter("sluice_group_delivered_total", "Deliveries of messages.", \.counts.delivered),
    counter(
      "sluice_group_redelivered_total", "Deliveries of messages that were delivered before.",
      \.counts.redelivered),
    counter("sluice_group_acks_total", "Messages acked.", \.counts.acked),
    counter("sluice_group_nacks_total", "Messages given back.", \.counts.nacked),
    counter(
      "sluice_group_expiries_total", "Messages whose lease ended without an answer.",
      \.counts.expired),
    counter(
      "sluice_group_dead_letters_total", "Messages moved to the dead letters.", \.counts.dead),
    counter(
      "sluice_group_deleted_unacked_total", "Messages deleted before they were acked.",
      \.counts.lost),
  ]

  private static func gauge(
    _ name: String, _ help: String, _ path: KeyPath<GroupFigures, Int> & Sendable
  ) -> Family {
    (FamilyDescription(name, help: help, type: .gauge), path)
  }

  private static func counter(
    _ name: String, _ help: String, _ path: KeyPath<GroupFigures, Int> & Sendable
  ) -> Family {
    (FamilyDescription(name, help: help, type: .counter), path)
  }
}
