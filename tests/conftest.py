"""Shared fixtures."""

import os
import sys
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import torch
from hypothesis import settings
from xdist.scheduler import LoadFileScheduling

from scm_compiler.ir import Discrete, Edge, Graph, Node
from scm_compiler.ir.domain import BINARY
from tests.diagnostics.setups.made import Made

# The tensors here are small: a second thread costs more than it gives, many times more on a
# machine where another test has the other core.
torch.set_num_threads(1)

# The same examples each time; with SCMC_HYPOTHESIS=explore others, which may find what is wrong.
settings.register_profile("fixed", derandomize=True, deadline=None)
settings.register_profile("explore", deadline=None)
settings.load_profile(os.environ.get("SCMC_HYPOTHESIS", "fixed"))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the files of slow tests, so that short ones are left to fill up the end."""
    slow = {item.path for item in items if item.get_closest_marker("slow")}
    items.sort(key=lambda item: item.path not in slow)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> LoadFileScheduling:
    """Give a file to one worker, which makes what its tests share once, and files in order."""
    config.option.loadscopereorder = False
    return LoadFileScheduling(config, log)


@pytest.fixture(autouse=True)
def _one_thread() -> Iterator[None]:
    """A test may ask for other threads; the next one begins on one again."""
    yield
    torch.set_num_threads(1)


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real data beside the checkout; tests that need it skip where it is absent."""
    root = Path(os.environ.get("SCMC_SHARED", Path(__file__).parents[2] / "shared")) / "data"
    if not root.is_dir():
        pytest.skip(f"no real data at {root}")
    return root


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Made]:
    """Runs that several tests start from, and what judges their images, for all workers."""
    own = tmp_path_factory.getbasetemp()
    shared = own.parent if "PYTEST_XDIST_WORKER" in os.environ else own
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SCMC_CACHE", str(shared / "judges"))
        yield Made(tmp_path_factory.mktemp("made"))


@pytest.fixture
def own_kind(tmp_path, monkeypatch):
    """The package of `own_kind`, installed as far as its entry point goes."""
    folder = Path(__file__).parents[1] / "examples/own_kind"
    project = tomllib.loads((folder / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    about = tmp_path / f"scmc_scale-{project['version']}.dist-info"
    about.mkdir()
    (about / "METADATA").write_text(f"Name: {project['name']}\nVersion: {project['version']}\n")
    lines = [f"{name} = {place}" for name, place in project["entry-points"]["scmc.kinds"].items()]
    (about / "entry_points.txt").write_text("\n".join(["[scmc.kinds]", *lines, ""]))
    monkeypatch.setattr(sys, "dont_write_bytecode", True)  # the folder is shipped as it is
    monkeypatch.syspath_prepend(folder)
    monkeypatch.syspath_prepend(tmp_path)


MakeGraph = Callable[..., Graph]


@pytest.fixture(scope="session")
def make_graph() -> MakeGraph:
    """Builds a graph: `make_graph("A B H:red|blue", "A>B B>H")`."""

    def make(nodes: str, edges: str = "", name: str = "g") -> Graph:
        declared = []
        for word in nodes.split():
            label, _, values = word.partition(":")
            domain = Discrete(tuple(values.split("|"))) if values else BINARY
            declared.append(Node(label, "categorical" if values else "binary", domain))
        order = [node.name for node in declared]
        pairs = [Edge(*word.split(">")) for word in edges.split()]
        pairs.sort(key=lambda edge: (order.index(edge.target), order.index(edge.source)))
        return Graph(name, tuple(declared), tuple(pairs))

    return make


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    """Writes a file in the test's folder, bytes as they are."""

    def write_file(content: str | bytes, name: str = "table.csv") -> Path:
        path = tmp_path / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    return write_file


@pytest.fixture
def spec(write: Callable[..., Path]) -> Callable[..., str]:
    """Writes a CSV file and says how it is named as data."""

    def write_csv(content: str, name: str = "table.csv") -> str:
        return f"csv:{write(content, name)}"

    return write_csv
