import API
import Broker
import HTTPServer
import Logging
import Platform

/// Everything `sluice serve` goes by, checked.
struct ServeSettings {
  var data = ""
  var server: ServerConfiguration
  var service = ServiceOptions()
  var limits = BrokerLimits()
  var logFormat = LogFormat.logfmt
  var logLevel = Logger.Level.info

  init(addresses: [ListenAddress]) { server = ServerConfiguration(addresses: addresses) }
}
