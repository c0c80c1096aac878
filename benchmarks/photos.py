"""Counterfactuals of drawn faces that no head has seen, each label turned, against the truth.

    python -m benchmarks.photos --out DIR [--steps N] [--editor-steps N] [--heads vae editor …]
        [--write PAGE]

Each head is trained for so many steps, a GAN's encoder for as many again; `shipped` is the head
that comes with scmc, at its own size, with such an encoder; `editor` is an editor of photos,
trained for `--editor-steps`. What is trained or measured already is not done again. *Error* is the
mean difference to the true counterfactual, *edit* that of the photo to it: leaving the photo alone
errs by so much.
"""

import argparse
import json
import re
import shutil
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from math import isfinite
from pathlib import Path
from typing import Any

import scm_compiler as scm
from benchmarks.__main__ import machine
from scm_compiler.runtime.evaluation.counterfactual import Care, evaluate_counterfactuals
from scm_compiler.runtime.fit import train_editor, train_encoder
from scm_compiler.runtime.heads.companions import EDITOR
from scm_compiler.runtime.run import Run, open_run
from scm_compiler.runtime.sampling.grid import png
from scm_compiler.shipped import find_program, find_run

SHIPPED = "shipped"
WITH_ENCODER = ("vae", "causal_vae")
HEADS = (*WITH_ENCODER, "causal_gan", "causal_began", "conditional_gan", SHIPPED, EDITOR)
REFINED = 50
"""The steps in which a GAN's noise is made to fit each photo, in a row of its own."""

COLUMNS = (
    "head",
    "steps",
    "seconds",
    "composition, of 255",
    "error",
    "edit",
    "error / edit",
    "effect",
    "keep",
    "back",
)

Found = dict[str, Any]
"""What `scmc eval --counterfactual` says, as plain data."""


