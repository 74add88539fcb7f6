import API
import Broker
import HTTPServer
import Logging
import Platform

/// Everything `sluice serve` goes by, checked.
struct ServeSettings {
  var data = ""
  /// True when somebody said where the data is.
  var dataIsGiven = false
  /// What the environment gave, as words of a command line that says the same.
  var environmentWords: [String] = []
  var server: ServerConfiguration
  var service = ServiceOptions()
  var limits = BrokerLimits()
  var logFormat = LogFormat.logfmt
  var logLevel = Logger.Level.info

  init(addresses: [ListenAddress]) { server = ServerConfiguration(addresses: addresses) }
}
