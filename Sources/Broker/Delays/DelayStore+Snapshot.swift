import Log

/// What a snapshot says of the buckets, and the way back.
extension DelayStore {
  /// Says what lies in the files, and which of them have to be synced before that holds.
  func capture() -> DelayCapture {
    shared.state.withLock { state in
      var capture = DelayCapture(removable: retired)
      retired = []
      retiredBytes = 0
      capture.snapshot.nextFile = nextFile
      for (id, topic) in state.topics.byID.sorted(by: { $0.key < $1.key }) {
        capture.snapshot.topics.append((id, topic))
      }
      capture.snapshot.producers = state.producers.standings
      capture.snapshot.forgottenThrough = state.producers.forgottenThrough
      capture.snapshot.transactions = state.transactions
      for record in state.files.values.sorted(by: { $0.file.number < $1.file.number }) {
        capture.snapshot.files.append(
          DelaySnapshot.RecordFile(
            number: record.file.number, bytes: record.bytes, live: record.live))
        if record.isUnsynced { capture.unsynced.append(record.file) }
        record.isUnsynced = false
        record.isNamed = true
      }
      for bucket in state.buckets {
        capture.snapshot.buckets.append(
          DelaySnapshot.Bucket(
            number: bucket.file.number, level: bucket.level.number,
            from: bucket.range.lowerBound, records: bucket.records?.file.number ?? 0,
            count: bucket.count, earliest: bucket.earliest, done: bucket.done))
        if bucket.isUnsynced { capture.unsynced.append(bucket.file) }
        bucket.isUnsynced = false
        bucket.isNamed = true
      }
      return capture
    }
  }

  /// A checkpoint did not come about: the next one has its work to do, too.
  func putBack(_ capture: DelayCapture) {
    retired += capture.removable
    let numbers = Set(capture.unsynced.map(\.number))
    shared.state.withLock { state in
      for record in state.files.values where numbers.contains(record.file.number) {
        record.isUnsynced = true
      }
      for bucket in state.buckets where numbers.contains(bucket.file.number) {
        bucket.isUnsynced = true
      }
    }
  }

  /// Opens what a snapshot names. Waits for the disk.
  func restore(_ snapshot: DelaySnapshot) throws(LogError) {
    nextFile = snapshot.nextFile
    var records: [UInt32: DelayRecordFile] = [:]
    for known in snapshot.files {
      let file = DelayRecordFile(try files.reopen(known.number, bytes: known.bytes))
      (file.bytes, file.live, file.isOpen) = (known.bytes, known.live, false)
      (file.isUnsynced, file.isNamed) = (false, true)
      records[known.number] = file
    }
    for known in snapshot.buckets {
      let level = DelayLevel.all[known.level]
      let file = try files.reopen(known.number, bytes: known.count * DelayEntry.bytes)
      let bucket = DelayBucket(
        level: level, from: known.from, file, records: records[known.records])
      (bucket.count, bucket.done, bucket.earliest) = (known.count, known.done, known.earliest)
      (bucket.isUnsynced, bucket.isNamed) = (false, true)
      bucket.records?.isOpen = true
      if bucket.records != nil {
        arrivals[Stretch(bucket)] = bucket
      }
      shared.state.withLock { insert(bucket, &$0) }
    }
    shared.state.withLock { state in
      for (number, file) in records { state.files[number] = file }
      for (id, topic) in snapshot.topics { state.topics.restore(id, topic) }
      state.producers.forgottenThrough = snapshot.forgottenThrough
      for (place, standing) in snapshot.producers { state.producers.restore(place, standing) }
      state.transactions = snapshot.transactions
    }
  }

  /// Removes files that no bucket has: a crash left them.
  func removeStrangers() throws(LogError) {
    let known = shared.state.withLock { state in
      Set(state.files.keys).union(state.buckets.map(\.file.number))
    }
    for number in try files.numbers() where !known.contains(number) {
      try files.remove(number)
    }
  }
}
