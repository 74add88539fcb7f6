/// Where a server listens: an address of the network, or a path of the file system.
public enum ListenAddress: Sendable, Equatable, CustomStringConvertible {
  /// TCP.
  case network(SocketAddress)
  /// A socket in the file system (`unix(7)`), which only this machine can reach, and there only who
  /// may write to it.
  case path(String)

  private static let prefix = "unix:"

  /// Reads `unix:/run/sluice/sluice.sock`, or what `SocketAddress` reads; `nil` for anything else.
  public init?(_ text: String) {
    if text.hasPrefix(ListenAddress.prefix) {
      let path = String(text.dropFirst(ListenAddress.prefix.count))
      guard path.hasPrefix("/"), !path.utf8.contains(0) else { return nil }
      self = .path(path)
    } else {
      guard let address = SocketAddress(text) else { return nil }
      self = .network(address)
    }
  }

  /// The address, if it is one of the network.
  public var network: SocketAddress? {
    if case .network(let address) = self { address } else { nil }
  }

  /// True when other machines can reach it.
  public var isOpenToOthers: Bool { network.map { !$0.isLoopback } ?? false }

  /// As `init` reads it.
  public var description: String {
    switch self {
    case .network(let address): address.description
    case .path(let path): ListenAddress.prefix + path
    }
  }
}
