"""Hold a trained run against the known answer.

    python measure.py FOLDER [RUN]

The digits were made by logit((intensity - 64) / 191) = 2 thickness - 5 + 0.5 noise, with standard
normal noise. From the thicknesses in FOLDER alone that says how bright digits are in any regime.
It is held against the trained labels, and against the intensity measured in generated images: the
median of the pixels above half of the brightest, which on the real images is off by 0.5 of 255.
"""

import sys
from pathlib import Path

import numpy as np
from convert import read_morphology

import scm_compiler as scm

ROWS = 512
REGIMES = {
    "": lambda run: run.do(),
    "do(Thick=0)": lambda run: run.do(Thick=0),
    "do(Thick=1)": lambda run: run.do(Thick=1),
    "do(Bright=0)": lambda run: run.do(Bright=0),
    "do(Bright=1)": lambda run: run.do(Bright=1),
    "Bright=1": lambda run: run.given(Bright=1),
}
"""What stands after the bar of a query, and the same as a regime of a run."""


def known(thickness: np.ndarray, cut: float) -> dict[str, tuple[float, float, float]]:
    """P(Thick=1), P(Bright=1) and the mean intensity of each regime, from the mechanism.

    Args:
        thickness: (N,), the cause, which no regime of its effect changes.
        cut: The intensity above which a digit is bright.
    """
    noise = np.random.default_rng(0).standard_normal((len(thickness), 200))
    intensity = 64 + 191 / (1 + np.exp(5 - 2 * thickness[:, None] - 0.5 * noise))
    thick = np.broadcast_to((thickness > np.median(thickness))[:, None], intensity.shape)
    bright = intensity > cut
    cells = {(t, b): (thick == t) & (bright == b) for t in (0, 1) for b in (0, 1)}
    mean = {cell: intensity[rows].mean() for cell, rows in cells.items()}
    share = {cell: rows.mean() for cell, rows in cells.items()}

    def of(weights: dict[tuple[int, int], float]) -> tuple[float, float, float]:
        total = sum(weights.values())
        law = {cell: weight / total for cell, weight in weights.items()}
        return (
            sum(p for (t, _), p in law.items() if t),
            sum(p for (_, b), p in law.items() if b),
            sum(p * mean[cell] for cell, p in law.items()),
        )

    p_thick = {t: share[t, 0] + share[t, 1] for t in (0, 1)}
    return {
        "": of(share),
        **{f"do(Thick={t})": of({(t, b): share[t, b] for b in (0, 1)}) for t in (0, 1)},
        **{f"do(Bright={b})": of({(t, b): p_thick[t] for t in (0, 1)}) for b in (0, 1)},
        "Bright=1": of({(t, 1): share[t, 1] for t in (0, 1)}),
    }


def measured(images: np.ndarray) -> np.ndarray:
    """The intensity (B,) of images (B, 1, 28, 28) in [-1, 1], on the scale of 0 to 255."""
    pixels = (images.reshape(len(images), -1) + 1) * 127.5
    return np.array([np.median(row[row > row.max() / 2]) for row in pixels])


def main(folder: Path, run: scm.Run) -> None:
    """Print a line a regime."""
    (morphology,) = map(read_morphology, folder.glob("*-morpho.csv"))
    answers = known(morphology[:, 0], float(np.median(morphology[:, 1])))
    print(f"{'':<16} {'P(Thick=1)':^16} {'P(Bright=1)':^16} {'intensity':^16}")
    print(f"{'under':<16} " + " ".join([f"{'known':>8} {'scmc':>7}"] * 3))
    for text, regime in REGIMES.items():
        bar = f" | {text}" if text else ""
        shares = [run.query(f"P({node}=1{bar})").probability for node in ("Thick", "Bright")]
        intensity = measured(regime(run).sample(ROWS).images.numpy()).mean()
        pairs = zip(answers[text], (*shares, intensity), (3, 3, 0), strict=True)
        line = " ".join(f"{k:8.{d}f} {f:7.{d}f}" for k, f, d in pairs)
        print(f"{text or 'all':<16} {line}")


if __name__ == "__main__":
    main(Path(sys.argv[1]), scm.open_run(sys.argv[2]) if sys.argv[2:] else scm.latest_run())
