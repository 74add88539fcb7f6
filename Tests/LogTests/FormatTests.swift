import Foundation
import Platform
import Support
import Testing

@testable import Log

/// The files besides the log, byte by byte as FORMAT.md draws them.
@Suite struct FormatTests {
  private static func bytes(_ path: String) throws -> [UInt8] {
    [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
  }

  /// Big-endian numbers of four bytes.
  private static func words(_ numbers: [UInt32]) -> [UInt8] {
    numbers.flatMap { number in withUnsafeBytes(of: number.bigEndian) { [UInt8]($0) } }
  }

  /// Three batches of 5000 bytes and more, so that the last one is in the sparse indexes.
  private static func stopped() throws -> TestLog {
    let test = try TestLog()
    let large = String(repeating: "x", count: 5000)
    test.append([.small(large, tag: "red", at: 100), .small("y", tag: "red", at: 300)])
    test.append([.small(large, at: 200)])
    test.append([.small("last", tag: "blue", at: 400)])
    test.data.close()
    return test
  }

  @Test func theDirectoryHoldsTheseFiles() throws {
    let test = try Self.stopped()
    let names = try FileManager.default.subpathsOfDirectory(atPath: test.directory.path).sorted()
    let stem = "topics/orders-0/00000000000000000000"
    #expect(
      names == [
        "LOCK", "clean-shutdown", "format", "recovery-point", "topics", "topics/orders-0",
        stem + ".index", stem + ".log", stem + ".tags", stem + ".timeindex",
      ])
    let texts = try ["format", "recovery-point", "clean-shutdown"].map {
      String(decoding: try Self.bytes(test.directory.path($0)), as: UTF8.self)
    }
    #expect(texts == ["1\n", "1\n4 topics/orders-0\n", "stopped cleanly\n"])
  }

  @Test func theSparseIndexesAreKafkas() throws {
    let test = try Self.stopped()
    let sizes = try TestBatch.sizes(in: Self.bytes(test.path("log")))
    // (last relative offset, position of the batch)
    let index = Self.words([2, UInt32(sizes[0]), 3, UInt32(sizes[0] + sizes[1])])
    #expect(try Self.bytes(test.path("index")) == index)
    // (latest time so far in 8 bytes, last relative offset of the batch that has it)
    #expect(try Self.bytes(test.path("timeindex")) == Self.words([0, 300, 1, 0, 400, 3]))
  }

  @Test func theTagsFileHasHeaderDictionaryAndEntries() throws {
    let test = try Self.stopped()
    let sizes = try TestBatch.sizes(in: Self.bytes(test.path("log"))).map { UInt32($0) }
    let file = try Self.bytes(test.path("tags"))
    let dictionary = [3] + Array("red".utf8) + [4] + Array("blue".utf8)
    let counts = Self.words([3, 2, 2, 0, 64 + 9])
    #expect(Array(file[..<28]) == Array("sluicet".utf8) + [1] + counts)
    #expect(Array(file[64..<(64 + 10)]) == dictionary + [0])
    let entries = Self.words(
      [0, 0, sizes[0], 1] + [2, sizes[0], sizes[1], 0] + [3, sizes[0] + sizes[1], sizes[2], 2])
    #expect(Array(file[(1 << 20)...]) == entries)
    var sum = Crc32c()
    let index = try Self.bytes(test.path("index"))
    let times = try Self.bytes(test.path("timeindex"))
    // How far its records go is told behind what a server of before knew.
    let end = Self.words([4])
    for part in [entries, dictionary, index, times, Array(file[..<28]), end] {
      part.withUnsafeBytes { sum.update($0) }
    }
    #expect(
      Array(file[28..<64]) == Self.words([sum.value, 0]) + end + [UInt8](repeating: 0, count: 24))
  }
}

extension TestBatch {
  /// The sizes of the batches in these bytes.
  static func sizes(in bytes: [UInt8]) throws -> [Int] {
    try bytes.withUnsafeBytes { try all(in: $0).map(\.header.size) }
  }
}
