"""Where data come from: one entry a kind of source.

A package adds a source of labels, images or both through the entry point group `scmc.sources`.
"""

import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from importlib import import_module
from os import PathLike
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from scm_compiler import plugins
from scm_compiler.diagnostics import closest, refuse
from scm_compiler.ir import Graph
from scm_compiler.runtime.data import shipped
from scm_compiler.runtime.data.celeba import read_celeba
from scm_compiler.runtime.data.codes.data import NoDefaultData, PlaceNotUtf8, UnknownDataSource
from scm_compiler.runtime.data.codes.numbers import LabelsAlone
from scm_compiler.runtime.data.columns import Table, of_labels
from scm_compiler.runtime.data.csv_file import read_csv, read_csv_table
from scm_compiler.runtime.data.database import (
    read_duckdb,
    read_duckdb_table,
    read_parquet,
    read_parquet_table,
)
from scm_compiler.runtime.data.frame import Columns, read_columns, read_frame
from scm_compiler.runtime.data.known import Known
from scm_compiler.runtime.data.options import (
    OF_COUNTED,
    OF_DATABASE,
    OF_TEXT,
    Missing,
    Reading,
    divide,
    parse,
)
from scm_compiler.runtime.data.scene_labels import labels_of, table_reader
from scm_compiler.runtime.data.scenes import FLOW, PENDULUM
from scm_compiler.runtime.data.sheet import existing_file
from scm_compiler.runtime.data.table import LabelTable

if TYPE_CHECKING:
    from scm_compiler.runtime.data.images.image_spec import ImageSpec, Listing

ENTRY_POINTS = "scmc.sources"


@dataclass(frozen=True)
class DataSource:
    """What reads the data that `KIND:PLACE` names.

    Attributes:
        labels: Reads the labels of a graph at a place; None if the source has no labels.
        table: Reads labels and real nodes; None if the source has no numbers.
        images: Lists the images at a place, with the labels that are needed; None likewise.
        bare: Whether `KIND` alone names data, too; the place is then empty.
        known: The true mechanisms behind the labels at a place; None if nobody knows them.
        options: What may stand behind `?`, as far as it is known before anything is read.
    """

    labels: Callable[[str, Graph], LabelTable] | None = None
    images: "Callable[[str, ImageSpec], Listing] | None" = None
    bare: bool = False
    table: Callable[[str, Graph], Table] | None = None
    known: Callable[[str], Known] | None = None
    options: tuple[str, ...] | None = None


def _of_images(kind: str) -> DataSource:
    """Reads labels and real nodes from the images' own table."""

    def reader(name: str) -> Callable[[str, Graph], Any]:
        def read(place: str, graph: Graph) -> object:
            # By its name, when it is asked for: what reads images stands above this module.
            sources = import_module("scm_compiler.runtime.data.images.sources")
            return getattr(sources, name)(f"{kind}:{place}", graph)

        return read

    return DataSource(reader("image_labels"), table=reader("image_table"))


BUILTIN: Mapping[str, DataSource] = MappingProxyType(
    {
        "csv": DataSource(read_csv, table=read_csv_table, options=OF_TEXT),
        "parquet": DataSource(read_parquet, table=read_parquet_table, options=OF_COUNTED),
        "duckdb": DataSource(read_duckdb, table=read_duckdb_table, options=OF_DATABASE),
        "celeba": DataSource(read_celeba),
        **{kind: _of_images(kind) for kind in ("folder", "tar", "npz", "morpho")},
        **{
            scene.name: DataSource(labels_of(scene), bare=True, table=table_reader(scene))
            for scene in (PENDULUM, FLOW)
        },
    }
)
"""The sources of labels, by kind."""

SUFFIXES = {
    ".parquet": "parquet",
    ".pq": "parquet",
    ".duckdb": "duckdb",
    ".ddb": "duckdb",
}
"""The sources that files are read by; by `csv` all others."""


