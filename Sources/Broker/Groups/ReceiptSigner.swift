import COpenSSL
import JSON
import Platform

/// Turns receipts into text that nobody else can make, and back. Belongs to one thread.
///
/// The signature is SipHash-2-4 with 128 bits, cut to 96: a keyed hash made for short texts.
public final class ReceiptSigner {
  private static let signatureBytes = 12
  private static let hashBytes = 16

  private let key: [UInt8]
  private let context: OpaquePointer
  private let raw = ByteBuffer(capacity: 2048)

  init(key: [UInt8]) {
    precondition(key.count == ReceiptSigner.hashBytes, "a key has 16 bytes")
    guard let context = sluice_siphash_new() else { fatalError("OpenSSL has no SipHash") }
    self.key = key
    self.context = context
  }

  deinit { EVP_MAC_CTX_free(context) }

  /// Appends the receipt's text: base64, 48 characters for one run of messages.
  public func write(_ receipt: Receipt, into buffer: ByteBuffer) {
    raw.removeAll()
    for item in receipt.items { put(item) }
    sign()
    Base64.encode(raw.bytes, into: buffer)
  }

  /// Appends the text of a receipt for one message of a part.
  public func write(
    message offset: Int64, attempt: UInt16, of part: LeasedPart, into buffer: ByteBuffer
  ) {
    raw.removeAll()
    put(
      ReceiptItem(
        id: part.id, epoch: part.epoch, offset: offset, count: 1, attempt: attempt))
    sign()
    Base64.encode(raw.bytes, into: buffer)
  }

  /// The receipt that a text stands for; `nil` if it was not signed here.
  public func open(_ text: UnsafeRawBufferPointer) -> Receipt? {
    raw.removeAll()
    let bytesMax = Receipt.itemsMax * ReceiptItem.bytes + ReceiptSigner.signatureBytes
    guard text.count <= bytesMax * 4 / 3 + 4, Base64.decode(text, into: raw) else { return nil }
    let bytes = raw.count - ReceiptSigner.signatureBytes
    guard bytes > 0, bytes % ReceiptItem.bytes == 0 else { return nil }
    let signature = hash(bytes)
    let given = UnsafeRawBufferPointer(rebasing: raw.bytes[bytes...])
    // All bytes are compared, so that the time does not tell how many were right.
    var difference: UInt8 = 0
    for index in 0..<ReceiptSigner.signatureBytes { difference |= signature[index] ^ given[index] }
    guard difference == 0 else { return nil }
    return Receipt(
      items: stride(from: 0, to: bytes, by: ReceiptItem.bytes).map {
        ReceiptItem(raw.bytes.baseAddress! + $0)
      })
  }

  private func put(_ item: ReceiptItem) {
    _ = raw.appendUninitialized(atMost: ReceiptItem.bytes) {
      item.store(to: $0.baseAddress!)
      return ReceiptItem.bytes
    }
  }

  private func sign() {
    let signature = hash(raw.count)
    withUnsafeBytes(of: signature) {
      raw.append(UnsafeRawBufferPointer(rebasing: $0[..<ReceiptSigner.signatureBytes]))
    }
  }

  private func hash(_ count: Int) -> SIMD16<UInt8> {
    var result = SIMD16<UInt8>()
    let done = withUnsafeMutableBytes(of: &result) { output in
      sluice_siphash(
        context, key, raw.bytes.baseAddress!.assumingMemoryBound(to: UInt8.self), count,
        output.baseAddress!.assumingMemoryBound(to: UInt8.self))
    }
    precondition(done == 1, "OpenSSL could not sign a receipt")
    return result
  }

  /// A new key.
  static func makeKey() -> [UInt8] {
    var key = [UInt8](repeating: 0, count: hashBytes)
    precondition(RAND_bytes(&key, CInt(hashBytes)) == 1, "OpenSSL has no random numbers")
    return key
  }
}
