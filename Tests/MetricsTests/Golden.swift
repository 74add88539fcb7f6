/// The sample registry in Prometheus text 0.0.4.
let prometheusGolden = #"""
  # HELP sluice_http_requests_total Requests answered, by method.
  # TYPE sluice_http_requests_total counter
  sluice_http_requests_total{method="GET"} 3
  sluice_http_requests_total{method="PUT"} 1
  # HELP sluice_delivery_cpu_seconds_total CPU time, as "user" or \\system\\\nby thread.
  # TYPE sluice_delivery_cpu_seconds_total counter
  sluice_delivery_cpu_seconds_total{mode="user",strategy="sendfile"} 1.25
  # HELP sluice_buffered_bytes Bytes in flight.
  # TYPE sluice_buffered_bytes gauge
  sluice_buffered_bytes -7
  # HELP sluice_sync_seconds Time of a sync.
  # TYPE sluice_sync_seconds histogram
  sluice_sync_seconds_bucket{le="1e-05"} 1
  sluice_sync_seconds_bucket{le="0.001"} 2
  sluice_sync_seconds_bucket{le="2.0"} 2
  sluice_sync_seconds_bucket{le="+Inf"} 3
  sluice_sync_seconds_sum 2.000020002
  sluice_sync_seconds_count 3
  # HELP sluice_sync_batches Batches a sync.
  # TYPE sluice_sync_batches histogram
  sluice_sync_batches_bucket{log="a",le="1.0"} 0
  sluice_sync_batches_bucket{log="a",le="2.0"} 1
  sluice_sync_batches_bucket{log="a",le="+Inf"} 1
  sluice_sync_batches_sum{log="a"} 2
  sluice_sync_batches_count{log="a"} 1
  # HELP sluice_topic_bytes Size.
  # TYPE sluice_topic_bytes gauge
  sluice_topic_bytes{topic="a\"b\\c\nd"} 18446744073709551615
  sluice_topic_bytes{topic="é"} 18446744073709551615
  # HELP sluice_topic_lag_seconds Lag.
  # TYPE sluice_topic_lag_seconds gauge
  sluice_topic_lag_seconds{topic="a\"b\\c\nd"} -Inf
  sluice_topic_lag_seconds{topic="é"} -Inf
  # HELP sluice_topic_appends_total Appends.
  # TYPE sluice_topic_appends_total counter
  sluice_topic_appends_total{topic="a\"b\\c\nd"} 5
  sluice_topic_appends_total{topic="é"} 5
  # HELP process_cpu_seconds_total Total user and system CPU time spent in seconds.
  # TYPE process_cpu_seconds_total counter
  process_cpu_seconds_total 1.5
  # HELP process_resident_memory_bytes Resident memory size in bytes.
  # TYPE process_resident_memory_bytes gauge
  process_resident_memory_bytes 4096
  # HELP process_virtual_memory_bytes Virtual memory size in bytes.
  # TYPE process_virtual_memory_bytes gauge
  process_virtual_memory_bytes 8192
  # HELP process_open_fds Number of open file descriptors.
  # TYPE process_open_fds gauge
  process_open_fds 9
  # HELP process_max_fds Maximum number of open file descriptors.
  # TYPE process_max_fds gauge
  process_max_fds 1024
  # HELP process_start_time_seconds Start time of the process since unix epoch in seconds.
  # TYPE process_start_time_seconds gauge
  process_start_time_seconds 1700000000.123
  # HELP process_threads Number of threads in the process.
  # TYPE process_threads gauge
  process_threads 4

  """#

/// The same registry in OpenMetrics 1.0.
let openMetricsGolden = #"""
  # HELP sluice_http_requests Requests answered, by method.
  # TYPE sluice_http_requests counter
  sluice_http_requests_total{method="GET"} 3
  sluice_http_requests_total{method="PUT"} 1
  # HELP sluice_delivery_cpu_seconds CPU time, as \"user\" or \\system\\\nby thread.
  # TYPE sluice_delivery_cpu_seconds counter
  # UNIT sluice_delivery_cpu_seconds seconds
  sluice_delivery_cpu_seconds_total{mode="user",strategy="sendfile"} 1.25
  # HELP sluice_buffered_bytes Bytes in flight.
  # TYPE sluice_buffered_bytes gauge
  # UNIT sluice_buffered_bytes bytes
  sluice_buffered_bytes -7
  # HELP sluice_sync_seconds Time of a sync.
  # TYPE sluice_sync_seconds histogram
  # UNIT sluice_sync_seconds seconds
  sluice_sync_seconds_bucket{le="1e-05"} 1
  sluice_sync_seconds_bucket{le="0.001"} 2
  sluice_sync_seconds_bucket{le="2.0"} 2
  sluice_sync_seconds_bucket{le="+Inf"} 3
  sluice_sync_seconds_sum 2.000020002
  sluice_sync_seconds_count 3
  # HELP sluice_sync_batches Batches a sync.
  # TYPE sluice_sync_batches histogram
  sluice_sync_batches_bucket{log="a",le="1.0"} 0
  sluice_sync_batches_bucket{log="a",le="2.0"} 1
  sluice_sync_batches_bucket{log="a",le="+Inf"} 1
  sluice_sync_batches_sum{log="a"} 2
  sluice_sync_batches_count{log="a"} 1
  # HELP sluice_topic_bytes Size.
  # TYPE sluice_topic_bytes gauge
  # UNIT sluice_topic_bytes bytes
  sluice_topic_bytes{topic="a\"b\\c\nd"} 18446744073709551615
  sluice_topic_bytes{topic="é"} 18446744073709551615
  # HELP sluice_topic_lag_seconds Lag.
  # TYPE sluice_topic_lag_seconds gauge
  # UNIT sluice_topic_lag_seconds seconds
  sluice_topic_lag_seconds{topic="a\"b\\c\nd"} -Inf
  sluice_topic_lag_seconds{topic="é"} -Inf
  # HELP sluice_topic_appends Appends.
  # TYPE sluice_topic_appends counter
  sluice_topic_appends_total{topic="a\"b\\c\nd"} 5
  sluice_topic_appends_total{topic="é"} 5
  # HELP process_cpu_seconds Total user and system CPU time spent in seconds.
  # TYPE process_cpu_seconds counter
  # UNIT process_cpu_seconds seconds
  process_cpu_seconds_total 1.5
  # HELP process_resident_memory_bytes Resident memory size in bytes.
  # TYPE process_resident_memory_bytes gauge
  # UNIT process_resident_memory_bytes bytes
  process_resident_memory_bytes 4096
  # HELP process_virtual_memory_bytes Virtual memory size in bytes.
  # TYPE process_virtual_memory_bytes gauge
  # UNIT process_virtual_memory_bytes bytes
  process_virtual_memory_bytes 8192
  # HELP process_open_fds Number of open file descriptors.
  # TYPE process_open_fds gauge
  process_open_fds 9
  # HELP process_max_fds Maximum number of open file descriptors.
  # TYPE process_max_fds gauge
  process_max_fds 1024
  # HELP process_start_time_seconds Start time of the process since unix epoch in seconds.
  # TYPE process_start_time_seconds gauge
  # UNIT process_start_time_seconds seconds
  process_start_time_seconds 1700000000.123
  # HELP process_threads Number of threads in the process.
  # TYPE process_threads gauge
  process_threads 4
  # EOF

  """#
