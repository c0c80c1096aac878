"""Do the audit's LiNGAM and additive noise say what causal-learn's say?

    python -m benchmarks.audit_baselines --peer PYTHON [--pairs 40] [--rows 300]

PYTHON is the interpreter of an environment that has causal-learn. Pairs x -> y are drawn, half of
them linear with noise that is not normal, half of them curved with normal noise, and given to both
in random order: counted is how often either is right, and how often they agree where both say
something. causal-learn has no NOTEARS.
"""

import argparse
import json
import subprocess
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from benchmarks.audit_truth import share
from scm_compiler.inference.table import columns
from scm_compiler.runtime.audit.baselines import additive_noise, lingam

Array = NDArray[np.float64]

PEER = """
import json, sys
import numpy as np
from causallearn.search.FCMBased.ANM.ANM import ANM
from causallearn.search.FCMBased.lingam import DirectLiNGAM
said = []
for x, y in json.load(sys.stdin):
    x, y = np.array(x), np.array(y)
    linear = DirectLiNGAM(random_state=0, measure="pwling")
    linear.fit(np.stack([x, y], 1))
    forward, backward = ANM().cause_or_effect(x[:, None], y[:, None])
    order = 1 if linear.causal_order_[0] == 0 else -1
    said.append([order, int(np.sign(forward - backward))])
print(json.dumps(said))
"""


def drawn(pairs: int, rows: int) -> Iterator[tuple[str, int, Array, Array]]:
    """Pairs with their sort and direction: 1 where the first is the cause."""
    random = np.random.default_rng(0)
    for at in range(pairs):
        sort = ("linear", "curved")[at % 2]
        if sort == "linear":
            x, noise = random.uniform(-1, 1, rows), random.laplace(size=rows)
            y = x + 0.4 * noise
        else:
            x = random.normal(size=rows)
            y = x + x**3 / 2 + random.normal(size=rows) / 2
        both = [(v - v.mean()) / v.std() for v in (x, y)]
        way = 1 if random.random() < 0.5 else -1
        yield sort, way, *(both if way == 1 else both[::-1])


def main() -> None:
    """Ask both, count."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--peer", required=True, metavar="PYTHON")
    parser.add_argument("--pairs", type=int, default=40)
    parser.add_argument("--rows", type=int, default=300)
    args = parser.parse_args()
    pairs = list(drawn(args.pairs, args.rows))
    given = json.dumps([[x.tolist(), y.tolist()] for _, _, x, y in pairs])
    answer = subprocess.run(
        [args.peer, "-c", PEER], input=given, capture_output=True, text=True, check=True
    )
    theirs = json.loads(answer.stdout.splitlines()[-1])
    rows: list[tuple[str, ...]] = [("pairs", "method", "ours right", "theirs right", "agree")]
    for at, (method, asked) in enumerate((("LiNGAM", lingam), ("ANM", additive_noise))):
        for sort in ("linear", "curved"):
            own = [(asked(x, y), way) for kind, way, x, y in pairs if kind == sort]
            peer = [
                said[at] for said, (kind, *_) in zip(theirs, pairs, strict=True) if kind == sort
            ]
            both = [o == p for (o, _), p in zip(own, peer, strict=True) if o and p]
            right = [p == way for p, (_, way) in zip(peer, own, strict=True)]
            rows.append((sort, method, share([o == w for o, w in own]), share(right), share(both)))
    print(columns(rows))


if __name__ == "__main__":
    main()
