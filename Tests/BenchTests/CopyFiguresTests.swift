import Testing

@testable import Bench

@Suite struct CopyFiguresTests {
  @Test func aRatioIsTheMedianOfThoseOfTheRounds() {
    var slow = CopyFigures()
    var fast = CopyFigures()
    slow.speeds = [1, 2, 4]
    fast.speeds = [3, 4, 4]
    #expect(fast.ratio(of: \.speeds, to: slow) == 2)
    #expect(slow.ratio(of: \.speeds, to: slow) == 1)
  }

  @Test func theMedianOfAnEvenNumberLiesBetween() {
    #expect(CopyFigures.median([4, 1, 2, 3]) == 2.5)
    #expect(CopyFigures.median([3, 1, 2]) == 2)
    #expect(CopyFigures.median([]).isNaN)
  }
}
