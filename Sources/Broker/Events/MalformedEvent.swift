/// The bytes are no event that was written.
struct MalformedEvent: Error {}
