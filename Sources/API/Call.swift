import Broker
import HTTP
import HTTPServer
import JSON
import Platform

/// A request on its way through a resource: the exchange, and what the resource needs beside it.
/// Belongs to the exchange's loop.
struct Call {
  let exchange: Exchange
  let handler: APIHandler
  private let openBroker: Broker?

  init(_ exchange: Exchange, handler: APIHandler, broker: Broker?) {
    self.exchange = exchange
    self.handler = handler
    openBroker = broker
  }

  var head: RequestHead { exchange.head }
  var service: Service { handler.service }

  /// The broker. Only for routes that are not open before it is.
  var broker: Broker {
    guard let openBroker else { preconditionFailure("the route is open before the broker is") }
    return openBroker
  }

  /// A segment of the path, decoded; counted from 0 behind the first slash.
  func pathSegment(_ index: Int) throws(Problem) -> String {
    do throws(ParseFailure) {
      return try head.withPath { path throws(ParseFailure) in
        for (position, segment) in PathSegments(path).enumerated() where position == index {
          return try PercentCoding.decodeSegment(segment)
        }
        return ""
      }
    } catch {
      throw Problem(error)
    }
  }

  /// The topic that the path names: `/v1/topics/{topic}…`.
  func topic() throws(Problem) -> Topic {
    let name = try pathSegment(2)
    do {
      return try broker.topic(name)
    } catch {
      throw Problem(error)
    }
  }

  /// The group that the path names: `/v1/groups/{group}…`.
  func group() throws(Problem) -> Group {
    let name = try pathSegment(2)
    do {
      return try broker.groups.group(name)
    } catch {
      throw Problem(error)
    }
  }

  /// The same, made with the defaults if there is none.
  func groupToUse() throws(Problem) -> Group {
    let name = try pathSegment(2)
    do {
      return try broker.groups.findOrMake(name)
    } catch {
      throw Problem(error)
    }
  }

  /// The number of the partition that the path names: `/v1/topics/{topic}/partitions/{partition}…`.
  func partitionNumber() throws(Problem) -> Int {
    let text = try pathSegment(4)
    guard let number = Int(text), number >= 0 else {
      throw Problem(.badRequest, "invalid_parameter", "\(text) is not the number of a partition.")
        .with("parameter", "partition")
    }
    return number
  }

  /// The query, of which only these parameters are known, the latter of them any number of times.
  func query(known: [String], repeatable: [String] = []) throws(Problem) -> QueryParameters {
    let query: QueryParameters
    do {
      query = try head.queryParameters()
    } catch {
      throw Problem(error)
    }
    if query.count > 0, let name = query.firstUnexpected(known: known, repeatable: repeatable) {
      let names = (known + repeatable).joined(separator: ", ")
      throw Problem.invalidParameter(name, "It is unknown here, or given twice. Known: \(names).")
    }
    return query
  }

  /// Answers.
  func respond(_ response: ResponseHead, body: ByteBuffer? = nil) {
    exchange.respond(identified(response), body: body)
  }

  /// Answers with JSON that `fill` writes.
  func respondJSON(_ status: Status = .ok, _ fill: (inout JSONWriter) -> Void) {
    respondJSON(ResponseHead(status), fill)
  }

  /// Answers with JSON that `fill` writes, behind a head that is begun already.
  func respondJSON(_ head: ResponseHead, _ fill: (inout JSONWriter) -> Void) {
    let body = handler.scratch
    body.removeAll()
    var json = JSONWriter(into: body)
    fill(&json)
    body.append("\n")
    var response = head
    response.add("Content-Type", "application/json")
    respond(response, body: body)
  }

  /// Answers with an error.
  func fail(_ problem: Problem) {
    // That a server stops is said once.
    if problem.status.code >= 500, problem.code != "draining", problem.code != "recovering" {
      service.logger.error(
        "request failed",
        metadata: [
          "method": "\(head.methodName)", "path": "\(head.path)", "code": "\(problem.code)",
          "detail": "\(problem.detail)",
        ])
    }
    let (response, body) = problem.render()
    respond(response, body: body)
  }

  /// Answers with what came of something, or with its error.
  func answer<Value>(_ result: Result<Value, BrokerError>, _ success: (Value) -> Void) {
    switch result {
    case .success(let value): success(value)
    case .failure(let error): fail(Problem(error))
    }
  }

