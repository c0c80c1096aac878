"""`python -m tests.fuzz`: the campaign, or one case of it again.

python -m tests.fuzz --cases 200000 --seed 0 --jobs 2
python -m tests.fuzz --again queries 0 1234
"""

import argparse
import os
import tempfile
from datetime import date
from functools import partial
from pathlib import Path

from tests.fuzz.campaign import campaign, table
from tests.fuzz.kinds import KINDS
from tests.fuzz.running import keep, run_case

START, END = "<!-- campaign -->\n", "<!-- end -->\n"


def _arguments():
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    add = parser.add_argument
    add("--cases", type=int, default=2000, metavar="N", help="in all (default: 2000)")
    add("--seed", type=int, default=0, metavar="N")
    add("--jobs", type=int, default=1, metavar="N", help="worker processes (default: 1)")
    add("--kinds", nargs="+", choices=KINDS, default=list(KINDS), metavar="KIND")
    add("--kept", type=Path, default=Path("build/fuzz"), help="where cases with a fault go")
    add("--write", type=Path, metavar="PAGE", help="put the table in a page")
    add("--again", nargs=3, metavar=("KIND", "SEED", "INDEX"), help="run one case and print it")
    return parser.parse_args()


def main():
    """Run what the command line says; exit code 1 where a case shows a fault."""
    args = _arguments()
    if args.again:
        return _again(*args.again)
    kept = args.kept.absolute()
    told = partial(print, flush=True)
    found = campaign(args.kinds, args.cases, seed=args.seed, jobs=args.jobs, kept=kept, told=told)
    text = table(found)
    print(text)
    if args.write:
        _write(args.write, f"python -m tests.fuzz --cases {args.cases} --seed {args.seed}", text)
    return int(any(t.faults or t.hangs or t.oversized or t.died for t in found.values()))


def _again(kind, seed, index):
    case = KINDS[kind](int(seed), int(index))
    os.environ["SCMC_DEBUG"] = "1"
    with tempfile.TemporaryDirectory() as folder:
        keep(case, Path(folder) / "kept", "")
        print((Path(folder) / "kept/again.sh").read_text("utf-8", "surrogateescape"))
        outcome = run_case(case, Path(folder) / "case")
    for name, content in case.files.items():
        print(f"== {name}\n{content[:2000]!r}")
    print(outcome.codes, f"{outcome.seconds:.2f} s", outcome.fault)
    return bool(outcome.fault)


def _write(page, command, text):
    """Put the table between the marks of a page."""
    before, _, rest = page.read_text("utf-8").partition(START)
    _, _, after = rest.partition(END)
    shown = f"`{command}` on {date.today().isoformat()}:\n\n{text}\n"
    page.write_text(f"{before}{START}{shown}{END}{after}", "utf-8")


if __name__ == "__main__":
    raise SystemExit(main())
