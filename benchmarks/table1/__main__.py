"""Table 1 and figure 5 of the paper of CausalVAE (Yang et al. 2021), beside ours.

    python -m benchmarks.table1 --out DIR --faces CELEBA.zip [--size 16] [--steps N] [--seeds 5]
        [--sets NAME …] [--models NAME …] [--write PAGE] [--picture FILE]

Each model is trained on each set from each seed, for as many steps as the others; 600 on the
scenes, 1,200 on faces, if none are named. How far codes tell labels is measured on pictures that
are held out. What is measured is kept in the folder and not measured again. `--write` writes the
page with the table and, beside it, A as it is learnt, `--picture` the heat maps of that.
"""

import argparse
import json
from pathlib import Path

from benchmarks.table1.figure5 import learnt, picture
from benchmarks.table1.measure import Found, Recipe, measured
from benchmarks.table1.models import MODELS
from benchmarks.table1.page import page, told
from benchmarks.table1.scenes import SETS


def main() -> None:
    """Train and measure what is missing; print, and write."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--out", type=Path, required=True, help="the folder of what is measured")
    parser.add_argument("--faces", type=Path, required=True, help="CelebA's faces, zipped")
    parser.add_argument("--size", type=int, default=16, help="the side of the pictures")
    parser.add_argument("--steps", type=int, help="of each training")
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--sets", nargs="+", choices=tuple(SETS), default=list(SETS))
    parser.add_argument("--models", nargs="+", choices=tuple(MODELS), default=list(MODELS))
    parser.add_argument("--write", type=Path, metavar="PAGE", help="a page for the tables")
    parser.add_argument("--picture", type=Path, metavar="FILE", help="a png file for figure 5")
    args = parser.parse_args()
    recipe = Recipe(args.size, args.steps, args.faces)
    args.out.mkdir(parents=True, exist_ok=True)
    keys = [
        (name, it, seed) for seed in range(args.seeds) for name in args.sets for it in args.models
    ]
    cells = {key: kept(args.out, key, recipe) for key in keys}
    graphs = {name: [learnt(name, it, recipe) for it in range(args.seeds)] for name in args.sets}
    found = told(cells, graphs)
    print(found)
    if args.picture is not None:
        args.picture.write_bytes(picture({name: them[0] for name, them in graphs.items()}))
    if args.write is not None:
        args.write.write_text(page(found, recipe, args.write), encoding="utf-8")


def kept(folder: Path, key: tuple[str, str, int], recipe: Recipe) -> Found:
    """A cell of the table, which is not measured again."""
    name, model, seed = key
    steps = recipe.steps or SETS[name].steps
    file = folder / f"{name}-{model}-{seed}-{recipe.size}-{steps}.json"
    if not file.exists():
        file.write_text(json.dumps(measured(name, model, seed, recipe)), encoding="utf-8")
    found: Found = json.loads(file.read_text(encoding="utf-8"))
    return found


if __name__ == "__main__":
    main()
