/// What one way of copying delivered and cost, in each round.
struct CopyFigures: Sendable {
  /// Gigabytes (10⁹ bytes) each second.
  var speeds: [Double] = []
  /// CPU seconds of the whole server for each gigabyte.
  var cpu: [Double] = []
  /// CPU seconds of the delivering threads, while delivering, for each gigabyte.
  var deliveryCPU: [Double] = []
  var callsPerGB: [Double] = []
  var switchesPerGB: [Double] = []

  mutating func add(bytes: Double, seconds: Double, _ cost: ServerCost) {
    let gigabytes = bytes / 1e9
    speeds.append(gigabytes / seconds)
    cpu.append(cost.cpuSeconds / gigabytes)
    deliveryCPU.append(cost.deliverySeconds / gigabytes)
    callsPerGB.append(cost.systemCalls / gigabytes)
    switchesPerGB.append(cost.contextSwitches / gigabytes)
  }

  /// By how much a figure is that of others, round by round: what changes from one round to the
  /// next does not count.
  func ratio(of figure: KeyPath<CopyFigures, [Double]>, to others: CopyFigures) -> Double {
    CopyFigures.median(zip(self[keyPath: figure], others[keyPath: figure]).map { $0 / $1 })
  }

  static func median(_ values: [Double]) -> Double {
    let sorted = values.sorted()
    guard !sorted.isEmpty else { return .nan }
    let middle = sorted.count / 2
    return sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
  }
}
