"""What a run on disk holds: the folder of one training, opened and checked.

    model.scm             the program as it was trained
    graph.json            the graph
    config.json           trainer, options, seed
    manifest.json         status, versions, seed, fingerprints, the SHA-256 of the files
    cells.safetensors     the data: distinct rows and counts
    labels.safetensors    the weights of the label model, by node
    tables.safetensors    P(label | parents) where they were estimated, or are not large
    replicate-K.tables.safetensors  the same of a model trained on other weights of the rows
    certificate.json      the certificate of Definition 1 of the trained module
    metrics.jsonl         one line a report
    checkpoint.safetensors  where an unfinished training goes on
    <image>.*             the head of an image; see `runs/heads.py`

Every file is written whole or not at all, and nothing in one is ever executed.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from math import inf, prod
from pathlib import Path
from typing import TYPE_CHECKING

from scm_compiler.diagnostics import ScmError, refuse
from scm_compiler.identify.graph import CausalGraph, causal
from scm_compiler.inference import NOISE_MODELS
from scm_compiler.inference.counterfactual.abduction import under
from scm_compiler.model.real.parts import discrete_part
from scm_compiler.model.tables import Backoff, Fitted, Model, Tables, table_shape
from scm_compiler.runtime.controller.config import Config
from scm_compiler.runtime.data.imputation import imputed
from scm_compiler.runtime.data.shares import Estimator, backoffs_of, fitted_law, with_data
from scm_compiler.runtime.data.table import LabelTable
from scm_compiler.runtime.heads.config import HeadConfig
from scm_compiler.runtime.runs.codes.runs import HeadNotTrained, NoRun, NoTables, NotTrained
from scm_compiler.runtime.runs.head_files import files_of
from scm_compiler.runtime.runs.manifest import (
    CONFIG,
    GRAPH,
    PROGRAM,
    Manifest,
    changed_files,
    read_graph,
    read_head_config,
    read_manifest,
    read_manifests,
    read_model,
    refuse_mixed,
)
from scm_compiler.runtime.runs.numbers import (
    REALS,
    TABLES,
    WEIGHTS,
    read_cells,
    read_tables,
    replicate_name,
)
from scm_compiler.runtime.runs.presence import RUNS
from scm_compiler.runtime.storage.codes.tensors import OtherGraph

if TYPE_CHECKING:  # torch takes seconds to import, and an answer from tables does without
    from scm_compiler.inference.counterfactual.responses import Responses
    from scm_compiler.model.mechanism import Mechanism
    from scm_compiler.model.module import CausalModule
    from scm_compiler.runtime.data.columns import Table
    from scm_compiler.runtime.runs.trained_head import TrainedHead


@dataclass(frozen=True)
class Record:
    """A run on disk, whose files are what was written.

    Attributes:
        path: The folder.
        manifest: What it is and how it came about.
        config: What was asked for.
        graph: The graph that was trained.
    """

    path: Path
    manifest: Manifest
    config: Config
    graph: CausalGraph

    @property
    def trained(self) -> bool:
        """Whether there are weights."""
        return WEIGHTS in self.manifest.files

    @property
    def estimator(self) -> Estimator:
        """How its tables were got from the data, where they were; earlier versions took shares."""
        return "shrunk" if self.config.options.get("tables") == "shrunk" else "shares"

    @cached_property
    def program(self) -> str:
        """The text of the program as it was trained."""
        return (self.path / PROGRAM).read_text(encoding="utf-8")

    @cached_property
    def labels(self) -> LabelTable:
        """The data that it was trained on: distinct rows and counts."""
        return read_cells(self.path, self.label_graph, self.manifest.data)

    @cached_property
    def label_graph(self) -> CausalGraph:
        """The graph of the labels' tables: all of it, where it has no real nodes."""
        return causal(discrete_part(self.graph)) if self.graph.reals else self.graph

    @property
    def table(self) -> "LabelTable | Table":
        """The data of labels and real nodes."""
        if not self.graph.reals:
            return self.labels
        from scm_compiler.runtime.runs.model_files import read_rows  # noqa: PLC0415  (torch)

        return read_rows(self.path, self.graph)

    @cached_property
    def mechanisms(self) -> "Mapping[str, Mechanism]":
        """The mechanism of each label and real node, then of hidden common causes of labels.

        Raises:
            ScmError: As `distributions`; E653 or E654 if the file is not this run's.
        """
        found: dict[str, Mechanism] = dict(self.distributions().mechanisms)
        if self.graph.reals:
            from scm_compiler.runtime.runs.model_files import read_reals  # noqa: PLC0415  (torch)

            found |= read_reals(self.path, self.graph)
        own = {node.name: found[node.name] for node in self.graph.tabular}
        return {**own, **{name: m for name, m in found.items() if name not in own}}

    @property
    def images(self) -> tuple[str, ...]:
        """The images whose head is trained, in the order of declaration."""
        held = self.manifest.files
        nodes = (node.name for node in self.graph.images)
        return tuple(name for name in nodes if files_of(self.graph, name).weights in held)

    def head_config(self, image: str) -> HeadConfig:
        """What was asked for of an image's head.

        Raises:
            ScmError: E710 if nothing was, E656 if the file does not hold it.
        """
        if image not in self.manifest.heads:
            raise self._no_head(image)
        return read_head_config(self.path / files_of(self.graph, image).config, image)

    def head(self, image: str | None = None) -> "TrainedHead":
        """The trained head of an image.

        Args:
            image: The image's name; the first image with a trained head if None.

        Raises:
            ScmError: E710 if it has none; E653 or E654 if the weights are not this graph's.
        """
        chosen = next(iter(self.images), None) if image is None else image
        if chosen is None or chosen not in self.images:
            raise self._no_head(image)
        from scm_compiler.runtime.runs.trained_head import read_head  # noqa: PLC0415  (torch)

        if chosen not in self._heads:
            self._heads[chosen] = read_head(self.path, self.graph, self.head_config(chosen))
        return self._heads[chosen]

    @cached_property
    def _heads(self) -> dict[str, "TrainedHead"]:
        """The heads that were read."""
        return {}

    def _no_head(self, image: str | None) -> ScmError:
        images = tuple(node.name for node in self.graph.images)
        missing = HeadNotTrained(path=str(self.path), node=image, images=images)
        return refuse(missing, exit_code=2)

    def module(self) -> "CausalModule":
        """The trained model of the labels and real nodes.

        Raises:
            ScmError: E658 if the training was not finished; E653 or E654 if the weights are not
                this graph's.
        """
        labels = self.label_module()
        from scm_compiler.runtime.runs.model_files import with_reals  # noqa: PLC0415  (torch)

        return with_reals(self.path, self.graph, labels)

    def label_module(self) -> "CausalModule":
        """The trained model of the labels that have tables; see `module`."""
        if not self.trained:
            raise refuse(NotTrained(path=str(self.path)))
        from scm_compiler.runtime.runs.model_files import read_module  # noqa: PLC0415  (torch)

        return read_module(self.path, self.label_graph)

    @cached_property
    def replicate_mechanisms(self) -> "tuple[Mapping[str, Mechanism], ...]":
        """The mechanisms of the models that were trained on other weights of the rows."""
        from scm_compiler.runtime.runs.model_files import read_reals  # noqa: PLC0415  (torch)

        numbers = range(1, self.config.replicates + 1)
        held = [n for n in numbers if replicate_name(n, REALS) in self.manifest.files]
        return tuple(
            {**tables.mechanisms, **read_reals(self.path, self.graph, replicate_name(n, REALS))}
            for n, tables in zip(held, self.distributions().replicates, strict=True)
        )

    @cached_property
    def ranges(self) -> Mapping[str, tuple[float, float]]:
        """The least and the greatest number of each real node in the data."""
        table = self.table
        return {} if isinstance(table, LabelTable) else table.ranges

    def noise_of(self, noise_model: str | None = None) -> "str | Responses":
        """What is assumed of the labels' noise in counterfactuals.

        Args:
            noise_model: `threshold` or `gumbel-max`; None for the model's own.

        Raises:
            ValueError: If there is no such noise model.
        """
        if noise_model is not None and noise_model not in NOISE_MODELS:
            known = " and ".join(f"`{name}`" for name in NOISE_MODELS)
            raise ValueError(f"there is no noise model `{noise_model}`; there are {known}")
        return noise_model or (self.responses if self.distributions().draws else "threshold")

    @cached_property
    def responses(self) -> "Responses":
        """The networks of the labels as functions of their noise, run where they are asked."""
        from scm_compiler.inference.counterfactual.networks import (  # noqa: PLC0415  (torch)
            responses_of,
        )

        return responses_of(self.label_module())

    def tables(self) -> Tables:
        """P(label | parents) of the trained model, with what the data never show in `unseen`.

        Exact for explicit mechanisms; estimated, with the number of draws, for implicit ones.

        Raises:
            ScmError: E659 if the model has no such tables, or they are too large; and as `module`.
        """
        found = self.distributions()
        if found.networks:
            name = next(iter(found.networks))
            numbers = prod(table_shape(found.graph, name))
            reason = f"the table of `{name}` would have {numbers:,} numbers"
            raise refuse(NoTables(path=str(self.path), reason=reason))
        return found

    def distributions(self) -> Tables:
        """What questions are answered from: as `tables`, but with networks left as networks.

        A label with so many parent configurations that its table cannot be held is one of the
        `networks`.

        Raises:
            ScmError: E659 if a mechanism has neither a table nor computable probabilities; and as
                `module`.
        """
        return self._tables

    def model(self, noise_model: str | None = None) -> Model:
        """A mechanism for each label, and for each image whose head is trained.

        Args:
            noise_model: Of the labels, as for `noise_of`.

        Raises:
            ScmError: As `distributions` and `head`.
        """
        labels = under(self.distributions(), self.noise_of(noise_model))
        images = {name: self.head(name) for name in self.images}
        return replace(labels, mechanisms={**labels.mechanisms, **images})

    @cached_property
    def _tables(self) -> Tables:
        """The tables, read once: the answers to questions are remembered with them."""
        if not self.trained:
            raise refuse(NotTrained(path=str(self.path)))
        if TABLES in self.manifest.files:
            names = map(replicate_name, range(1, self.config.replicates + 1))
            held = [TABLES, *(name for name in names if name in self.manifest.files)]
            tables, *others = [
                self._with_data(read_tables(self.path, self.label_graph, name)) for name in held
            ]
            return replace(tables, replicates=tuple(others)) if others else tables
        from scm_compiler.runtime.runs.model_files import model_tables  # noqa: PLC0415  (torch)

        module = self.label_module()
        try:
            return self._with_data(model_tables(module, self.manifest.seed))
        except ValueError as error:
            found = NoTables(path=str(self.path), reason=str(error))
            raise refuse(found) from error

    def _with_data(self, tables: Tables) -> Tables:
        """The tables with what the data never show, and what they say where causes are hidden."""
        found = with_data(tables, self.labels)
        if not isinstance(found.known, Fitted):
            return found
        graph, rows = self.label_graph, self.labels
        backoffs: Mapping[str, Backoff] = (
            imputed(found.graph, rows, found.probabilities, self.config.seed)
            if rows.gaps
            else backoffs_of(graph, rows, self.estimator)
        )
        most = self.config.options.get("table_limit") or inf
        each = found.probabilities.items()
        known = replace(
            found.known,
            likeliest=self.config.trainer == "mle",
            backoffs=backoffs,
            trained=frozenset(name for name, table in each if prod(table.shape[:-1]) > most),
        )
        found = replace(found, known=known)
        if not graph.confounders:
            return found
        law = fitted_law(found, rows, self.estimator)
        return replace(found, known=replace(known, observational=law))


