import Log
import Platform

/// An event on its way into the journal whose effect has to wait until it is there, and until those
/// before it have taken effect.
///
/// Made by whoever asks, then only touched by the thread of delays.
final class DelayOperation: @unchecked Sendable {
  enum Kind {
    /// Records came; whoever sent them gets the first one's number.
    case added(
      ByteBuffer, count: Int, first: UInt64, any JobSink,
      @Sendable (Result<UInt64, BrokerError>) -> Void)
    /// A client takes a record back.
    case cancelled(DelayKey)
    /// A topic was deleted.
    case topicGone(UInt32, name: String)
  }

  let kind: Kind
  /// What became of the event; `nil` while it is on its way.
  var outcome: Result<AppendRequest.Stored, LogError>?

  var isTopicGone: Bool { if case .topicGone = kind { true } else { false } }

  init(_ kind: Kind) { self.kind = kind }
}
