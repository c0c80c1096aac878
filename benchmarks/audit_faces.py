"""What a head of real faces makes the cause of what, beside tables 1 and 3 of CAGE.

    python -m benchmarks.audit_faces --images folder:CELEBA.zip [--out DIR] [--steps 8000]
        [--head conditional_gan] [--classifier svm]

A head of 32 x 32 pixels is trained on photographs whose labels the paper has, and audited by the
paper's method. The head draws labels under a graph in which Male and Young are causes of the rest,
but with `--labels random` (the default here) they are even and independent, so that what moves
together is the bare head's doing. The paper asks StyleGAN2, finetuned on a tenth of CelebA-HQ.
"""

import argparse
from pathlib import Path

import scm_compiler as scm
from scm_compiler.inference.table import columns
from scm_compiler.runtime.audit.report import AuditReport, Pair

Row = tuple[str, ...]

PROGRAM = """graph faces
Male, Young, Mustache, Bald, Goatee, Rosy_Cheeks, Blond_Hair, Smiling : binary
Face : image(3, 32, 32)
Male, Young -> Mustache, Bald, Goatee, Rosy_Cheeks, Blond_Hair, Smiling
* -> Face
"""

ACCURACY = {
    "Male": 90.0, "Mustache": 79.7, "Bald": 70.8, "Goatee": 83.2, "Rosy_Cheeks": 72.8,
    "Young": 75.1, "Smiling": 79.6, "Blond_Hair": 84.8,
}  # fmt: skip
"""Table 1: the test accuracy of the paper's classifiers of codes, in per cent."""

DIRECTION = {
    ("Male", "Mustache"): "->", ("Male", "Bald"): "->", ("Male", "Goatee"): "->",
    ("Male", "Rosy_Cheeks"): "->", ("Young", "Bald"): "<-", ("Male", "Blond_Hair"): "->",
    ("Male", "Smiling"): "none",
}  # fmt: skip
"""Table 3: the direction that the paper reports; `none` stands for independence."""


def accuracies(report: AuditReport) -> str:
    """Table 1 beside ours."""
    rows: list[Row] = [("attribute", "paper, by codes", "by codes", "by images", "shown on")]
    for found in report.attributes:
        rows.append(
            (
                found.name,
                f"{ACCURACY[found.name]:.1f}",
                f"{100 * found.latent.value:.1f}",
                f"{100 * found.image.value:.1f}",
                f"{100 * found.rate.value:.1f}",
            )
        )
    return columns(rows)


def directions(report: AuditReport) -> str:
    """Table 3 beside ours."""
    rate = {found.name: found for found in report.attributes}
    rows: list[Row] = [
        ("pair", "paper", "says", "delta tau", "by codes", "GATE ->", "GATE <-", "p", "MMD")
    ]
    for pair in report.pairs:
        if (pair.left, pair.right) in DIRECTION:
            rows.append(_row(pair, DIRECTION[pair.left, pair.right], rate[pair.right].mmd))
    return columns(rows)


def _row(pair: Pair, paper: str, mmd: tuple[float, ...]) -> Row:
    seen = pair.image
    return (
        f"{pair.left}, {pair.right}",
        paper,
        pair.direction,
        f"{seen.delta.value:+.3f} ± {seen.delta.error:.3f}",
        f"{pair.latent.delta.value:+.3f}",
        f"{seen.forward.gate.value:+.3f}",
        f"{seen.backward.gate.value:+.3f}",
        f"{min(seen.forward.p, seen.backward.p):.3f}",
        f"{max(mmd):.3f}",
    )


def main() -> None:
    """Train, audit, print."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--images", required=True, help="as of scmc train")
    parser.add_argument("--out", type=Path, default=Path("build/audit_faces"))
    parser.add_argument("--steps", type=int, default=8000)
    parser.add_argument("--head", default="conditional_gan")
    parser.add_argument("--labels", choices=("random", "graph"), default="random")
    parser.add_argument("--classifier", choices=("logistic", "svm"), default="svm")
    args = parser.parse_args()
    if not (args.out / "Face.safetensors").exists():
        scm.train(
            scm.parse(PROGRAM), images=args.images, head=args.head, head_steps=args.steps,
            device="cpu", run=args.out,
        )  # fmt: skip
    report = scm.audit(
        scm.open_run(args.out), labels=args.labels, classifier=args.classifier,
        folder=args.out / "audit",
    )  # fmt: skip
    print(accuracies(report), directions(report), sep="\n\n")


if __name__ == "__main__":
    main()
