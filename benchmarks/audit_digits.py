"""Does a flow over handwritten digits make thickness the cause of intensity (CAGE, figure 7)?

    python -m benchmarks.audit_digits FOLDER [--side 16] [--epochs 25] [--seeds 0 1 2]
        [--wrong 0.1] [--picture PNG]

FOLDER holds the files of Morpho-MNIST that examples/morpho_digits names: thick strokes were made
bright. Their pixels are dequantised; thickness and intensity are cut at their medians. Audited are
Glow (Kingma and Dhariwal 2018; layers of normflows, extra `bench`), of the epoch at which digits
that were held out are likeliest, and beside it the whitening of pixels, which knows how they vary
together and nothing else. The paper fine-tunes another flow of convolutions, MintNet, at 28 x 28.

Besides what an audit says, the matrix of GATEs is told, with the diagonal, and in which two parts
delta tau falls: that the second attribute is read more sharply than the first, whichever direction
is moved along (`reading`), and that the first direction moves either attribute further than the
second does (`direction`). `--wrong` audits the same flow once more, with so large a share of the
labels of brightness turned over. The picture has real digits, drawn ones, and real ones under
do(Thick = 0), do(Thick = 1), do(Bright = 0) and do(Bright = 1).
"""

import argparse
from copy import deepcopy
from dataclasses import replace
from math import inf, log
from pathlib import Path
from time import process_time

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.functional import interpolate

import scm_compiler as scm
from scm_compiler.runtime.audit.generator import generator_of
from scm_compiler.runtime.audit.linear import fit_linear
from scm_compiler.runtime.audit.readers import Labelled, row_reader
from scm_compiler.runtime.audit.settings import ALPHAS
from scm_compiler.runtime.audit.view import View, image_view, latent_view
from scm_compiler.runtime.data.images import load_images
from scm_compiler.runtime.evaluation.learning import dice
from scm_compiler.runtime.evaluation.plots import png
from scm_compiler.runtime.evaluation.real import to_bytes
from scm_compiler.shipped import shipped

DEPTH, WIDTH, BATCH, RATE, SHOWN = 6, 64, 64, 2e-3, 16


def digits(folder: Path, side: int, seed: int) -> tuple[Tensor, Tensor]:
    """The digits in random order, and whether each is thicker and brighter than the median."""
    graph = scm.load(shipped("examples", "morpho_digits", "model.scm"))
    table = load_images(f"morpho:{folder}", graph, "Digit")
    pixels = torch.from_numpy(np.array(table.images)).float()
    labels = torch.from_numpy(table.labels > np.median(table.labels, axis=0)).long()
    order = torch.randperm(len(pixels), generator=torch.Generator().manual_seed(seed))
    return interpolate(pixels, (side, side), mode="area").round()[order], labels[order]


def dequantised(pixels: Tensor, draws: torch.Generator) -> Tensor:
    """Images in [-1, 1) of pixels of 256 values, each spread evenly over its own interval."""
    return (pixels + torch.rand(pixels.shape, generator=draws)) / 128 - 1


def mistaken(data: Labelled, share: float, seed: int) -> Labelled:
    """The same images, of which a share have the wrong label of brightness."""
    draws = torch.Generator().manual_seed(seed)
    wrong = torch.rand(len(data.labels), generator=draws) < share
    thick, bright = data.labels.T
    return replace(data, labels=torch.stack([thick, torch.where(wrong, 1 - bright, bright)], 1))


class Whitening:
    """The linear flow: images as their principal components, each of deviation 1, and back."""

    def __init__(self, images: Tensor) -> None:
        flat = images.flatten(1)
        self.middle, self.shape = flat.mean(0), images.shape[1:]
        _, sizes, self.axes = torch.linalg.svd(flat - self.middle, full_matrices=False)
        self.spread = sizes / len(flat) ** 0.5

    def code(self, images: Tensor) -> tuple[Tensor, Tensor]:
        """Codes (n, D), and the logarithm of how much a volume of pixels grows on the way."""
        codes = (images.flatten(1) - self.middle) @ self.axes.T / self.spread
        return codes, -(self.spread / 2).log().sum().expand(len(images))

    def draw(self, codes: Tensor) -> Tensor:
        """Images (n, 1, H, W) of codes (n, D)."""
        flat = (codes * self.spread) @ self.axes + self.middle
        return flat.clamp(-1, 1).view(-1, *self.shape)


