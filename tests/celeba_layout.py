"""A folder laid out like CelebA, with drawn faces in place of the photographs.

python celeba_layout.py FOLDER [COUNT]
"""

import sys
from pathlib import Path

import torch
from PIL import Image

from scm_compiler.runtime.data.drawn_faces import LABELS, draw

HEIGHT, WIDTH = 218, 178


def main(folder, count=96):
    """Write the pictures and the list of attributes."""
    random = torch.Generator().manual_seed(0)
    labels = torch.randint(2, (count, len(LABELS)), generator=random)
    faces = draw(labels, 128, random)
    pictures = folder / "img_align_celeba"
    pictures.mkdir(parents=True)
    lines = [str(count), " ".join(LABELS)]
    for number, (face, row) in enumerate(zip(faces, labels.tolist(), strict=True), 1):
        name = f"{number:06}.jpg"
        pixels = ((face + 1) * 127.5).byte().permute(1, 2, 0).numpy()
        Image.fromarray(pixels).resize((WIDTH, HEIGHT)).save(pictures / name)
        lines.append(" ".join([name, *("1" if value else "-1" for value in row)]))
    (folder / "list_attr_celeba.txt").write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]), *map(int, sys.argv[2:]))
