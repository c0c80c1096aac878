"""Make the data of the example: three real nodes with closed forms for every question.

    python make.py [ROWS]

Root is one of two normal distributions, half of the units each: mean -1 and deviation 0.5, or mean
1.5 and deviation 0.7. Middle = 1 + 0.8 Root + exp(0.3 Root) e (location and scale), and
Leaf = Root - 0.4 Middle^2 + 0.6 e' (additive noise), with independent standard normal e and e'.
"""

import csv
import sys
from pathlib import Path

import numpy as np


def drawn(rows: int, seed: int = 0) -> np.ndarray:
    """Root, Middle and Leaf (rows, 3)."""
    random = np.random.default_rng(seed)
    upper = random.random(rows) < 0.5
    noise, first, second = random.standard_normal((3, rows))
    root = np.where(upper, 1.5 + 0.7 * noise, -1.0 + 0.5 * noise)
    middle = 1 + 0.8 * root + np.exp(0.3 * root) * first
    leaf = root - 0.4 * middle**2 + 0.6 * second
    return np.column_stack([root, middle, leaf])


def main(rows: int) -> None:
    """Write `data.csv`."""
    with Path("data.csv").open("w", newline="", encoding="utf-8") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(("Root", "Middle", "Leaf"))
        writer.writerows([f"{x:.4f}" for x in row] for row in drawn(rows))
    print(f"wrote data.csv: {rows:,} rows")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 2000)
