import Log
import Testing

@testable import Broker

@Suite struct ProducerSessionTests {
  typealias Session = ProducerSession

  private static func stamp(_ epoch: Int16, _ sequence: Int32) -> ProducerStamp {
    ProducerStamp(id: 1, epoch: epoch, sequence: sequence)
  }

  /// A session after these outcomes.
  private static func session(
    _ outcomes: [(epoch: Int16, sequence: Int32, outcome: Session.Outcome)]
  ) -> Session {
    var session = Session([], now: 0)
    for one in outcomes {
      session.note(one.outcome, of: stamp(one.epoch, one.sequence), now: 0)
    }
    return session
  }

  private static func refusal(_ session: Session, _ epoch: Int16, _ sequence: Int32) -> BrokerError?
  {
    do throws(BrokerError) {
      _ = try session.place(of: stamp(epoch, sequence))
      return nil
    } catch {
      return error
    }
  }

  @Test func anUnknownProducerBeginsAtZero() throws {
    let session = Self.session([])
    #expect(try session.place(of: Self.stamp(9, 0)) == .next)
    #expect(Self.refusal(session, 0, 1) == .sequenceGap(expected: 0))
    #expect(Self.refusal(session, 3, Int32.max) == .sequenceGap(expected: 0))
  }

  @Test func oneRequestFollowsTheOther() throws {
    let session = Self.session([(2, 0, .whole), (2, 1, .whole)])
    #expect(try session.place(of: Self.stamp(2, 2)) == .next)
    #expect(Self.refusal(session, 2, 3) == .sequenceGap(expected: 2))
    #expect(try session.place(of: Self.stamp(2, 1)) == .repeated(mayLack: false))
    #expect(try session.place(of: Self.stamp(2, 0)) == .repeated(mayLack: false))
    #expect(Self.refusal(session, 1, 2) == .log(.producerFenced(epoch: 2)))
    #expect(try session.place(of: Self.stamp(3, 0)) == .next)
    #expect(Self.refusal(session, 3, 2) == .sequenceGap(expected: 0))
  }

  @Test func nothingComesAfterARequestThatIsStoredInPart() throws {
    var session = Self.session([(0, 0, .whole), (0, 1, .part)])
    #expect(Self.refusal(session, 0, 2) == .sequenceGap(expected: 1))
    #expect(try session.place(of: Self.stamp(0, 1)) == .repeated(mayLack: true))
    #expect(try session.place(of: Self.stamp(1, 0)) == .next)
    session.note(.nothing, of: Self.stamp(0, 1), now: 0)
    #expect(session.isIncomplete)
    session.note(.whole, of: Self.stamp(0, 1), now: 0)
    #expect(try session.place(of: Self.stamp(0, 2)) == .next)
  }

  @Test func whatWasStoredNowhereLeavesEverythingAsItWas() throws {
    let session = Self.session([(0, 0, .whole), (0, 1, .nothing), (1, 0, .nothing)])
    #expect(session.epoch == 0 && session.last == 0)
    #expect(try session.place(of: Self.stamp(0, 1)) == .next)
  }

  @Test func theLastNumberOfAllIsFollowedByAnotherEpochOnly() throws {
    let session = Self.session([(0, Int32.max, .whole)])
    #expect(try session.place(of: Self.stamp(0, Int32.max)) == .repeated(mayLack: false))
    #expect(try session.place(of: Self.stamp(1, 0)) == .next)
  }
}
