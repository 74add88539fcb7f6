import HTTP

extension QueryParameters {
  /// The whole number that a parameter says; `nil` where it is not given.
  func number(_ name: StaticString, _ range: ClosedRange<Int>) throws(Problem) -> Int? {
    guard let text = value(name) else { return nil }
    guard let number = Int(text), range.contains(number) else {
      let end = range.upperBound == .max ? "" : " and at most \(range.upperBound)"
      throw Problem.invalidParameter(
        "\(name)", "It must be a whole number of at least \(range.lowerBound)\(end).")
    }
    return number
  }
}
