"""A run: the folder of one training, opened and checked.

    model.scm             the program as it was trained
    graph.json            the graph
    config.json           trainer, options, seed
    manifest.json         status, versions, seed, fingerprints, the SHA-256 of the files
    cells.safetensors     the data: distinct rows and counts
    labels.safetensors    the weights of the label model, by node
    tables.safetensors    P(label | parents) where they had to be estimated
    certificate.json      the certificate of Definition 1 of the trained module
    metrics.jsonl         one line a report
    checkpoint.safetensors  where an unfinished training goes on

Every file is written whole or not at all, and nothing in one is ever executed.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Literal

from scm_compiler.diagnostics import closest, refuse
from scm_compiler.diagnostics.codes.runs import (
    FileChanged,
    NoRun,
    NoTables,
    NotARun,
    NotTrained,
    OtherGraph,
    RunTooNew,
)
from scm_compiler.emit.module import CausalModule
from scm_compiler.ir import Graph
from scm_compiler.ir.json import graph_from_json
from scm_compiler.ir.tables import Tables
from scm_compiler.runtime.data.table import LabelTable
from scm_compiler.runtime.queries import SAMPLES, Answer, answer
from scm_compiler.runtime.regime import Labels, Regime, Value, Values
from scm_compiler.runtime.runs.manifest import (
    FORMAT,
    Config,
    Format,
    Manifest,
    bad_file,
    digest,
    read_model,
)
from scm_compiler.runtime.runs.stored import (
    TABLES,
    WEIGHTS,
    model_tables,
    read_cells,
    read_module,
    read_tables,
)
from scm_compiler.runtime.unseen import mark_unseen
from scm_compiler.semantics.question import read_query

RUNS = Path("runs")
MANIFEST, CONFIG, GRAPH, PROGRAM = "manifest.json", "config.json", "graph.json", "model.scm"


@dataclass(frozen=True)
class Run:
    """A run whose files are what was written.

    Attributes:
        path: The folder.
        manifest: What it is and how it came about.
        config: What was asked for.
        graph: The graph that was trained.
    """

    path: Path
    manifest: Manifest
    config: Config
    graph: Graph

    @property
    def trained(self) -> bool:
        """Whether there are weights."""
        return WEIGHTS in self.manifest.files

    @cached_property
    def program(self) -> str:
        """The text of the program as it was trained."""
        return (self.path / PROGRAM).read_text(encoding="utf-8")

    @cached_property
    def labels(self) -> LabelTable:
        """The data that it was trained on: distinct rows and counts."""
        return read_cells(self.path, self.graph)

    def module(self) -> CausalModule:
        """The trained label model.

        Raises:
            ScmError: E658 if the training was not finished; E653 or E654 if the weights are not
                this graph's.
        """
        if not self.trained:
            raise refuse(NotTrained(path=str(self.path)))
        return read_module(self.path, self.graph)

    def query(
        self,
        text: str,
        *,
        method: Literal["exact", "sample"] = "exact",
        seed: int = 0,
        samples: int = SAMPLES,
    ) -> Answer:
        """Answer a question.

        Args:
            text: Such as `P(Male=1 | do(Mustache=1))`; docs/language.md has every form.
            method: `exact`, or `sample` for the paper's rejection sampling.
            seed: Of whatever is drawn.
            samples: Draws that `sample` must keep.

        Raises:
            ScmError: E40x and E41x if the question is wrong, E43x if it cannot be answered.
        """
        model, query = self.tables(), read_query(text, self.graph)
        return answer(query, model, method=method, seed=seed, samples=samples, text=text)

    def do(self, values: Values | None = None, /, **named: Value) -> Regime:
        """A regime in which nodes are held: `run.do(Mustache=1).sample(64)`."""
        return Regime(self).do(values, **named)

    def given(self, values: Values | None = None, /, **named: Value) -> Regime:
        """A regime in which nodes are seen: `run.given(Mustache=1).answer()`."""
        return Regime(self).given(values, **named)

    def sample(self, rows: int, *, seed: int = 0) -> Labels:
        """Draw labels from the observational distribution."""
        return Regime(self).sample(rows, seed=seed)

    def tables(self) -> Tables:
        """P(label | parents) of the trained model, with what the data never show in `unseen`.

        Exact for explicit mechanisms; estimated, with the number of draws, for implicit ones.

        Raises:
            ScmError: E659 if the model has no such tables, or they are too large; and as `module`.
        """
        return self._tables

    @cached_property
    def _tables(self) -> Tables:
        """The tables, read once: the answers to questions are remembered with them."""
        if not self.trained:
            raise refuse(NotTrained(path=str(self.path)))
        if TABLES in self.manifest.files:
            return mark_unseen(read_tables(self.path, self.graph), self.labels)
        module = self.module()
        try:
            return mark_unseen(model_tables(module, self.manifest.seed), self.labels)
        except ValueError as error:
            raise refuse(NoTables(path=str(self.path), reason=str(error))) from error


def open_run(path: str | Path) -> Run:
    """Open a run and check that its files are what was written.

    Args:
        path: The folder.

    Raises:
        ScmError: With exit code 2: E651 if it is no run, E655 if a later version wrote it, E652
            if a file was changed, E656, E504 or E505 if one cannot be read, E654 if its graph is
            another one.
    """
    folder = Path(path)
    manifest = _manifest(folder)
    changed = tuple(_changed(folder, manifest))
    if changed:
        raise refuse(*changed, exit_code=2)
    graph = _graph(folder / GRAPH)
    if graph.hash != manifest.graph_hash:
        found = OtherGraph(
            path=str(folder / GRAPH), expected=manifest.graph_hash, found=graph.hash
        )
        raise refuse(found, exit_code=2)
    return Run(folder, manifest, read_model(folder / CONFIG, Config), graph)


def latest_run(folder: Path = RUNS, *, trained: bool = True) -> Run:
    """The newest run in a folder.

    Args:
        folder: Where the runs are.
        trained: Only runs that have weights.

    Raises:
        ScmError: E650 if there is none; E658 if there are some, but none is trained; and what
            `open_run` raises.
    """
    found = sorted(_manifests(folder), key=lambda pair: (pair[1].created, pair[0].name))
    chosen = [path for path, manifest in found if not trained or WEIGHTS in manifest.files]
    if chosen:
        return open_run(chosen[-1])
    if found:
        raise refuse(NotTrained(path=str(found[-1][0])), exit_code=2)
    raise refuse(NoRun(folder=str(folder)), exit_code=2)


def _manifests(folder: Path) -> Iterator[tuple[Path, Manifest]]:
    """The runs in a folder, unchecked."""
    for path in sorted(folder.glob(f"*/{MANIFEST}")):
        if not path.parent.name.startswith("."):
            yield path.parent, _manifest(path.parent)


def _manifest(folder: Path) -> Manifest:
    path = folder / MANIFEST
    if not path.is_file():
        reason = f"it has no {MANIFEST}" if folder.is_dir() else "there is no such folder"
        raise refuse(NotARun(path=str(folder), reason=reason, near=_near(folder)), exit_code=2)
    found = read_model(path, Format).format
    if found > FORMAT:
        raise refuse(RunTooNew(path=str(folder), found=found, known=FORMAT), exit_code=2)
    return read_model(path, Manifest)


def _near(folder: Path) -> str | None:
    others = [path.parent for path in sorted(folder.parent.glob(f"*/{MANIFEST}"))]
    near = closest(folder.name, [path.name for path in others])
    return str(folder.parent / near) if near else None


def _changed(folder: Path, manifest: Manifest) -> Iterator[FileChanged]:
    for name, expected in manifest.files.items():
        path = folder / name
        if Path(name).name != name or not path.is_file():
            yield FileChanged(path=str(path), missing=True)
        elif digest(path) != expected:
            yield FileChanged(path=str(path))


def _graph(path: Path) -> Graph:
    try:
        content = path.read_bytes()
    except OSError as error:
        raise bad_file(path, error.strerror or str(error)) from error
    return graph_from_json(content, str(path))
