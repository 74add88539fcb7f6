/// A damaged range of a segment, as a read meets with it.
struct SegmentDamage {
  /// Its place in the batch index.
  let batch: Int
  /// What a reader is told.
  let error: LogError
}
