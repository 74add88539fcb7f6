import Platform

/// The server that is measured: where it is, and how its requests begin.
public struct LoadTarget: Sendable {
  let address: SocketAddress
  /// What stands in `Host`.
  let authority: String

  init(address: SocketAddress) {
    self.address = address
    authority = address.description
  }

  /// Reads `http://HOST[:PORT]`; the port is 8080 unless given. May wait for a name server.
  public init(url: String) throws(BenchError) {
    guard url.hasPrefix("http://") else { throw .badURL(url) }
    var authority = String(url.dropFirst("http://".count))
    if authority.hasSuffix("/") { authority.removeLast() }
    guard !authority.isEmpty, !authority.contains("/") else { throw .badURL(url) }
    self.authority = authority
    if let address = SocketAddress(authority) {
      self.address = address
      return
    }
    let parts = authority.split(separator: ":")
    guard parts.count <= 2 else { throw .badURL(url) }
    guard let port = parts.count == 2 ? UInt16(parts[1]) : 8080 else { throw .badURL(url) }
    guard let address = SocketAddress.find(host: String(parts[0]), port: port) else {
      throw .unknownHost(String(parts[0]))
    }
    self.address = address
  }

  /// A whole request, ready to be sent any number of times.
  func request(
    _ method: String, _ path: String, _ fields: [(name: String, value: String)] = [],
    body: UnsafeRawBufferPointer? = nil
  ) -> ByteBuffer {
    let buffer = ByteBuffer(capacity: 512 + (body?.count ?? 0))
    buffer.append("\(method) \(path) HTTP/1.1\r\nHost: \(authority)\r\n")
    for (name, value) in fields { buffer.append("\(name): \(value)\r\n") }
    if let body {
      buffer.append("Content-Length: \(body.count)\r\n\r\n")
      buffer.append(body)
    } else {
      buffer.append("\r\n")
    }
    return buffer
  }

  /// The same, with text as its body.
  func request(
    _ method: String, _ path: String, _ fields: [(name: String, value: String)] = [],
    json: String
  ) -> ByteBuffer {
    var json = json
    return json.withUTF8 { body in
      request(
        method, path, fields + [("Content-Type", "application/json")],
        body: UnsafeRawBufferPointer(body))
    }
  }
}
