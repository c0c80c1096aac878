"""Record all that the code gives, and compare two records.

    python -m benchmarks.unchanged record OUT.json [--code CHECKOUT] [--graphs N] [--each N]
    python -m benchmarks.unchanged compare OLD.json NEW.json

A record holds the SHA-256 of every example's build and of short trainings, and what a corpus of
questions printed. Records of one machine are equal where the two checkouts give the same.
"""

import argparse
import hashlib
import json
import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from benchmarks.unchanged.products import builds, trainings
from benchmarks.unchanged.questions import questions

Findings = Iterator[tuple[str, str]]


def record(out: Path, graphs: int, each: int) -> None:
    """Write what everything gives, worked out in a folder of its own."""
    sections: dict[str, Callable[[], Findings]] = {
        "builds": builds,
        "trainings": trainings,
        "questions": lambda: questions(graphs, each),
    }
    found = {}
    with tempfile.TemporaryDirectory() as folder:
        os.environ["XDG_CACHE_HOME"] = f"{folder}/cache"
        for name, section in sections.items():
            place = Path(folder) / name
            place.mkdir()
            os.chdir(place)
            found[name] = dict(section())
            print(summary(name, found[name]), flush=True)
        os.chdir("/")
    out.write_text(json.dumps(found, indent=1))


def summary(name: str, findings: dict[str, str]) -> str:
    """A section's size and the digest of all of it."""
    digest = hashlib.sha256(json.dumps(findings, sort_keys=True).encode()).hexdigest()
    return f"{name:<10} {len(findings):>6,}  {digest[:32]}"


def compare(old: Path, new: Path, most: int) -> int:
    """Print what differs between two records; 1 if anything does."""
    before, after = (json.loads(path.read_text()) for path in (old, new))
    differing = 0
    for name in before:
        keys = dict.fromkeys((*before[name], *after[name]))
        wrong = [key for key in keys if before[name].get(key) != after[name].get(key)]
        print(f"{name:<10} {len(keys) - len(wrong):>6,} of {len(keys):,} are equal")
        for key in wrong[:most]:
            sides = (before[name].get(key), after[name].get(key))
            print(f"\n{key}\n--- before\n{sides[0]}\n--- after\n{sides[1]}")
        differing += len(wrong)
    return int(differing > 0)


def main() -> int:
    """Record or compare."""
    parser = argparse.ArgumentParser(prog="benchmarks.unchanged", description=__doc__)
    verbs = parser.add_subparsers(dest="verb", required=True)
    recording = verbs.add_parser("record")
    recording.add_argument("out", type=Path)
    recording.add_argument("--code", type=Path, help="the checkout to look at (default: this one)")
    recording.add_argument("--graphs", type=int, default=25)
    recording.add_argument("--each", type=int, default=30)
    comparing = verbs.add_parser("compare")
    comparing.add_argument("old", type=Path)
    comparing.add_argument("new", type=Path)
    comparing.add_argument("--most", type=int, default=20, help="differences to print a section")
    args = parser.parse_args()
    if args.verb == "compare":
        return compare(args.old, args.new, args.most)
    if args.code:
        sys.path.insert(0, str(args.code.resolve()))
    record(args.out.resolve(), args.graphs, args.each)
    return 0


if __name__ == "__main__":
    sys.exit(main())