class Bounded(nn.Module):
    """A network's shifts and log-scales, the latter in (-1, 1), so that no image overflows."""

    def __init__(self, network: nn.Module) -> None:
        super().__init__()
        self.network = network

    def forward(self, values: Tensor) -> Tensor:
        """Shifts and log-scales in turn, as normflows has them."""
        found = self.network(values)
        return torch.stack([found[:, 0::2], found[:, 1::2].tanh()], 2).flatten(1, 2)


class Glow(nn.Module):
    """Couplings by convolutions over the logits of pixels, squeezed two or three times."""

    def __init__(self, side: int) -> None:
        import normflows as nf  # noqa: PLC0415  (an extra)

        super().__init__()
        levels = 3 if side % 8 == 0 else 2
        channels, size = 4**levels, side // 2**levels
        self.shape = channels, size, size
        layers = []
        while channels > 1:
            for _ in range(DEPTH):
                sizes = channels // 2, WIDTH, WIDTH, channels
                network = Bounded(nf.nets.ConvNet2d(sizes, (3, 1, 3), init_zeros=True))
                layers += [
                    nf.flows.AffineCouplingBlock(network),
                    nf.flows.Invertible1x1Conv(channels, use_lu=True),
                    nf.flows.ActNorm((channels, 1, 1)),
                ]
            layers.append(nf.flows.Squeeze())
            channels //= 4
        base = nf.distributions.DiagGaussian(self.shape, trainable=False)
        self.layers = nf.NormalizingFlow(base, layers)
        self.logit = nf.transforms.Logit(0.05)

    def code(self, images: Tensor) -> tuple[Tensor, Tensor]:
        """As of the whitening."""
        logits, first = self.logit.inverse((images + 1) / 2)
        codes, second = self.layers.inverse_and_log_det(logits)
        return codes.flatten(1), first + second

    def draw(self, codes: Tensor) -> Tensor:
        """As of the whitening."""
        logits, _ = self.layers.forward_and_log_det(codes.view(-1, *self.shape))
        return (2 * self.logit(logits)[0] - 1).clamp(-1, 1)


Flow = Whitening | Glow


def bits(flow: Flow, images: Tensor) -> Tensor:
    """The mean of -log2 p(pixel) of images."""
    codes, grown = flow.code(images)
    density = torch.distributions.Normal(0, 1).log_prob(codes).sum(1) + grown
    return 8 - density.mean() / log(2) / codes.shape[1]


