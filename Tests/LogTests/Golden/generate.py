#!/usr/bin/env python3
"""Writes batches.bin: record batches as kafka-python (PyPI, 3.0.12) frames them.

GoldenBytesTests.swift frames the same records; the two lists must agree. Run it in this folder.
"""
import os
from kafka.record.memory_records import MemoryRecordsBuilder

TIME = 1_700_000_000_000

BATCHES = [
    [(TIME, b"key", b"value", [])],
    [(TIME, None, b"no key", [])],
    [(TIME, b"no value", None, [])],
    [(TIME, None, None, [])],
    [(TIME, b"", b"", [])],
    [(TIME, b"k", b"v", [("tag", b"red"), ("empty", b""), ("null", None)])],
    [(TIME, "schlüssel".encode(), "値🙂".encode(), [("größe", "été".encode())])],
    [(TIME, b"a", b"1", []), (TIME - 5000, b"b", b"2", []), (TIME + 70, b"c", b"3", [])],
    [(-1, None, b"before the epoch", [])],
    [(TIME, None, b"x" * 20000, [])],
    [(TIME + i * 37 % 1000, b"key-%d" % (i % 7), b"v" * (i % 90), []) for i in range(300)],
]


def frame(records):
    builder = MemoryRecordsBuilder(magic=2, compression_type=0, batch_size=1 << 20)
    for timestamp, key, value, headers in records:
        builder.append(timestamp, key, value, headers)
    builder.close()
    return bytes(builder.buffer())


with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "batches.bin"), "wb") as file:
    file.write(b"".join(frame(batch) for batch in BATCHES))
