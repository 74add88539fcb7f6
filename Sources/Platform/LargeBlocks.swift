import CLinux

/// What the C library's allocator does with large blocks of memory that are free again.
public enum LargeBlocks {
  /// From this size on a block is a map of its own, in bytes.
  private static let mappedBytesMin: CInt = 4 << 20
  /// So much may lie free at the end of a heap.
  private static let spareBytesMax: CInt = 8 << 20

  /// Has them go back to the kernel. Without this the allocator learns from the first large block
  /// that is freed to keep those to come (`mallopt`, the dynamic threshold): a buffer that was
  /// needed for a moment, a snapshot's, would be the process's for good.
  public static func giveBack() {
    mallopt(M_MMAP_THRESHOLD, mappedBytesMin)
    mallopt(M_TRIM_THRESHOLD, spareBytesMax)
  }
}
