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
        var changes: [ProgressChange] = [.sought(epoch: progress.epoch, next: progress.next)]
        progress.runs.forEach { run in
          var run = run
          // That a lease has ended is not journaled: its end is.
          if run.condition == .lapsed { run.condition = .leased }
          changes.append(.run(run))
        }
        events.write(partition.id, changes)
      }
      for (topic, cursors) in state.cursors {
        for (number, cursor) in cursors {
          events.write(.cursor(group: name, topic: topic, partition: number, cursor))
        }
      }
    }
  }
}