  /// True when the client has what goes by this tag already (RFC 9110 §13.1.2).
  func isUnchanged(_ etag: EntityTag) -> Bool {
    head.withValue(of: .ifNoneMatch) { EntityTagList($0)?.containsWeakly(etag) ?? false } ?? false
  }

  /// Refuses what is meant for another copy than the one that goes by this tag (RFC 9110 §13.1.1).
  func requireMatch(_ etag: EntityTag) throws(Problem) {
    guard head.has(.ifMatch) else { return }
    let isMeant = head.withValue(of: .ifMatch) { EntityTagList($0)?.containsStrongly(etag) } ?? nil
    guard isMeant == true else {
      throw Problem(
        .preconditionFailed, "precondition_failed", "What stands here goes by another entity tag."
      ).with("etag", etag.description)
    }
  }

  /// Refuses to put what must stand already and does not, or must not stand yet and does:
  /// `If-Match` and `If-None-Match` with a star (RFC 9110 §13.1.1, §13.1.2).
  func requireExistence(_ exists: Bool) throws(Problem) {
    let mustBeNew = head.withValue(of: .ifNoneMatch) { EntityTagList($0) == .any } ?? false
    if exists ? mustBeNew : head.has(.ifMatch) {
      throw Problem(
        .preconditionFailed, "precondition_failed",
        exists ? "It stands already." : "There is no such thing yet.")
    }
  }

  /// The same head, with the request's id repeated.
  func identified(_ response: ResponseHead) -> ResponseHead {
    guard head.has(.xRequestID) else { return response }
    var response = response
    RequestID.repeatID(of: head, in: &response)
    return response
  }

  /// Refuses what would outlast a server that is about to stop.
  func refuseWhileDraining() throws(Problem) {
    if service.phase == .draining { throw Problem(BrokerError.stopping) }
  }

  /// Receives a body whole, up to a limit, and hands it over.
  func receiveWhole(
    limitBytes: Int, tooLarge: @escaping (Int) -> Problem = Call.bodyTooLarge,
    _ completion: @escaping (UnsafeRawBufferPointer) -> Void
  ) {
    if case .length(let count) = head.framing, count > limitBytes {
      return fail(tooLarge(limitBytes))
    }
    if let body = exchange.takeWholeBody() { return completion(body) }
    exchange.receiveBody(
      WholeBody(limitBytes: limitBytes) { outcome in
        switch outcome {
        case .success(let body): completion(body.bytes)
        case .failure: fail(tooLarge(limitBytes))
        }
      })
  }

  static func bodyTooLarge(_ limit: Int) -> Problem {
    Problem(.contentTooLarge, "body_too_large", "The body has more than \(limit) bytes.")
      .with("limit_bytes", Int64(limit))
  }

  private static let keptDocumentBytesMax = 256 << 10
  private static let jsonTypes: [MediaType] = [
    "application/json", "application/x-www-form-urlencoded",
  ]

  /// What is wrong with the body's type where a JSON document is expected. `curl -d` calls
  /// everything a form.
  private var bodyTypeProblem: Problem? {
    guard head.has(.contentType) else { return nil }
    let taken = Call.jsonTypes
    let index = head.withValue(of: .contentType) { MediaType.firstIndex(of: $0, in: taken) }
    if index ?? nil != nil { return nil }
    return Problem(.unsupportedMediaType, "unsupported_media_type", "The body must be JSON.")
      .with("supported", ["application/json"])
  }

  /// Receives a JSON body and hands its document over, valid during the call.
  func receiveJSON(_ completion: @escaping (JSONValue) throws(Problem) -> Void) {
    if let problem = bodyTypeProblem { return fail(problem) }
    receiveDocument(completion)
  }

  /// As `receiveJSON`, for callers who have looked at the media type.
  func receiveDocument(_ completion: @escaping (JSONValue) throws(Problem) -> Void) {
    receiveWhole(limitBytes: service.options.bodyBytesMax) { body in
      // A parser's memory is many times its document's: that of a large one is not kept.
      defer { if body.count > Call.keptDocumentBytesMax { handler.parser.releaseMemory() } }
      let document: JSONValue
      do throws(JSONError) {
        document = try handler.parser.parse(body)
      } catch {
        return fail(Problem(error))
      }
      do throws(Problem) {
        try completion(document)
      } catch {
        fail(error)
      }
    }
  }
}
