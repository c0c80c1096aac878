"""Make the data of the example: a dose that the sicker are given more of.

    python make.py [ROWS]

Severity S is standard normal; Dose = 2 exp(0.6 S + 0.5 e), Pain = 6 + 1.5 S - 5 Dose / (2 + Dose)
+ e', with independent standard normal e and e'. So E(Pain | do(Dose=d)) = 6 - 5 d / (2 + d), while
among those who were given d it is that and 1.5 * 0.6 log(d / 2) / 0.61.
"""

import csv
import sys
from pathlib import Path

import numpy as np


def drawn(rows: int, seed: int = 0) -> np.ndarray:
    """Severity, Dose and Pain (rows, 3)."""
    severity, first, second = np.random.default_rng(seed).standard_normal((3, rows))
    dose = 2 * np.exp(0.6 * severity + 0.5 * first)
    pain = 6 + 1.5 * severity - 5 * dose / (2 + dose) + second
    return np.column_stack([severity, dose, pain])


def main(rows: int) -> None:
    """Write `data.csv`."""
    with Path("data.csv").open("w", newline="", encoding="utf-8") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(("Severity", "Dose", "Pain"))
        writer.writerows([f"{x:.4f}" for x in row] for row in drawn(rows))
    print(f"wrote data.csv: {rows:,} rows")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 2000)
