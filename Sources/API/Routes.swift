/// Every operation there is. A test holds this list against openapi.yaml.
public enum Routes {
  /// The operations, those asked for most first.
  public static let all: [Route] = [
    Route(.get, "/healthz", isAlwaysOpen: true, ServerResource.health),
    Route(.post, "/v1/topics/{topic}/records", hasQuery: true, ProduceResource.produce),
    Route(
      .get, "/v1/topics/{topic}/partitions/{partition}/records", answers: [], hasQuery: true,
      FetchResource.fetch),
    Route(
      .get, "/v1/topics/{topic}/partitions/{partition}/records/{offset}", hasQuery: true,
      RecordResource.record),
    Route(
      .get, "/v1/topics/{topic}/partitions/{partition}/records/{offset}/value",
      answers: ["application/octet-stream"], hasEntityTag: true, hasQuery: true,
      RecordResource.value),
    Route(.get, "/v1/topics/{topic}/records", hasQuery: true, KeyResource.search),
    Route(.post, "/v1/groups/{group}/receive", answers: [], ReceiveResource.receive),
    Route(.post, "/v1/groups/{group}/ack", SettleResource.ack),
    Route(.post, "/v1/groups/{group}/nack", SettleResource.nack),
    Route(.post, "/v1/groups/{group}/extend", SettleResource.extend),
    Route(.post, "/v1/groups/{group}/seek", SeekResource.seek),
    Route(.get, "/v1/groups/{group}/offsets", hasQuery: true, OffsetsResource.get),
    Route(.put, "/v1/groups/{group}/offsets", OffsetsResource.put),
    Route(.get, "/v1/groups/{group}/dead-letters", hasQuery: true, DeadLettersResource.list),
    Route(.delete, "/v1/groups/{group}/dead-letters", DeadLettersResource.purge),
    Route(.post, "/v1/groups/{group}/dead-letters/redrive", DeadLettersResource.redrive),
    Route(.post, "/v1/transactions", PrepareResource.prepare),
    Route(.post, "/v1/transactions/{transaction}/commit", TransactionsResource.commit),
    Route(.post, "/v1/transactions/{transaction}/rollback", TransactionsResource.rollBack),
    Route(.get, "/v1/transactions", hasQuery: true, TransactionsResource.list),
    Route(.get, "/v1/transactions/{transaction}", TransactionsResource.get),
    Route(
      .get, "/v1/transactions/{transaction}/records", hasQuery: true, TransactionsResource.records),
    Route(.get, "/v1/groups", hasQuery: true, GroupsResource.list),
    Route(.get, "/v1/groups/{group}", GroupsResource.get),
    Route(.put, "/v1/groups/{group}", GroupsResource.put),
    Route(.delete, "/v1/groups/{group}", answers: [], GroupsResource.delete),
    Route(.get, "/v1/scheduled", hasQuery: true, ScheduledResource.list),
    Route(.get, "/v1/scheduled/{id}", hasQuery: true, ScheduledResource.get),
    Route(.delete, "/v1/scheduled/{id}", answers: [], ScheduledResource.cancel),
    Route(.get, "/readyz", isAlwaysOpen: true, ServerResource.readiness),
    Route(.get, "/metrics", isAlwaysOpen: true, answers: [], ServerResource.metrics),
    Route(
      .get, "/", isAlwaysOpen: true, answers: ["text/html"], hasEntityTag: true, PageResource.page),
    Route(
      .get, "/assets/{asset}", isAlwaysOpen: true, answers: [], hasEntityTag: true,
      PageResource.asset),
    Route(
      .get, "/openapi.yaml", isAlwaysOpen: true, answers: ["application/yaml"],
      ServerResource.interface),
    Route(.get, "/v1/status", StatusResource.status),
    Route(.get, "/v1/events", answers: [], EventsResource.events),
    Route(.post, "/v1/copy-comparison", CopyComparisonResource.run),
    Route(.get, "/v1/copy-comparison", CopyComparisonResource.last),
    Route(.get, "/v1/topics", hasQuery: true, TopicsResource.list),
    Route(.put, "/v1/topics/{topic}", TopicsResource.put),
    Route(.get, "/v1/topics/{topic}", TopicsResource.get),
    Route(.patch, "/v1/topics/{topic}", TopicsResource.patch),
    Route(.delete, "/v1/topics/{topic}", answers: [], TopicsResource.delete),
    Route(.get, "/v1/topics/{topic}/partitions/{partition}", PartitionResource.get),
    Route(
      .post, "/v1/topics/{topic}/partitions/{partition}/truncate", PartitionResource.truncate),
    Route(
      .get, "/v1/topics/{topic}/partitions/{partition}/segments/{base}",
      answers: [FetchResource.batchType], hasEntityTag: true, hasQuery: true, SegmentResource.get),
  ]
}
