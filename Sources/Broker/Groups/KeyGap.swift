/// Messages whose keys must be known before an ordered group can go on.
public struct KeyGap: Sendable {
  let id: UInt32
  let offset: Int64
}
