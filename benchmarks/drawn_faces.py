"""Images a second that the drawn faces are drawn with, on one core.

Run: python benchmarks/drawn_faces.py
"""

import statistics
import time

import torch

from scm_compiler.runtime.data.drawn_faces import LABELS, draw_from, sample_nuisance

ROUNDS = 5
PIXELS = 1 << 21  # drawn in each round


def images_a_second(size: int) -> list[float]:
    """Speed of each round, after one round to warm up."""
    generator = torch.Generator().manual_seed(size)
    batch = PIXELS // size**2
    labels = torch.randint(0, 2, (batch, len(LABELS)), generator=generator)
    nuisance = sample_nuisance(batch, generator)
    draw_from(labels, nuisance, size)
    speeds = []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        draw_from(labels, nuisance, size)
        speeds.append(batch / (time.perf_counter() - start))
    return speeds


def main() -> None:
    """Print a table: the median of the rounds, the slowest and the fastest."""
    torch.set_num_threads(1)
    print(f"{'size':>4} {'median':>9} {'slowest':>9} {'fastest':>9}   images a second, one thread")
    for size in (16, 32, 64, 128):
        speeds = images_a_second(size)
        print(
            f"{size:>4} {statistics.median(speeds):>9.0f} {min(speeds):>9.0f} {max(speeds):>9.0f}"
        )


if __name__ == "__main__":
    main()
