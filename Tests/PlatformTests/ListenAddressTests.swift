import Platform
import Support
import Testing

/// Where a server may listen.
@Suite struct ListenAddressTests {
  @Test func placesAreReadAndWritten() {
    let good = [
      ("127.0.0.1:80", false), ("[::1]:80", false), ("0.0.0.0:80", true), ("[::]:80", true),
      ("unix:/run/sluice.sock", false), ("unix:/", false),
    ]
    for (text, isOpen) in good {
      let address = ListenAddress(text)
      #expect(address?.description == text)
      #expect(address?.isOpenToOthers == isOpen, "\(text)")
    }
    for text in ["", "unix:", "unix:run", "unix:/a\0b", "/run/sluice.sock", "80", "host:80"] {
      #expect(ListenAddress(text) == nil, "\(text)")
    }
  }

  @Test func aPathIsTakenByOneListenerAndGoesWithIt() throws {
    let directory = TemporaryDirectory()
    let path = directory.path("socket")
    let files = DiskFileSystem()
    var first: Listener? = try Listener(ListenAddress.path(path))
    #expect(first?.address == .path(path))
    #expect(throws: SystemError.self) { try Listener(ListenAddress.path(path)) }
    #expect(files.exists(path))
    first = nil
    #expect(!files.exists(path))
    _ = try Listener(ListenAddress.path(path))
    let long = directory.path(String(repeating: "n", count: 200))
    #expect(throws: SystemError.self) { try Listener(ListenAddress.path(long)) }
  }
}