def find_source(
    spec: str, builtin: Mapping[str, DataSource] = BUILTIN
) -> tuple[DataSource, str] | None:
    """The source that a SPEC names, built in or of an installed package, and the place.

    Raises:
        ValueError: If two packages register the kind.
    """
    kind, colon, place = spec.partition(":")
    source: DataSource | None = builtin.get(kind) or plugins.one(ENTRY_POINTS, kind, "data source")
    if source is None or not (place or (source.bare and not colon)):
        return None
    return source, place


def source_kinds(builtin: Mapping[str, DataSource] = BUILTIN) -> tuple[str, ...]:
    """The kinds of sources, built in or of installed packages."""
    return (*builtin, *plugins.names(ENTRY_POINTS))


def default_source(graph: Graph, images: Iterable[str] = ()) -> str:
    """The data that a graph is trained on if none are named.

    They are the table of the first of the `images` that have one, else `celeba-labels`.

    Raises:
        ScmError: E614 with exit code 2 if there are no such images and the graph has other labels,
            or real nodes.
    """
    own = next((spec for spec in images if _tells_labels(spec)), None)
    if own is not None:
        return own
    names = tuple(n.name for n in graph.tabular if n.name not in shipped.shipped_labels())
    if names:
        raise refuse(NoDefaultData(names=names), exit_code=2)
    return shipped.NAME


def _tells_labels(spec: str) -> bool:
    named = None if "\0" in spec else find_source(spec)
    return named is not None and named[0].labels is not None


def require_data(spec: str) -> None:
    """Refuse a SPEC of no source, wrong options, or no such table, before anything is read.

    Raises:
        ScmError: With exit code 2: E601, E602, E621, E622 or E160.
    """
    spec = spelt_out(spec)
    if spec == shipped.NAME:
        return
    require_utf8(spec)
    source, place = find_source(spec) or (DataSource(), "")
    if source.labels is None:
        raise refuse(UnknownDataSource(text=spec, near=_near(spec)), exit_code=2)
    if source.options is not None:
        path, _ = parse(place, source.options)
        if source.labels is not read_parquet:  # of which there may be many
            existing_file(Path(path))


def require_utf8(spec: str) -> None:
    """Refuse a SPEC that no run can note.

    Raises:
        ScmError: E160 with exit code 2.
    """
    try:
        spec.encode()
    except UnicodeEncodeError as error:
        raise refuse(PlaceNotUtf8(spec), exit_code=2) from error


Data = str | PathLike[str] | Columns
"""What labels are read from: a SPEC, the path of a table, or columns in memory."""


def load_labels(
    data: Data,
    graph: Graph,
    *,
    missing: Missing | None = None,
    weight: str | None = None,
    count: str | None = None,
) -> LabelTable:
    """Read the labels' data.

    Args:
        data: `celeba-labels`; `csv:FILE`, `parquet:PATTERN`, `duckdb:FILE?table=NAME` or a path
            alone, with options behind `?`, see `options.Reading`; `celeba:DIR`, the folder of
            CelebA's attribute file; `folder:DIR`, `tar:PATTERN` or `npz:FILE`, the table of
            images; `pendulum` or `flow`, see `scenes`; `KIND:PLACE` of an installed package; or
            columns, see `read_frame`.
        graph: Whose labels are read. Columns are matched by name.
        missing: What becomes of rows with gaps, as behind `?`: `refuse`, `drop`, `category`, `em`.
        weight: The column that says how much each row weighs.
        count: The column that says how often each row occurs.

    Returns:
        The counts of the distinct rows, in the graph's order of declaration.

    Raises:
        ScmError: With exit code 2 and codes E6xx and E85x, if the source is unknown, missing or
            faulty.
        TypeError: If the data are nothing of the kind.
    """
    if not isinstance(data, str | PathLike):
        asked = Reading(count=count, weight=weight, missing=missing or "refuse")
        return read_frame(data, graph, asked)
    spec = spelt_out(data, missing=missing, weight=weight, count=count)
    require_data(spec)
    if spec == shipped.NAME:
        return shipped.read_shipped(graph)
    source, place = find_source(spec) or (DataSource(), "")
    assert source.labels is not None  # it is required
    return replace(source.labels(place, graph), origin=spec)  # `--resume` reads them again


