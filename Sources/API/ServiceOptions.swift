/// What an operator may set about the interface.
public struct ServiceOptions: Sendable {
  /// The most bytes of a body that is held whole: JSON, raw batches, configs.
  public var bodyBytesMax = 16 << 20
  /// The longest a request may wait for records, in milliseconds.
  public var waitMillisecondsMax = 300_000
  /// Event streams at one time, of all kinds.
  public var streamsMax = 1000
  /// The most bytes that a comparison of copies sends at a time.
  public var comparisonBytesMax = 4 << 30
  /// How long a comparison of copies may take, in milliseconds.
  public var comparisonMillisecondsMax = 60_000
  /// How many records a search by key looks through in one answer.
  public var keyScanRecordsMax = 200_000
  /// Searches by key at one time.
  public var keySearchesMax = 32
  /// Names of this server, without ports, beside the loopback ones. Empty with `allowsAnyHost`
  /// unset means loopback only.
  public var hostNames: [String] = []
  /// True when the server is open to other machines under names it cannot know.
  public var allowsAnyHost = false

  /// The folder the status page is read from, at each request; `nil` for the one in the program.
  public var pageFolder: String?

  /// The defaults.
  public init() {}
}
