extension RandomAccessCollection {
  /// Where the elements begin of which `isBehind` is true, as it must be of all behind such a one;
  /// the end if there are none. Looks at a few of them (binary search).
  @inlinable
  public func partitioningIndex<Failure: Error>(
    where isBehind: (Element) throws(Failure) -> Bool
  ) throws(Failure) -> Index {
    var low = startIndex
    var count = count
    while count > 0 {
      let half = count / 2
      let middle = index(low, offsetBy: half)
      if try isBehind(self[middle]) {
        count = half
      } else {
        low = index(after: middle)
        count -= half + 1
      }
    }
    return low
  }
}
