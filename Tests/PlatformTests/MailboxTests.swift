import Platform
import Testing

@Suite struct MailboxTests {
  @Test func everyMessageComesOnceAndEachSendersInOrder() throws {
    let mailbox = Mailbox<(sender: Int, number: Int)>()
    let senders = try (0..<4).map { sender in
      try Thread(name: "sender") {
        for number in 0..<5000 { mailbox.post((sender, number)) }
      }
    }
    var next = [0, 0, 0, 0]
    var batch: [(sender: Int, number: Int)] = []
    var inOrder = true
    while next.reduce(0, +) < 20_000, mailbox.take(into: &batch, until: nil) {
      for (sender, number) in batch {
        inOrder = inOrder && next[sender] == number
        next[sender] += 1
      }
    }
    for sender in senders { sender.join() }
    #expect(inOrder && next == [5000, 5000, 5000, 5000])
  }

  @Test func aClosedMailboxGivesWhatIsInAndThenEnds() {
    let mailbox = Mailbox<Int>()
    mailbox.post(1)
    mailbox.post(2)
    mailbox.close()
    var batch: [Int] = []
    #expect(!mailbox.post(3))
    #expect(mailbox.take(into: &batch, until: nil) && batch == [1, 2])
    #expect(!mailbox.take(into: &batch, until: nil) && batch.isEmpty)
  }

  @Test func itClosesOnlyWhenItIsEmpty() {
    let mailbox = Mailbox<Int>()
    mailbox.post(1)
    #expect(!mailbox.closeIfEmpty() && mailbox.post(2))
    var batch: [Int] = []
    mailbox.takeWaiting(into: &batch)
    #expect(batch == [1, 2] && mailbox.closeIfEmpty() && !mailbox.post(3))
  }

  @Test func aDeadlineThatHasPassedGivesNothing() {
    let mailbox = Mailbox<Int>()
    var batch = [9]
    #expect(mailbox.take(into: &batch, until: SystemClock().monotonicTime()) && batch.isEmpty)
  }

  @Test func closingWakesTheOwner() throws {
    let mailbox = Mailbox<Int>()
    let owner = try Thread(name: "owner") {
      var batch: [Int] = []
      while mailbox.take(into: &batch, until: nil) {}
    }
    mailbox.close()
    owner.join()
  }
}
