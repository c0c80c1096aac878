"""Tables of districts, fitted jointly: the likelihood reaches what no hidden states can beat."""

import itertools

import numpy as np
import pytest
import torch

from scm_compiler.compiler import parse_text
from scm_compiler.diagnostics import ScmError
from scm_compiler.identify.law import law_graph
from scm_compiler.model.tables import table_shape
from scm_compiler.passes import unfold
from scm_compiler.runtime.controller.mle.districts import Districts
from scm_compiler.runtime.controller.mle.options import MleOptions
from scm_compiler.runtime.controller.mle.trainer import Mle
from scm_compiler.runtime.data import tabulate
from scm_compiler.runtime.evaluation import distance

FRONT_DOOR = "S, T, C : binary\nS -> T -> C\nS <-> C\n"
NAPKIN = "W, Z, X, Y : binary\nW -> Z -> X -> Y\nW <-> X\nW <-> Y\n"
INSTRUMENT = "Z, X : binary\nY : categorical(a, b, c)\nZ -> X -> Y\nX <-> Y\n"
TWO = "A, B, C, D, G : binary\nA -> B\nA <-> B\nB -> C\nC <-> D\nD <-> G\nC -> G\n"
GRAPHS = [FRONT_DOOR, NAPKIN, INSTRUMENT, TWO]


def finished(trainer):
    while trainer.done < trainer.total:
        trainer.advance(100)
    return trainer


def drawn(text, seed, *, states=3, rows=10**7):
    """A graph, and the law of a random model of it as counts of so many rows."""
    graph = parse_text(text)
    whole, _ = unfold(graph, states)
    source = np.random.default_rng(seed)
    letters = dict(zip([n.name for n in whole.labels], "abcdefghijklmnop", strict=False))
    parts, scopes = [], []
    for node in whole.labels:
        shape = table_shape(whole, node.name)
        parts.append(source.dirichlet(np.ones(shape[-1]), size=shape[:-1]))
        scopes.append("".join(letters[n] for n in (*whole.parents[node.name], node.name)))
    names = "".join(letters[n.name] for n in graph.labels)
    joint = np.einsum(f"{','.join(scopes)}->{names}", *parts, optimize=True)
    counts = np.rint(joint * rows).astype(np.int64).ravel()
    cells = np.array(list(np.ndindex(joint.shape)))
    return graph, tabulate(graph, cells, counts, "drawn")


@pytest.mark.parametrize("text", GRAPHS, ids=["front", "napkin", "instrument", "two"])
@pytest.mark.parametrize("seed", range(2))
def test_hidden_states_reproduce_the_law_of_a_model_of_the_graph(text, seed):
    graph, table = drawn(text, seed)
    module = finished(Mle(graph, table, MleOptions(), 0)).model()
    assert distance(module, table).value < 2e-5


def test_the_likelihood_never_falls():
    graph, table = drawn(NAPKIN, 3)
    districts = Districts(graph, table, 4, 4096, 1)
    gaps = [districts.step() for _ in range(60)]
    assert all(after <= before + 1e-12 for before, after in itertools.pairwise(gaps))
    assert gaps[-1] < 1e-3 < gaps[0]


def test_data_that_no_model_of_the_graph_gives():
    """A _||_ C is implied, and the data say A = C: the fit is the best product of the two."""
    graph = parse_text("A, B, C : binary\nA <-> B\nB <-> C\n")
    table = tabulate(graph, np.array([[0, 0, 0], [1, 0, 1]]), np.array([500, 500]), "test")
    module = finished(Mle(graph, table, MleOptions(), 0)).model()
    assert distance(module, table).value == pytest.approx(0.5, abs=1e-6)
    assert law_graph(graph).parents["B"] == ("A", "C")


def test_going_on_is_as_if_never_stopped():
    graph, table = drawn(TWO, 1)
    whole, first = (Mle(graph, table, MleOptions(steps=40), 7) for _ in range(2))
    whole.advance(40)
    first.advance(13)
    second = Mle(graph, table, MleOptions(steps=40), 7)
    second.restore(first.state())
    second.advance(27)
    assert second.done == whole.done
    for name, weight in whole.model().node_weights().items():
        assert torch.equal(weight, second.model().node_weights()[name])


@pytest.mark.parametrize(
    "changes",
    [
        {"district.": torch.tensor([0.0, 1e300])},
        {"district.": torch.tensor([0.0, -1.0])},
        {"district.A": torch.tensor(-1.0)},
        {"district.A": torch.tensor(2.0)},
        {"counters": torch.tensor([1, 2**40, 0, 0])},
    ],
)
def test_what_no_training_reached_is_not_gone_on_from(changes):
    graph, table = drawn(TWO, 1)
    state = Mle(graph, table, MleOptions(steps=40), 7).state()
    other = {name: value.double().expand_as(state[name]) for name, value in changes.items()}
    with pytest.raises(ValueError, match=r"has not risen|not a distribution|steps in all"):
        Mle(graph, table, MleOptions(steps=40), 7).restore(state | other)


def test_networks_beside_districts():
    graph, table = drawn(TWO + "F : binary\nA, B, C, D -> F\n", 0, rows=20_000)
    options = MleOptions(table_limit=15, hidden_states=3, steps=60, check_steps=20, hidden=8)
    with pytest.raises(ScmError):
        Mle(graph, table, options.model_copy(update={"table_limit": 3}), 0)
    trainer = finished(Mle(graph, table, options, 0))
    assert trainer.model().describe()["F"].startswith("network")
    assert trainer.model().describe()["A"] == "table of 3"
    module = trainer.model()
    assert distance(module, table).value < 0.2
    assert distance(module, table).value == pytest.approx(
        distance(module.tables(), table).value, abs=1e-6
    )


def test_fewer_states_where_a_label_has_many_hidden_causes():
    names = [f"V{rank}" for rank in range(5)]
    ties = "".join(f"V0 <-> {name}\n" for name in names[1:])
    graph = parse_text(f"{', '.join(names)} : binary\n{ties}")
    table = tabulate(graph, np.zeros((1, 5), np.int64), np.array([3]), "test")
    assert Districts(graph, table, 8, 4096, 0).states == 8
    assert Districts(graph, table, 8, 100, 0).states == 3


def test_too_large_districts_are_refused():
    names = [f"V{rank}" for rank in range(26)]
    ties = "".join(f"{a} <-> {b}\n" for a, b in itertools.pairwise(names))
    arrows = "".join(f"{a} -> {b}\n" for a, b in itertools.pairwise(names))
    graph = parse_text(f"{', '.join(names)} : binary\n{ties}{arrows}")
    table = tabulate(graph, np.zeros((1, 26), np.int64), np.array([1]), "test")
    with pytest.raises(ScmError) as caught:
        Mle(graph, table, MleOptions(), 0)
    assert [d.code for d in caught.value.diagnostics] == ["E620"]
