extension Group {
  /// Writes all that the group knows, as events.
  func writeSnapshot(_ events: GroupEventWriter) {
    state.withLock { state in
      if state.isDeleted { return }
      events.write(.groupStands(name: name, config: Groups.json(state.config)))
      for partition in state.all {
        let progress = partition.progress
        events.write(
          .joined(
            id: partition.id, group: name, topic: partition.topic, partition: partition.number,
            next: progress.next))
        events.begin(partition.id, changes: 1 + progress.runs.runCount)
        events.write(.sought(epoch: progress.epoch, next: progress.next))
        progress.runs.forEach { run in
          var run = run
          // That a lease has ended is not journaled: its end is.
          if run.condition == .lapsed { run.condition = .leased }
          events.write(.run(run))
        }
      }
      for (topic, cursors) in state.cursors {
        for (number, cursor) in cursors {
          events.write(.cursor(group: name, topic: topic, partition: number, cursor))
        }
      }
    }
  }
}
