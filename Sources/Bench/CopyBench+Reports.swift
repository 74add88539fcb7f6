import HTTPServer

extension CopyBench {
  func report(_ cases: [CopyCase], _ figures: [CopyCase: CopyFigures]) -> Report {
    var report = Report(
      "copy strategies through the server, medians of \(rounds) rounds",
      [
        .init("cache", "cache"), .init("conns", "connections"), .init("answer", "chunk"),
        .init("strategy", "strategy"), .init("GB/s", "gb_per_second"),
        .init("CPU s/GB", "cpu_seconds_per_gb", digits: 3),
        .init("of it delivering", "delivery_cpu_seconds_per_gb", digits: 3),
        .init("calls/MB", "syscalls_per_mb"),
        .init("ctx switches/GB", "context_switches_per_gb", digits: 0),
        .init("speed x read", "speed_to_read"), .init("CPU x read", "cpu_to_read"),
      ])
    for setting in cases {
      for strategy in strategies {
        let (one, found) = lookUp(setting, strategy, figures)
        let (_, read) = lookUp(setting, .read, figures)
        report.rows.append([
          .text(one.cache), .count(one.connections), .text(ByteText.text(one.chunkBytes)),
          .text(strategy.rawValue), .number(CopyFigures.median(found.speeds)),
          .number(CopyFigures.median(found.cpu)),
          .number(CopyFigures.median(found.deliveryCPU)),
          .number(CopyFigures.median(found.callsPerGB) / 1000),
          .number(CopyFigures.median(found.switchesPerGB)),
          .number(found.ratio(of: \.speeds, to: read)), .number(found.ratio(of: \.cpu, to: read)),
        ])
      }
    }
    report.notes = [
      "The receivers drop the bytes in the kernel; CPU is the server's own, by its /metrics.",
      "The ratios are the result, medians of those of the rounds: absolute figures move with the",
      "machine.",
    ]
    return report
  }

  /// The textbook's account for each gigabyte, and what was counted, for the largest answers over
  /// one connection.
  func theory(_ cases: [CopyCase], _ figures: [CopyCase: CopyFigures]) -> Report {
    var report = Report(
      "for each GB: the textbook, and the count",
      [
        .init("strategy", "strategy"), .init("chunk", "chunk"),
        .init("calls, textbook", "theory_syscalls", digits: 0),
        .init("calls, counted", "counted_syscalls", digits: 0),
        .init("mode switches, textbook", "theory_switches", digits: 0),
        .init("mode switches, counted", "counted_switches", digits: 0),
        .init("copies", "theory_copies"), .init("by the CPU", "theory_cpu_copies"),
      ])
    let hot = cases.filter { !$0.isCold && $0.connections == cases[0].connections }
    guard let setting = hot.max(by: { $0.chunkBytes < $1.chunkBytes }) else { return report }
    let chunks = 1e9 / Double(setting.chunkBytes)
    for strategy in strategies {
      let (_, found) = lookUp(setting, strategy, figures)
      let book = strategy.textbookCost
      let calls = CopyFigures.median(found.callsPerGB)
      report.rows.append([
        .text(strategy.rawValue), .text(ByteText.text(setting.chunkBytes)),
        .number(Double(book.systemCalls) * chunks), .number(calls),
        .number(Double(book.contextSwitches) * chunks), .number(calls * 2),
        .count(book.copies), .count(book.processorCopies),
      ])
    }
    report.notes = [
      "A map that lasts, as here, saves one of mmap's two calls.",
      "Every call switches into the kernel and back. The count holds the probes for cold pages,",
      "the head's own send, and what a full socket buffer or a smaller buffer cuts into more.",
      "Copies cannot be counted from here; with scatter-gather hardware sendfile's are none"
        + " by the CPU.",
    ]
    return report
  }

  func plot(_ cases: [CopyCase], _ figures: [CopyCase: CopyFigures]) -> Plot {
    let panels = cases.filter { $0.chunkBytes == cases[0].chunkBytes }.map { setting in
      let row = cases.filter {
        $0.isCold == setting.isCold && $0.connections == setting.connections
      }
      let series = strategies.map { strategy in
        let speeds = row.map { CopyFigures.median(lookUp($0, strategy, figures).1.speeds) }
        return Plot.Series(
          strategy.rawValue, speeds.enumerated().map { .init(x: Double($0.offset), y: $0.element) })
      }
      let plural = setting.connections == 1 ? "" : "s"
      return Plot.Panel(
        title: "\(setting.cache), \(setting.connections) connection\(plural)",
        x: .places("bytes of an answer", row.map { ByteText.text($0.chunkBytes) }),
        y: .linear("GB/s", upTo: series.flatMap(\.points).map(\.y).max() ?? 0), series: series)
    }
    return Plot("Copy strategies by size of answer, medians of \(rounds) rounds", panels)
  }

  private func lookUp(
    _ setting: CopyCase, _ strategy: CopyStrategy, _ figures: [CopyCase: CopyFigures]
  ) -> (CopyCase, CopyFigures) {
    var one = setting
    one.strategy = strategy
    return (one, figures[one] ?? CopyFigures())
  }
}
