import API
import Support
import Testing

/// openapi.yaml says what the server does, and the server does what openapi.yaml says.
@Suite struct InterfaceTests {
  let interface: InterfaceDescription

  init() throws { interface = try InterfaceDescription.load() }

  @Test func everyRouteIsDescribedAndNothingElse() {
    let served = Set(Routes.all.map { "\($0.method.name) \($0.template)" })
    let described = Set(interface.operations.map { "\($0.method) \($0.path)" })
    #expect(served.subtracting(described).sorted() == [])
    #expect(described.subtracting(served).sorted() == [])
    #expect(described.count == interface.operations.count)
  }

  @Test func everyOperationHasItsOwnIdAndAnswers() {
    let ids = interface.operations.map(\.id)
    #expect(!ids.contains(""))
    #expect(Set(ids).count == ids.count)
    #expect(interface.operations.filter { $0.statuses.isEmpty }.map(\.id) == [])
  }

  @Test func theServerServesTheFileItself() throws {
    let server = try TestServer()
    let answer = try server.client().get("/openapi.yaml")
    #expect(answer.status == 200)
    #expect(answer.mediaType == "application/yaml")
    #expect(answer.text == interface.text)
  }

  @Test func whoTakesNoneOfTheFormsIsToldWhichThereAre() throws {
    let server = try TestServer()
    let client = server.client()
    for operation in interface.operations where !operation.statuses.contains(204) {
      let path = operation.path.replacing(/\{[a-z]+\}/, with: "1")
      let answer = try client.send(
        HTTPRequest(operation.method, path, ["Accept": "a/b"]))
      // What is in no form of its own is found first: an asset is what its name says.
      if operation.id == "getAsset" { continue }
      #expect(answer.status == 406, "\(operation.id)")
      #expect(answer.code == "not_acceptable", "\(operation.id)")
      #expect(answer.json["supported"].array.isEmpty == false, "\(operation.id)")
    }
    #expect(try client.get("/v1/topics").json["topics"].array.isEmpty)
  }

  @Test func everyStatusIsTriedOrExcused() {
    let described = interface.operations.flatMap { operation in
      operation.statuses.map { "\(operation.id) \($0)" }
    }
    let tried = StatusCase.all.map { "\($0.operation) \($0.status)" }
    let known = Set(tried).union(StatusCase.excused.keys)
    #expect(Set(described).subtracting(known).sorted() == [])
    #expect(Set(tried).subtracting(described).sorted() == [])
    #expect(Set(StatusCase.excused.keys).intersection(tried).sorted() == [])
  }

  @Test func everyCodeThatIsExpectedIsDescribed() {
    let codes = StatusCase.all.compactMap(\.code) + MalformedCase.all.map(\.code)
    let missing = Set(codes).filter { !interface.text.contains("`\($0)`") }
    #expect(missing.sorted() == [])
  }
}
