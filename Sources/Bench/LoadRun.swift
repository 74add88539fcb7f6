/// What a load was: what its threads brought back, what they did, and what it cost the server.
struct LoadRun<Outcome: Sendable>: Sendable {
  let outcomes: [Outcome]
  /// From before the first thread began to when the last had ended.
  let seconds: Double
  let curve: LoadCurve
  let cost: ServerCost

  /// All that was done.
  var count: LoadCount { curve.samples[curve.samples.count - 1].count }
}
