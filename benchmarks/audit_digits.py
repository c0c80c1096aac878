"""Does a flow over handwritten digits make thickness the cause of intensity (CAGE, figure 7)?

    python -m benchmarks.audit_digits FOLDER [--steps 4000] [--seeds 1] [--picture digits.png]

FOLDER holds the files of Morpho-MNIST that examples/morpho_digits names: thick strokes were made
bright. The digits are scaled to 16 x 16; a flow of coupling layers (zuko, extra `audit`) is fitted
to their first principal components, as many as hold 95 % of the variance. Thickness and intensity
are cut at their medians. The paper fine-tunes a MintNet on 28 x 28 pixels.
"""

import argparse
from collections.abc import Callable
from pathlib import Path
from time import perf_counter

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.functional import interpolate

import scm_compiler as scm
from scm_compiler.runtime.audit.readers import Labelled
from scm_compiler.runtime.data.images import load_images
from scm_compiler.runtime.evaluation.plots import png
from scm_compiler.shipped import shipped

SIDE, KEPT, LAYERS, WIDTH, BATCH = 16, 0.95, 10, 128, 256


def digits(folder: Path, seed: int) -> Labelled:
    """The digits in random order, and whether each is thicker and brighter than the median."""
    graph = scm.load(shipped("examples", "morpho_digits", "model.scm"))
    table = load_images(f"morpho:{folder}", graph, "Digit")
    images = torch.from_numpy(np.array(table.images)).float()
    above = table.labels > np.median(table.labels, axis=0)
    labels = torch.from_numpy(above).long()
    order = torch.randperm(len(images), generator=torch.Generator().manual_seed(seed))
    small = interpolate(images, (SIDE, SIDE), mode="area") / 127.5 - 1
    return Labelled(("Thick", "Bright"), small[order], labels[order], "Morpho-MNIST")


class Components:
    """Images as their first principal components, each of deviation 1, and back."""

    def __init__(self, images: Tensor) -> None:
        flat = images.flatten(1)
        self.middle = flat.mean(0)
        _, sizes, axes = torch.linalg.svd(flat - self.middle, full_matrices=False)
        held = sizes.pow(2).cumsum(0) / sizes.pow(2).sum()
        self.count = int((held < KEPT).sum()) + 1
        self.axes = axes[: self.count]
        self.spread = sizes[: self.count] / len(flat) ** 0.5

    def of(self, images: Tensor) -> Tensor:
        """Components (n, K) of images (n, 1, H, W)."""
        return (images.flatten(1) - self.middle) @ self.axes.T / self.spread

    def images(self, rows: Tensor) -> Tensor:
        """Images (n, 1, H, W) of components (n, K)."""
        flat = (rows * self.spread) @ self.axes + self.middle
        return flat.clamp(-1, 1).view(-1, 1, SIDE, SIDE)


def fitted(rows: Tensor, steps: int, seed: int) -> nn.Module:
    """Coupling layers, fitted by maximum likelihood; what is held out is told."""
    import zuko  # noqa: PLC0415  (an extra)

    torch.manual_seed(seed)
    cut = int(0.9 * len(rows))
    flow = zuko.flows.MAF(
        rows.shape[1], transforms=LAYERS, hidden_features=(WIDTH, WIDTH), passes=2, randperm=True
    )
    optimiser = torch.optim.AdamW(flow.parameters(), lr=1e-3, weight_decay=1e-4)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, steps)
    draws = torch.Generator().manual_seed(seed)
    for _ in range(steps):
        chosen = rows[torch.randint(cut, (BATCH,), generator=draws)]
        noisy = chosen + 0.05 * torch.randn(chosen.shape, generator=draws)
        loss = -flow().log_prob(noisy).mean()
        optimiser.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(flow.parameters(), 5.0)
        optimiser.step()
        schedule.step()
    with torch.no_grad():
        held = -float(flow().log_prob(rows[cut:]).mean())
    print(
        f"negative log-likelihood of held-out digits: {held:.2f} nats of {rows.shape[1]} numbers"
    )
    return flow.eval()


def coders(
    flow: nn.Module, components: Components
) -> tuple[Callable[[Tensor], Tensor], Callable[[Tensor], Tensor]]:
    """The generator and its inverse."""
    transform = flow().transform

    def draw(codes: Tensor) -> Tensor:
        return components.images(transform.inv(codes))

    def code(images: Tensor) -> Tensor:
        found: Tensor = transform(components.of(images))
        return found

    return draw, code


def main() -> None:
    """Fit and audit."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--steps", type=int, default=4000)
    parser.add_argument("--seeds", type=int, default=1)
    parser.add_argument("--units", type=int, default=1000)
    parser.add_argument("--picture", type=Path)
    args = parser.parse_args()
    for seed in range(args.seeds):
        started = perf_counter()
        data = digits(args.folder, seed)
        components = Components(data.values)
        flow = fitted(components.of(data.values), args.steps, seed)
        draw, code = coders(flow, components)
        report = scm.audit(
            draw, latent=components.count, encoder=code, images=data, units=args.units, seed=seed
        )
        print(f"seed {seed}, {args.steps:,} steps, {perf_counter() - started:.0f} s")
        print(str(report).rpartition("\n\n")[0])
        (pair,) = report.pairs
        for name, seen in (("codes", pair.latent), ("images", pair.image)):
            points = zip(report.alphas, seen.deltas, strict=True)
            said = ", ".join(f"{alpha:g}: {delta:+.3f}" for alpha, delta in points)
            print(f"delta tau by {name} at {said}")
        if args.picture is not None and report.pictures is not None:
            args.picture.write_bytes(png(report.pictures.images))


if __name__ == "__main__":
    main()
