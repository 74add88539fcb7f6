extension ProduceParameters {
  /// Nothing is said about all records together.
  static let none = ProduceParameters()

  private init() {
    key = nil
    tag = nil
    partition = nil
    acknowledgement = .committed
    delivery = nil
    stamp = nil
  }
}
