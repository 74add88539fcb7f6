import HTTP

/// Which part of a list by name a request wants: names that contain `search`, from behind `after`,
/// at most `limit` of them. Without these parameters, all.
struct ListWindow {
  private static let limitMax = 10_000

  private let limit: Int
  private let after: String?
  /// In lower case.
  private let search: [UInt8]

  init(_ call: Call) throws(Problem) {
    let query = try call.query(known: ["limit", "after", "search"])
    limit = try ListWindow.limit(query)
    after = query.value("after")
    search = query.value("search").map { $0.utf8.map(ListWindow.lowercased) } ?? []
  }

  /// The part of `items`, which stand by name; how many match in all; and the name to go on behind,
  /// if there are more.
  func choose<Item>(
    _ items: [Item], name: (Item) -> String
  ) -> (items: [Item], total: Int, nextAfter: String?) {
    var chosen: [Item] = []
    var total = 0
    var isMore = false
    for item in items where matches(name(item)) {
      total += 1
      if let after, name(item) <= after { continue }
      if chosen.count < limit { chosen.append(item) } else { isMore = true }
    }
    return (chosen, total, isMore ? chosen.last.map(name) : nil)
  }

  private func matches(_ name: String) -> Bool {
    if search.isEmpty { return true }
    let name = name.utf8
    guard name.count >= search.count else { return false }
    var start = name.startIndex
    for _ in 0...(name.count - search.count) {
      if name[start...].lazy.map(ListWindow.lowercased).starts(with: search) { return true }
      start = name.index(after: start)
    }
    return false
  }

  private static func limit(_ query: QueryParameters) throws(Problem) -> Int {
    guard let text = query.value("limit") else { return .max }
    guard let limit = Int(text), (1...limitMax).contains(limit) else {
      throw Problem.invalidParameter("limit", "It must be a whole number from 1 to \(limitMax).")
    }
    return limit
  }

  private static func lowercased(_ byte: UInt8) -> UInt8 {
    (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) ? byte | 0x20 : byte
  }
}
