import ArgumentParser
import Log
import Platform

/// `sluice inspect`: shows what is in a data directory, without a server and without changing
/// anything.
struct Inspect: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Show what a data directory holds, or the batches of a segment.",
    discussion: """
      Nothing is changed, and a server may be running on the directory. The exit status is 1 when \
      it could not be looked at.
      """)

  @Option(help: "The data directory. (default: $SLUICE_DATA or ./sluice-data)")
  var data: String?

  @Argument(help: "A segment file (.log) whose batches to list; without it, all topics.")
  var segment: String?

  @Flag(help: "Give one JSON document instead of lines.")
  var json = false

  func run() throws {
    do {
      if let segment {
        let listing = SegmentListing(segment)
        if json { try listing.printJSON() } else { try listing.print() }
      } else {
        let directory = data ?? EnvironmentOptions()["data"] ?? "./sluice-data"
        let listing = DirectoryListing(directory)
        if json { try listing.printJSON() } else { try listing.print() }
      }
    } catch let error as SystemError {
      StandardError.write("sluice inspect: \(error)\n")
      throw ExitCode.failure
    }
  }
}
