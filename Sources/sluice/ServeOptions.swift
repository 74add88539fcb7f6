import ArgumentParser
import Broker
import HTTPServer
import Logging
import Platform

/// What `sluice serve` may be told, on the command line or by `SLUICE_…`.
struct ServeOptions: ParsableArguments {
  @Option(help: "The directory that holds the data; made if missing. (default: ./sluice-data)")
  var data: String?

  @Option(
    help: "Where to listen, as HOST:PORT; port 0 lets the kernel choose. (default: 127.0.0.1:8080)")
  var listen: String?

  @Flag(help: "Let anybody in who can reach the address. Needed to listen beyond loopback.")
  var allowAnonymous = false

  @Option(
    help: "A further name of this server that a Host field may carry. May be given several times.")
  var hostName: [String] = []

  @Flag(help: "Do not make a topic because a produce names it.")
  var noAutoCreate = false

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

  @Option(help: "Topics at one time. (default: 10000)")
  var maxTopics: Int?

  @Option(help: "Partitions of all topics together. (default: 20000)")
  var maxPartitions: Int?

  @Option(help: "Consumer groups at one time. (default: 10000)")
  var maxGroups: Int?

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

  @Option(help: "How log lines look: logfmt or json. (default: logfmt)")
  var logFormat: String?

  @Option(help: "The least important log lines shown: debug, info, warning, error. (default: info)")
  var logLevel: String?

  /// The settings, from the command line first and the environment behind it.
  func settings() throws -> ServeSettings {
    let environment = EnvironmentOptions()
    let text = listen ?? environment["listen"] ?? "127.0.0.1:8080"
    guard let address = SocketAddress(text) else {
      throw ValidationError("\(text) is not HOST:PORT with a numeric host.")
    }
    let anonymous = try allowAnonymous || environment.flag("allow-anonymous")
    guard anonymous || address.isLoopback else {
      throw ValidationError(
        "\(text) can be reached by others. Give --allow-anonymous to let everybody in.")
    }
    var settings = ServeSettings(address: address)
    settings.data = data ?? environment["data"] ?? "./sluice-data"
    settings.service.allowsAnyHost = anonymous && !address.isLoopback
    settings.service.hostNames =
      (hostName.isEmpty ? environment.list("host-name") : hostName).map { $0.lowercased() }
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
    return settings
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
    try environment.set(maxTopics, "max-topics", &settings.limits.topicsMax)
    try environment.set(maxPartitions, "max-partitions", &settings.limits.partitionsMax)
    try environment.set(maxGroups, "max-groups", &settings.limits.groupsMax)
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
    try environment.setSeconds(drainTimeout, "drain-timeout", &settings.server.drainMilliseconds)
  }
}
