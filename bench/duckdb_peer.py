"""The same aggregations in DuckDB over the exported columns: are the sums the same, and how long does each take?

usage: duckdb_peer.py EXPORT_DIR   (written by qianmo-bench)
"""

import json
import pathlib
import statistics
import sys
import time
from decimal import Decimal

import duckdb

folder = pathlib.Path(sys.argv[1])
told = json.loads((folder / "queries.json").read_text())
connection = duckdb.connect()
connection.execute("set threads = 2")
for file in sorted(folder.glob("*.parquet")):
    connection.execute(f"create table {file.stem} as select * from '{file}'")

compared = differing = 0
total = 0.0
for query in told["queries"]:
    times = []
    for _ in range(5):
        began = time.perf_counter()
        rows = connection.execute(query["sql"]).fetchall()
        times.append((time.perf_counter() - began) * 1000)
    total += statistics.median(times)
    for cell in query["expected"]:
        for part in ("numerator", "denominator"):
            column, expected = cell[f"{part}_column"], cell[part]
            if column is None or expected is None:
                continue
            found = sum((Decimal(str(row[column])) for row in rows if row[column] is not None), Decimal(0))
            compared += 1
            if found != Decimal(expected):
                differing += 1
                print(f"differs: {query['view']} {cell['indicator']} {part}: ours {expected}, DuckDB {found}")

print(f"{'DuckDB ' + duckdb.__version__ + ', the same aggregations, in memory':<52}{total:>9.1f} ms")
print(f"{'ours ÷ DuckDB (goal at most 1.0)':<52}{told['ours_ms'] / total:>9.2f}")
print(f"numerators and denominators compared: {compared}, differing: {differing}")
sys.exit(1 if differing else 0)
