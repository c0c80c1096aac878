"""The certificate: true modules pass, and each planted violation is caught by the right check."""

import copy
from dataclasses import replace
from itertools import pairwise, permutations
from typing import ClassVar

import pytest
import torch

from scm_compiler.emit import certificate as certificates
from scm_compiler.emit.certificate import certify, choose
from scm_compiler.emit.checks.behaviour import _groups
from scm_compiler.emit.checks.contract import Check, check_images, check_noise_blocks, outcome
from scm_compiler.ir import Discrete, Edge, Graph, Node, NoiseBlock
from scm_compiler.ir.domain import BINARY
from scm_compiler.model.compilation import compile_module, spec_for
from scm_compiler.model.explicit import ExplicitModule
from scm_compiler.model.module import Reads
from scm_compiler.model.real.mixed import MixedModule
from scm_compiler.model.spec import ExplicitSpec, ImplicitSpec, Shape

SPECS = {
    "tables": ExplicitSpec(hidden_states=3),
    "networks": ExplicitSpec(table_limit=1, hidden_states=3),
    "implicit": ImplicitSpec(hidden=6, layers=3, noise=2),
}

NAMES = [
    "noise blocks of the graph",
    "declared parents",
    "declared noise",
    "images",
    "pinned labels",
    "changed noise",
    "jacobian",
]


def failed(certificate):
    return {check.name: check.violations for check in certificate.checks if not check.ok}


@pytest.mark.parametrize("spec", SPECS.values(), ids=SPECS)
def test_what_is_compiled_is_consistent(graph, spec):
    certificate = certify(compile_module(graph, spec))
    assert failed(certificate) == {}
    assert certificate.consistent
    assert [check.name for check in certificate.checks] == NAMES
    assert certificate.graph_hash == graph.hash


def test_the_document_holds_all_that_a_reader_needs(graphs):
    found = certify(compile_module(graphs["binary"]), seed=3).document()
    assert found["consistent"] is True
    assert found["seed"] == 3
    assert (found["examined"], found["labels"]) == (5, 5)
    assert found["checks"][1] == {
        "name": "declared parents",
        "ok": True,
        "detail": "6 edges into 5 labels",
        "violations": [],
    }


def test_certifying_changes_neither_the_module_nor_the_global_generator(graphs):
    module = compile_module(graphs["mixed"])
    before = copy.deepcopy(module.state_dict())
    torch.manual_seed(8)
    expected = torch.rand(3)
    torch.manual_seed(8)
    certify(module)
    assert torch.equal(torch.rand(3), expected)
    assert all(torch.equal(v, before[k]) for k, v in module.state_dict().items())
    assert module.form == "auto"


class Planted(ExplicitModule):
    """A module with a fault that its declaration hides."""

    def forward(self, noise, do=None):
        found = super().forward(noise, do).clone()
        self.plant(found, noise, do or {})
        return found

    def plant(self, found, noise, do):
        raise NotImplementedError


class ReadsNonParent(Planted):
    """S, whose parents are M and Y, also follows E."""

    def plant(self, found, noise, do):
        if "S" not in do:
            found[:, 3] ^= found[:, 2]


class SharesNoise(Planted):
    """M reads the noise of Y in place of its own."""

    def plant(self, found, noise, do):
        if "M" not in do:
            found[:, 1] = (noise[:, 0] < 0.5).long()


class FedByDescendant(Planted):
    """M flips with the noise of its descendant N."""

    def plant(self, found, noise, do):
        if "M" not in do:
            found[:, 1] ^= (noise[:, 4] < 0.5).long()


class ScoresReadNonParent(ExplicitModule):
    """Only the scores of S follow E."""

    def scores(self, values, noise):
        found = list(super().scores(values, noise))
        found[3] = found[3] + 0.1 * values[:, [2]]
        return tuple(found)


def test_a_hidden_read_of_a_non_parent_is_caught(graphs):
    found = failed(certify(ReadsNonParent(graphs["binary"])))
    assert found.keys() == {"pinned labels", "changed noise"}
    assert found["pinned labels"] == ("do(E) moves S",)
    assert "the noise of E moves S" in found["changed noise"]


def test_a_hidden_read_of_another_nodes_noise_is_caught(graphs):
    found = failed(certify(SharesNoise(graphs["binary"])))
    assert found.keys() == {"changed noise"}
    assert "the noise of Y moves M" in found["changed noise"]
    assert "M never moves with the noise of M" in found["changed noise"]


