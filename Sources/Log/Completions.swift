import Platform

/// Jobs gathered for other threads during one round of the writer, so that each is woken once.
struct Completions {
  private var groups: [(sink: any JobSink, jobs: [Job])] = []

  mutating func add(_ job: @escaping Job, on sink: any JobSink) {
    if let index = groups.firstIndex(where: { $0.sink === sink }) {
      groups[index].jobs.append(job)
    } else {
      groups.append((sink, [job]))
    }
  }

  /// Hands every group over.
  mutating func deliver() {
    for group in groups { group.sink.post(group.jobs) }
    groups.removeAll(keepingCapacity: true)
  }
}
