"""What peers answer to the same questions: the tables of docs/comparison.md.

    python -m benchmarks.comparison [--dagitty FILE] [--write]

pyAgrum, pgmpy and dowhy come with `pip install -e ".[bench]"`. ChiRho asks for an older torch, so
that it is installed beside it: `pip install --no-deps chirho`. FILE is `gui/js/dagitty.js` of a
checkout of dagitty, which `node` runs. What is not installed is left out, and said so.
"""

import argparse
import itertools
import logging
import re
import sys
import warnings
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

import numpy as np

from benchmarks.comparison_hidden import verdicts
from benchmarks.peers import dowhy_model, pgmpy_model, pyagrum_network
from benchmarks.sampling import causal_graph_1
from scm_compiler.inference import answer
from scm_compiler.model.tables import Tables
from scm_compiler.semantics.query import read_query

PAGE = Path(__file__).parents[1] / "docs" / "comparison.md"
DRAWS = 100_000
RIGHT = 1e-6
PACKAGES = {
    "scmc": "scm-compiler",
    "pyAgrum": "pyagrum",
    "pgmpy": "pgmpy",
    "dowhy.gcm": "dowhy",
    "ChiRho": "chirho",
}
MODULES = {"pyAgrum": "pyagrum", "pgmpy": "pgmpy", "dowhy.gcm": "dowhy", "ChiRho": "chirho"}

Values = Mapping[str, int]


class Refused(Exception):  # noqa: N818  (an outcome, not a fault)
    """A library does not answer such a question; why."""


@dataclass(frozen=True)
class Question:
    """P(target=1 | do(…), given)."""

    target: str
    do: tuple[tuple[str, int], ...] = ()
    given: tuple[tuple[str, int], ...] = ()

    def __str__(self) -> str:
        held = [f"do({', '.join(f'{name}={value}' for name, value in self.do)})"] * bool(self.do)
        conditions = ", ".join([*held, *(f"{name}={value}" for name, value in self.given)])
        return f"P({self.target}=1{' | ' * bool(conditions)}{conditions})"


QUESTIONS = (
    Question("Male", given=(("Mustache", 1),)),
    Question("Male", do=(("Mustache", 1),)),
    Question("Smiling", do=(("Male", 1),)),
    Question("Bald", do=(("Male", 1), ("Young", 0))),
    Question("Young", do=(("Male", 1),), given=(("Bald", 1),)),
    Question("Mouth_Slightly_Open", do=(("Smiling", 1),), given=(("Narrow_Eyes", 1),)),
    Question("Narrow_Eyes", do=(("Smiling", 1), ("Bald", 1)), given=(("Mouth_Slightly_Open", 1),)),
    Question("Male", do=(("Bald", 1),), given=(("Young", 0), ("Mustache", 1))),
)

Asked = Callable[[Question], tuple[float, float]]
"""An answer and its standard error; raises `Refused`."""


def enumerated(tables: Tables) -> Asked:
    """The truth: the sum over all settings of the labels, mechanism by mechanism."""
    graph = tables.graph
    names = [node.name for node in graph.labels]
    rows = [dict(zip(names, row, strict=True)) for row in itertools.product((0, 1), repeat=9)]

    def probability(row: Values, do: Values) -> float:
        factors = (
            float(row[name] == do[name])
            if name in do
            else table[(*(row[parent] for parent in graph.parents[name]), row[name])]
            for name, table in tables.probabilities.items()
        )
        return float(np.prod(list(factors)))

    def ask(question: Question) -> tuple[float, float]:
        do, given = dict(question.do), dict(question.given)
        weights = [
            (probability(row, do), row[question.target])
            for row in rows
            if all(row[name] == value for name, value in given.items())
        ]
        return sum(w for w, hit in weights if hit) / sum(w for w, _ in weights), 0.0

    return ask


def scmc(tables: Tables) -> Asked:
    """What scmc answers."""

    def ask(question: Question) -> tuple[float, float]:
        found = answer(read_query(str(question), tables.graph), tables)
        return found.probability, found.std_error or 0.0

    return ask


