/// How values are written in JSON answers.
enum ValueForm: String {
  /// JSON objects and arrays as such, other UTF-8 as a string, the rest as base64.
  case auto
  /// Any JSON as such, other UTF-8 as a string, the rest as base64.
  case json
  /// Always a string; what is not UTF-8 is base64 all the same.
  case text
  /// Always base64.
  case base64
}
