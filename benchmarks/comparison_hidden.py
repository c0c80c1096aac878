"""What each library says of P(Y | do(X)) where causes are hidden: a part of `comparison`."""

import json
import subprocess
from collections.abc import Callable, Iterator, Mapping
from importlib.util import find_spec
from pathlib import Path
from types import MappingProxyType

import numpy as np

from benchmarks.identification import ask_pyagrum
from scm_compiler.compiler import parse_text
from scm_compiler.identify.identification import Identified, identify

CASES: Mapping[str, tuple[str, tuple[str, ...], tuple[str, ...]]] = MappingProxyType(
    {
        "bow": ("XY", ("XY",), ("XY",)),
        "front door": ("XZY", ("XZ", "ZY"), ("XY",)),
        "instrument": ("ZXY", ("ZX", "XY"), ("XY",)),
        "napkin": ("WRXY", ("WR", "RX", "XY"), ("WX", "WY")),
    }
)
"""Nodes, arrows and hidden common causes."""

_DAGITTY = """
const vm = require("vm"), fs = require("fs");
const world = {console, window: {}}; world.global = world; vm.createContext(world);
vm.runInContext(fs.readFileSync(process.argv[1]).toString(), world);
world.texts = JSON.parse(process.argv[2]);
console.log(vm.runInContext(`JSON.stringify(texts.map(text => {
  const graph = GraphParser.parseGuess(text);
  return [GraphAnalyzer.listMsasTotalEffect(graph).length,
          GraphAnalyzer.conditionalInstruments(graph).map(found => found[0].id)];
}))`, world));
"""


def verdicts(dagitty: Path | None) -> Iterator[str]:
    """Each case with what every library says."""
    said: dict[str, Callable[[str], str]] = {"scmc": scmc}
    if find_spec("pyagrum"):
        said["pyAgrum"] = pyagrum
    if find_spec("pgmpy"):
        said["pgmpy"] = pgmpy
    if find_spec("dowhy"):
        said["dowhy"] = dowhy
    if dagitty is not None:
        found = by_dagitty(dagitty)
        said["dagitty"] = found.__getitem__
    for case, (_, arrows, hidden) in CASES.items():
        drawn = ", ".join([*map(" -> ".join, arrows), *map(" <-> ".join, hidden)])
        yield f"P(Y | do(X)) in the {case}: {drawn}"
        yield from (f"  {name:<10} {say(case)}" for name, say in said.items())


def scmc(case: str) -> str:
    """The estimand, or the hedge."""
    nodes, arrows, hidden = CASES[case]
    lines = [f"{', '.join(nodes)} : binary", *map(" -> ".join, arrows), *map(" <-> ".join, hidden)]
    found = identify(parse_text("\n".join(lines) + "\n"), ["Y"], ["X"])
    if isinstance(found, Identified):
        return f"identified: {found.estimand}"
    outer, inner = (", ".join(forest.nodes) for forest in (found.hedge.outer, found.hedge.inner))
    return f"not identified: {{{outer}}} and {{{inner}}} are a hedge"


def pyagrum(case: str) -> str:
    """The verdict of its do-calculus."""
    nodes, arrows, hidden = CASES[case]
    verdict = ask_pyagrum((nodes, " ".join(arrows), " ".join(hidden), "Y", "X", ""))
    return {"1": "identified", "0": "not identified", "!": "an exception"}[verdict]


def pgmpy(case: str) -> str:
    """What `identification_method` lists."""
    from pgmpy.inference import CausalInference  # noqa: PLC0415  (optional)
    from pgmpy.models import DiscreteBayesianNetwork  # noqa: PLC0415

    _, arrows, hidden = CASES[case]
    edges = [*map(tuple, arrows), *_explicit(hidden)]
    latents = {cause for cause, _ in _explicit(hidden)}
    inference = CausalInference(DiscreteBayesianNetwork(edges, latents=latents))
    found = inference.identification_method("X", "Y")
    return f"by {', '.join(found)}" if found else "no method found"


def dowhy(case: str) -> str:
    """The estimands that `identify_effect` fills in."""
    import networkx as nx  # noqa: PLC0415
    import pandas as pd  # noqa: PLC0415  (comes with dowhy)
    from dowhy import CausalModel  # noqa: PLC0415  (optional)

    nodes, arrows, hidden = CASES[case]
    graph = nx.DiGraph([*map(tuple, arrows), *_explicit(hidden)])
    rows = np.random.default_rng(0).integers(0, 2, (50, len(nodes)))
    data = pd.DataFrame(rows, columns=list(nodes))
    model = CausalModel(data, treatment="X", outcome="Y", graph=graph)
    found = model.identify_effect(proceed_when_unidentifiable=True).estimands
    ways = [name for name, estimand in found.items() if estimand is not None]
    return f"by {', '.join(ways)}" if ways else "no estimand found"


def by_dagitty(script: Path) -> Mapping[str, str]:
    """Whether there are adjustment sets, and which instruments."""
    texts = [
        f"dag {{ X [exposure] Y [outcome] {' '.join(map('->'.join, arrows))} "
        f"{' '.join(map('<->'.join, hidden))} }}"
        for _, arrows, hidden in CASES.values()
    ]
    command = ["node", "-e", _DAGITTY, str(script), json.dumps(texts)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return dict(zip(CASES, (_sets(*pair) for pair in json.loads(done.stdout)), strict=True))


def _sets(adjustments: int, instruments: list[str]) -> str:
    sets = f"{adjustments} adjustment sets" if adjustments else "no adjustment set"
    return f"{sets}; instruments: {', '.join(instruments) or 'none'}"


def _explicit(hidden: tuple[str, ...]) -> list[tuple[str, str]]:
    """Hidden common causes as nodes U0, U1, … with arrows."""
    return [(f"U{rank}", end) for rank, pair in enumerate(hidden) for end in pair]
