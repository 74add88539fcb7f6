import Foundation
import Log
import Support
import Testing

@testable import Broker

/// Files of delayed records under the check: what is sound passes, what was changed is found.
@Suite struct DelayCheckTests {
  private static let day: Int64 = 86_400_000

  /// A stopped server's directory: records due within minutes, hours, days and years, some taken
  /// back.
  private static func stopped() throws -> TemporaryDirectory {
    let world = try DelayWorld()
    try world.make("t")
    for index in 0..<300 {
      let wait = [90_000, 7_200_000, 3 * day, 900 * day][index % 4] + Int64(index * 1000)
      let keys = try world.add([("value \(index)", world.now + wait, 0)], to: "t")
      if index % 50 == 0 { try world.cancel(keys[0]) }
    }
    world.stop()
    return world.directory
  }

  private static func check(
    _ directory: TemporaryDirectory
  ) throws -> (count: Int, faults: [DirectoryCheck.Fault]) {
    var faults: [DirectoryCheck.Fault] = []
    let count = try DelayCheck(directory.path).run { faults.append($0) }
    return (count, faults)
  }

  private static func files(_ directory: TemporaryDirectory) throws -> [String] {
    try FileManager.default.contentsOfDirectory(
      atPath: directory.path("state/scheduled/files")
    ).map { "state/scheduled/files/" + $0 }
  }

  @Test func whatIsSoundHasNoFault() throws {
    let directory = try Self.stopped()
    let (count, faults) = try Self.check(directory)
    #expect(faults == [])
    #expect(count == 294)
    #expect(try Self.files(directory).count >= 8)
  }

  @Test func aDirectoryWithoutDelayedRecordsIsSound() throws {
    let (count, faults) = try Self.check(TemporaryDirectory())
    #expect(count == 0 && faults.isEmpty)
  }

  @Test func damageInEachFileIsFound() throws {
    let directory = try Self.stopped()
    for file in try Self.files(directory) {
      let path = URL(fileURLWithPath: directory.path(file))
      let sound = try Data(contentsOf: path)
      // Within the last record, or where the last entry says where its record lies.
      let position = sound.count - 20
      var damaged = sound
      damaged[position] ^= 0x40
      try damaged.write(to: path)
      let faults = try Self.check(directory).faults
      #expect(!faults.isEmpty, "\(file) at \(position) of \(sound.count)")
      try sound.write(to: path)
    }
    #expect(try Self.check(directory).faults == [])
  }

  @Test func aFileThatIsMissingOrCutShortIsNamed() throws {
    let directory = try Self.stopped()
    for file in try Self.files(directory) {
      let path = URL(fileURLWithPath: directory.path(file))
      let sound = try Data(contentsOf: path)
      try sound.dropLast().write(to: path)
      let cut = try Self.check(directory).faults
      #expect(cut.map(\.file) == [file])
      #expect(cut.first?.position == sound.count - 1)
      #expect(cut.first?.reason == "\(sound.count) bytes were on the disk once")
      try FileManager.default.removeItem(at: path)
      let missing = try Self.check(directory).faults
      #expect(missing.map(\.file) == [file] && missing.first?.reason == "it is missing")
      try sound.write(to: path)
    }
  }
}