def load_data(
    data: Data,
    graph: Graph,
    *,
    missing: Missing | None = None,
    weight: str | None = None,
    count: str | None = None,
) -> LabelTable | Table:
    """Read the data of a graph: labels alone as counts of cells, real nodes beside them as rows.

    The arguments are those of `load_labels` and `load_table`.
    """
    load = load_table if graph.reals else load_labels
    return load(data, graph, missing=missing, weight=weight, count=count)


def load_table(
    data: Data,
    graph: Graph,
    *,
    missing: Missing | None = None,
    weight: str | None = None,
    count: str | None = None,
) -> Table:
    """Read the data of a graph's labels and real nodes.

    Args:
        data: As `load_labels` takes them.
        graph: Whose nodes are read. Columns are matched by name.
        missing: As `load_labels` takes it; numbers that are missing can only be dropped.
        weight: The column that says how much each row weighs.
        count: The column that says how often each row occurs.

    Raises:
        ScmError: As `load_labels`; E305 if the source has no numbers.
        TypeError: If the data are nothing of the kind.
    """
    if not graph.reals:
        labels = load_labels(data, graph, missing=missing, weight=weight, count=count)
        return of_labels(labels)
    if not isinstance(data, str | PathLike):
        asked = Reading(count=count, weight=weight, missing=missing or "refuse")
        return read_columns(data, graph, asked)
    spec = spelt_out(data, missing=missing, weight=weight, count=count)
    require_data(spec)
    source, place = find_source(spec) or (DataSource(), "")
    if source.table is None:
        raise refuse(LabelsAlone(source=spec, name=graph.reals[0].name), exit_code=2)
    return replace(source.table(place, graph), origin=spec)


def spelt_out(data: str | PathLike[str], **options: str | None) -> str:
    """The SPEC of a source; of the path of a table, the kind of table before it.

    A word that no source is called is taken for a path where a file is there, or where it looks
    like one: `people.csv`, `data/people`.

    Args:
        data: The SPEC or path.
        options: Further options, to be put behind `?`.
    """
    spec = os.fspath(data)
    path, written = divide(spec)
    given = "&".join(f"{name}={quote(text, ' ')}" for name, text in options.items() if text)
    if given:
        spec = f"{path}?{'&'.join(filter(None, (written, given)))}"
    if isinstance(data, str) and not _is_path(spec, Path(path)):
        return spec
    return f"{_kind_of(Path(path))}:{spec}"


def _kind_of(path: Path) -> str:
    """The source that a path alone is read by."""
    if path.stem == "list_attr_celeba" or _is_there(path.is_dir):
        return "celeba"
    return SUFFIXES.get(path.suffix, "csv")


def _is_path(spec: str, path: Path) -> bool:
    """Whether a text is a path and no SPEC."""
    kind, colon, _ = spec.partition(":")
    if spec == shipped.NAME or kind in BUILTIN or _is_there(path.is_dir):
        return False
    looks = _is_there(path.is_file) or (not colon and (path.suffix or path.parent.name))
    return bool(looks) and find_source(spec) is None


def _is_there(test: Callable[[], bool]) -> bool:
    """Whether the system says so; it may find the name too long for a path."""
    try:
        return test()
    except OSError:
        return False


def _near(spec: str) -> str | None:
    """What was probably meant: a folder without its kind, or a kind with a typing error."""
    if spec and _is_there(Path(spec).is_dir):
        return f"celeba:{spec}"
    kind, _, place = spec.partition(":")
    near = closest(kind, [shipped.NAME, *source_kinds()])
    return near if near in (None, shipped.NAME) else f"{near}:{place or 'PATH'}"
