"""Ask one library."""

import argparse
import json
import logging
import re
import time
import warnings
from collections.abc import Callable, Iterator, Mapping
from importlib import import_module
from importlib.metadata import version
from pathlib import Path

from benchmarks.offers.questions import QUESTIONS

LIBRARIES = {
    "scmc": "scm-compiler",
    "dowhy": "dowhy",
    "pyagrum": "pyagrum",
    "causalqueries": "",
    "pathmc": "pathmc",
    "antecedent": "antecedent",
}
"""The distribution of each, whose version is said."""

KEPT = Path(__file__).with_name("answers.json")
PAGE = Path(__file__).parents[2] / "docs" / "comparison.md"

Answers = Mapping[str, Callable[[], str] | str]
"""Of each question how it is asked, or a sentence on why it cannot be."""


def main() -> None:
    """Print what one library says to each question."""
    parser = argparse.ArgumentParser(description="What one library offers of each question.")
    parser.add_argument("library", choices=LIBRARIES)
    parser.add_argument("--only", choices=QUESTIONS, help="one question")
    parser.add_argument("--write", action="store_true", help="into docs/comparison.md")
    args = parser.parse_args()
    warnings.filterwarnings("ignore")
    logging.disable(logging.CRITICAL)
    answers: Answers = import_module(f"benchmarks.offers.with_{args.library}").ANSWERS
    distribution = LIBRARIES[args.library]
    said = {"version": version(distribution) if distribution else "1.4.6"}
    for name, question in QUESTIONS.items():
        if args.only in (None, name):
            said[name] = _said(answers[name])
            print(f"{question}\n  {said[name]}", flush=True)
    if args.write:
        kept = json.loads(KEPT.read_text(encoding="utf-8")) if KEPT.exists() else {}
        kept[args.library] = kept.get(args.library, {}) | said
        KEPT.write_text(json.dumps(kept, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
        _write(kept)


def _said(asked: Callable[[], str] | str) -> str:
    """The answer, and how long it took if one notices, or why there is none."""
    if isinstance(asked, str):
        return f"none: {asked}"
    started = time.perf_counter()
    try:
        found = asked()
    except Exception as error:  # what a library raises is what it says
        first = str(error).strip().splitlines() or [""]
        return f"refused: {type(error).__name__}: {first[0][:100]}"
    seconds = time.perf_counter() - started
    return found if seconds < 1 else f"{found} ({seconds:.0f} s)"


def _write(kept: Mapping[str, Mapping[str, str]]) -> None:
    """All that was kept into the page, question by question."""
    page = PAGE.read_text(encoding="utf-8")
    block = "```text\n" + "\n".join(_lines(kept)) + "\n```\n"
    around = re.compile(r"(<!-- offers -->\n).*?(<!-- end -->)", re.DOTALL)
    PAGE.write_text(
        around.sub(lambda found: f"{found[1]}{block}{found[2]}", page), encoding="utf-8"
    )


def _lines(kept: Mapping[str, Mapping[str, str]]) -> Iterator[str]:
    present = [name for name in LIBRARIES if name in kept]
    yield ", ".join(f"{name} {kept[name]['version']}" for name in present)
    for name, question in QUESTIONS.items():
        yield question
        for library in present:
            yield f"  {library:<13} {kept[library][name]}"


if __name__ == "__main__":
    main()
