"""The programs are those of the other benchmark and of the examples."""

import pytest

from benchmarks.scenes import program
from benchmarks.table1.scenes import SETS
from scm_compiler import load, parse
from scm_compiler.runtime.data.scenes import SCENES


def edges(graph):
    """The edges between labels."""
    names = {node.name for node in graph.tabular}
    return {(cause, name) for name in names for cause in graph.parents[name]}


@pytest.mark.parametrize("name", ["Pendulum", "Flow"])
def test_scenes(name):
    scene = SCENES[SETS[name].source]
    graph = SETS[name].graph(16)
    assert edges(graph) == edges(parse(program(scene, 16)))
    assert graph.parents["Picture"] == scene.labels


@pytest.mark.parametrize(("name", "example"), [("SMILE", "smile"), ("BEARD", "beard")])
def test_faces(name, example):
    chosen, shipped = SETS[f"CelebA({name})"], load(f"celeba_{example}")
    assert edges(chosen.graph(16)) == edges(shipped)
    assert chosen.graph(16).parents["Picture"] == shipped.parents["Face"]


def test_without_edges_the_picture_keeps_its_labels():
    bare = SETS["Flow"].graph(16, edges=False)
    assert edges(bare) == set()
    assert len(bare.parents["Picture"]) == 4
