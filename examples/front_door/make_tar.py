"""Make `tar.csv`: the rows of a front door whose tar is a number.

    python make_tar.py [ROWS]

The disposition D is 0 or 1 with equal chances and is not among the columns.
P(Smoking=1) = 0.2 + 0.6 D; Tar = exp(0.8 Smoking + 0.5 e) with a standard normal e; and Cancer
has the log odds 0.8 Tar + 2 D - 3.
"""

import csv
import sys
from pathlib import Path

import numpy as np


def drawn(rows: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Smoking, Tar and Cancer (rows,) each."""
    random = np.random.default_rng(seed)
    disposition = random.random(rows) < 0.5
    smoking = random.random(rows) < 0.2 + 0.6 * disposition
    tar = np.exp(0.8 * smoking + 0.5 * random.standard_normal(rows))
    odds = np.exp(0.8 * tar + 2 * disposition - 3)
    return smoking, tar, random.random(rows) < odds / (1 + odds)


def main(rows: int) -> None:
    """Write `tar.csv`."""
    with Path("tar.csv").open("w", newline="", encoding="utf-8") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(("Smoking", "Tar", "Cancer"))
        cells = zip(*drawn(rows), strict=True)
        writer.writerows((int(s), f"{t:.3f}", int(c)) for s, t, c in cells)
    print(f"wrote tar.csv: {rows:,} rows")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 3000)
