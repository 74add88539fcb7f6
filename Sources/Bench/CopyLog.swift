import Platform

/// A log that is read again and again while ways of copying are compared.
struct CopyLog {
  let topic = BenchName.fresh("copy")
  /// How many records it holds.
  let records: Int

  /// Fills it with at least so many bytes.
  init(_ target: LoadTarget, bytes: Int, _ progress: Progress) throws(BenchError) {
    records = try BenchBatches.fill(target, topic: topic, bytes: bytes, progress)
  }

  /// By a connection of its own: a server that goes cold ends all others.
  func delete(from target: LoadTarget) throws(BenchError) {
    let request = target.request("DELETE", "/v1/topics/\(topic)")
    _ = try LoadConnection(target).exchange(request, body: ByteBuffer())
  }
}
