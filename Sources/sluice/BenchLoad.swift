import ArgumentParser
import Bench

/// The options that loads share.
struct BenchLoad: ParsableArguments {
  @Option(help: "The server, as http://HOST:PORT; without it, one is started.")
  var url: String?

  @Option(help: "Where a server that is started keeps its data.")
  var directory = "/var/tmp"

  @Option(help: "Connections at a time, 1 to 1024.")
  var connections = 16

  @Option(help: "How many seconds the load lasts.")
  var seconds = 10

  @Option(help: "Bytes of a record's value.")
  var valueBytes = 100

  @Option(help: "disk or memory: what an answer promises, where something is stored.")
  var durability = "disk"

  func validate() throws {
    guard (1...1024).contains(connections) else {
      throw ValidationError("--connections must be from 1 to 1024.")
    }
    guard (1...3600).contains(seconds) else {
      throw ValidationError("--seconds must be from 1 to 3600.")
    }
    guard (0...(1 << 20)).contains(valueBytes) else {
      throw ValidationError("--value-bytes must be from 0 to 1048576.")
    }
    guard ["disk", "memory"].contains(durability) else {
      throw ValidationError("--durability must be disk or memory.")
    }
  }

  func options(
    recordsPerRequest: Int = 1, partitions: Int = 1, acknowledgement: BenchAcknowledgement? = nil
  ) throws -> LoadOptions {
    guard (1...100_000).contains(recordsPerRequest) else {
      throw ValidationError("--records must be from 1 to 100000.")
    }
    guard (1...1024).contains(partitions) else {
      throw ValidationError("--partitions must be from 1 to 1024.")
    }
    var options = LoadOptions()
    do throws(BenchError) {
      if let url { options.target = try LoadTarget(url: url) }
    } catch {
      throw ValidationError(error.description)
    }
    options.directory = directory
    options.connections = connections
    options.seconds = seconds
    options.valueBytes = valueBytes
    options.durability = durability
    if let acknowledgement { options.acknowledgement = acknowledgement.word }
    options.recordsPerRequest = recordsPerRequest
    options.partitions = partitions
    return options
  }
}
