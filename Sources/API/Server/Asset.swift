import CAssets
import HTTP

/// A file of the status page as a browser gets it: a head with its type and its tag, and bytes.
struct Asset: Sendable {
  /// Known by the bytes alone: another build with the same page has the same tags.
  let etag: EntityTag
  /// The head of the answer that carries the bytes.
  let head: ResponseHead
  /// The head of the answer to somebody who has them.
  let unchangedHead: ResponseHead

  /// - Parameter name: of a file that has a type here; `nil` for any other.
  init?(_ name: String, _ bytes: UnsafeRawBufferPointer) {
    guard let mediaType = Asset.mediaType(of: name) else { return nil }
    etag = EntityTag("\(bytes.count)-" + String(Asset.fingerprint(bytes), radix: 16))
    var head = ResponseHead(.ok)
    head.add("Content-Type", mediaType)
    var unchanged = ResponseHead(.notModified)
    Asset.addPolicies(etag, to: &head)
    Asset.addPolicies(etag, to: &unchanged)
    self.head = head
    unchangedHead = unchanged
  }

  /// The files in the program, by name, with their numbers in its table.
  static let embedded: [String: (asset: Asset, number: Int)] = {
    var files: [String: (asset: Asset, number: Int)] = [:]
    for number in 0..<sluice_asset_count() {
      let name = String(cString: sluice_asset_name(number))
      guard let asset = Asset(name, bytes(number)) else {
        preconditionFailure("\(name) has no media type")
      }
      files[name] = (asset, number)
    }
    return files
  }()

  /// The bytes of a file in the program's table.
  static func bytes(_ number: Int) -> UnsafeRawBufferPointer {
    UnsafeRawBufferPointer(start: sluice_asset_bytes(number), count: sluice_asset_size(number))
  }

  /// True for a name that may be looked for in a folder: one segment, nothing hidden, nothing above.
  static func isName(_ name: String) -> Bool {
    mediaType(of: name) != nil && !name.hasPrefix(".")
      && name.utf8.allSatisfy { byte in
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
          UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."):
          true
        default: false
        }
      }
  }

  /// The page runs its own scripts and talks to its own server, and nobody frames it: a record's
  /// value can do nothing even if it should once get into the document as more than text.
  private static let contentSecurityPolicy: StaticString =
    """
    default-src 'self'; object-src 'none'; base-uri 'none'; form-action 'none'; \
    frame-ancestors 'none'
    """

  private static func addPolicies(_ etag: EntityTag, to head: inout ResponseHead) {
    head.add("ETag", etag.description)
    // Asked for anew each time, and answered 304: another version of the server has another page.
    head.add("Cache-Control", "no-cache")
    head.add("Content-Security-Policy", contentSecurityPolicy)
    head.add("X-Content-Type-Options", "nosniff")
    head.add("Referrer-Policy", "no-referrer")
    head.add("Cross-Origin-Opener-Policy", "same-origin")
    head.add("Cross-Origin-Resource-Policy", "same-origin")
  }

  private static func mediaType(of name: String) -> StaticString? {
    guard let dot = name.lastIndex(of: ".") else { return nil }
    switch name[name.index(after: dot)...] {
    case "html": return "text/html; charset=utf-8"
    case "css": return "text/css; charset=utf-8"
    case "js": return "text/javascript; charset=utf-8"
    case "svg": return "image/svg+xml"
    case "json": return "application/json"
    case "yml": return "application/yaml"
    default: return nil
    }
  }

  /// FNV-1a in 64 bits (draft-eastlake-fnv-35).
  private static func fingerprint(_ bytes: UnsafeRawBufferPointer) -> UInt64 {
    bytes.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
  }
}
