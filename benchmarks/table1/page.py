"""The page that holds table 1 and figure 5."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.__main__ import machine
from benchmarks.head_study.page import REMARKS
from benchmarks.table1.figure5 import Learnt, counts, weights
from benchmarks.table1.measure import CHOOSING, MEASURED, Recipe
from benchmarks.table1.models import UNSUPERVISED_BETA
from benchmarks.table1.scenes import SETS
from benchmarks.table1.tables import Cells, by_label, table

PICTURE = "pictures/causal-vae-graph.png"
MAPS = """Causes are rows and effects columns, in the same order: red adds, blue takes away. Labels
are of variance 1, and from seed 0. *Found* has no faint entries, and no circle; *direction* says
whether data can tell that of a declared edge."""


def told(cells: Cells, graphs: Mapping[str, Sequence[Learnt]]) -> str:
    """Everything that is found, as a page has it."""
    blocks = [
        f"## Table 1\n\n{_block(table(cells))}",
        f"Of CausalVAE, label by label:\n\n{_block(by_label(cells, 'CausalVAE'))}",
        f"## Figure 5\n\n![A at several steps, beside the declared graph]({PICTURE})\n\n{MAPS}",
        *(f"{name}\n\n{_block(weights(them[0]))}" for name, them in graphs.items()),
        f"Declared edges, by each seed:\n\n{_block(counts(graphs))}",
    ]
    return "\n\n".join(blocks)


def page(found: str, recipe: Recipe, place: Path) -> str:
    """The page, with the remarks that it has so far."""
    before = REMARKS.search(place.read_text(encoding="utf-8")) if place.exists() else None
    remarks = before[0] if before else "<!-- remarks -->\n<!-- end -->\n"
    steps = sorted({it.steps for it in SETS.values()} if recipe.steps is None else {recipe.steps})
    return f"""# MIC and TIC of CausalVAE's codes, and A as it is learnt

Written by `python -m benchmarks.table1 --out DIR --faces CELEBA.zip --write PAGE --picture FILE`
on {datetime.now(UTC):%Y-%m-%d}; {machine()}.

{remarks}
Pictures of {recipe.size} by {recipe.size} pixels, {" or ".join(f"{it:,}" for it in steps)} steps
(of scenes, of faces) for all models alike. MIC and TIC are in per cent, of {MEASURED:,} pictures
that are held out, the mean over the four labels, ± its standard error over seeds. Of a concept's
numbers the first principal component is its code, as `scmc eval --counterfactual` has it; labels
are read off the picture and not given.

*CausalVAE* is the head `causal_vae`. *ConditionVAE* is the same without edges between labels: no
causal layer, and the labels in the prior, as the paper says. The *β-VAE* is the head `vae` that
sees no label, *CausalVAE-unsup* `causal_vae` without labels and masks, both with
β = {UNSUPERVISED_BETA:.0f}. `vae` is the head as it is, whose noise is to say nothing that labels
say. Of these three the code of a label is the one that has the largest MIC with it on {CHOOSING}
pictures of the training; the paper does not say which it took. Two had *10 steps* only.

*In place* is the MIC of the first code with the first label, the second with the second and so on.
*Read* is the MIC of what the head's reader says of the label, *given* that of the code when the
encoder is given the labels, as q(z | x, u) of the paper is. *Floor* is the MIC of the same numbers
in random order, *cap* that of the label with itself.

{found}
"""


def _block(text: str) -> str:
    return f"```text\n{text}\n```"