def fitted(pixels: Tensor, held: Tensor, epochs: int, seed: int) -> Glow:
    """Glow, fitted by maximum likelihood: that of the epoch which suits the held-out images."""
    torch.manual_seed(seed)
    draws = torch.Generator().manual_seed(seed)
    flow = Glow(pixels.shape[2])
    with torch.no_grad():
        flow.code(dequantised(pixels[:512], draws))  # sets the layers' first scales
    optimiser = torch.optim.Adam(flow.parameters(), lr=RATE)
    steps = epochs * -(-len(pixels) // BATCH)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, RATE, steps, pct_start=0.1)
    least, best = inf, flow
    for _ in range(epochs):
        for rows in torch.randperm(len(pixels), generator=draws).split(BATCH):
            optimiser.zero_grad()
            bits(flow, dequantised(pixels[rows], draws)).backward()
            nn.utils.clip_grad_norm_(flow.parameters(), 1.0)
            optimiser.step()
            schedule.step()
        with torch.no_grad():
            found = float(bits(flow, held))
        if found < least:
            least, best = found, deepcopy(flow)
    return best.eval().requires_grad_(False)


def told(flow: Flow, data: Labelled, units: int, seed: int) -> Tensor:
    """Audit a flow, say what came of it, and give the directions."""

    def code(images: Tensor) -> Tensor:
        return flow.code(images)[0]

    latent = data.values[0].numel()
    report = scm.audit(flow.draw, latent=latent, encoder=code, images=data, units=units, seed=seed)
    print("\n".join(str(report).split("\n\n")[1:-1]))
    codes = torch.cat([code(some) for some in data.values.split(500)])
    phi = fit_linear(codes, data.labels).linear
    slopes, angle = phi.weights.norm(dim=1), phi.directions[0] @ phi.directions[1]
    print(f"slopes of the classifiers of codes {_row(slopes)}, cosine of their angle {angle:.3f}")
    view = image_view(generator_of("flow", latent, flow.draw), row_reader(data, seed))
    drawn = torch.randn(units, latent, generator=dice(seed, "units"))  # the audit's own
    (pair,) = report.pairs
    for seen, by in ((pair.latent, latent_view(phi)), (pair.image, view)):
        points = zip(ALPHAS, seen.deltas, strict=True)
        deltas = ", ".join(f"{alpha:g}: {delta:+.3f}" for alpha, delta in points)
        print(f"by {by.name} classifiers delta tau {seen.delta}; at {deltas}")
        parts(by, drawn, phi.directions, report.alpha)
    return phi.directions.float()


def parts(view: View, codes: Tensor, directions: Tensor, alpha: float) -> None:
    """Say how far each direction moves each attribute, and what delta tau is made of."""
    gates = view.gates(codes, directions, alpha)
    reading, direction = gates.sum(0).diff() / 2, -gates.sum(1).diff() / 2
    moves = "; ".join(
        f"{name} moves both by {_row(row)}"
        for name, row in zip(("thick", "bright"), gates, strict=True)
    )
    print(f"  {moves}; reading {float(reading):+.3f}, direction {float(direction):+.3f}")


def _row(numbers: Tensor) -> str:
    return ", ".join(f"{number:.3f}" for number in numbers.tolist())


def picture(flow: Flow, images: Tensor, directions: Tensor) -> bytes:
    """Real and drawn digits, and real ones of which an attribute is set."""
    codes = flow.code(images)[0]
    drawn = torch.randn(codes.shape, generator=torch.Generator().manual_seed(0))
    set_to = [codes + side * 3 * h for h in directions for side in (-1, 1)]
    rows = [images, *(flow.draw(some) for some in (drawn, *set_to))]
    return png(torch.stack([to_bytes(row) for row in rows]))


def main() -> None:
    """Fit and audit."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--side", type=int, default=16)
    parser.add_argument("--epochs", type=int, default=25)
    parser.add_argument("--seeds", type=int, nargs="+", default=[0])
    parser.add_argument("--units", type=int, default=1000)
    parser.add_argument("--wrong", type=float)
    parser.add_argument("--picture", type=Path)
    args = parser.parse_args()
    torch.set_num_threads(1)
    for seed in args.seeds:
        pixels, labels = digits(args.folder, args.side, seed)
        images = dequantised(pixels, torch.Generator().manual_seed(seed))
        data = Labelled(("Thick", "Bright"), images, labels, "Morpho-MNIST")
        cut = int(0.9 * len(pixels))
        for name in ("whitening", "glow"):
            started = process_time()
            flow = (
                fitted(pixels[:cut], images[cut:], args.epochs, seed)
                if name == "glow"
                else Whitening(images[:cut])
            )
            held = float(bits(flow, images[cut:]))
            print(f"\n{name}, seed {seed}: {held:.3f} bits a pixel of held-out digits", flush=True)
            directions = told(flow, data, args.units, seed)
            print(f"{process_time() - started:.0f} s of one processor", flush=True)
            if args.wrong is not None:
                print(f"{name}, seed {seed}, {args.wrong:.0%} of the labels of brightness wrong")
                told(flow, mistaken(data, args.wrong, seed), args.units, seed)
            if args.picture is not None and name == "glow":
                args.picture.write_bytes(picture(flow, images[cut : cut + SHOWN], directions))


if __name__ == "__main__":
    main()
