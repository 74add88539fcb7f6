/// Makes a record of each line of a body.
protocol LineFramer: AnyObject {
  /// Takes in a line, without its line feed.
  func add(_ line: UnsafeRawBufferPointer) throws(Problem)
}
