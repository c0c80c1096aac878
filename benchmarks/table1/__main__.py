"""Table 1 and figure 5 of the paper of CausalVAE (Yang et al. 2021), beside ours.

    python -m benchmarks.table1 --out DIR --faces CELEBA.zip [--steps N] [--size 16] [--seeds 5]
        [--sets NAME …] [--models NAME …] [--write PAGE] [--picture FILE]
"""

import argparse
import json
from pathlib import Path

from benchmarks.table1.measure import Found, Recipe, measured
from benchmarks.table1.models import MODELS
from benchmarks.table1.scenes import SETS

Key = tuple[str, str, int]


def main() -> None:
    """Train and measure what is missing; print."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--out", type=Path, required=True, help="the folder of what is measured")
    parser.add_argument("--faces", type=Path, required=True, help="CelebA's faces, zipped")
    parser.add_argument("--steps", type=int, help="of each training; 600 or 1,200 if none are named")
    parser.add_argument("--size", type=int, default=16, help="the side of the pictures")
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--sets", nargs="+", choices=tuple(SETS), default=list(SETS))
    parser.add_argument("--models", nargs="+", choices=tuple(MODELS), default=list(MODELS))
    args = parser.parse_args()
    recipe = Recipe(args.size, args.steps, args.faces)
    args.out.mkdir(parents=True, exist_ok=True)
    cells = {
        (name, model, seed): kept(args.out, (name, model, seed), recipe)
        for seed in range(args.seeds)
        for name in args.sets
        for model in args.models
    }
    print(len(cells))


def kept(folder: Path, key: Key, recipe: Recipe) -> Found:
    """A cell of the table, which is not measured again."""
    name, model, seed = key
    file = folder / f"{name}-{model}-{seed}-{recipe.size}-{recipe.steps or SETS[name].steps}.json"
    if not file.exists():
        file.write_text(json.dumps(measured(name, model, seed, recipe)), encoding="utf-8")
    found: Found = json.loads(file.read_text(encoding="utf-8"))
    return found


if __name__ == "__main__":
    main()
