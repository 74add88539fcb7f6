import Testing

@testable import Broker

@Suite struct TopicNameTests {
  @Test func onlyTheInterfacesNamesAreValid() {
    let good = ["a", "A.b_c-9", "...", "_a", String(repeating: "n", count: 249)]
    let bad = ["", ".", "..", "__a", "a b", "ä", "a/b", String(repeating: "n", count: 250)]
    #expect(good.filter { !TopicName.isValid($0) }.isEmpty)
    #expect(bad.filter { TopicName.isValid($0) }.isEmpty)
  }
}
