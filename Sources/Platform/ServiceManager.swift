import CLinux
import Glibc

/// Whoever started this program and wants to be told how it is doing, as systemd does of services
/// of the type `notify` (sd_notify(3), systemd.service(5)).
public enum ServiceManager {
  /// What may be said.
  public enum State: String, Sendable {
    /// Requests are answered from here on.
    case ready = "READY=1"
    /// The program has begun to end.
    case stopping = "STOPPING=1"
  }

  /// Tells the manager that the environment names in `NOTIFY_SOCKET`; does nothing where there is
  /// none.
  ///
  /// - Parameter status: how it stands, for people: `systemctl status` shows it.
  public static func tell(_ state: State, status: String) throws(SystemError) {
    guard let name = getenv("NOTIFY_SOCKET") else { return }
    let path = String(cString: name)
    guard let address = SocketPath(path) else {
      throw SystemError(code: ENAMETOOLONG, operation: "sendto", subject: path)
    }
    let type = CInt(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue)
    let socket = Descriptor(
      owning: try valueOrError("socket", path) { Glibc.socket(AF_UNIX, type, 0) })
    let text = Array("\(state.rawValue)\nSTATUS=\(status)\n".utf8)
    _ = try valueOrError("sendto", path) {
      address.withKernelForm {
        Glibc.sendto(socket.number, text, text.count, CInt(MSG_NOSIGNAL), $0, $1)
      }
    }
  }
}
