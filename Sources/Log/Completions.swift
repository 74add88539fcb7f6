import Platform

/// What one round of the writer has to tell other threads, gathered so that each is woken once.
struct Completions {
  private struct Group {
    let sink: any JobSink
    var finished: [any FinishedWork] = []
    var jobs: [Job] = []
  }

  private var groups: [Group] = []

  mutating func add(_ request: AppendRequest) {
    groups[place(of: request.sink)].finished.append(request)
  }

  mutating func add(_ job: @escaping Job, on sink: any JobSink) {
    groups[place(of: sink)].jobs.append(job)
  }

  /// Hands every group over.
  mutating func deliver() {
    for group in groups {
      if !group.finished.isEmpty { group.sink.post(finished: group.finished) }
      if !group.jobs.isEmpty { group.sink.post(group.jobs) }
    }
    groups.removeAll(keepingCapacity: true)
  }

  private mutating func place(of sink: any JobSink) -> Int {
    if let index = groups.firstIndex(where: { $0.sink === sink }) { return index }
    groups.append(Group(sink: sink))
    return groups.count - 1
  }
}
