/// Every operation there is. A test holds this list against openapi.yaml.
public enum Routes {
  /// The operations, those asked for most first.
  public static let all: [Route] = [
    Route(.get, "/healthz", isAlwaysOpen: true, ServerResource.health),
    Route(.post, "/v1/topics/{topic}/records", ProduceResource.produce),
    Route(.get, "/v1/topics/{topic}/partitions/{partition}/records", FetchResource.fetch),
    Route(
      .get, "/v1/topics/{topic}/partitions/{partition}/records/{offset}", RecordResource.record),
    Route(
      .get, "/v1/topics/{topic}/partitions/{partition}/records/{offset}/value",
      RecordResource.value),
    Route(.get, "/v1/topics/{topic}/records", RecordResource.byKey),
    Route(.post, "/v1/groups/{group}/receive", ReceiveResource.receive),
    Route(.post, "/v1/groups/{group}/ack", SettleResource.ack),
    Route(.post, "/v1/groups/{group}/nack", SettleResource.nack),
    Route(.post, "/v1/groups/{group}/extend", SettleResource.extend),
    Route(.post, "/v1/groups/{group}/seek", SeekResource.seek),
    Route(.get, "/v1/groups/{group}/offsets", OffsetsResource.get),
    Route(.put, "/v1/groups/{group}/offsets", OffsetsResource.put),
    Route(.get, "/v1/groups/{group}/dead-letters", DeadLettersResource.list),
    Route(.delete, "/v1/groups/{group}/dead-letters", DeadLettersResource.purge),
    Route(.post, "/v1/groups/{group}/dead-letters/redrive", DeadLettersResource.redrive),
    Route(.post, "/v1/transactions", PrepareResource.prepare),
    Route(.post, "/v1/transactions/{transaction}/commit", TransactionsResource.commit),
    Route(.post, "/v1/transactions/{transaction}/rollback", TransactionsResource.rollBack),
    Route(.get, "/v1/transactions", TransactionsResource.list),
    Route(.get, "/v1/transactions/{transaction}", TransactionsResource.get),
    Route(.get, "/v1/transactions/{transaction}/records", TransactionsResource.records),
    Route(.get, "/v1/groups", GroupsResource.list),
    Route(.get, "/v1/groups/{group}", GroupsResource.get),
    Route(.put, "/v1/groups/{group}", GroupsResource.put),
    Route(.delete, "/v1/groups/{group}", GroupsResource.delete),
    Route(.get, "/readyz", isAlwaysOpen: true, ServerResource.readiness),
    Route(.get, "/metrics", isAlwaysOpen: true, ServerResource.metrics),
    Route(.get, "/", isAlwaysOpen: true, PageResource.page),
    Route(.get, "/assets/{asset}", isAlwaysOpen: true, PageResource.asset),
    Route(.get, "/openapi.yaml", isAlwaysOpen: true, ServerResource.interface),
    Route(.get, "/v1/status", StatusResource.status),
    Route(.get, "/v1/events", EventsResource.events),
    Route(.post, "/v1/copy-comparison", CopyComparisonResource.run),
    Route(.get, "/v1/copy-comparison", CopyComparisonResource.last),
    Route(.get, "/v1/topics", TopicsResource.list),
    Route(.put, "/v1/topics/{topic}", TopicsResource.put),
    Route(.get, "/v1/topics/{topic}", TopicsResource.get),
    Route(.patch, "/v1/topics/{topic}", TopicsResource.patch),
    Route(.delete, "/v1/topics/{topic}", TopicsResource.delete),
    Route(.get, "/v1/topics/{topic}/partitions/{partition}", PartitionResource.get),
    Route(
      .post, "/v1/topics/{topic}/partitions/{partition}/truncate", PartitionResource.truncate),
    Route(
      .get, "/v1/topics/{topic}/partitions/{partition}/segments/{base}", SegmentResource.get),
  ]
}
