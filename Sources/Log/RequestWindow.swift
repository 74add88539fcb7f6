/// A producer's last requests to one log, five at most, as in Kafka; in the order of their sequence
/// numbers, which may have gaps where other partitions of the topic got a request.
public struct RequestWindow: Sendable, Equatable {
  /// How many requests are remembered.
  public static let capacity = 5

  private var places = InlineArray<5, RememberedRequest>(
    repeating: RememberedRequest(sequence: -1, count: 0, baseOffset: .zero, timestamp: 0))
  /// How many there are: one at least.
  public private(set) var count = 1

  init(_ first: RememberedRequest) { places[0] = first }

  /// The request at a place, the oldest being at 0.
  public subscript(place: Int) -> RememberedRequest {
    precondition(place < count, "no such request")
    return places[place]
  }

  /// The latest.
  public var last: RememberedRequest { places[count - 1] }

  /// The request with that number, if it is remembered.
  public func request(_ sequence: Int32) -> RememberedRequest? {
    for place in 0..<count where places[place].sequence == sequence { return places[place] }
    return nil
  }

  /// Takes in a later request; the oldest one goes when there are too many.
  mutating func add(_ request: RememberedRequest) {
    precondition(request.sequence > last.sequence, "requests come in order")
    if count == RequestWindow.capacity {
      for place in 1..<count { places[place - 1] = places[place] }
      count -= 1
    }
    places[count] = request
    count += 1
  }

  /// True when both hold the same requests.
  public static func == (left: Self, right: Self) -> Bool {
    left.count == right.count && (0..<left.count).allSatisfy { left[$0] == right[$0] }
  }
}
