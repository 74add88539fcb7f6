import Broker
import HTTP
import HTTPServer
import JSON
import Platform

/// One loop's way from requests to resources. Belongs to its loop.
public final class APIHandler: RequestHandler {
  let service: Service
  /// The loop's JSON parser: its memory is used again for each document.
  let parser = JSONParser()
  /// Where small answers are written before they are copied behind their heads.
  let scratch = ByteBuffer(capacity: 4096)
  /// The loop's framer of JSON bodies, which come whole: its buffers are used again for each.
  let framer = RecordFramer()
  /// The last Host value that was found to be the server's own.
  private var ownHost = ByteBuffer()
  private let router = Router(Routes.all)
  private var broker: Broker?
  /// Batches that were read a moment ago.
  let recent = RecentBatches()
  /// The loop's listeners to the overview.
  private(set) lazy var audience = StatusAudience(service.statusFeed)
  /// The loop's signer of receipts, made when it is first needed.
  private(set) lazy var signer = broker!.groups.makeSigner()
  /// True once something was handed to the log in this turn.
  var hasProduced = false

  /// A handler for one loop.
  public init(_ service: Service) { self.service = service }

  /// Finds the resource and has it answer.
  public func handle(_ exchange: Exchange) {
    do throws(Problem) {
      try refuseForeigners(exchange.head)
      switch router.match(exchange.head) {
      case .found(let route):
        if broker == nil, !route.isAlwaysOpen { try findBroker() }
        if exchange.head.has(.secFetchSite) { try refuseForeignPages(exchange.head, route) }
        try route.check(exchange.head)
        try route.handle(Call(exchange, handler: self, broker: broker))
      case .otherMethods(let methods): try answerOtherMethod(exchange, methods)
      case .unknown where exchange.head.isForWholeServer:
        answerForWholeServer(exchange)
      case .unknown:
        throw Problem(.notFound, "not_found", "There is nothing at \(exchange.head.path).")
      }
    } catch {
      Call(exchange, handler: self, broker: broker).fail(error)
    }
  }

  /// Has the log written, once for all of the turn's requests.
  public func endTurn() {
    guard hasProduced else { return }
    hasProduced = false
    broker?.wakeWriter()
  }

  /// Renders the answer to somebody who did not get as far as a request.
  public func refuse(
    _ refusal: Refusal, requestID: UnsafeRawBufferPointer?
  ) -> (head: ResponseHead, body: ByteBuffer) {
    var (head, body) = Problem(refusal).render()
    if let requestID { RequestID.add(requestID, to: &head) }
    return (head, body)
  }

  private func findBroker() throws(Problem) {
    broker = service.broker
    if broker == nil {
      var problem = Problem(
        .serviceUnavailable, "recovering", "The data directory is being opened.")
      problem.retryAfterSeconds = 1
      throw problem
    }
  }

  /// `OPTIONS *`: what the server as a whole can do (RFC 9110 §9.3.7).
  private func answerForWholeServer(_ exchange: Exchange) {
    var head = ResponseHead(.noContent)
    let methods = Method.allCases.filter { $0 != .other }
    head.add("Allow", methods.map(\.name).joined(separator: ", "))
    Call(exchange, handler: self, broker: broker).respond(head)
  }

  private func answerOtherMethod(_ exchange: Exchange, _ methods: [Method]) throws(Problem) {
    var names = methods.map(\.name)
    if methods.contains(.get) { names.append(Method.head.name) }
    names.append(Method.options.name)
    let allow = names.joined(separator: ", ")
    if exchange.head.method == .options {
      var head = ResponseHead(.noContent)
      head.add("Allow", allow)
      return Call(exchange, handler: self, broker: broker).respond(head)
    }
    var problem = Problem(
      .methodNotAllowed, "method_not_allowed",
      "\(exchange.head.methodName) is not a method of \(exchange.head.path).")
    problem.allow = allow
    throw problem
  }

  /// Keeps web pages away from a server on somebody's own machine: a name that is not the server's
  /// own may have been bound to its address by anybody (DNS rebinding), and another origin's page
  /// may post without asking.
  private func refuseForeigners(_ head: RequestHead) throws(Problem) {
    if !service.options.allowsAnyHost, !isKnown(head) {
      if let authority = head.authority, !isOwn(authority.host) {
        throw Problem(
          .misdirectedRequest, "foreign_host", "\(authority.host) is not a name of this server.")
      }
      // Behind a target that names the server, Host was not looked at.
      if head.isOriginForm {
        head.withValue(of: .host) { host in
          ownHost.removeAll()
          ownHost.append(host)
        }
      }
    }
    guard head.has(.origin) else { return }
    let origin = head.withValue(of: .origin) { Origin($0) } ?? nil
    if case .tuple(let scheme, let from) = origin, isOwn(scheme, from, head) { return }
    throw Problem(
      .forbidden, "foreign_origin", "Pages of another origin may not use this server.")
  }

  /// Keeps out what another site's page has its browser load without an Origin: an image, a frame,
  /// a form (Fetch Metadata, W3C). A link may lead to the page, and to what else has no part in
  /// `/v1`.
  private func refuseForeignPages(_ head: RequestHead, _ route: Route) throws(Problem) {
    switch head.fetchSource {
    case .own: return
    case .visit where route.isAlwaysOpen && route.method == .get: return
    case .visit, .foreign: break
    }
    throw Problem(
      .forbidden, "foreign_origin", "Pages of another origin may not use this server.")
  }

  /// True for the origin of this server's own pages. Somebody else may speak TLS in its place,
  /// under a name that the operator has given.
  private func isOwn(_ scheme: String, _ origin: Authority, _ head: RequestHead) -> Bool {
    switch scheme {
    case "http": head.authority == origin
    case "https":
      head.isFor(origin, defaultPort: 443) && service.options.hostNames.contains(origin.host)
    default: false
    }
  }

  /// True when the Host value is, byte for byte, the one that was accepted last, and the target
  /// names no other.
  private func isKnown(_ head: RequestHead) -> Bool {
    guard !ownHost.isEmpty, head.isOriginForm else { return false }
    return head.withValue(of: .host) { ownHost.holds($0) } ?? false
  }

  private func isOwn(_ host: String) -> Bool {
    switch host {
    case "127.0.0.1", "localhost", "::1", "[::1]": true
    default: service.options.hostNames.contains(host)
    }
  }
}
