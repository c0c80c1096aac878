"""Counterfactuals of Morpho-MNIST's digits: thickness, which decides intensity, and the digit.

    python -m benchmarks.digits FOLDER --out DIR [--heads vae causal_vae] [--steps 2000]
        [--photos 500] [--option NAME=VALUE ...] [--picture DIR]

FOLDER holds `t10k-images-idx3-ubyte.gz`, `t10k-labels-idx1-ubyte.gz` and `t10k-morpho.csv`. The
last 1,500 digits are held out; asked is what some of them would have shown, had their thickness,
their intensity or their digit been another's. The pictures are measured as Castro et al. 2019
measure: thickness is twice the mean distance to the background along the skeleton of the picture
enlarged fourfold, intensity the median of the pixels above half the range. Which digit it is says
a small network that was trained on the others. *Judged* is what the judges say of true held-out
digits. *Composition* is the mean difference of a photo, when nothing is done, of 255: as the head
rebuilds it, which is what is published, and as it is answered, with what the head could not draw.
Published is the hierarchical auto-encoder of Melistas et al. 2024. What is trained is not trained
again.
"""

import argparse
import gzip
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.ndimage import distance_transform_edt
from torch import Tensor, nn
from torch.nn.functional import cross_entropy, interpolate

import scm_compiler as scm
from scm_compiler.inference.real.units import Held
from scm_compiler.inference.table import columns
from scm_compiler.runtime.evaluation.real import to_bytes, to_floats
from scm_compiler.runtime.run import Run, open_run
from scm_compiler.runtime.sampling.abducting import abducting
from scm_compiler.runtime.sampling.grid import grid
from scm_compiler.runtime.sampling.imagined_photos import Known
from scm_compiler.runtime.sampling.photos import redrawn
from scm_compiler.runtime.sampling.photos_of_numbers import worlds

PROGRAM = """graph digits
Thickness : real(0, inf)
Intensity : real(64, 255)
Class     : categorical(0, 1, 2, 3, 4, 5, 6, 7, 8, 9)
Digit     : image(1, 28, 28)
Thickness -> Intensity
* -> Digit
"""
NAMES = ("Thickness", "Intensity", "Class")
PUBLISHED = {"Thickness": "0.086", "Intensity": "3.52", "Class": "0.972"}
COMPOSITION, HELD_OUT, LARGER, SHOWN = "0.438", 1500, 4, 12


@dataclass(frozen=True, eq=False)
class Digits:
    """Some digits: bytes (N, 28, 28) and labels (N, 3)."""

    pixels: NDArray[np.uint8]
    labels: NDArray[np.float64]

    @classmethod
    def read(cls, folder: Path) -> "Digits":
        """Those of a folder."""
        raw = gzip.decompress((folder / "t10k-images-idx3-ubyte.gz").read_bytes())
        said = gzip.decompress((folder / "t10k-labels-idx1-ubyte.gz").read_bytes())
        table = np.loadtxt(folder / "t10k-morpho.csv", delimiter=",", skiprows=1)
        classes = np.frombuffer(said, np.uint8, offset=8)
        pixels = np.frombuffer(raw, np.uint8, offset=16).reshape(-1, 28, 28)
        return cls(pixels, np.column_stack([table[:, 1:3], classes]))

    def __getitem__(self, rows: slice) -> "Digits":
        return Digits(self.pixels[rows], self.labels[rows])

    @property
    def images(self) -> Tensor:
        """(N, 1, 28, 28) in [-1, 1]."""
        return to_floats(torch.from_numpy(self.pixels.copy()))[:, None]


