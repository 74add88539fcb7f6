/// How many records of a request go to a partition.
struct RequestPart: Equatable {
  let partition: Int
  let count: Int
}
