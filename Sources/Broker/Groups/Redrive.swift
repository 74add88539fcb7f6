import Log
import Platform

/// Sends dead letters back where they came from. For the scheduler's thread: it waits for the disk.
struct Redrive {
  private static let bytesMax = 1 << 20

  /// Letters for one partition, and their places among the letters.
  private struct Lane {
    let log: any RecordLog
    var builder = BatchBuilder()
    var offsets: [Int64] = []
  }

  let group: Group
  let letters: Topic
  let request: RedriveRequest
  let broker: Broker

  func run() throws(BrokerError) -> RedriveResult {
    var result = RedriveResult()
    let log = letters.partitions[0]
    let end = log.offsets.highWatermark.value
    var position = log.offsets.logStart.value
    while position < end, result.redriven < request.max {
      do throws(LogError) {
        guard let next = try sendNext(log, position..<end, &result) else { break }
        position = next
      } catch {
        // Retention takes letters too.
        guard case .offsetTooOld(let start) = error else { throw .log(error) }
        position = max(position, start.value)
      }
    }
    result.remaining = group.openCount(letters, 0)
    return result
  }

  /// Sends the first open letters back, as many as are read at a time; gives where to go on, `nil`
  /// if there are none.
  private func sendNext(
    _ log: any RecordLog, _ range: Range<Int64>, _ result: inout RedriveResult
  ) throws(LogError) -> Int64? {
    let open = group.open(letters, 0, in: range)
    guard let first = open.first else { return nil }
    let slice = try log.read(
      ReadRequest(offset: Offset(first.lowerBound), maxBytes: Redrive.bytesMax))
    let limit = min(range.upperBound, slice.nextOffset.value)
    let (sent, failure) = try sendBack(slice, open.filter { $0.lowerBound < limit }, &result)
    if !sent.isEmpty { try group.settleOpen(letters, 0, done: sent, upTo: limit) }
    if let failure { throw failure }
    return limit
  }

  /// Sends what is wanted of a slice, waits until it is stored, and gives the letters' offsets, and
  /// why others could not be sent, if so.
  private func sendBack(
    _ slice: LogSlice, _ open: [Range<Int64>], _ result: inout RedriveResult
  ) throws(LogError) -> (sent: [Range<Int64>], failure: LogError?) {
    var lanes: [String: Lane] = [:]
    var count = result.redriven
    let reader = SliceReader(slice)
    while let (header, bytes) = try reader.nextWaiting() {
      do throws(RecordReader.Failure) {
        var records = try RecordReader(bytes, header: header)
        while let record = try records.next(), count < request.max {
          guard open.contains(where: { $0.contains(record.offset.value) }), isWanted(record)
          else { continue }
          guard let origin = DeadLetter.origin(of: record), let log = log(of: origin) else {
            result.failed += 1
            continue
          }
          add(record, to: log, "\(origin.topic)-\(origin.partition)", &lanes)
          count += 1
        }
      } catch {
        throw reader.malformed()
      }
    }
    var sent: [Range<Int64>] = []
    var failure: LogError?
    for lane in lanes.values {
      let answer = Mailbox<Result<AppendRequest.Stored, LogError>>()
      lane.log.append(lane.builder.finish(), acknowledgement: .committed, sink: DirectSink()) {
        answer.post($0)
      }
      broker.wakeWriter()
      var outcome: [Result<AppendRequest.Stored, LogError>] = []
      _ = answer.take(into: &outcome, until: nil)
      switch outcome[0] {
      case .success:
        result.redriven += lane.offsets.count
        sent += lane.offsets.map { $0..<($0 + 1) }
      case .failure(let error): failure = failure ?? error
      }
    }
    return (sent, failure)
  }

  private func add(
    _ record: Record, to log: any RecordLog, _ name: String, _ lanes: inout [String: Lane]
  ) {
    let headers = RecordHeaders()
    DeadLetter.copyOwn(record, to: headers)
    var lane = lanes[name] ?? Lane(log: log)
    lane.builder.append(
      key: record.key, value: record.value, headers: headers, timestamp: record.timestamp)
    lane.offsets.append(record.offset.value)
    lanes[name] = lane
  }

  private func log(of origin: DeadLetter.Origin) -> (any RecordLog)? {
    guard let topic = try? broker.topic(origin.topic) else { return nil }
    return try? topic.partition(origin.partition)
  }

  private func isWanted(_ record: Record) -> Bool {
    if let tag = request.tag {
      guard let own = record.tag, own.elementsEqual(tag.utf8) else { return false }
    }
    if let topic = request.topic, DeadLetter.origin(of: record)?.topic != topic { return false }
    guard let reason = request.reason else { return true }
    var isSame = false
    record.forEachHeader { name, value in
      if let value, name.elementsEqual(DeadLetter.Header.reason.utf8) {
        isSame = value.elementsEqual(reason.rawValue.utf8)
      }
    }
    return isSame
  }
}
