import Broker
import JSON

/// A line is a record as JSON.
final class JSONLineFramer: LineFramer {
  private let framer = RecordFramer()
  private let target: RecordFramer.Target
  private let parser: JSONParser

  init(_ production: Production, _ parameters: ProduceParameters, parser: JSONParser) {
    target = RecordFramer.Target(production: production, parameters: parameters)
    self.parser = parser
  }

  func add(_ line: UnsafeRawBufferPointer) throws(Problem) {
    let document: JSONValue
    do {
      document = try parser.parse(line)
    } catch {
      throw Problem(error)
    }
    try framer.add(record: document, to: target)
  }
}
