"""Counterfactuals of a sample: the same units, with the same noise, had some labels been held.

Of each unit the image keeps its noise, and each label the noise that its value tells of.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from scm_compiler.diagnostics import refuse
from scm_compiler.inference.codes.answers import HiddenCause
from scm_compiler.inference.counterfactual.abduction import imagine, under
from scm_compiler.inference.counterfactual.responses import Responses
from scm_compiler.ir import query as ir
from scm_compiler.model.tables import Tables
from scm_compiler.notebook import paragraph, picture
from scm_compiler.passes import fold, mutilate
from scm_compiler.passes.prune import ancestors
from scm_compiler.runtime.sampling.codes.imagined import NothingHeld, UnitsHeld
from scm_compiler.runtime.sampling.grid import PictureRow, figure, png
from scm_compiler.runtime.sampling.sample import Sample, Stream, stream_of
from scm_compiler.runtime.sampling.units import blocks
from scm_compiler.telling import told

if TYPE_CHECKING:
    from scm_compiler.runtime.runs.record import Record


@dataclass(frozen=True, eq=False)
class Imagined:
    """Units as they were, and as they would have been.

    Attributes:
        factual: The units as they were drawn.
        counterfactual: The same units, row by row, had `do` been done.
        do: What would have been held, as it is written in a query.
        units: Which units they are, as it is written; empty for any.
        seed: Of the sample.
        noise_model: What was assumed of the labels' noise: observation and experiment do not
            determine what one unit would have been. None if no label but the held ones can
            change, so that nothing had to be assumed.
    """

    factual: Sample
    counterfactual: Sample
    do: str
    units: str
    seed: int
    noise_model: str | None

    @property
    def changed(self) -> NDArray[np.bool_]:
        """Which labels of which units would have been others, shape (B, V)."""
        return np.not_equal(self.factual.rows, self.counterfactual.rows)

    def figure(self, image: str | None = None) -> Image.Image:
        """The images of the units side by side: as they were above, as they would have been below.

        Args:
            image: The image node; the first that was drawn if None.

        Raises:
            ValueError: If no image was drawn.
        """
        name = next(iter(self.factual.pictures), None) if image is None else image
        if name is None or name not in self.factual.pictures:
            raise ValueError("no image was drawn: the run has no trained head")
        worlds = ((self._seen, self.factual), (f"had {self.do}", self.counterfactual))
        return figure([PictureRow(caption, sample.pictures[name]) for caption, sample in worlds])

    @property
    def _seen(self) -> str:
        return f"as drawn, seed {self.seed}{', ' if self.units else ''}{self.units}"

    def to_dict(self) -> dict[str, Any]:
        """Both worlds as the names of the labels' values, with what was assumed."""
        return {
            "do": self.do,
            "units": self.units,
            "seed": self.seed,
            "noise_model": self.noise_model,
            "factual": self.factual.to_dict(),
            "counterfactual": self.counterfactual.to_dict(),
        }

    def __repr__(self) -> str:
        moved = self.changed.sum(0)
        names = zip(self.factual.names, moved.tolist(), strict=True)
        told = ", ".join(f"{name} of {count:,}" for name, count in names if count)
        assumed = "" if self.noise_model is None else f" (noise model: {self.noise_model})"
        return (
            f"{len(self.factual):,} units had {self.do}{assumed}\n"
            f"changed: {told or 'nothing'}\n{self._seen}:\n{self.factual!r}\n"
            f"had {self.do}:\n{self.counterfactual!r}"
        )

    def _repr_html_(self) -> str:
        """Both worlds, with their images where some were drawn."""
        said = f"{len(self.factual):,} units had {self.do}"
        drawn = "".join(picture(png(self.figure(name))) for name in self.factual.pictures)
        worlds = ((self._seen, self.factual), (f"had {self.do}", self.counterfactual))
        rows = "".join(
            paragraph(caption) + Sample(s.names, s.rows, {}, s.domains)._repr_html_()
            for caption, s in worlds
        )
        assumed = [] if self.noise_model is None else [f"noise model: {self.noise_model}"]
        return paragraph(said, *assumed) + (drawn or rows)


def imagine_sample(
    run: "Record",
    do: ir.Regime,
    rows: int,
    *,
    units: ir.Regime | None = None,
    seed: int = 0,
    noise_model: str | None = None,
    images: Sequence[str] | None = None,
    texts: tuple[str, str] = ("", ""),
) -> Imagined:
    """Draw units, and what they would have been.

    Args:
        run: The trained model.
        do: What would have been held.
        rows: How many units.
        units: Evidence that says which units; any if None.
        seed: Of the units; those of `scmc sample` with this seed.
        noise_model: Of the labels: `threshold` or `gumbel-max`; None for the model's own.
        images: The images to draw; those with a trained head if None.
        texts: `do` and `units` as they are written.

    Raises:
        ScmError: E833 or E834 if a regime is of the wrong sort, E431 if the evidence is
            impossible, E432 if it rests on a hidden common cause that was fitted, E835 if a
            network's noise explains a unit nowhere.
    """
    seen = units or ir.Regime()
    if seen.do:
        raise refuse(UnitsHeld(texts[1]), exit_code=2)
    held = {s.node: s.value for s in do.do if isinstance(s.value, int)}
    if not held or len(held) < len(do.do) or do.given:
        raise refuse(NothingHeld(texts[0]), exit_code=2)
    model = run.distributions()
    moved = moved_labels(model, held)
    refuse_fitted_states(model, moved)
    stream = stream_of(run, seen, seed=seed, images=images)
    factual = stream.sample(0, rows)
    noise = run.noise_of(noise_model)
    labels = _labels(model, stream, factual, held, noise)
    pictures = stream.pictures(labels, 0, rows)
    imagined = Sample(factual.names, labels, pictures, factual.domains)
    named = noise.name if isinstance(noise, Responses) else noise
    return Imagined(factual, imagined, texts[0], texts[1], seed, named if moved else None)


def moved_labels(model: Tables, held: Mapping[str, int]) -> frozenset[str]:
    """The labels that are not held and that what is held causes."""
    graph = fold(model.graph)
    mutilated = mutilate(graph, held)
    return frozenset(
        node.name
        for node in graph.labels
        if node.name not in held and ancestors(mutilated, [node.name]) & held.keys()
    )


def refuse_fitted_states(model: Tables, moved: frozenset[str]) -> None:
    """Refuse (E432) to move labels with hidden causes whose states were fitted to data.

    Observation leaves those states open, and what a unit would have been rests on them. Given
    tables have the states that they say.
    """
    graph = fold(model.graph)
    if model.observational is None:
        return
    pairs = tuple(
        f"{pair.left} <-> {pair.right}"
        for pair in graph.confounders
        if not moved.isdisjoint((pair.left, pair.right))
    )
    if pairs:
        raise refuse(HiddenCause(pairs=pairs))


def _labels(
    model: Tables,
    stream: Stream,
    factual: Sample,
    held: Mapping[str, int],
    noise: str | Responses,
) -> NDArray[np.int64]:
    """The imagined labels (B, V), block by block: a longer sample begins with a shorter one."""
    parts, coupled = [], under(model, noise)
    for block in blocks(model, stream, len(factual)):
        found = imagine(coupled, block.units, held, block.uniform)
        parts.append(np.stack([found[name] for name in factual.names], 1)[block.part])
        told()("units", sum(map(len, parts)), len(factual))
    return np.concatenate(parts) if parts else factual.rows
