import Log
import Platform

/// Writes events of delayed records as the journal keeps them: a kind, then fields of fixed width,
/// numbers big-endian, texts with their length in front.
struct DelayEventWriter: EventWriting {
  let buffer: ByteBuffer

  func added(
    _ records: DelayedRecords, topic: UInt32, name: String, stamp: ProducerStamp?, first: UInt64
  ) {
    put(.added)
    put(topic)
    put(name)
    put(stamp?.id ?? -1)
    put(stamp?.epoch ?? -1)
    put(stamp?.sequence ?? -1)
    put(first)
    put(UInt32(records.count))
    buffer.append(records.entries.bytes)
    put(UInt32(records.records.count))
    buffer.append(records.records.bytes)
  }

  func announced(_ pieces: [DelayAnnouncement]) {
    put(.announced)
    put(pieces)
  }

  func settled(_ fates: [(number: Int64, fate: DelayPiece.Fate)]) {
    put(.settled)
    put(UInt32(fates.count))
    for (number, fate) in fates {
      put(number)
      buffer.append(fate.rawValue)
    }
  }

  func cancelled(topic: UInt32, _ key: DelayKey) {
    put(.cancelled)
    put(topic)
    put(key)
  }

  func topicGone(_ id: UInt32) {
    put(.topicGone)
    put(id)
  }

  func state(_ snapshot: DelaySnapshot) {
    put(.state)
    put(snapshot.nextNumber)
    put(snapshot.nextPiece)
    put(snapshot.nextTopic)
    put(snapshot.nextFile)
    put(UInt32(snapshot.topics.count))
    for (id, topic) in snapshot.topics {
      put(id)
      put(topic.name)
      put(UInt64(topic.waiting))
      buffer.append(topic.isGone ? 1 : 0)
    }
    put(UInt32(snapshot.files.count))
    for file in snapshot.files {
      put(file.number)
      put(UInt64(file.bytes))
      put(UInt64(file.live))
    }
    put(UInt32(snapshot.buckets.count))
    for bucket in snapshot.buckets { put(bucket) }
    put(snapshot.pieces)
    put(snapshot.forgottenThrough ?? -1)
    put(UInt32(snapshot.producers.count))
    for (place, standing) in snapshot.producers { put(place, standing) }
    put(snapshot.transactions)
  }

  private func put(_ transactions: DelayTransactions) {
    put(UInt32(transactions.firsts.reduce(0) { $0 + $1.value.count }))
    for (transaction, topics) in transactions.firsts {
      for (topic, first) in topics {
        put(transaction)
        put(topic)
        put(first)
      }
    }
  }

  private func put(_ place: DelayProducers.Place, _ standing: DelayProducers.Standing) {
    put(place.topic)
    put(place.producer)
    put(standing.epoch)
    put(standing.latestMilliseconds)
    put(UInt32(standing.requests.count))
    for request in standing.requests {
      put(request.sequence)
      put(request.first)
      put(UInt32(request.count))
      put(UInt32(request.dues.count))
      for due in request.dues { put(due) }
    }
  }

  private func put(_ bucket: DelaySnapshot.Bucket) {
    put(bucket.number)
    buffer.append(UInt8(bucket.level))
    put(bucket.from)
    put(bucket.records)
    put(UInt64(bucket.count))
    put(bucket.earliest)
    put(UInt32(bucket.done.words.count))
    for word in bucket.done.words { put(word) }
  }

  private func put(_ pieces: [DelayAnnouncement]) {
    put(UInt32(pieces.count))
    for piece in pieces {
      put(piece.number)
      put(piece.topic)
      put(piece.partition)
      put(piece.end.value)
      put(UInt32(piece.keys.count))
      for key in piece.keys { put(key) }
    }
  }

  private func put(_ kind: DelayEvent.Kind) { buffer.append(kind.rawValue) }

  private func put(_ key: DelayKey) {
    put(key.due)
    put(key.number)
  }
}
