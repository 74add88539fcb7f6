/// One place that a rule objects to.
struct Complaint: Sendable, CustomStringConvertible {
  let path: String
  let line: Int
  let says: String

  var description: String { "\(path):\(line): \(says)" }
}