def open_record(path: str | Path) -> Record:
    """Open a run and check that its files are what was written.

    Args:
        path: The folder.

    Raises:
        ScmError: With exit code 2: E651 if it is no run, E655 if a later version wrote it, E652
            if a file was changed, E656 or E504 if one cannot be read, E654 if its graph is
            another one. E505 if its graph was edited.
    """
    folder = Path(path)
    manifest = read_manifest(folder)
    changed = tuple(changed_files(folder, manifest))
    if changed:
        raise refuse(*changed, exit_code=2)
    graph = causal(read_graph(folder / GRAPH))
    if graph.hash != manifest.graph_hash:
        found = OtherGraph(
            path=str(folder / GRAPH), expected=manifest.graph_hash, found=graph.hash
        )
        raise refuse(found, exit_code=2)
    config = read_model(folder / CONFIG, Config)
    refuse_mixed(folder, manifest, config, graph)
    return Record(folder, manifest, config, graph)


def latest_record(folder: Path = RUNS, *, trained: bool = True) -> Record:
    """The newest run in a folder.

    Args:
        folder: Where the runs are.
        trained: Only runs that have weights.

    Raises:
        ScmError: E650 if there is none; E658 if there are some, but none is trained; and what
            `open_record` raises, also of a run that no trained one is newer than.
    """
    found = read_manifests(folder)
    for path, manifest in reversed(found):
        if isinstance(manifest, ScmError):
            raise manifest
        if not trained or WEIGHTS in manifest.files:
            return open_record(path)
    if found:
        raise refuse(NotTrained(path=str(found[-1][0])), exit_code=2)
    raise refuse(NoRun(folder=str(folder)), exit_code=2)
