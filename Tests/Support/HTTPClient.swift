import CCurl
import Foundation

/// Sends requests to one server on this machine, over libcurl, one at a time; the connection is
/// kept and used again. Belongs to one thread.
public final class HTTPClient {
  private static let isReady = curl_global_init(Int(CURL_GLOBAL_ALL)) == CURLE_OK

  private let handle: OpaquePointer
  private let port: UInt16
  private let socketPath: String?

  /// A client of the server on this port.
  ///
  /// - Parameter socketPath: a socket in the file system to go over instead.
  public init(port: UInt16, socketPath: String? = nil) {
    precondition(Self.isReady, "libcurl does not start")
    guard let handle = curl_easy_init() else { preconditionFailure("no curl handle") }
    self.handle = OpaquePointer(handle)
    self.port = port
    self.socketPath = socketPath
  }

  deinit { curl_easy_cleanup(raw) }

  private var raw: UnsafeMutableRawPointer { UnsafeMutableRawPointer(handle) }

  /// Sends a request and waits for its whole answer.
  ///
  /// - Throws: `TransferFailure` when there is no answer, or none that is HTTP.
  public func send(_ request: HTTPRequest) throws -> HTTPResponse {
    let transfer = Transfer(request)
    let fields = makeFields(request)
    defer { curl_slist_free_all(fields) }
    curl_easy_reset(raw)
    configure(request, fields)
    let context = Unmanaged.passUnretained(transfer).toOpaque()
    setBody(request, transfer, context)
    ccurl_set_transfer(raw, CURLOPT_HEADERFUNCTION, HTTPClient.takeHead)
    ccurl_set_pointer(raw, CURLOPT_HEADERDATA, context)
    ccurl_set_transfer(raw, CURLOPT_WRITEFUNCTION, HTTPClient.takeBody)
    ccurl_set_pointer(raw, CURLOPT_WRITEDATA, context)
    let code = withExtendedLifetime(transfer) { curl_easy_perform(raw) }
    guard code == CURLE_OK || transfer.hasEnough else {
      let message = String(cString: curl_easy_strerror(code))
      throw TransferFailure(number: Int(code.rawValue), message: message)
    }
    var made = 0
    var microseconds: curl_off_t = 0
    ccurl_get_long(raw, CURLINFO_NUM_CONNECTS, &made)
    ccurl_get_offset(raw, CURLINFO_TOTAL_TIME_T, &microseconds)
    transfer.response.connectionsMade = made
    transfer.response.seconds = Double(microseconds) / 1e6
    return transfer.response
  }

  /// GET.
  public func get(_ path: String, _ headers: [String: String] = [:]) throws -> HTTPResponse {
    try send(HTTPRequest("GET", path, headers))
  }

  /// DELETE.
  public func delete(_ path: String) throws -> HTTPResponse {
    try send(HTTPRequest("DELETE", path))
  }

  /// POST of text of a media type, JSON unless another is named.
  public func post(
    _ path: String, _ body: String, type: String = "application/json",
    _ headers: [String: String] = [:]
  ) throws -> HTTPResponse {
    try post(path, bytes: Array(body.utf8), type: type, headers)
  }

  /// POST of bytes of a media type.
  public func post(
    _ path: String, bytes: [UInt8], type: String, _ headers: [String: String] = [:]
  ) throws -> HTTPResponse {
    let all = headers.merging(["Content-Type": type]) { own, _ in own }
    return try send(HTTPRequest("POST", path, all, body: .bytes(bytes)))
  }

  /// PUT of JSON; with an empty text, of no body at all.
  public func put(
    _ path: String, _ body: String = "", _ headers: [String: String] = [:]
  ) throws -> HTTPResponse {
    try sendJSON("PUT", path, body, headers)
  }

  /// PATCH of JSON.
  public func patch(_ path: String, _ body: String) throws -> HTTPResponse {
    try sendJSON("PATCH", path, body, [:])
  }

  private func sendJSON(
    _ method: String, _ path: String, _ body: String, _ headers: [String: String]
  ) throws -> HTTPResponse {
    if body.isEmpty { return try send(HTTPRequest(method, path, headers)) }
    let all = headers.merging(["Content-Type": "application/json"]) { own, _ in own }
    return try send(HTTPRequest(method, path, all, body: .text(body)))
  }

  // MARK: - Into libcurl

