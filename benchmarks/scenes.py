"""Photos of the pendulum and of the flow, each label set to other values, beside the truth.

    python -m benchmarks.scenes --out DIR [--scenes pendulum flow] [--heads causal_vae vae]
        [--steps 3000] [--size 32] [--photos 128] [--picture DIR]

The labels are numbers, and the graph is the paper's (Yang et al. 2021). A head is trained on the
paper's grid; asked about are photos of it that the paper holds out: what they would have shown,
had a label been any other number, the labels that follow by the label model's own abduction.
*Error* is the mean difference to the true picture as a share of the pixels' range; *edit* that of
the photo to it, by which leaving the photo alone errs. Of the pendulum it is read off the pictures
where its ball, light and shadow are and how long the shadow is; how far off that is, by the same
reading of the true picture, is in twentieths of the picture. `--picture` draws figure 3 of the
paper, each label at seven values, above the truth. What is trained is not trained again.
"""

import argparse
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from math import isfinite
from pathlib import Path
from time import process_time

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

import scm_compiler as scm
from scm_compiler.inference.real.units import Held
from scm_compiler.inference.table import columns
from scm_compiler.runtime.data.scene_labels import TEST, units_of
from scm_compiler.runtime.data.scenes import SCENES, Scene
from scm_compiler.runtime.data.scenes.canvas import SPAN
from scm_compiler.runtime.evaluation.real import to_bytes, to_floats
from scm_compiler.runtime.heads.head import EncodingGenerator
from scm_compiler.runtime.run import Run, open_run
from scm_compiler.runtime.sampling.abducting import abducting
from scm_compiler.runtime.sampling.grid import grid
from scm_compiler.runtime.sampling.photos import Known, redrawn
from scm_compiler.runtime.sampling.photos_of_numbers import worlds

Array = NDArray[np.float64]

EDGES = {
    "pendulum": "Pendulum, Light -> Shadow_Length, Shadow_Position",
    "flow": "Ball -> Water\nWater, Hole -> Flow",
}
SHOWN, OUTER, LARGE = 7, 0.05, 3
"""How many values figure 3 shows of each label, the share of its numbers beyond them, and how
many pixels a pixel is shown by."""


def program(scene: Scene, size: int) -> str:
    """The program of a scene: its labels are numbers."""
    labels = ", ".join(scene.labels)
    image = f"Picture : image(3, {size}, {size})"
    return f"graph {scene.name}\n{labels} : real\n{image}\n{EDGES[scene.name]}\n* -> Picture\n"


def trained(scene: Scene, head: str, args: argparse.Namespace) -> tuple[Run, float]:
    """A run and the seconds of processor time that its training took; NaN if it is an old one."""
    folder = args.out / f"{scene.name}-{head}"
    if (folder / "Picture.safetensors").exists():
        return open_run(folder), float("nan")
    started = process_time()
    run = scm.train(
        scm.parse(program(scene, args.size)), images=scene.name, head=head,
        head_steps=args.steps, device="cpu", run=folder,
    )  # fmt: skip
    return run, process_time() - started


@dataclass(frozen=True, eq=False)
class Asked:
    """Units that no head has seen.

    Attributes:
        scene: Where they are.
        units: (N, K).
        photos: (N, 3, S, S) in [-1, 1].
        labels: (N, P) what they show.
        run: Which is asked about them.
        generator: What draws.
    """

    scene: Scene
    units: Array
    photos: Tensor
    labels: Tensor
    run: Run
    generator: EncodingGenerator

    @classmethod
    def of(cls, scene: Scene, run: Run, count: int) -> "Asked":
        """So many of the units that the paper holds out."""
        head = run.head("Picture")
        whole = units_of(scene, "", ())
        assert whole is not None  # no place names the paper's grid
        held = whole.rows[whole.split == TEST]
        units = np.random.default_rng(7).permutation(held)[:count]
        values = scene.values(units, {})
        labels = torch.from_numpy(np.stack([values[name] for name in head.coding.names], 1))
        photos = painted(scene, values, head.image.height)
        return cls(scene, units, photos, labels, run, abducting(run, head))

    def had(self, label: str, values: Array) -> tuple[Tensor, Tensor]:
        """The photos, had a label been these numbers (N,): as imagined, and the truth."""
        coding = self.generator.coding
        known = tuple(
            Known(name, column.numpy(), np.ones(len(column)), given=True)
            for name, column in zip(coding.names, self.labels.T, strict=True)
        )
        after = self.labels.clone()
        for place, value in enumerate(values):
            held = (Held(label, repr(float(value)), float(value)),)
            found = worlds(self.run, known, place, held, 0)[1]
            after[place] = torch.tensor([float(found[name][0]) for name in coding.names])
        _, drawn = redrawn(self.generator, self.photos, self.labels, after)
        true = self.scene.values(self.units, {label: values})
        return as_seen(drawn), painted(self.scene, true, self.photos.shape[-1])

    def rebuilt(self) -> Tensor:
        """The photos as the head draws them again."""
        return as_seen(redrawn(self.generator, self.photos, self.labels, self.labels)[0])

    def spread(self, label: str, shares: Array) -> Array:
        """The numbers that such shares of the units lie below."""
        column = self.labels[:, self.generator.coding.names.index(label)]
        found: Array = np.quantile(column.numpy(), shares)
        return found


