/// What is said of a metric family once, whatever children it has.
public struct FamilyDescription: Sendable, Equatable {
  /// The full name as it is queried; a counter's ends with `_total`, and before that stands the
  /// unit's word.
  public let name: String
  /// One sentence for the HELP line.
  public let help: String
  /// What kind of family it is.
  public let type: MetricType
  /// What its integers count.
  public let unit: MetricUnit

  /// A description, as yet unchecked; registering it checks it.
  public init(_ name: String, help: String, type: MetricType, unit: MetricUnit = .none) {
    self.name = name
    self.help = help
    self.type = type
    self.unit = unit
  }

  /// The name that OpenMetrics gives the family: a counter's without `_total`.
  var baseName: String {
    type == .counter && name.hasSuffix("_total") ? String(name.dropLast(6)) : name
  }

  /// Suffixes that belong to a sample of some type, and so cannot end a family's name.
  static let reservedSuffixes = ["_total", "_bucket", "_count", "_sum", "_created"]

  /// What is wrong with the description, or nil.
  ///
  /// The rules are OpenMetrics 1.0's, and those of `promtool check metrics`. Colons are refused:
  /// they are left to recording rules.
  var complaint: String? {
    if !LabelSet.isIdentifier(name) { return "\(name): not a metric name" }
    if help.isEmpty { return "\(name): has no help" }
    if type == .counter, !name.hasSuffix("_total") { return "\(name): lacks _total" }
    if let suffix = Self.reservedSuffixes.first(where: baseName.hasSuffix) {
      return "\(name): \(suffix) is reserved"
    }
    if let word = unit.word, !baseName.hasSuffix("_" + word) {
      return "\(name): does not end with its unit, \(word)"
    }
    return nil
  }
}
