/// What a browser says of who made it send a request (Fetch Metadata Request Headers, W3C).
public enum FetchSource: Sendable {
  /// The server's own page, the user, or somebody who is no browser.
  case own
  /// Another site's link, followed to a document of its own.
  case visit
  /// Another site's page, for its own use: an image, a frame, a form, a script.
  case foreign
}

extension RequestHead {
  /// Who made a browser send the request; `own` where it says nothing.
  public var fetchSource: FetchSource {
    let isOwn = withValue(of: .secFetchSite) { site in
      site.equals(lowercase: "same-origin") || site.equals(lowercase: "none")
    }
    if isOwn ?? true { return .own }
    let isDocument =
      withValue(named: "sec-fetch-mode") { $0.equals(lowercase: "navigate") } == true
      && withValue(named: "sec-fetch-dest") { $0.equals(lowercase: "document") } == true
    return isDocument ? .visit : .foreign
  }
}
