import Platform

/// Where logs are kept: what the broker asks for when topics come and go.
public protocol LogEngine: AnyObject, Sendable {
  /// Opens a partition's log, or makes it. May wait for the disk.
  func openLog(topic: String, partition: Int, settings: LogSettings) throws(LogError)
    -> any RecordLog
  /// Closes a log and removes it for good. May wait for the disk.
  func removeLog(topic: String, partition: Int, _ log: any RecordLog) throws(LogError)
  /// Partitions of which there is data, by topic: what was left behind shows here.
  func storedPartitions() throws(LogError) -> [(topic: String, partition: Int)]
  /// Removes data that no open log has.
  func removeStored(topic: String, partition: Int) throws(LogError)
  /// Opens a journal for state that is not a topic.
  func openJournal(_ name: String) throws(LogError) -> Journal
  /// Opens the files that belong to a journal.
  func openAppendFiles(_ name: String) throws(LogError) -> AppendFiles
  /// Begins to write what was appended: to be called once after any number of appends.
  func wakeWriter()
  /// Bytes that were submitted and not yet answered for.
  var queuedBytes: Int { get }
  /// Where producers are counted.
  var producerMetrics: ProducerMetrics { get }
  /// Why no more writes are taken; `nil` while they are.
  var whyOffline: String? { get }
  /// How much room there is; `nil` when that cannot be told. May wait for the disk.
  var space: DiskSpace? { get }
}