def test_a_node_fed_by_a_descendants_noise_is_caught(graphs):
    found = failed(certify(FedByDescendant(graphs["binary"])))
    assert found.keys() == {"changed noise"}
    assert "the noise of N moves M" in found["changed noise"]


def test_scores_that_depend_on_a_non_parent_are_caught(graphs):
    found = failed(certify(ScoresReadNonParent(graphs["binary"])))
    assert found == {"jacobian": ("the scores of S depend on E",)}


def test_a_module_of_another_graph_is_caught_by_its_declaration(graphs):
    graph = graphs["binary"]
    more = replace(graph, edges=(*graph.edges[:1], Edge("E", "S"), *graph.edges[1:]))
    module = compile_module(more)
    module.graph = graph
    found = failed(certify(module))
    assert found["declared parents"] == ("S reads E, not a parent",)
    assert "do(E) moves S" in found["pinned labels"]
    assert "the noise of E moves S" in found["changed noise"]
    assert found["jacobian"] == ("the scores of S depend on E",)


def test_a_mechanism_that_ignores_a_parent_is_caught(graphs):
    graph = graphs["binary"]
    module = compile_module(replace(graph, edges=graph.edges[1:]))
    module.graph = graph
    found = failed(certify(module))
    assert found["declared parents"] == ("E does not read its parent Y",)
    assert found["pinned labels"] == ("E never moves under do(Y)",)
    assert found["jacobian"] == ("the scores of E do not depend on Y",)


def test_declared_shared_noise_is_caught(graphs):
    module = compile_module(graphs["binary"])
    honest = list(module.wirings)
    honest[1] = replace(honest[1], own=0)
    module.wirings = tuple(honest)
    found = failed(certify(module))
    assert found["declared noise"] == (
        "M reads the noise of Y",
        "M does not read the noise of M",
    )
    assert "the noise of Y moves M" in found["changed noise"]
    assert "the scores of M depend on the noise of Y" in found["jacobian"]


def test_noise_that_is_shared_without_a_hidden_cause_is_caught(graphs):
    graph = graphs["hidden"]
    module = compile_module(graph, SPECS["tables"])
    module.graph = replace(graph, confounders=graph.confounders[:1])
    found = failed(certify(module))
    assert found["declared noise"] == ("the noise does not divide into one block for each reader",)


def test_declared_columns_outside_the_tensors_are_caught(graphs):
    module = compile_module(graphs["one"])
    module.reads = lambda: (Reads(labels=(7,), noise=(0, 9)),)
    found = failed(certify(module))
    assert found["declared parents"] == ("A reads column 7, not a parent",)
    assert found["declared noise"] == ("noise column 9 belongs to no block",)


class SharedBlock(Graph):
    """A graph in which two nodes read one block."""

    noise = (NoiseBlock("U", ("Y", "M")), NoiseBlock("V", ("E",)))


def test_the_graphs_own_blocks_are_checked(graphs):
    graph = graphs["binary"]
    shared = SharedBlock(graph.name, graph.nodes, graph.edges)
    found = check_noise_blocks(shared).violations
    assert "1 noise blocks, not 0, are read by M and Y" in found
    assert "0 noise blocks, not 1, are read by Y" in found


def test_an_image_that_causes_something_is_caught(graphs):
    graph = graphs["mixed"]
    wrong = replace(graph, edges=(*graph.edges, Edge("Face", "D")))
    assert check_images(wrong).violations == ("Face causes D",)
    assert check_images(graph).ok


def test_a_large_graph_is_examined_in_part_and_says_so(build_graph, monkeypatch):
    monkeypatch.setattr(certificates, "WORK", 200)
    monkeypatch.setattr(certificates, "LEAST", 3)
    names = [f"N{i}" for i in range(40)]
    graph = build_graph(dict.fromkeys(names, 2), list(pairwise(names)))
    assert len(choose(tuple(names), 0)) == 5
    assert choose(tuple(names[:14]), 0) == tuple(names[:14])
    certificate = certify(compile_module(graph))
    assert failed(certificate) == {}
    assert (certificate.examined, certificate.labels) == (5, 40)
    assert certificate.checks[4].detail.startswith("5 of 40 labels pinned")


def test_further_checks_can_deny(graphs):
    head = Check("a head", "its reads", ("the head reads more",))
    certificate = certify(compile_module(graphs["one"]), further=[head])
    assert not certificate.consistent
    assert certificate.document()["checks"][-1]["violations"] == ["the head reads more"]


