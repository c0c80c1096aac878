"""Where data come from: one entry a kind of source.

A package adds a source of labels, images or both through the entry point group `scmc.sources`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

from scm_compiler import plugins
from scm_compiler.diagnostics import closest, refuse
from scm_compiler.ir import Graph
from scm_compiler.runtime.data import shipped
from scm_compiler.runtime.data.celeba import read_celeba
from scm_compiler.runtime.data.codes.data import NoDefaultData, PlaceNotUtf8, UnknownDataSource
from scm_compiler.runtime.data.csv_file import read_csv
from scm_compiler.runtime.data.table import LabelTable

if TYPE_CHECKING:
    from scm_compiler.runtime.data.images.image_spec import ImageSpec, Listing

ENTRY_POINTS = "scmc.sources"


@dataclass(frozen=True)
class DataSource:
    """What reads the data that `KIND:PLACE` names.

    Attributes:
        labels: Reads the labels of a graph at a place; None if the source has no labels.
        images: Lists the images at a place, with the labels that are needed; None likewise.
        bare: Whether `KIND` alone names data, too; the place is then empty.
    """

    labels: Callable[[str, Graph], LabelTable] | None = None
    images: "Callable[[str, ImageSpec], Listing] | None" = None
    bare: bool = False


BUILTIN: Mapping[str, DataSource] = MappingProxyType(
    {"csv": DataSource(read_csv), "celeba": DataSource(read_celeba)}
)
"""The sources of labels, by kind."""


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


def default_source(graph: Graph) -> str:
    """The data that a graph is trained on if none are named: `celeba-labels`.

    Raises:
        ScmError: E614 with exit code 2 if the graph has other labels.
    """
    names = tuple(n.name for n in graph.labels if n.name not in shipped.shipped_labels())
    if names:
        raise refuse(NoDefaultData(names=names), exit_code=2)
    return shipped.NAME


def require_utf8(spec: str) -> None:
    """Refuse a SPEC that no run can note.

    Raises:
        ScmError: E160 with exit code 2.
    """
    try:
        spec.encode()
    except UnicodeEncodeError as error:
        raise refuse(PlaceNotUtf8(spec), exit_code=2) from error


def load_labels(spec: str, graph: Graph) -> LabelTable:
    """Read the labels' data.

    Args:
        spec: `celeba-labels`; `csv:FILE`, with `?count=NAME` behind it where a column NAME says
            how often each row occurs; `celeba:DIR`, the folder of CelebA's attribute file; or
            `KIND:PLACE` of an installed package.
        graph: Whose labels are read. Columns are matched by name.

    Returns:
        The counts of the distinct rows, in the graph's order of declaration.

    Raises:
        ScmError: With exit code 2 and codes E6xx, if the source is unknown, missing or faulty.
    """
    if spec == shipped.NAME:
        return shipped.read_shipped(graph)
    require_utf8(spec)
    source, place = find_source(spec) or (DataSource(), "")
    if source.labels is None:
        raise refuse(UnknownDataSource(text=spec, near=_near(spec)), exit_code=2)
    return replace(source.labels(place, graph), origin=spec)  # `--resume` reads them again


def _near(spec: str) -> str | None:
    """What was probably meant: a path without its kind, or a kind with a typing error."""
    path = Path(spec)
    if spec and path.is_dir():
        return f"celeba:{spec}"
    if path.is_file():
        return f"{'celeba' if path.stem == 'list_attr_celeba' else 'csv'}:{spec}"
    kind, _, place = spec.partition(":")
    near = closest(kind, [shipped.NAME, *source_kinds()])
    return near if near in (None, shipped.NAME) else f"{near}:{place or 'PATH'}"
