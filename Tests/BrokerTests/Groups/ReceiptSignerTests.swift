import Platform
import Support
import Testing

@testable import Broker

/// Receipts are texts that only their server can make.
@Suite struct ReceiptSignerTests {
  private static let receipt = Receipt(items: [
    ReceiptItem(id: 1, epoch: .max, offset: 1 << 50, count: 3, attempt: 2),
    ReceiptItem(id: .max, epoch: 0, offset: 0, count: 1, attempt: .max),
  ])

  private static func text(_ receipt: Receipt, _ signer: ReceiptSigner) -> [UInt8] {
    let buffer = ByteBuffer()
    signer.write(receipt, into: buffer)
    return buffer.array
  }

  private static func open(_ text: [UInt8], _ signer: ReceiptSigner) -> Receipt? {
    text.withUnsafeBytes { signer.open($0) }
  }

  @Test func aReceiptComesBackFromItsTextUnderTheSameKeyOnly() {
    let key = ReceiptSigner.makeKey()
    let text = ReceiptSignerTests.text(ReceiptSignerTests.receipt, ReceiptSigner(key: key))
    #expect(
      ReceiptSignerTests.open(text, ReceiptSigner(key: key)) == ReceiptSignerTests.receipt)
    #expect(
      ReceiptSignerTests.open(text, ReceiptSigner(key: ReceiptSigner.makeKey())) == nil)
  }

  @Test func oneRunTakesFortyEightCharacters() {
    let one = Receipt(items: [ReceiptSignerTests.receipt.items[0]])
    let signer = ReceiptSigner(key: ReceiptSigner.makeKey())
    #expect(ReceiptSignerTests.text(one, signer).count == 48)
  }

  @Test func noChangedTextIsTaken() {
    let signer = ReceiptSigner(key: ReceiptSigner.makeKey())
    let text = ReceiptSignerTests.text(ReceiptSignerTests.receipt, signer)
    for index in text.indices {
      for other in Array("Az09+/=".utf8) where other != text[index] {
        var changed = text
        changed[index] = other
        #expect(ReceiptSignerTests.open(changed, signer) == nil)
      }
      #expect(ReceiptSignerTests.open(Array(text[..<index]), signer) == nil)
    }
  }

  @Test func nonsenseIsNoReceipt() {
    let signer = ReceiptSigner(key: ReceiptSigner.makeKey())
    var random = SeededGenerator(1)
    for count in [0, 1, 12, 35, 36, 48, 4000] {
      #expect(ReceiptSignerTests.open(random.bytes(count), signer) == nil)
    }
  }
}
