/// What is to be done with a producer's request.
enum ProducerVerdict: Equatable {
  /// Hand it over; a log that has its part already says so.
  case store
  /// Nothing of it is missing: ask these partitions for the first answer.
  case recall([Int])
}
