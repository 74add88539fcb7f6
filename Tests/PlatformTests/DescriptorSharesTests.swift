import Platform
import Testing

@Suite struct DescriptorSharesTests {
  static let cases: [(descriptors: Int, wanted: Int, connections: Int, files: Int)] = [
    (20_000, 10_000, 10_000, 9_744), (20_000, 100, 100, 19_644), (1024, 10_000, 537, 359),
    (256, 10_000, 132, 92), (1 << 20, 10_000, 10_000, 1 << 16), (1, 1, 1, 1),
  ]

  @Test(arguments: cases)
  func connectionsAndFilesShareWhatThereIs(
    descriptors: Int, wanted: Int, connections: Int, files: Int
  ) {
    let shares = DescriptorShares(
      connectionsWanted: wanted, descriptors: descriptors, maps: 65_530)
    #expect(shares.connections == connections)
    #expect(shares.files == files)
    #expect(shares.maps == 32_765)
    if descriptors > 2 { #expect(shares.connections + shares.files < descriptors) }
  }
}
