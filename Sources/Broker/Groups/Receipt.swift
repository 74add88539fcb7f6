/// Messages that were leased together and may be settled together. Clients see it signed, as
/// opaque text.
public struct Receipt: Equatable, Sendable {
  /// How many runs of messages one receipt may stand for.
  static let itemsMax = 64

  var items: [ReceiptItem]

  /// The receipt for everything in these parts.
  public init(_ parts: [LeasedPart]) {
    items = parts.flatMap { part in
      part.runs.map { run in
        ReceiptItem(
          id: part.id, epoch: part.epoch, offset: run.range.lowerBound,
          count: UInt32(run.range.count), attempt: run.attempt)
      }
    }
  }

  init(items: [ReceiptItem]) { self.items = items }
}