def test_a_long_list_of_violations_is_cut():
    found = outcome("x", "y", [f"wrong {n}" for n in range(50)] * 2)
    assert len(found.violations) == 21
    assert found.violations[-1] == "and 30 more"


class LetsGo(Planted):
    """N, which has no children, does not hold still under do(N)."""

    def plant(self, found, noise, do):
        if "N" in do:
            found[:, 4] = (noise[:, 4] < 0.5).long()


class ReadsItsBatch(Planted):
    """M compares its noise with the mean over the batch."""

    def plant(self, found, noise, do):
        if "M" not in do:
            found[:, 1] = (noise[:, 1] < noise[:, 1].mean()).long()


def test_a_label_that_do_does_not_hold_is_caught(graphs):
    found = failed(certify(LetsGo(graphs["binary"])))
    assert found == {"pinned labels": ("do(N) does not hold N",)}


def test_a_mechanism_that_reads_other_rows_is_caught(graphs):
    found = failed(certify(ReadsItsBatch(graphs["binary"])))
    assert "the noise of other rows moves M" in found["changed noise"]


def test_a_label_of_very_many_values_is_pinned_at_some():
    many = Discrete(tuple(f"v{number}" for number in range(3000)))
    nodes = (Node("A", "categorical", many), Node("B", "binary", BINARY))
    found = certify(compile_module(Graph("wide", nodes, (Edge("A", "B"),))))
    assert found.consistent
    (pinned,) = (check for check in found.checks if check.name == "pinned labels")
    assert "2 of 2 labels pinned at each value or 256 of more, one by one" in pinned.detail


class HearsNumbers(Planted):
    """N is held at another value where `do` gives one number for all rows."""

    def plant(self, found, noise, do):
        if isinstance(do.get("N"), int):
            found[:, 4] = 0


def test_a_pin_that_depends_on_how_it_is_told_is_caught(graphs):
    found = failed(certify(HearsNumbers(graphs["binary"])))
    assert found == {"pinned labels": ("do(N) differs with a value for each row",)}


class Far(Planted):
    """In a chain of twelve, the last label follows the second: both may be of one group."""

    def plant(self, found, noise, do):
        if "N11" not in do:
            found[:, 11] ^= found[:, 1] & (found[:, 5] ^ 1)


def test_each_two_labels_are_apart_in_some_group(build_graph):
    names = [f"N{i}" for i in range(12)]
    for size in range(1, 13):
        groups = _groups(names[:size], 64)
        for one, other in permutations(names[:size], 2):
            assert any(one in held and other not in held for held, _ in groups)
    graph = build_graph(dict.fromkeys(names, 2), [("N0", "N1"), ("N5", "N6")])
    found = failed(certify(Far(graph)))
    wrong = {"do(N0) moves N11", "do(N1) moves N11", "do(N5) moves N11"}
    assert set(found["pinned labels"]) == wrong


class Counts(ExplicitModule):
    """Counts its passes, also those of its copies."""

    passes: ClassVar[list[int]] = []

    def forward(self, noise, do=None):
        self.passes.append(noise.shape[0])
        return super().forward(noise, do)


def test_a_graph_of_a_hundred_labels_takes_no_pass_for_each_label_and_trial(build_graph):
    names = [f"N{i}" for i in range(100)]
    graph = build_graph(dict.fromkeys(names, 3), list(pairwise(names)))
    Counts.passes.clear()
    certificate = certify(Counts(graph))
    assert certificate.consistent
    assert certificate.examined == 100
    assert len(Counts.passes) < 3 * 100  # in four trials: on both forms, as it is and redrawn


def test_fewer_labels_can_be_examined_but_not_too_few(build_graph):
    names = [f"N{i}" for i in range(40)]
    graph = build_graph(dict.fromkeys(names, 2), list(pairwise(names)))
    module = compile_module(graph)
    found = [certify(module, examine=count).examined for count in (0, 9, 100)]
    assert found == [certificates.FEWEST, 9, 40]


TERMS = ((0, 0), (1, 0), (3, 0), (8, 0), (5, 8), (13, 0), (18, 2))
FORMS = {
    "regression": {"S": Shape("regression", (), 9, knots=4, terms=TERMS)},
    "networks": {},
    "linear": {"S": Shape("linear", (), 0)},
    "quantiles": {"R": Shape("quantiles", (), 5, 2)},
    "many heaps": {"R": Shape("transform", (6,), 3, 40)},
    "heaps": {"R": Shape("transform", (6,), 3, 2), "S": Shape("transform", (6,), 3, 1)},
}


