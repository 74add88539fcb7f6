import Foundation
import Metrics
import Platform
import Support
import Testing

@testable import Log

@Suite struct DataDirectoryTests {
  private static func open(_ path: String) throws -> DataDirectory {
    try DataDirectory(path, clock: ManualClock(), metrics: LogMetrics(MetricsRegistry())) { _ in }
  }

  @Test func onlyOneServerHasADirectory() throws {
    let test = try TestLog()
    let refused = #expect(throws: DataDirectory.OpenFailure.self) {
      try Self.open(test.directory.path).path
    }
    guard case .inUse(test.directory.path) = refused else {
      throw Disagreement(refused?.description ?? "opened")
    }
    test.data.close()
    test.data.close()
    try Self.open(test.directory.path).close()
  }

  @Test(arguments: ["2\n", "", "1 but not quite"])
  func anotherFormatIsRefused(text: String) throws {
    let directory = TemporaryDirectory()
    try text.write(toFile: directory.path("format"), atomically: false, encoding: .utf8)
    let refused = #expect(throws: DataDirectory.OpenFailure.self) {
      try Self.open(directory.path).path
    }
    guard case .foreignFormat = refused else { throw Disagreement("\(refused as Any)") }
  }

  @Test func aLogThatTookARemovedOnesNameIsRecoveredByItself() throws {
    let test = try TestLog()
    for index in 0..<9 { test.append([.small("old \(index)")]) }
    try test.data.writer.checkpoint()
    try test.data.removeLog(topic: "orders", partition: 0, test.log)
    let fresh = try test.data.openLog(TestLog.name, settings: LogSettings())
    _ = test.data.writer.appendAndWait(.of([.small("new")]), to: fresh)
    let left = try test.directory.copy()
    let file = try DiskFile(TestLog.path("log", in: left), .readWrite)
    try [UInt8](repeating: 7, count: 9).withUnsafeBytes {
      try file.write([$0], at: try file.size())
    }
    let opened = try TestLog(in: left)
    #expect(opened.log.frontiers.committed == Offset(1))
    #expect(opened.metrics.recoveryTruncatedBytes.value == 9)
    #expect(opened.metrics.damagedRanges.value == 0)
    for one in [test, opened] { one.data.close() }
  }

  static let points: [(text: String, point: Int64)] = [
    ("1\n5 topics/a-0\n", 5), ("1\n5 topics/a-0", 5), ("", 0), ("2\n5 topics/a-0\n", 0),
    ("1\n-5 topics/a-0\n", 0), ("1\nfive topics/a-0\n", 0), ("1\n5\n", 0),
    ("1\n7 topics/b c-0\n5 topics/a-0\n", 5),
  ]

  @Test(arguments: points)
  func aRecoveryPointFileThatDoesNotFitGivesNone(text: String, point: Int64) throws {
    let directory = TemporaryDirectory()
    let path = directory.path("recovery-point")
    try text.write(toFile: path, atomically: false, encoding: .utf8)
    #expect(
      try RecoveryPoints(path, DiskFileSystem()).point(of: "topics/a-0") == Offset(point))
  }
}
