import ArgumentParser
import Broker
import HTTPServer
import Logging
import Platform

/// What `sluice serve` may be told, on the command line or by `SLUICE_…`.
struct ServeOptions: ParsableArguments {
  @Option(
    help: """
      The directory that holds the data; made if missing, refused if it is none and not empty. \
      (default: ./sluice-data)
      """)
  var data: String?

  @Option(
    help: """
      Where to listen: HOST:PORT, where port 0 lets the kernel choose, or unix:/PATH. May be given \
      several times. (default: 127.0.0.1:8080)
      """)
  var listen: [String] = []

  @Flag(help: "Let anybody in who can reach the address. Needed to listen beyond loopback.")
  var allowAnonymous = false

  @Option(
    help: "A further name of this server that a Host field may carry. May be given several times.")
  var hostName: [String] = []

  @Flag(help: "Do not make a topic because a produce names it.")
  var noAutoCreate = false

  @Option(
    name: .customLong("static"),
    help: "A folder to read the status page from, at each request. (default: the built-in page)")
  var pageFolder: String?

  @Option(help: "Event loops. (default: the number of processors)")
  var loops: Int?

  @Option(help: "Threads that wait for the disk in the loops' place. (default: 4)")
  var readerThreads: Int?

  @Option(help: "Connections at one time. (default: 10000)")
  var maxConnections: Int?

  @Option(help: "Bytes of a request's head. (default: 16384)")
  var maxHeadBytes: Int?

  @Option(help: "Bytes of a body that is held whole: JSON, raw batches. (default: 16777216)")
  var maxBodyBytes: Int?

  @Option(help: "Bytes that may wait for the disk before produce answers 429. (default: 268435456)")
  var maxQueuedBytes: Int?

  @Option(help: "Long polls at one time. (default: 10000)")
  var maxWaiters: Int?

  @Option(help: "Event streams at one time: status pages, records as events. (default: 1000)")
  var maxStreams: Int?

  @Option(help: "Bytes that a comparison of copies sends at a time. (default: 4294967296)")
  var maxComparisonBytes: Int?

  @Option(help: "Records that one answer of a search by key looks through. (default: 200000)")
  var maxKeyScan: Int?

  @Option(help: "Searches by key at one time. (default: 32)")
  var maxKeySearches: Int?

  @Option(help: "Topics at one time. (default: 10000)")
  var maxTopics: Int?

  @Option(help: "Partitions of all topics together. (default: 20000)")
  var maxPartitions: Int?

  @Option(help: "Consumer groups at one time. (default: 10000)")
  var maxGroups: Int?

  @Option(help: "Delayed records that may wait at one time. (default: 100000000)")
  var maxScheduled: Int?

  @Option(help: "How far ahead a record may be delivered. (default: 3650d)")
  var maxDelay: String?

  @Option(help: "Producers that each partition remembers. (default: 10000)")
  var maxProducers: Int?

  @Option(help: "How long a producer may be silent before it is forgotten. (default: 7d)")
  var producerExpiry: String?

  @OptionGroup var transactions: TransactionOptions

  @Option(help: "Seconds a connection may be silent between requests. (default: 75)")
  var idleTimeout: Int?

  @Option(help: "Seconds a request's head may take to arrive. (default: 10)")
  var headTimeout: Int?

  @Option(help: "Seconds a body may be silent. (default: 30)")
  var bodyTimeout: Int?

  @Option(help: "Seconds a client may take nothing of an answer. (default: 60)")
  var sendTimeout: Int?

  @Option(help: "Seconds a stop waits for requests under way. (default: 10)")
  var drainTimeout: Int?

  @Option(help: "Seconds a comparison of copies may take. (default: 60)")
  var comparisonTimeout: Int?

  @Option(help: "How log lines look: logfmt or json. (default: logfmt)")
  var logFormat: String?

  @Option(help: "The least important log lines shown: debug, info, warning, error. (default: info)")
  var logLevel: String?

