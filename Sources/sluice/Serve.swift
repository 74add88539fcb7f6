import API
import ArgumentParser
import Broker
import HTTPServer
import Log
import Logging
import Metrics
import Platform

/// `sluice serve`: opens a data directory and answers HTTP until it is told to stop.
struct Serve: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Serve a data directory over HTTP.",
    discussion: """
      Every option can be given by an environment variable, too: --max-connections as \
      SLUICE_MAX_CONNECTIONS. What stands on the command line wins.
      """)

  @OptionGroup var options: ServeOptions

  @Flag(
    help: """
      Print a hardened systemd unit that serves with the other options given here, and end.
      """)
  var printSystemdUnit = false

  /// What is wrong with the options is said with this command's usage.
  func validate() throws { _ = try options.settings() }

  func run() throws {
    let settings = try options.settings()
    if printSystemdUnit {
      return print(try SystemdUnit(settings).text, terminator: "")
    }
    TerminationSignals.block()
    LoggingSystem.bootstrap { _ in settings.logFormat.handler() }
    var logger = Logger(label: "sluice")
    logger.logLevel = settings.logLevel
    do {
      try Server(settings, logger: logger).run()
    } catch let code as ExitCode {
      throw code
    } catch {
      logger.critical("cannot serve", metadata: ["reason": "\(error)"])
      throw ExitCode.failure
    }
  }
}