def pyagrum(tables: Tables) -> Asked:
    """PyAgrum's `causalImpact`."""
    from pyagrum import causal  # noqa: PLC0415  (optional)

    model = causal.CausalModel(pyagrum_network(tables, {}))

    def ask(question: Question) -> tuple[float, float]:
        do, given = dict(question.do), dict(question.given)
        _, table, said = causal.causalImpact(
            model, on={question.target}, doing=set(do), knowing=set(given), values=do | given
        )
        if table is None:
            raise Refused(said)
        return float(table.tolist()[1]), 0.0

    return ask


def pgmpy(tables: Tables) -> Asked:
    """Pgmpy's `CausalInference.query`."""
    from pgmpy.inference import CausalInference  # noqa: PLC0415  (optional)

    inference = CausalInference(pgmpy_model(tables))

    def ask(question: Question) -> tuple[float, float]:
        do, given = dict(question.do) or None, dict(question.given) or None
        try:
            found = inference.query([question.target], do=do, evidence=given, show_progress=False)
        except ValueError as error:
            raise Refused(str(error)) from error
        return float(found.values[1]), 0.0

    return ask


def dowhy(tables: Tables) -> Asked:
    """dowhy.gcm's interventional samples, whose function has no argument for evidence."""
    from dowhy import gcm  # noqa: PLC0415  (optional)

    model = dowhy_model(tables)

    def ask(question: Question) -> tuple[float, float]:
        if question.given:
            raise Refused("no argument for evidence; only samples under do")
        held = {name: (lambda x, v=value: np.full_like(x, v)) for name, value in question.do}
        drawn = gcm.interventional_samples(model, held, num_samples_to_draw=DRAWS)
        share = float((drawn[question.target] == 1).mean())
        return share, (share * (1 - share) / DRAWS) ** 0.5

    return ask


def chirho(tables: Tables) -> Asked:
    """ChiRho's `do` on a Pyro model, Pyro's `condition` and exact enumeration."""
    import pyro  # noqa: PLC0415  (optional)
    import torch  # noqa: PLC0415
    from chirho.interventional.handlers import do as hold  # noqa: PLC0415
    from pyro.infer import TraceEnum_ELBO, config_enumerate  # noqa: PLC0415
    from pyro.ops.indexing import Vindex  # noqa: PLC0415

    graph = tables.graph
    order = [name for name in graph.topological if name in tables.probabilities]
    given_parents = {name: torch.tensor(tables.probabilities[name]) for name in order}

    @config_enumerate
    def model() -> None:
        values: dict[str, torch.Tensor] = {}
        for name in order:
            row = (*(values[parent].long() for parent in graph.parents[name]), slice(None))
            table = Vindex(given_parents[name])[row] if len(row) > 1 else given_parents[name]
            values[name] = pyro.sample(name, pyro.distributions.Categorical(table))

    def ask(question: Question) -> tuple[float, float]:
        held = {name: torch.tensor(value) for name, value in question.do}
        seen = {name: torch.tensor(value) for name, value in question.given}
        world = pyro.condition(hold(model, held) if held else model, seen)
        found = TraceEnum_ELBO(max_plate_nesting=0).compute_marginals(world, lambda: None)
        return float(found[question.target].probs[1]), 0.0

    return ask


PEERS: dict[str, Callable[[Tables], Asked]] = {
    "scmc": scmc,
    "pyAgrum": pyagrum,
    "pgmpy": pgmpy,
    "dowhy.gcm": dowhy,
    "ChiRho": chirho,
}


def present() -> dict[str, Callable[[Tables], Asked]]:
    """The libraries that are installed."""
    return {
        name: make for name, make in PEERS.items() if name == "scmc" or find_spec(MODULES[name])
    }


def verdict(ask: Asked, question: Question, truth: float) -> str:
    """An answer in words: the number and whether it is right, or why there is none."""
    try:
        value, error = ask(question)
    except Refused as why:
        return f"refused: {str(why).partition('. ')[0]}"
    if error:
        near = abs(value - truth) < 4 * error
        return f"{value:.5f} ± {error:.5f}, {'agrees' if near else 'WRONG'}"
    return f"{value:.5f} {'right' if abs(value - truth) < RIGHT else 'WRONG'}"