  /// The settings, from the command line first and the environment behind it.
  func settings() throws -> ServeSettings {
    let environment = EnvironmentOptions()
    let anonymous = try allowAnonymous || environment.flag("allow-anonymous")
    var settings = ServeSettings(addresses: try addresses(environment, anonymous: anonymous))
    let given = data ?? environment["data"]
    settings.data = given ?? "./sluice-data"
    settings.dataIsGiven = given != nil
    settings.service.allowsAnyHost =
      anonymous && settings.server.addresses.contains(where: \.isOpenToOthers)
    settings.service.hostNames =
      (hostName.isEmpty ? environment.list("host-name") : hostName).map { $0.lowercased() }
    settings.service.pageFolder = pageFolder ?? environment["static"]
    if let folder = settings.service.pageFolder {
      guard DiskFileSystem().exists(folder + "/index.html") else {
        throw ValidationError("--static: there is no \(folder)/index.html.")
      }
    }
    settings.limits.autoCreatesTopics = try !(noAutoCreate || environment.flag("no-auto-create"))
    try applyLimits(environment, to: &settings)
    try applyTimes(environment, to: &settings)
    let format = logFormat ?? environment["log-format"] ?? "logfmt"
    guard let logFormat = LogFormat(rawValue: format) else {
      throw ValidationError("--log-format must be logfmt or json.")
    }
    settings.logFormat = logFormat
    let level = logLevel ?? environment["log-level"] ?? "info"
    guard let logLevel = Logger.Level(rawValue: level) else {
      throw ValidationError("--log-level must be debug, info, warning or error.")
    }
    settings.logLevel = logLevel
    settings.environmentWords = environment.words
    return settings
  }

  private func addresses(
    _ environment: EnvironmentOptions, anonymous: Bool
  ) throws -> [ListenAddress] {
    var texts = listen.isEmpty ? environment.list("listen") : listen
    if texts.isEmpty { texts = ["127.0.0.1:8080"] }
    return try texts.map { text in
      guard let address = ListenAddress(text) else {
        throw ValidationError(
          "\(text) is neither HOST:PORT with a numeric host nor unix: and a path from / on.")
      }
      guard anonymous || !address.isOpenToOthers else {
        throw ValidationError(
          "\(text) can be reached by others. Give --allow-anonymous to let everybody in.")
      }
      return address
    }
  }

  private func applyLimits(
    _ environment: EnvironmentOptions, to settings: inout ServeSettings
  ) throws {
    try environment.set(loops, "loops", &settings.server.loopCount)
    try environment.set(readerThreads, "reader-threads", &settings.server.readerThreads)
    try environment.set(maxConnections, "max-connections", &settings.server.connectionsMax)
    try environment.set(
      maxHeadBytes, "max-head-bytes", &settings.server.headLimits.headBytesMax, upTo: 1 << 20)
    try environment.set(maxBodyBytes, "max-body-bytes", &settings.service.bodyBytesMax)
    try environment.set(maxQueuedBytes, "max-queued-bytes", &settings.limits.queuedBytesMax)
    try environment.set(maxWaiters, "max-waiters", &settings.limits.waitersMax)
    try environment.set(maxStreams, "max-streams", &settings.service.streamsMax)
    try environment.set(
      maxComparisonBytes, "max-comparison-bytes", &settings.service.comparisonBytesMax)
    try environment.set(maxKeyScan, "max-key-scan", &settings.service.keyScanRecordsMax)
    try environment.set(maxKeySearches, "max-key-searches", &settings.service.keySearchesMax)
    try environment.set(maxTopics, "max-topics", &settings.limits.topicsMax)
    try environment.set(maxPartitions, "max-partitions", &settings.limits.partitionsMax)
    try environment.set(maxGroups, "max-groups", &settings.limits.groupsMax)
    try environment.set(maxScheduled, "max-scheduled", &settings.limits.scheduledMax)
    try environment.set(maxProducers, "max-producers", &settings.limits.producers.countMax)
    try transactions.apply(environment, to: &settings.limits.transactions)
  }

  private func applyTimes(
    _ environment: EnvironmentOptions, to settings: inout ServeSettings
  ) throws {
    try environment.setSeconds(idleTimeout, "idle-timeout", &settings.server.idleMilliseconds)
    try environment.setSeconds(headTimeout, "head-timeout", &settings.server.headMilliseconds)
    try environment.setSeconds(
      bodyTimeout, "body-timeout", &settings.server.bodySilenceMilliseconds)
    try environment.setSeconds(
      sendTimeout, "send-timeout", &settings.server.sendSilenceMilliseconds)
    try environment.setDuration(
      producerExpiry, "producer-expiry", &settings.limits.producers.expiryMilliseconds)
    try environment.setDuration(maxDelay, "max-delay", &settings.limits.delayMillisecondsMax)
    try environment.setSeconds(drainTimeout, "drain-timeout", &settings.server.drainMilliseconds)
    try environment.setSeconds(
      comparisonTimeout, "comparison-timeout", &settings.service.comparisonMillisecondsMax)
  }
}
