import API
import ArgumentParser
import Broker
import HTTPServer
import Log
import Logging
import Metrics
import Platform

/// A server from start to stop. Used on the main thread.
struct Server {
  private let settings: ServeSettings
  private let logger: Logger

  init(_ settings: ServeSettings, logger: Logger) {
    self.settings = settings
    self.logger = logger
  }

  /// Listens, opens the data, serves until SIGTERM or SIGINT, drains, closes.
  func run() throws {
    LargeBlocks.giveBack()
    ResourceLimits.raiseOpenFiles()
    let shares = DescriptorShares(connectionsWanted: settings.server.connectionsMax)
    var configuration = settings.server
    configuration.connectionsMax = shares.connections
    if shares.connections < settings.server.connectionsMax {
      logger.warning(
        "fewer connections than were asked for: the limit of open files is low",
        metadata: [
          "asked": "\(settings.server.connectionsMax)", "connections": "\(shares.connections)",
          "open_files": "\(ResourceLimits.openFiles)",
        ])
    }
    // Before anything is said to listen: a server that has no data cannot serve.
    try ForeignDirectory.refuse(settings.data)
    let claim = try DataDirectoryClaim(settings.data)
    let clock = SystemClock()
    let registry = MetricsRegistry()
    let service = Service(
      version: Sluice.version, registry: registry, clock: clock, logger: logger,
      options: settings.service)
    ProcessMetrics.register(in: registry, read: Server.processStatistics)
    let server = try HTTPServer(
      configuration, clock: clock, metrics: service.httpMetrics,
      deliveryMetrics: service.deliveryMetrics
    ) { APIHandler(service) }
    // Whatever else is to be shown: with port 0 nobody knows the address otherwise.
    var first = logger
    first.logLevel = min(logger.logLevel, .info)
    for address in server.addresses {
      first.info(
        "listening",
        metadata: [
          "address": "\(address)", "data": "\(settings.data)", "version": "\(Sluice.version)",
          "loops": "\(settings.server.loopCount)",
        ])
    }
    let (directory, broker) = try openData(claim, service, clock, server, shares)
    let signal = TerminationSignals.wait()
    logger.info("stopping", metadata: ["signal": "\(signal)"])
    tellManager(.stopping, "finishing the requests under way")
    service.beginDraining()
    server.drain()
    service.stop()
    broker.stop()
    directory.close()
    if let reason = directory.writer.whyOffline {
      logger.error("stopped with the storage offline", metadata: ["reason": "\(reason)"])
      throw ExitCode.failure
    }
    logger.info("stopped")
  }

  private func openData(
    _ claim: DataDirectoryClaim, _ service: Service, _ clock: any Clock, _ server: HTTPServer,
    _ shares: DescriptorShares
  ) throws -> (DataDirectory, Broker) {
    let start = clock.monotonicTime()
    let report: @Sendable (String) -> Void = { [logger] text in logger.warning("\(text)") }
    let openFiles = OpenFiles(
      DiskFileSystem(), filesMax: shares.files, mapsMax: shares.maps)
    OpenFileMetrics.collect(service.registry, openFiles)
    let directory = try DataDirectory(
      claim, openFiles: openFiles, clock: clock, metrics: service.logMetrics,
      producers: settings.limits.producers, report: report)
    let broker = try Broker(
      engine: directory, clock: clock, limits: settings.limits,
      delayMetrics: service.delayMetrics, report: report)
    broker.scheduler.every(milliseconds: 1000) { [weak service] in
      service?.sampleRates()
      service?.sampleSpace()
    }
    try service.open(broker)
    let took = clock.monotonicTime().nanoseconds(since: start) / 1_000_000
    logger.info(
      "ready", metadata: ["topics": "\(broker.topics.count)", "opened_in_ms": "\(took)"])
    let places = server.addresses.map(\.description).joined(separator: ", ")
    tellManager(.ready, "serving \(settings.data) at \(places)")
    return (directory, broker)
  }

  private func tellManager(_ state: ServiceManager.State, _ status: String) {
    do {
      try ServiceManager.tell(state, status: status)
    } catch {
      logger.warning("the service manager cannot be told", metadata: ["reason": "\(error)"])
    }
  }

  @Sendable private static func processStatistics() -> ProcessStatistics? {
    guard let usage = ProcessUsage() else { return nil }
    return ProcessStatistics(
      cpuNanoseconds: usage.cpuNanoseconds, residentBytes: usage.residentBytes,
      virtualBytes: usage.virtualBytes, openDescriptors: usage.openDescriptors,
      descriptorsMax: UInt64(ResourceLimits.openFiles),
      startMilliseconds: usage.startMilliseconds, threads: usage.threads)
  }
}