def thinned(shape: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """The skeleton of a shape (Zhang and Suen 1984)."""
    now = np.pad(shape, 1)
    while True:
        before = now.sum()
        for odd in (False, True):
            around = neighbours(now)
            count = around.sum(0)
            rises = (~around & np.roll(around, -1, 0)).sum(0)
            north, east, south, west = around[::2]
            if odd:
                kept = (north & east & west) | (north & south & west)
            else:
                kept = (north & east & south) | (east & south & west)
            now = now & ~((count >= 2) & (count <= 6) & (rises == 1) & ~kept)
        if now.sum() == before:
            return now[1:-1, 1:-1]


def neighbours(shape: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """The eight neighbours (8, H, W) of each pixel, clockwise from the one above."""
    steps = ((1, 0), (1, -1), (0, -1), (-1, -1), (-1, 0), (-1, 1), (0, 1), (1, 1))
    return np.stack([np.roll(shape, step, (0, 1)) for step in steps])


def thickness(images: Tensor) -> NDArray[np.float64]:
    """Of each image (N, 1, H, W)."""
    large = interpolate(images, scale_factor=LARGER, mode="bicubic", align_corners=False)
    found = []
    for it in large[:, 0].numpy():
        shape = it >= (it.min() + it.max()) / 2
        distance = distance_transform_edt(shape)
        found.append(2 * distance[thinned(shape)].mean() / LARGER)
    return np.array(found)


def intensity(images: Tensor) -> NDArray[np.float64]:
    """Of each image (N, 1, H, W)."""
    pixels = (images[:, 0].double().numpy() + 1) * 127.5
    return np.array([np.median(it[it >= (it.min() + it.max()) / 2]) for it in pixels])


def reader(digits: Digits) -> nn.Module:
    """What says which digit a picture shows."""
    torch.manual_seed(0)
    made = nn.Sequential(
        nn.Conv2d(1, 16, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
        nn.Conv2d(16, 32, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
        nn.Flatten(), nn.Linear(32 * 49, 128), nn.ReLU(),
        nn.Dropout(0.3), nn.Linear(128, 10),
    )  # fmt: skip
    images, classes = digits.images, torch.from_numpy(digits.labels[:, 2]).long()
    adam, epochs = torch.optim.Adam(made.parameters(), 2e-3), 6
    for epoch in range(epochs):
        adam.param_groups[0]["lr"] = 2e-3 * (1 - epoch / epochs)
        for rows in torch.randperm(len(images)).split(64):  # type: ignore[no-untyped-call]
            loss = cross_entropy(made(images[rows]), classes[rows])
            adam.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            adam.step()
    return made.eval()


@torch.no_grad()
def missed(images: Tensor, label: str, wanted: NDArray[np.float64], judge: nn.Module) -> float:
    """How far off images are in a label; of the digit the share that is right."""
    if label == "Class":
        return float((judge(images).argmax(1).numpy() == wanted).mean())
    measure = thickness if label == "Thickness" else intensity
    return float(np.abs(measure(images) - wanted).mean())


def trained(digits: Digits, head: str, args: argparse.Namespace) -> Run:
    """A run; an old one, if it is there."""
    folder = args.out / head
    if (folder / "Digit.safetensors").exists():
        return open_run(folder)
    args.out.mkdir(parents=True, exist_ok=True)
    file, labels = args.out / "digits.npz", digits.labels.T
    named = {"Thickness": labels[0], "Intensity": labels[1], "Class": labels[2].astype(np.int64)}
    np.savez(file, images=digits.pixels[..., None], **named)
    options = dict(it.split("=", 1) for it in args.option)
    return scm.train(
        scm.parse(PROGRAM), data=f"npz:{file}", images=f"npz:{file}", head=head,
        head_steps=args.steps, head_options=options, device="cpu", run=folder,
    )  # fmt: skip


def had(run: Run, digits: Digits, label: str, values: NDArray[np.float64]) -> Tensor:
    """What digits would have shown, had a label been these values (N,)."""
    generator = abducting(run, run.head("Digit"))
    names = generator.coding.names
    own = np.stack([digits.labels[:, NAMES.index(name)] for name in names], 1)
    known = tuple(
        Known(name, column, np.ones(len(own)), given=True)
        for name, column in zip(names, own.T, strict=True)
    )
    after = own.copy()
    for place, value in enumerate(values):
        held = Held(label, f"{value:g}", int(value) if label == "Class" else float(value))
        found = worlds(run, known, place, (held,), 0)[1]
        after[place] = [float(found[name][0]) for name in names]
    drawn = redrawn(generator, digits.images, torch.from_numpy(own), torch.from_numpy(after))[1]
    return to_floats(to_bytes(drawn))


def composed(run: Run, digits: Digits) -> tuple[float, float]:
    """How far photos are from themselves when nothing is done: as rebuilt, and as answered."""
    generator = abducting(run, run.head("Digit"))
    names = generator.coding.names
    own = np.stack([digits.labels[:, NAMES.index(name)] for name in names], 1)
    labels = torch.from_numpy(own)
    pair = redrawn(generator, digits.images, labels, labels)
    first, second = (float((it - digits.images).abs().mean() * 127.5) for it in pair)
    return first, second


def main() -> None:
    """Train, ask, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("folder", type=Path, help="the files of Morpho-MNIST")
    parser.add_argument("--out", type=Path, required=True, help="the folder of the runs")
    parser.add_argument("--heads", nargs="+", default=["vae", "causal_vae"])
    parser.add_argument("--steps", type=int, default=2000, help="of each training")
    parser.add_argument("--photos", type=int, default=500, help="how many are asked about")
    parser.add_argument("--option", nargs="+", default=[], help="NAME=VALUE of the heads")
    parser.add_argument("--picture", type=Path, help="a folder for a picture of the answers")
    args = parser.parse_args()
    digits = Digits.read(args.folder)
    seen, asked = digits[:-HELD_OUT], digits[-HELD_OUT:][: args.photos]
    judge = reader(seen)
    wanted = {
        label: np.random.default_rng(rank).permutation(asked.labels[:, rank])
        for rank, label in enumerate(NAMES)
    }
    true = [missed(asked.images, it, asked.labels[:, i], judge) for i, it in enumerate(NAMES)]
    for head in args.heads:
        run = trained(seen, head, args)
        rebuilt, answered = composed(run, asked)
        rows: list[tuple[str, ...]] = [("", "ours", "published", "judged")]
        rows.append(("composition, rebuilt", f"{rebuilt:.3f}", COMPOSITION, ""))
        rows.append(("composition, answered", f"{answered:.3f}", "", ""))
        drawn = {label: had(run, asked, label, wanted[label]) for label in NAMES}
        for label, judged in zip(NAMES, true, strict=True):
            off = missed(drawn[label], label, wanted[label], judge)
            rows.append((f"do({label})", f"{off:.3f}", PUBLISHED[label], f"{judged:.3f}"))
        print(f"{head}: {args.steps} steps, {len(asked.pixels)} digits")
        print(columns(rows), flush=True)
        if args.picture is not None:
            some = [asked.images[:SHOWN], *(it[:SHOWN] for it in drawn.values())]
            made = grid(torch.cat(some), SHOWN)
            made.resize((2 * made.width, 2 * made.height)).save(args.picture / f"{head}.png")


if __name__ == "__main__":
    main()
