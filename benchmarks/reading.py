"""How quickly tables are read, beside DuckDB and Polars counting the same rows.

    python -m benchmarks.reading [--rows 5000000] [--long 100000000] [--folder DIR]

A csv file and a Parquet file of nine binary columns are made with DuckDB and deleted afterwards.
Each reader runs in a process of its own; printed is the least of three times, on the clock and of
the processor (all threads together), with what it held at most in memory.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

NAMES = ("Young", "Male", "Glasses", "Bald", "Mustache", "Smiling", "Lipstick", "Open", "Narrow")
SUM = ", ".join(NAMES)

TIMED = """
import json, resource, sys, time
{before}
times, worked = [], []
for _ in range({runs}):
    started, begun = time.perf_counter(), time.process_time()
    {work}
    times.append(time.perf_counter() - started)
    worked.append(time.process_time() - begun)
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
print(json.dumps([min(times), min(worked), peak]))
"""

SCMC = """
from scm_compiler.compiler import parse_text
from scm_compiler.runtime.data import load_labels
graph = parse_text("{names} : binary")
"""


def made(folder: Path, rows: int, name: str, options: str) -> Path:
    """A table of nine binary columns."""
    import duckdb  # noqa: PLC0415  (an extra)

    columns = ", ".join(
        f"CAST(hash(9 * i + {rank}) % 10 < {2 + rank % 6} AS TINYINT) AS {column}"
        for rank, column in enumerate(NAMES)
    )
    path = folder / name
    with duckdb.connect() as connection:
        connection.execute(
            f"COPY (SELECT {columns} FROM range({rows}) r(i)) TO '{path}' ({options})"
        )
    return path


Figures = tuple[float, float, float]
"""Seconds of the clock and of the processor, and MB of memory."""


def measured(before: str, work: str, runs: int) -> Figures:
    """The least times of some work in a process of its own, and its memory."""
    script = TIMED.format(before=before, work=work, runs=runs)
    done = subprocess.run([sys.executable, "-c", script], check=True, capture_output=True)
    figures = done.stdout[done.stdout.rindex(b"[") :]  # DuckDB's bar of progress is before it
    seconds, processor, peak = json.loads(figures)
    return seconds, processor, peak


def told(name: str, figures: Figures, peers: Sequence[Figures] = ()) -> None:
    """Print one reader's figures, beside those of the fastest of the others."""
    seconds, processor, peak = figures
    least = [min(times) for times in zip(*peers, strict=True)]
    times = f"{seconds / least[0]:.2f} and {processor / least[1]:.2f}" if least else ""
    ratio = f"  {times} times the fastest peer's" if least else ""
    print(f"  {name:<8}{seconds:>7.2f} s{processor:>7.2f} s{peak:>8.0f} MB{ratio}", flush=True)


def compare(path: Path, runs: int) -> None:
    """Read one file with each reader."""
    kind = path.suffix.removeprefix(".")
    counted = f"SELECT {SUM}, count(*) FROM read_{kind}('{path}') GROUP BY ALL"
    scan = f"pl.scan_{kind}('{path}').group_by({list(NAMES)!r}).len()"
    peers = {
        "DuckDB": measured("import duckdb", f'duckdb.sql("{counted}").fetchall()', runs),
        "Polars": measured("import polars as pl", f'{scan}.collect(engine="streaming")', runs),
    }
    ours = measured(SCMC.format(names=SUM), f"load_labels({str(path)!r}, graph)", runs)
    for name, figures in peers.items():
        told(name, figures)
    told("scmc", ours, tuple(peers.values()))


def main(words: Sequence[str] | None = None) -> None:
    """Make the tables, measure and print."""
    parser = argparse.ArgumentParser(prog="benchmarks.reading", description=__doc__)
    parser.add_argument("--rows", type=int, default=5_000_000)
    parser.add_argument("--long", type=int, default=100_000_000)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--folder", type=Path)
    args = parser.parse_args(words)
    with tempfile.TemporaryDirectory(dir=args.folder) as name:
        for rows, file, options in (
            (args.rows, "t.csv", "HEADER"),
            (args.long, "t.parquet", "FORMAT parquet"),
        ):
            path = made(Path(name), rows, file, options)
            megabytes = path.stat().st_size / 1e6
            print(f"{path.suffix[1:]} of {rows:,} rows, nine columns, {megabytes:.0f} MB")
            compare(path, args.runs)
            path.unlink()


if __name__ == "__main__":
    main()
