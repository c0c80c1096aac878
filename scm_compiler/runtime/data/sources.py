"""Where labels come from: one entry a kind of source."""

from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType

from scm_compiler.diagnostics import closest, refuse
from scm_compiler.ir import Graph
from scm_compiler.runtime.data import shipped
from scm_compiler.runtime.data.celeba import read_celeba
from scm_compiler.runtime.data.codes.data import NoDefaultData, PlaceNotUtf8, UnknownDataSource
from scm_compiler.runtime.data.csv_file import read_csv
from scm_compiler.runtime.data.table import LabelTable

Read = Callable[[str, Graph], LabelTable]

SOURCES: Mapping[str, Read] = MappingProxyType({"csv": read_csv, "celeba": read_celeba})
"""What reads `KIND:PLACE`, by kind."""


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
            how often each row occurs; or `celeba:DIR`, the folder of CelebA's attribute file.
        graph: Whose labels are read. Columns are matched by name.

    Returns:
        The counts of the distinct rows, in the graph's order of declaration.

    Raises:
        ScmError: With exit code 2 and codes E6xx, if the source is unknown, missing or faulty.
    """
    if spec == shipped.NAME:
        return shipped.read_shipped(graph)
    require_utf8(spec)
    kind, colon, place = spec.partition(":")
    read = SOURCES.get(kind) if colon and place else None
    if read is None:
        raise refuse(UnknownDataSource(text=spec, near=_near(spec)), exit_code=2)
    return read(place, graph)


def _near(spec: str) -> str | None:
    """What was probably meant: a path without its kind, or a kind with a typing error."""
    path = Path(spec)
    if spec and path.is_dir():
        return f"celeba:{spec}"
    if path.is_file():
        return f"{'celeba' if path.stem == 'list_attr_celeba' else 'csv'}:{spec}"
    kind, _, place = spec.partition(":")
    near = closest(kind, [shipped.NAME, *SOURCES])
    return f"{near}:{place or 'PATH'}" if near in SOURCES else near