def painted(scene: Scene, values: Mapping[str, Array], size: int) -> Tensor:
    """The true pictures (N, 3, S, S) in [-1, 1] of labels."""
    return to_floats(torch.from_numpy(scene.draw(values, size)))


def as_seen(images: Tensor) -> Tensor:
    """Images as they are once they are bytes."""
    return to_floats(to_bytes(images))


def apart(left: Tensor, right: Tensor) -> float:
    """The mean difference of images in [-1, 1], as a share of the range."""
    return float((left - right).abs().mean() / 2)


def centre(weights: Tensor) -> Tensor:
    """Where the middle of weights (N, H, W) is: x and y (N, 2), in twentieths."""
    side = weights.shape[-1]
    places = (torch.arange(side) + 0.5) * SPAN / side - 1
    whole = weights.sum((1, 2)).clamp(min=1e-9)
    x = (weights.sum(1) * places).sum(1) / whole
    y = (weights.sum(2) * (SPAN - 2 - places)).sum(1) / whole
    return torch.stack([x, y], 1)


def read(images: Tensor) -> dict[str, Tensor]:
    """What pictures (N, 3, S, S) of the pendulum show: places (N, 2), lengths (N, 1)."""
    red, green, blue = ((images + 1) / 2).unbind(1)
    side = images.shape[-1]
    top, ground = round(side * 4 / SPAN), round(side * 21 / SPAN)
    light, ball = (1 - blue)[:, :top], (red - green).clamp(min=0)
    ball = torch.cat([torch.zeros_like(ball[:, :top]), ball[:, top:]], 1)
    shadow = (1 - red)[:, ground:]
    light, shadow = (within(part, at, side) for part, at in ((light, 0), (shadow, ground)))
    length = shadow.sum((1, 2)) / (side - ground) * SPAN / side
    return {
        "ball": centre(ball), "light": centre(light)[:, :1],
        "shadow": centre(shadow)[:, :1], "length": length[:, None],
    }  # fmt: skip


def within(rows: Tensor, start: int, side: int) -> Tensor:
    """Some rows of pictures (N, h, S) in their place, all else 0: (N, S, S)."""
    whole = torch.zeros(len(rows), side, side)
    whole[:, start : start + rows.shape[1]] = rows
    return whole


Row = tuple[str, ...]
HEAD: Row = ("do", "error", "edit", "error / edit", "ball", "light", "shadow", "length")


def measured(asked: Asked) -> Iterator[Row]:
    """A row of each label, set to numbers at random between those of nine in ten units."""
    random = np.random.default_rng(11)
    for label in asked.scene.labels:
        low, high = asked.spread(label, np.array([OUTER, 1 - OUTER]))
        drawn, true = asked.had(label, random.uniform(low, high, len(asked.units)))
        error, edit = apart(drawn, true), apart(asked.photos, true)
        offs = ["-"] * 4
        if asked.scene.name == "pendulum":
            pairs = zip(read(drawn).values(), read(true).values(), strict=True)
            offs = [f"{float((a - b).norm(dim=1).mean()):.3f}" for a, b in pairs]
        yield (f"do({label})", f"{error:.4f}", f"{edit:.4f}", f"{error / edit:.2f}", *offs)


def figure(asked: Asked) -> Tensor:
    """Figure 3: of one photo each label at seven values, and below the truth."""
    one = Asked(
        asked.scene, asked.units[:1].repeat(SHOWN, 0), asked.photos[:1].repeat(SHOWN, 1, 1, 1),
        asked.labels[:1].repeat(SHOWN, 1), asked.run, asked.generator,
    )  # fmt: skip
    shares = np.linspace(OUTER, 1 - OUTER, SHOWN)
    rows: Callable[[str], Tensor] = lambda label: torch.cat(  # noqa: E731  (a line of the figure)
        one.had(label, asked.spread(label, shares))
    )
    return torch.cat([rows(label) for label in asked.scene.labels])


def main() -> None:
    """Train, ask, print."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--out", type=Path, required=True, help="the folder of the runs")
    parser.add_argument("--scenes", nargs="+", choices=tuple(EDGES), default=list(EDGES))
    parser.add_argument("--heads", nargs="+", default=["causal_vae", "vae"])
    parser.add_argument("--steps", type=int, default=3000, help="of each training")
    parser.add_argument("--size", type=int, default=32, help="the side of the pictures")
    parser.add_argument("--photos", type=int, default=128, help="how many are asked about")
    parser.add_argument("--picture", type=Path, help="a folder for figure 3")
    args = parser.parse_args()
    for name in args.scenes:
        for head in args.heads:
            run, seconds = trained(SCENES[name], head, args)
            asked = Asked.of(SCENES[name], run, args.photos)
            again = apart(asked.rebuilt(), asked.photos)
            spent = f", {seconds:.0f} s of processor time" if isfinite(seconds) else ""
            print(f"{name} by {head}: {args.steps} steps{spent}; rebuilt to {again:.4f}")
            print(columns([HEAD, *measured(asked)]), flush=True)
            if args.picture is not None:
                drawn = grid(figure(asked), SHOWN)
                large = drawn.resize((LARGE * drawn.width, LARGE * drawn.height), resample=0)
                large.save(args.picture / f"{name}-{head}.png")


if __name__ == "__main__":
    main()
