/// Names for what a bench makes on a server that may be somebody's: nothing else there has them, so
/// that what the bench deletes is its own.
enum BenchName {
  static func fresh(_ what: String) -> String {
    "bench-\(what)-" + String(UInt32.random(in: .min...(.max)), radix: 36)
  }
}
