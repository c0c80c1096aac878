"""Turn Morpho-MNIST's files into what scmc trains on.

    python convert.py FOLDER

FOLDER holds `*-images-idx3-ubyte.gz` and `*-morpho.csv` (index, thickness, intensity). Written are
`digits.npz`, the images with their labels, and `labels.csv`, the labels with their counts.
"""

import csv
import gzip
import sys
from collections import Counter
from pathlib import Path

import numpy as np


def read_images(path: Path) -> np.ndarray:
    """The images (N, H, W) of an idx file, whole numbers from 0 to 255."""
    content = gzip.decompress(path.read_bytes())
    magic, *shape = np.frombuffer(content, ">u4", count=4).tolist()
    if magic != 0x803:
        raise ValueError(f"{path} holds no images of one byte a pixel")
    return np.frombuffer(content, np.uint8, offset=16).reshape(shape)


def read_morphology(path: Path) -> np.ndarray:
    """Thickness in pixels and intensity from 64 to 255 of each image (N, 2)."""
    with path.open(encoding="utf-8") as stream:
        rows = csv.DictReader(stream)
        return np.array([[float(row["thickness"]), float(row["intensity"])] for row in rows])


def main(folder: Path) -> None:
    """Convert a folder's files and say what was written."""
    (images,) = map(read_images, folder.glob("*-images-idx3-ubyte.gz"))
    (morphology,) = map(read_morphology, folder.glob("*-morpho.csv"))
    medians = np.median(morphology, axis=0)
    thick, bright = (morphology > medians).astype(np.uint8).T
    np.savez_compressed("digits.npz", images=images, Thick=thick, Bright=bright)
    counts = Counter(zip(thick.tolist(), bright.tolist(), strict=True))
    with Path("labels.csv").open("w", newline="", encoding="utf-8") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(("Thick", "Bright", "count"))
        writer.writerows((*pair, count) for pair, count in sorted(counts.items()))
    print(
        f"{len(images):,} images; thickness cut at {medians[0]:.3f}, intensity at {medians[1]:.1f}"
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]))
