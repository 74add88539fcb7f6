/// A timer on an event loop. Belongs to the loop's thread.
public final class LoopTimer {
  private var action: (() -> Void)?

  init(_ action: @escaping () -> Void) { self.action = action }

  /// The timer will not fire.
  public func cancel() { action = nil }

  var isCancelled: Bool { action == nil }

  func fire() {
    let action = action
    self.action = nil
    action?()
  }
}
