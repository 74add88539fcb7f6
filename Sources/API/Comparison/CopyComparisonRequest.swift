import Broker
import HTTPServer
import JSON
import Log
import Platform

/// What a comparison of copies is asked to do:
/// `{"topic","partition","bytes","strategies","rounds"}`, of which only the topic must be given.
struct CopyComparisonRequest {
  static let roundsMax = 20
  private static let bytesByDefault = 256 << 20

  let topic: Topic
  let partition: Int
  /// The most bytes to send at a time.
  let bytes: Int
  let strategies: [CopyStrategy]
  let rounds: Int

  init(_ document: JSONValue, _ call: Call) throws(Problem) {
    guard document.kind == .object else {
      throw Problem(.badRequest, "invalid_parameter", "The body must be an object.")
    }
    let known = ["topic", "partition", "bytes", "strategies", "rounds"]
    for (key, _) in document.members where !known.contains(key.string) {
      throw Problem.invalidParameter(
        key.string, "It is unknown here. Known: \(known.joined(separator: ", ")).")
    }
    guard let name = document["topic"]?.string else {
      throw Problem.invalidParameter("topic", "It must be given, as a text.")
    }
    do {
      topic = try call.broker.topic(name)
    } catch {
      throw Problem(error)
    }
    let limit = call.service.options.comparisonBytesMax
    partition = try Self.number(document, "partition", from: 0, to: Int(Int32.max)) ?? 0
    bytes =
      try Self.number(document, "bytes", from: 1, to: limit)
      ?? min(limit, CopyComparisonRequest.bytesByDefault)
    rounds = try Self.number(document, "rounds", from: 1, to: Self.roundsMax) ?? 3
    strategies = try Self.strategies(document)
  }

  /// The bytes to send: the partition's oldest, as they lie on disk.
  func regions() throws(Problem) -> FileRegions {
    let slice: LogSlice
    do throws(BrokerError) {
      let log = try topic.partition(partition)
      do throws(LogError) {
        slice = try log.read(ReadRequest(offset: log.offsets.logStart, maxBytes: .max))
      } catch {
        throw BrokerError.log(error)
      }
    } catch {
      throw Problem(error)
    }
    guard !slice.isEmpty else {
      throw Problem(.conflict, "partition_empty", "There is nothing in the partition to send.")
    }
    var left = bytes
    var regions = FileRegions()
    for region in slice.regions where left > 0 {
      let count = min(region.count, left)
      regions.append(region.file, position: region.position, count: count)
      left -= count
    }
    return regions
  }

  private static func number(
    _ document: JSONValue, _ name: StaticString, from least: Int, to most: Int
  ) throws(Problem) -> Int? {
    guard let value = document[name] else { return nil }
    guard let number = value.int64, (Int64(least)...Int64(most)).contains(number) else {
      throw Problem.invalidParameter(
        "\(name)", "It must be a whole number from \(least) to \(most)."
      ).with("limit", Int64(most))
    }
    return Int(number)
  }

  private static func strategies(_ document: JSONValue) throws(Problem) -> [CopyStrategy] {
    guard let list = document["strategies"] else { return CopyStrategy.allCases }
    var strategies: [CopyStrategy] = []
    if list.kind == .array {
      for element in list.elements {
        guard let strategy = element.string.flatMap({ CopyStrategy(rawValue: $0) }),
          !strategies.contains(strategy)
        else {
          strategies = []
          break
        }
        strategies.append(strategy)
      }
    }
    guard !strategies.isEmpty else {
      throw Problem.invalidParameter(
        "strategies", "It must list some of read, mmap and sendfile, each once.")
    }
    return strategies
  }
}
