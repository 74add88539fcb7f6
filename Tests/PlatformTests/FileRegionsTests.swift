import Platform
import Support
import Testing

@Suite struct FileRegionsTests {
  let directory = TemporaryDirectory()
  let first: StoredFile
  let second: StoredFile

  init() throws {
    first = StoredFile(try DiskFile(directory.path("first"), .createOrOpen))
    second = StoredFile(try DiskFile(directory.path("second"), .createOrOpen))
  }

  private func region(_ file: StoredFile, _ extent: Range<Int>) -> FileRegion {
    FileRegion(file: file, position: extent.lowerBound, count: extent.count)
  }

  private func same(_ regions: FileRegions, _ wanted: [FileRegion]) -> Bool {
    regions.elementsEqual(wanted) {
      $0.file === $1.file && $0.position == $1.position && $0.count == $1.count
    } && regions.bytes == wanted.reduce(0) { $0 + $1.count }
  }

  @Test func noRegionsAreEmpty() {
    let none = FileRegions()
    #expect(none.isEmpty && none.bytes == 0 && none.first == nil)
  }

  @Test func whatFollowsInTheSameFileMakesTheLastLonger() {
    var regions = FileRegions()
    let isOwn = [
      (first, 10..<15), (first, 15..<20), (first, 30..<31), (second, 31..<32), (first, 32..<33),
    ]
    .map { regions.append(region($0.0, $0.1)) }
    #expect(isOwn == [true, false, true, true, true])
    #expect(
      same(
        regions,
        [
          region(first, 10..<20), region(first, 30..<31), region(second, 31..<32),
          region(first, 32..<33),
        ]))
  }

  @Test func eachLiesInItsOwnFile() {
    let wanted = (0..<100).map { region($0 / 7 % 2 == 0 ? first : second, $0 * 10..<$0 * 10 + 4) }
    let regions = FileRegions(wanted)
    #expect(same(regions, wanted))
    for index in wanted.indices {
      #expect(regions.extent(index) == wanted[index].position..<wanted[index].end)
      #expect(regions.endOfFile(from: index) == min(100, (index / 7 + 1) * 7))
    }
  }

  @Test(arguments: [0, 1, 2, 6, 7, 8, 13, 14, 50, 100])
  func othersComeBehind(count: Int) {
    // Every third follows the one before it.
    let all = (0..<100).map {
      region($0 / 7 % 2 == 0 ? first : second, $0 * 10..<$0 * 10 + ($0 % 3 == 0 ? 10 : 4))
    }
    let whole = FileRegions(all)
    var head = FileRegions(all[..<count])
    let tail = FileRegions(all[count...])
    let before = head.count
    let isOwn = head.append(contentsOf: tail)
    #expect(same(head, Array(whole)))
    #expect(isOwn == (tail.count > 0 && head.count == before + tail.count))
    for index in whole.indices {
      #expect(head.endOfFile(from: index) == whole.endOfFile(from: index))
    }
  }
}
