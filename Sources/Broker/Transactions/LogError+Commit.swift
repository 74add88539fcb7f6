import Log

extension LogError {
  /// What keeps a commit from being stored now, as those say it who were handed a part of it.
  init(delaying error: BrokerError) {
    if case .log(let error) = error { self = error } else { self = .unwritable(reason: "\(error)") }
  }
}
