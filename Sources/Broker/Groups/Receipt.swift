/// Messages that were leased together and may be settled together. Clients see it signed, as
/// opaque text.
public struct Receipt: Equatable {
  /// How many runs of messages one receipt may stand for.
  static let itemsMax = 64

  var items: [ReceiptItem]
}
