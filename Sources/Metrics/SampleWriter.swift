import Platform

/// What a collector writes its samples to, during one scrape and on the scraping thread.
///
/// The samples of a collector's families may come in any order, as a walk over the topics gives
/// them: each family has a buffer of its own, so that families are never interleaved in what is
/// sent. A series must come only once.
public final class SampleWriter {
  private let families: [FamilyDescription]
  private let buffers: [ByteBuffer]

  init(families: [FamilyDescription]) {
    self.families = families
    buffers = families.map { _ in ByteBuffer(capacity: 1024) }
  }

  /// Writes one sample of the collector's family `name`: an integer in the family's unit.
  ///
  /// Label values may be any text; label names are the program's own, and a malformed one is a bug.
  public func write(
    _ name: String, labels: [(String, String)] = [], _ value: some FixedWidthInteger
  ) {
    let index = begin(name, labels)
    buffers[index].append(value, of: families[index].unit)
    buffers[index].append(UInt8(ascii: "\n"))
  }

  /// Writes one sample of the collector's family `name`: a float in the family's unit.
  ///
  /// Label values may be any text; label names are the program's own, and a malformed one is a bug.
  public func write(_ name: String, labels: [(String, String)] = [], _ value: Double) {
    let index = begin(name, labels)
    buffers[index].append(float: value / families[index].unit.divisor)
    buffers[index].append(UInt8(ascii: "\n"))
  }

  private func begin(_ name: String, _ labels: [(String, String)]) -> Int {
    guard let index = families.firstIndex(where: { $0.name == name }) else {
      preconditionFailure("\(name): not a family of this collector")
    }
    if let complaint = LabelSet(labels).complaint(for: families[index].type) {
      preconditionFailure("\(name): \(complaint)")
    }
    buffers[index].append(series: name, labels: labels)
    return index
  }

  /// Calls `body` with each family and what was written for it, in the order of registration.
  func forEach(_ body: (FamilyDescription, ByteBuffer) -> Void) {
    for (family, buffer) in zip(families, buffers) { body(family, buffer) }
  }
}
