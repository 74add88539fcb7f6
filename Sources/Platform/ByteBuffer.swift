import Glibc

/// Growable bytes with one owner at a time: appended at the end, consumed from the front.
///
/// Dynamic exclusivity checks are off for its few fields: no method calls back while it changes
/// them, and the checks were a third of the cost of writing a response head.
///
/// The buffer is a class so that it can be parked, pooled and handed from an event loop to a writer
/// without a copy. It is `Sendable` by contract, not by a lock: whoever hands it over stops
/// touching it.
public final class ByteBuffer: @unchecked Sendable {
  @exclusivity(unchecked) @usableFromInline var memory: UnsafeMutableRawPointer
  @exclusivity(unchecked) @usableFromInline var start = 0
  @exclusivity(unchecked) @usableFromInline var end = 0

  /// How many bytes fit from the beginning of the memory to its end.
  @exclusivity(unchecked) public private(set) var capacity: Int

  /// What a buffer's memory is aligned to when it is large.
  public static let pageBytes = 4096
  private static let alignedBytesMin = 16 << 10

  /// An empty buffer with room for `capacity` bytes before it grows.
  public init(capacity: Int = 256) {
    self.capacity = max(capacity, 64)
    memory = ByteBuffer.allocate(self.capacity)
  }

  deinit { free(memory) }

  /// Large blocks begin on a page: the kernel copies whole pages between files and memory that lie
  /// alike several times as fast as those that do not, measured on processors whose string moves
  /// are slow when source and destination differ in their last bits.
  private static func allocate(_ count: Int) -> UnsafeMutableRawPointer {
    var memory: UnsafeMutableRawPointer?
    if count >= alignedBytesMin {
      if posix_memalign(&memory, pageBytes, count) != 0 { memory = nil }
    } else {
      memory = malloc(count)
    }
    guard let memory else { fatalError("out of memory") }
    return memory
  }

  /// The number of bytes that were appended and not yet consumed.
  @inlinable public var count: Int { end - start }

  /// True when nothing is left to consume.
  @inlinable public var isEmpty: Bool { start == end }

  /// How many bytes can be appended before the buffer moves or grows.
  @inlinable public var spare: Int { capacity - end }

  /// The unconsumed bytes. The view is valid until the buffer is next changed or released.
  @inlinable public var bytes: UnsafeRawBufferPointer {
    UnsafeRawBufferPointer(start: memory + start, count: end - start)
  }

  /// The unconsumed bytes, to be changed in place. Valid as `bytes` is.
  @inlinable public var mutableBytes: UnsafeMutableRawBufferPointer {
    UnsafeMutableRawBufferPointer(start: memory + start, count: end - start)
  }

  /// Makes room for `count` more bytes, by moving the unconsumed ones to the front or by growing.
  @inlinable public func reserve(_ count: Int) {
    if capacity - end < count { makeRoom(count) }
  }

  @usableFromInline func makeRoom(_ extra: Int) {
    let live = end - start
    if live + extra <= capacity, start >= live {
      memory.copyMemory(from: memory + start, byteCount: live)
    } else {
      capacity = max(capacity * 2, live + extra)
      if start == 0 {
        // The kernel can grow a large block by moving its pages instead of its bytes.
        guard let grown = realloc(memory, capacity) else { fatalError("out of memory") }
        memory = grown
      } else {
        let grown = ByteBuffer.allocate(capacity)
        grown.copyMemory(from: memory + start, byteCount: live)
        free(memory)
        memory = grown
      }
    }
    start = 0
    end = live
  }

  /// Forgets the first `count` unconsumed bytes.
  @inlinable public func consume(_ count: Int) {
    precondition(count >= 0 && count <= end - start, "consumed more than there is")
    start += count
    if start == end {
      start = 0
      end = 0
    }
  }

  /// Forgets everything, keeps the memory.
  @inlinable public func removeAll() {
    start = 0
    end = 0
  }

  /// Drops what was appended after the buffer held `count` unconsumed bytes.
  @inlinable public func truncate(to count: Int) {
    precondition(count >= 0 && count <= end - start, "truncated to more than there is")
    end = start + count
  }

  /// Lets `fill` write up to `atMost` bytes behind the last one, and counts as many in as it
  /// returns.
  @inlinable public func appendUninitialized<Failure: Error>(
    atMost: Int, _ fill: (UnsafeMutableRawBufferPointer) throws(Failure) -> Int
  ) throws(Failure) -> Int {
    reserve(atMost)
    let written = try fill(UnsafeMutableRawBufferPointer(start: memory + end, count: atMost))
    precondition(written >= 0 && written <= atMost, "wrote more than there was room for")
    end += written
    return written
  }

  /// Appends one byte.
  @inlinable public func append(_ byte: UInt8) {
    if end == capacity { makeRoom(1) }
    memory.storeBytes(of: byte, toByteOffset: end, as: UInt8.self)
    end += 1
  }

  /// Appends raw bytes.
  @inlinable public func append(_ source: UnsafeRawBufferPointer) {
    let count = source.count
    guard count > 0, let base = source.baseAddress else { return }
    if capacity - end < count { makeRoom(count) }
    (memory + end).copyMemory(from: base, byteCount: count)
    end += count
  }

  /// Appends a literal.
  @inlinable public func append(_ literal: StaticString) {
    append(UnsafeRawBufferPointer(start: literal.utf8Start, count: literal.utf8CodeUnitCount))
  }

  /// Appends a byte array.
  @inlinable public func append(_ array: [UInt8]) {
    array.withUnsafeBytes { append($0) }
  }

  /// Appends the UTF-8 bytes of a string.
  public func append(_ string: String) {
    var string = string
    string.withUTF8 { append(UnsafeRawBufferPointer($0)) }
  }

  /// Appends a whole number in decimal digits.
  @inlinable public func append<Number: FixedWidthInteger>(decimal number: Number) {
    var digits: (UInt64, UInt64, UInt64) = (0, 0, 0)
    withUnsafeMutableBytes(of: &digits) { scratch in
      var index = scratch.count
      var rest = number.magnitude
      repeat {
        let (quotient, digit) = rest.quotientAndRemainder(dividingBy: 10)
        index -= 1
        scratch[index] = UInt8(truncatingIfNeeded: digit) &+ UInt8(ascii: "0")
        rest = quotient
      } while rest != 0
      if number < 0 {
        index -= 1
        scratch[index] = UInt8(ascii: "-")
      }
      append(UnsafeRawBufferPointer(rebasing: scratch[index...]))
    }
  }

  /// True when the unconsumed bytes are just these.
  public func holds(_ other: UnsafeRawBufferPointer) -> Bool {
    guard count == other.count else { return false }
    guard let base = other.baseAddress, count > 0 else { return true }
    return memcmp(memory + start, base, count) == 0
  }

  /// A copy of the unconsumed bytes.
  public var array: [UInt8] { [UInt8](bytes) }
}