def main() -> None:
    """Train, measure, and print or write the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, required=True, help="the folder of the runs")
    parser.add_argument("--steps", type=int, default=3000, help="of each training")
    parser.add_argument("--editor-steps", type=int, default=4000, help="of an editor")
    parser.add_argument("--size", type=int, default=32, help="the side of the images")
    parser.add_argument("--heads", nargs="+", choices=HEADS, default=list(HEADS))
    parser.add_argument("--photos", type=int, default=128, help="how many are asked about")
    parser.add_argument("--images", default="drawn-faces", help="as of scmc train")
    parser.add_argument("--device", default="auto")
    parser.add_argument("--write", type=Path, metavar="PAGE", help="a page for the table")
    args = parser.parse_args()
    rows = [row for head in args.heads for row in measured(head, args)]
    told = f"{table(rows)}\n\n{by_label(rows)}"
    print(told)
    if args.write is not None:
        args.write.write_text(page(told, args), encoding="utf-8")


def measured(head: str, args: argparse.Namespace) -> Iterator[tuple[str, Found]]:
    """The rows of one head: as its encoder tells the noise, and refined."""
    run = trained(head, args)
    for refine in (0,) if head in (*WITH_ENCODER, EDITOR) else (0, REFINED):
        kept = run.path / f"photos-{refine}.json"
        if not kept.exists():
            care = Care(photos=args.photos, refine=refine)
            report = evaluate_counterfactuals(run, "Face", images=args.images, care=care)
            (run.path / f"photos-{refine}.png").write_bytes(png(report.figure()))
            told = effort(run, head)
            kept.write_text(json.dumps({**report.to_dict(), **told}))
        name = f"`{head}`" if head != SHIPPED else "`causal_gan`, as shipped"
        yield (
            name + (f", refined in {refine} steps" if refine else ""),
            json.loads(kept.read_text()),
        )


def effort(run: Run, head: str) -> dict[str, float]:
    """The steps and the seconds of a head, or of an editor."""
    if head != EDITOR:
        facts = run.manifest.heads["Face"]
        return {"steps": facts.steps, "seconds": facts.seconds}
    log = (run.path / "Face.editor.metrics.jsonl").read_text().splitlines()
    last = json.loads(log[-1])
    return {"steps": last["step"], "seconds": last["seconds"]}


def trained(head: str, args: argparse.Namespace) -> Run:
    """The run of a head, with an encoder, or of one that is not asked, with an editor."""
    folder = args.out / head
    if not (folder / "manifest.json").exists():
        if head == SHIPPED:
            shutil.copytree(find_run("drawn_faces"), folder)
        else:
            scm.train(
                scm.parse(program(args.size)),
                images=args.images,
                head="conditional_gan" if head == EDITOR else head,
                head_steps=1 if head == EDITOR else args.steps,
                device=args.device,
                run=folder,
            )
    run = open_run(folder)
    if head == EDITOR and not (folder / "Face.editor.config.json").exists():
        run = train_editor(run, images=args.images, steps=args.editor_steps, device=args.device)
    if head not in (*WITH_ENCODER, EDITOR) and not (folder / "Face.encoder.config.json").exists():
        run = train_encoder(run, images=args.images, steps=args.steps, device=args.device)
    return run


def program(size: int) -> str:
    """The program of the example, with images of another size."""
    shipped = find_program("drawn_faces").read_text(encoding="utf-8")
    return re.sub(r"image\(3, \d+, \d+\)", f"image(3, {size}, {size})", shipped)


def table(rows: Sequence[tuple[str, Found]]) -> str:
    """The table of all heads, in Markdown."""
    lines = [_line(COLUMNS), _line(["---"] * len(COLUMNS))]
    for name, found in rows:
        error, edit = _mean(found, "truth"), _mean(found, "edit")
        lines.append(
            _line(
                (
                    name,
                    f"{found['steps']:,}",
                    f"{found['seconds']:.0f}",
                    f"{255 * found['composition'][0]:.2f}",
                    f"{error:.4f}",
                    f"{edit:.4f}",
                    f"{error / edit:.2f}",
                    f"{_mean(found, 'effect'):.3f}",
                    f"{_mean(found, 'keep'):.3f}",
                    f"{_mean(found, 'back'):.4f}",
                )
            )
        )
    return "\n".join(lines)


def by_label(rows: Sequence[tuple[str, Found]]) -> str:
    """Error / edit of each label, in Markdown."""
    names = [label["label"] for label in rows[0][1]["labels"]]
    lines = [_line(["error / edit", *names]), _line(["---"] * (1 + len(names)))]
    for name, found in rows:
        shares = [label["truth"][0] / label["edit"][0] for label in found["labels"]]
        lines.append(_line([name, *(f"{share:.2f}" for share in shares)]))
    return "\n".join(lines)


def page(told: str, args: argparse.Namespace) -> str:
    """The page that holds the tables."""
    command = f"--size {args.size} --steps {args.steps} --photos {args.photos}"
    return f"""# What drawn faces would have been, by each head

Written by `python -m benchmarks.photos --out DIR {command}`
on {datetime.now(UTC):%Y-%m-%d}; {machine()}.

Drawn faces of {args.size} by {args.size} pixels (of the shipped head 32 by 32) that no head has
seen, each label turned in turn, the labels that follow by the label model's own abduction, and the
truth by what draws the faces. *Error* is the mean difference to the true counterfactual as a share
of the pixels' range, mean over labels; *edit* is that of the photo to it, by which leaving the
photo alone would err. *Composition* is the error of the photo that is drawn again, *effect* the
share in which a judge sees what was done, *keep* that in which it sees the other labels as they
were, *back* the error once the label is turned back. A GAN's encoder had as many steps as its head
([how it is trained](counterfactuals.md#photos)); *seconds* are the head's, beside other work.

{told}
"""


def _mean(found: Found, name: str) -> float:
    values = [label[name][0] for label in found["labels"] if label[name] is not None]
    known = [float(value) for value in values if isfinite(value)]
    return sum(known) / len(known)


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


if __name__ == "__main__":
    main()
