import Testing

@testable import Bench

@Suite struct LoadCurveTests {
  private static func done(_ records: Int) -> LoadCount {
    LoadCount(requests: records / 10, records: records, bytes: records * 100)
  }

  @Test func ratesAreThoseOfTheIntervals() {
    var curve = LoadCurve(seconds: 2)
    curve.look(0.1, Self.done(99))
    curve.look(0.5, Self.done(100))
    curve.look(1, Self.done(400))
    curve.end(2, Self.done(400))
    let rates = curve.rates(of: \.records)
    #expect(rates.map(\.seconds) == [0.25, 0.75, 1.5])
    #expect(rates.map(\.perSecond) == [200, 600, 0])
    #expect(curve.rates(of: \.bytes).map(\.perSecond) == [20_000, 60_000, 0])
  }

  @Test func aRemainderIsNoIntervalOfItsOwn() {
    var curve = LoadCurve(seconds: 2)
    curve.look(1, Self.done(100))
    curve.look(2, Self.done(200))
    curve.end(2.001, Self.done(400))
    #expect(curve.samples.map(\.seconds) == [0, 1, 2.001])
    #expect(curve.samples.map(\.count.records) == [0, 100, 400])
  }

  @Test(arguments: [1, 10, 3600])
  func itStaysSmallHoweverLongTheLoadLasts(seconds: Int) {
    var curve = LoadCurve(seconds: seconds)
    for tenth in 1...(seconds * 10) { curve.look(Double(tenth) / 10, Self.done(tenth)) }
    curve.end(Double(seconds) + 0.05, Self.done(seconds * 10))
    #expect((3...202).contains(curve.samples.count), "\(curve.samples.count)")
    #expect(curve.samples.last?.count.records == seconds * 10)
  }
}
