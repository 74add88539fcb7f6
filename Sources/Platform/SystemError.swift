import Glibc

/// A system call that failed: which one, on what, and the kernel's reason.
public struct SystemError: Error, Sendable, CustomStringConvertible {
  /// The `errno` value, read at once after the call.
  public let code: CInt
  /// The call's name, as its manual page has it.
  public let operation: StaticString
  /// The file or address the call was about; empty where there is none.
  public let subject: String

  /// Describes a failure that did not come from `errno` itself.
  public init(code: CInt, operation: StaticString, subject: String = "") {
    self.code = code
    self.operation = operation
    self.subject = subject
  }

  /// All descriptors or maps that there may be are in use.
  init(exhausted operation: StaticString, subject: String) {
    self.init(code: EMFILE, operation: operation, subject: subject)
  }

  /// True when the device or the quota is full: a state that passes when room is made.
  public var isOutOfSpace: Bool { code == ENOSPC || code == EDQUOT }

  /// True when the device, not this one call, is at fault.
  public var isDeviceFailure: Bool { code == EIO || code == EROFS || code == ENODEV }

  /// True when the process or the machine has no descriptor, map or memory left: a state that
  /// passes when others are given back.
  public var isExhausted: Bool { code == EMFILE || code == ENFILE || code == ENOMEM }

  /// True when the machine does not let this process have the file, or it is none: a state that
  /// somebody has to mend, and that concerns this file alone.
  public var isRefusal: Bool {
    code == EACCES || code == EPERM || code == EISDIR || code == ELOOP
  }

  /// True when a lock is held by another process.
  public var isLockHeld: Bool { code == EWOULDBLOCK }

  /// True when the thing named does not exist.
  public var isNotFound: Bool { code == ENOENT }

  /// True when something is a file where a directory was looked for.
  public var isNoDirectory: Bool { code == ENOTDIR }

  /// One line: operation, subject, reason.
  public var description: String {
    let reason = String(cString: strerror(code))
    return subject.isEmpty ? "\(operation): \(reason)" : "\(operation) \(subject): \(reason)"
  }
}

/// Runs a call until it is not interrupted by a signal; a result below zero becomes the error.
@inline(__always)
func valueOrError<Value: BinaryInteger>(
  _ operation: StaticString, _ subject: @autoclosure () -> String = "", _ call: () -> Value
) throws(SystemError) -> Value {
  while true {
    let value = call()
    if value >= 0 { return value }
    let code = errno
    if code == EINTR { continue }
    throw SystemError(code: code, operation: operation, subject: subject())
  }
}