  private func configure(_ request: HTTPRequest, _ fields: UnsafeMutablePointer<curl_slist>?) {
    ccurl_set_string(raw, CURLOPT_URL, "http://127.0.0.1:\(port)\(request.path)")
    ccurl_set_string(raw, CURLOPT_PROXY, "")
    if let socketPath { ccurl_set_string(raw, CURLOPT_UNIX_SOCKET_PATH, socketPath) }
    ccurl_set_string(raw, CURLOPT_CUSTOMREQUEST, request.method)
    ccurl_set_long(raw, CURLOPT_PATH_AS_IS, 1)
    ccurl_set_long(raw, CURLOPT_NOSIGNAL, 1)
    ccurl_set_long(raw, CURLOPT_TIMEOUT_MS, request.timeoutMilliseconds)
    ccurl_set_long(raw, CURLOPT_EXPECT_100_TIMEOUT_MS, request.timeoutMilliseconds)
    ccurl_set_list(raw, CURLOPT_HTTPHEADER, fields)
    if request.method == "HEAD" { ccurl_set_long(raw, CURLOPT_NOBODY, 1) }
  }

  private func makeFields(_ request: HTTPRequest) -> UnsafeMutablePointer<curl_slist>? {
    var fields: UnsafeMutablePointer<curl_slist>?
    var lines = request.headers.map { "\($0.name): \($0.value)" }
    if !request.headers.contains(where: { $0.name.lowercased() == "content-type" }) {
      lines.append("Content-Type:")
    }
    lines.append(request.expectsContinue ? "Expect: 100-continue" : "Expect:")
    for line in lines { fields = curl_slist_append(fields, line) }
    return fields
  }

  private func setBody(
    _ request: HTTPRequest, _ transfer: Transfer, _ context: UnsafeMutableRawPointer
  ) {
    let length: Int?
    switch request.body {
    case .none: return
    case .bytes(let bytes):
      length = bytes.count
      transfer.outgoing = bytes
    case .stream(let said, let next):
      length = said
      transfer.next = next
    }
    ccurl_set_long(raw, CURLOPT_UPLOAD, 1)
    ccurl_set_offset(raw, CURLOPT_INFILESIZE_LARGE, length.map { curl_off_t($0) } ?? -1)
    ccurl_set_transfer(raw, CURLOPT_READFUNCTION, HTTPClient.giveBody)
    ccurl_set_pointer(raw, CURLOPT_READDATA, context)
  }

  // MARK: - From libcurl

  /// One exchange, as the callbacks see it.
  private final class Transfer {
    var response = HTTPResponse()
    var outgoing: [UInt8] = []
    var sent = 0
    var next: (() -> [UInt8])?
    var hasEnough = false
    let keepsBody: Bool
    let isEnough: ((HTTPResponse) -> Bool)?

    init(_ request: HTTPRequest) {
      keepsBody = request.keepsBody
      isEnough = request.isEnough
    }

    static func from(_ context: UnsafeMutableRawPointer?) -> Transfer? {
      context.map { Unmanaged<Transfer>.fromOpaque($0).takeUnretainedValue() }
    }
  }

  private static let takeHead: ccurl_transfer = { bytes, size, count, context in
    let line = UnsafeRawBufferPointer(start: bytes, count: size * count)
    let text = String(decoding: line, as: UTF8.self)
    Transfer.from(context)?.response.takeHeadLine(text.trimmingCharacters(in: .newlines))
    return size * count
  }

  private static let takeBody: ccurl_transfer = { bytes, size, count, context in
    let piece = UnsafeRawBufferPointer(start: bytes, count: size * count)
    guard let transfer = Transfer.from(context) else { return 0 }
    transfer.response.takeBody(piece, keeping: transfer.keepsBody)
    transfer.hasEnough = transfer.isEnough?(transfer.response) ?? false
    return transfer.hasEnough ? 0 : size * count
  }

  private static let giveBody: ccurl_transfer = { room, size, count, context in
    guard let transfer = Transfer.from(context), let room else { return 0 }
    if transfer.sent == transfer.outgoing.count, let next = transfer.next {
      transfer.outgoing = next()
      transfer.sent = 0
    }
    let share = min(size * count, transfer.outgoing.count - transfer.sent)
    transfer.outgoing.withUnsafeBytes { bytes in
      guard share > 0, let base = bytes.baseAddress else { return }
      UnsafeMutableRawPointer(room).copyMemory(from: base + transfer.sent, byteCount: share)
    }
    transfer.sent += share
    return share
  }
}
