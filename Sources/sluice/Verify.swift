import ArgumentParser
import Broker
import JSON
import Log
import Platform

/// `sluice verify`: goes through a data directory without a server and says what is not as it was
/// written.
struct Verify: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Check every batch of a data directory, its indexes, and what waits to be due.",
    discussion: """
      No server may be running on the directory, and nothing is changed. A line for each fault \
      names file and position. What a crash has left and the next start mends is said, but is no \
      fault. The exit status is 0 when all is sound, 1 when something is not, 2 when it could not \
      be looked at.
      """)

  private static let unreadable = ExitCode(2)

  @Argument(help: "The data directory. (default: $SLUICE_DATA or ./sluice-data)")
  var directory: String?

  @Flag(help: "Give one JSON document.")
  var json = false

  func run() throws {
    let path = directory ?? EnvironmentOptions()["data"] ?? "./sluice-data"
    var faults: [DirectoryCheck.Fault] = []
    var count: DirectoryCheck.Count
    var scheduled = 0
    do {
      let check = try DirectoryCheck(path)
      var bar = ProgressBar("verify", totalBytes: check.totalBytes)
      defer { bar.end() }
      let report: (DirectoryCheck.Fault) -> Void = { fault in
        if json { return faults.append(fault) }
        bar.clear()
        let mended = fault.isMended ? " (the next start mends it)" : ""
        print("\(path)/\(fault.file) at position \(fault.position): \(fault.reason)\(mended)")
      }
      count = try check.run(progress: { bar.advance(to: $0) }, fault: report)
      // Still under the lock that the check of the directory holds.
      scheduled = try withExtendedLifetime(check) {
        try DelayCheck(path).run { fault in
          count.faults += 1
          report(fault)
        }
      }
    } catch {
      StandardError.write("sluice verify: \(error)\n")
      throw Verify.unreadable
    }
    if json {
      print(Verify.document(path, count, scheduled, faults), terminator: "")
    } else {
      say(count, scheduled)
    }
    if count.faults > 0 { throw ExitCode.failure }
  }

  private func say(_ count: DirectoryCheck.Count, _ scheduled: Int) {
    let verdict = count.faults == 0 ? "sound" : "\(count.faults) faults"
    print(
      "\(verdict): \(count.logs) logs, \(count.segments) segments, \(count.batches) batches, "
        + "\(count.records) records, \(count.bytes) bytes, \(scheduled) scheduled records")
  }

  private static func document(
    _ path: String, _ count: DirectoryCheck.Count, _ scheduled: Int,
    _ faults: [DirectoryCheck.Fault]
  ) -> String {
    let buffer = ByteBuffer(capacity: 1024)
    var json = JSONWriter(into: buffer)
    json.beginObject()
    json.key("data")
    json.string(path)
    json.key("sound")
    json.bool(count.faults == 0)
    let figures: [(StaticString, Int)] = [
      ("logs", count.logs), ("segments", count.segments), ("batches", count.batches),
      ("records", count.records), ("bytes", count.bytes), ("scheduled", scheduled),
    ]
    for (name, figure) in figures {
      json.key(name)
      json.number(figure)
    }
    json.key("faults")
    json.beginArray()
    for fault in faults {
      json.beginObject()
      json.key("file")
      json.string(fault.file)
      json.key("position")
      json.number(fault.position)
      json.key("reason")
      json.string(fault.reason)
      json.key("mended_by_start")
      json.bool(fault.isMended)
      json.endObject()
    }
    json.endArray()
    json.endObject()
    json.endLine()
    return String(decoding: buffer.bytes, as: UTF8.self)
  }
}