def interventions() -> Iterator[str]:
    """Each question with every library's answer, beside the sum over all 512 settings."""
    tables = causal_graph_1().tables()
    truth = enumerated(tables)
    asked = {name: make(tables) for name, make in present().items()}
    for question in QUESTIONS:
        known, _ = truth(question)
        yield f"{question} = {known:.5f} by enumeration"
        yield from (f"  {name:<10} {verdict(ask, question, known)}" for name, ask in asked.items())


def counterfactuals() -> Iterator[str]:
    """A bald young man: would he be bald as a woman? The same tables in each library."""
    tables = causal_graph_1().tables()
    text = "P(Bald[Male=0]=1 | Male=1, Young=1, Bald=1)"
    found = answer(read_query(text, tables.graph), tables)
    woman = answer(read_query("P(Bald=1 | do(Male=0), Young=1)", tables.graph), tables)
    yield f"{text}; of young women P(Bald=1 | do(Male=0), Young=1) = {woman.probability:.6f}"
    yield f"  scmc       {found.probability:.6f} (noise model: {found.noise_model}),"
    yield f"             in {found.bounds} whatever the noise model"
    if find_spec("pyagrum"):
        yield f"  pyAgrum    {_pyagrum_counterfactual(tables):.6f}, no noise model named"
    if find_spec("dowhy"):
        yield f"  dowhy.gcm  {_dowhy_counterfactual()}"


def _pyagrum_counterfactual(tables: Tables) -> float:
    from pyagrum import causal  # noqa: PLC0415  (optional)

    model = causal.CausalModel(pyagrum_network(tables, {}))
    profile = {"Male": 1, "Young": 1, "Bald": 1}
    found = causal.counterfactual(
        model, profile=profile, on={"Bald"}, whatif={"Male"}, values={"Male": 0}
    )
    return float(found.tolist()[1])


def _dowhy_counterfactual() -> str:
    """What dowhy.gcm says for a binary node fitted by its own automatic choice."""
    import networkx as nx  # noqa: PLC0415
    import pandas as pd  # noqa: PLC0415  (comes with dowhy)
    from dowhy import gcm  # noqa: PLC0415  (optional)

    draw = np.random.default_rng(0)
    male = draw.integers(0, 2, 500)
    bald = (draw.random(500) < 0.05 + 0.3 * male).astype(int)
    rows = pd.DataFrame({"Male": male.astype(str), "Bald": bald.astype(str)})
    model = gcm.InvertibleStructuralCausalModel(nx.DiGraph([("Male", "Bald")]))
    try:
        gcm.auto.assign_causal_mechanisms(model, rows)
        gcm.fit(model, rows)
        gcm.counterfactual_samples(model, {"Male": lambda _: "0"}, observed_data=rows[:5])
    except Exception as error:  # whatever it says is the answer
        return f"{type(error).__name__}: {str(error)[:90]}"
    return "answers"


SECTIONS: dict[str, Callable[[Path | None], Iterator[str]]] = {
    "interventions": lambda _: interventions(),
    "counterfactuals": lambda _: counterfactuals(),
    "hidden": verdicts,
}


def versions() -> str:
    """The versions that answered, and the day."""
    found = [f"{name} {version(PACKAGES[name])}" for name in present()]
    return f"Run on {datetime.now(UTC).date()} with {', '.join(found)}."


def main() -> None:
    """Print, or write the page."""
    warnings.filterwarnings("ignore")
    logging.disable(logging.CRITICAL)
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--dagitty", type=Path, metavar="FILE", help="gui/js/dagitty.js")
    parser.add_argument("--write", action="store_true", help="into docs/comparison.md")
    args = parser.parse_args()
    texts = {"versions": versions()}
    for name, lines in SECTIONS.items():
        texts[name] = "```text\n" + "\n".join(lines(args.dagitty)) + "\n```"
        print(texts[name], flush=True)
    missing = [name for name in PEERS if name not in present()]
    if missing:
        print(f"not installed, and left out: {', '.join(missing)}", file=sys.stderr)
    if args.write:
        page = PAGE.read_text(encoding="utf-8")
        for name, text in texts.items():
            around = re.compile(rf"(<!-- {name} -->\n).*?(<!-- end -->)", re.DOTALL)
            page = around.sub(lambda found, text=text: f"{found[1]}{text}\n{found[2]}", page)
        PAGE.write_text(page, encoding="utf-8")


if __name__ == "__main__":
    main()