@pytest.mark.parametrize("shapes", FORMS.values(), ids=FORMS)
def test_real_nodes_are_consistent_with_their_graph(reals, shapes):
    graph = reals["both"]
    spec = spec_for(graph)
    module = compile_module(graph, replace(spec, apart={**spec.apart, **shapes}))
    before = module.node_weights()
    certificate = certify(module)
    assert failed(certificate) == {}
    assert [check.name for check in certificate.checks] == NAMES
    assert "real nodes at what they are in other rows" in certificate.checks[4].detail
    assert "7 of 7 edges transmit" in certificate.checks[4].detail
    assert all(torch.equal(weight, before[k]) for k, weight in module.node_weights().items())
    assert failed(certify(compile_module(reals["real"]))) == {}


class Lying(MixedModule):
    """A module of real nodes with a fault that its declaration hides."""

    def forward(self, noise, do=None):
        found = super().forward(noise, do).clone()
        index = self.layout.index
        self.plant({name: found[:, place] for name, place in index.items()}, noise, do or {})
        return found

    def plant(self, node, noise, do):
        raise NotImplementedError


class RealReadsNonParent(Lying):
    """S, whose parents are R and B, moves a little with D."""

    def plant(self, node, noise, do):
        if "S" not in do:
            node["S"] += 1e-9 * node["D"]


class LabelReadsNonParent(Lying):
    """E, which has no parents, follows the real node R."""

    def plant(self, node, noise, do):
        if "E" not in do:
            node["E"].copy_((node["R"] > 1.0).to(node["E"].dtype))


class RealSharesNoise(Lying):
    """S moves with the noise of R, which is no cause of it."""

    def plant(self, node, noise, do):
        if "S" not in do:
            node["S"] += 0.1 * noise[:, 1]


class RealReadsItsBatch(Lying):
    """S is taken from the mean of its batch."""

    def plant(self, node, noise, do):
        if "S" not in do:
            node["S"] -= node["S"].mean()


class RealLetsGo(Lying):
    """S does not hold still under do(S)."""

    def plant(self, node, noise, do):
        if "S" in do:
            node["S"] += 1e-12


class RealScoresReadNonParent(MixedModule):
    """Only the scores of S follow D."""

    def scores(self, values, noise):
        found = list(super().scores(values, noise))
        found[4] = found[4] + 1e-6 * values[:, [9]]
        return tuple(found)


class DeafToItsNoise(MixedModule):
    """S does not depend on its own noise."""

    def forward(self, noise, do=None):
        still = noise.clone()
        still[:, 4] = 0.5
        return super().forward(still, do)


LIES = [
    (RealReadsNonParent, "pinned labels", "do(D) moves S"),
    (LabelReadsNonParent, "pinned labels", "do(R) moves E"),
    (LabelReadsNonParent, "changed noise", "the noise of R moves E"),
    (RealSharesNoise, "changed noise", "the noise of R moves S"),
    (RealReadsItsBatch, "changed noise", "the noise of other rows moves S"),
    (RealLetsGo, "pinned labels", "do(S) does not hold S"),
    (RealScoresReadNonParent, "jacobian", "the scores of S depend on D"),
    (DeafToItsNoise, "changed noise", "S never moves with the noise of S"),
]


@pytest.mark.parametrize(("lie", "check", "violation"), LIES)
def test_what_a_mechanism_beside_real_nodes_hides_is_caught(reals, lie, check, violation):
    graph = reals["both"]
    if lie is RealSharesNoise:  # R is no cause of S
        graph = replace(graph, edges=tuple(edge for edge in graph.edges if edge.source != "R"))
    assert violation in failed(certify(lie(graph)))[check]


def test_a_real_mechanism_that_ignores_a_parent_is_caught(reals):
    graph = reals["both"]
    fewer = tuple(edge for edge in graph.edges if (edge.source, edge.target) != ("R", "S"))
    module = compile_module(replace(graph, edges=fewer))
    module.graph = graph
    found = failed(certify(module))
    assert found["declared parents"] == ("S does not read its parent R",)
    assert found["pinned labels"] == ("S never moves under do(R)",)
    assert found["jacobian"] == ("the scores of S do not depend on R",)
