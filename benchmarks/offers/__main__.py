"""Ask one library."""

import argparse
import logging
import time
import warnings
from collections.abc import Callable, Mapping
from importlib import import_module
from importlib.metadata import version

from benchmarks.offers.questions import QUESTIONS

LIBRARIES = {
    "scmc": "scm-compiler",
    "dowhy": "dowhy",
    "pyagrum": "pyagrum",
    "pathmc": "pathmc",
    "antecedent": "antecedent",
}

Answers = Mapping[str, Callable[[], str] | str]
"""Of each question how it is asked, or a sentence on why it cannot be."""


def main() -> None:
    """Print what one library says to each question."""
    parser = argparse.ArgumentParser(description="What one library offers of each question.")
    parser.add_argument("library", choices=LIBRARIES)
    parser.add_argument("--only", choices=QUESTIONS, help="one question")
    args = parser.parse_args()
    warnings.filterwarnings("ignore")
    logging.disable(logging.CRITICAL)
    answers: Answers = import_module(f"benchmarks.offers.with_{args.library}").ANSWERS
    print(f"{args.library} {version(LIBRARIES[args.library])}")
    for name, question in QUESTIONS.items():
        if args.only in (None, name):
            print(f"{question}\n  {_said(answers[name])}", flush=True)


def _said(asked: Callable[[], str] | str) -> str:
    """The answer and how long it took, or why there is none."""
    if isinstance(asked, str):
        return f"none: {asked}"
    started = time.perf_counter()
    try:
        found = asked()
    except Exception as error:  # noqa: BLE001  (what a library raises is what it says)
        first = str(error).strip().splitlines() or [""]
        return f"refused: {type(error).__name__}: {first[0][:160]}"
    return f"{found} ({time.perf_counter() - started:.2f} s)"


if __name__ == "__main__":
    main()
