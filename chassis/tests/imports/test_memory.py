"""A file of any length takes the same memory."""

import json
import subprocess
import sys

MEASURE = """
import resource, sys
from itertools import islice
from zoneinfo import ZoneInfo
from chassis.imports.kinds import Amount, Instant, Integer, Kind, Text
from chassis.imports.layouts import layouts_of
from chassis.imports.mapping import compile_plan
from chassis.imports.profile import read_profile
from chassis.imports.reading import Shape, read_table
from chassis.imports.sources import Told

async def untouched(*_, **__): ...

fields = {"no": Text(20, required=True), "at": Instant(), "who": Text(60)}
lines = {"what": Text(80), "n": Integer(), "price": Amount(2)}
kind = Kind("sales", fields, ("no",), untouched, untouched, lines)
profile = read_profile('''
title: {zh: a, en: b}
records: [{kind: sales, fields: {no: no, at: at, who: who}, lines: {what: what, n: n, price: price}}]
''')

def chunks():
    yield b"no,at,who,what,n,price\\n"
    for start in range(0, int(sys.argv[1]), 1000):
        yield "".join(
            f"N{i},2024-05-{i % 28 + 1:02} 08:{i % 60:02}:00,客户{i},商品 {i * 7919 % 99991},{i % 9},{i % 999}.50\\n"
            for i in range(start, start + 1000)
        ).encode()

table = read_table(chunks, Shape())
plan = compile_plan(profile, layouts_of(profile, [kind]), [table], Told(profile, {}, ZoneInfo("UTC")))
read = parts = 0
while rows := list(islice(table.rows, 4000)):
    batch = plan.map_rows(rows)
    read, parts = read + batch.read, parts + len(batch.parts)
print([read, parts, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss])
"""


def measured(rows: int) -> tuple[int, int]:
    """Read and map a generated file in a process of its own; returns the rows read and the peak memory in KiB."""
    done = subprocess.run([sys.executable, "-c", MEASURE, str(rows)], capture_output=True, check=True, text=True)
    read, parts, peak = json.loads(done.stdout)
    assert read == parts
    return read, peak


def test_memory_does_not_grow_with_the_file() -> None:
    (few, low), (many, high) = measured(20_000), measured(100_000)
    assert (few, many) == (20_000, 100_000)
    assert high - low < 12 * 1024, f"{low} KiB for {few} rows, {high} KiB for {many}"
