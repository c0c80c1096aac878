"""Where images come from: one entry a kind of source."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType

import numpy as np

from scm_compiler.diagnostics import closest, refuse
from scm_compiler.ir import Graph, Node, Real
from scm_compiler.runtime.data.celeba import PLACES
from scm_compiler.runtime.data.codes.numbers import LabelsAlone
from scm_compiler.runtime.data.columns import Table, table_of
from scm_compiler.runtime.data.images.arrays import list_arrays
from scm_compiler.runtime.data.images.celeba import list_celeba
from scm_compiler.runtime.data.images.codes.image_faults import LeftOut
from scm_compiler.runtime.data.images.codes.images import NoImages, UnknownImageSource
from scm_compiler.runtime.data.images.files import unreadable
from scm_compiler.runtime.data.images.folder import list_folder
from scm_compiler.runtime.data.images.image_spec import (
    ANY_IMAGE,
    DRAWN,
    Codes,
    ImageSpec,
    Listing,
    learnable,
)
from scm_compiler.runtime.data.images.morpho import known_digits, list_digits
from scm_compiler.runtime.data.images.names import printable
from scm_compiler.runtime.data.images.scenes import SCENE_SOURCES
from scm_compiler.runtime.data.images.shards import list_shards
from scm_compiler.runtime.data.known import Known
from scm_compiler.runtime.data.sources import (
    DataSource,
    find_source,
    require_utf8,
    source_kinds,
)
from scm_compiler.runtime.data.table import LabelTable, tabulate


def _list_drawn(place: str, spec: ImageSpec) -> Listing:
    from scm_compiler.runtime.data.images.drawn import list_drawn  # noqa: PLC0415  (torch)

    return list_drawn(place, spec)


def _tabled(kind: str, images: Callable[[str, ImageSpec], Listing]) -> DataSource:
    """Images with a table of their own, which may have numbers."""
    return DataSource(
        images=images, table=lambda place, graph: image_table(f"{kind}:{place}", graph)
    )


BUILTIN: Mapping[str, DataSource] = MappingProxyType(
    {
        DRAWN: DataSource(images=_list_drawn, bare=True),
        **SCENE_SOURCES,
        "celeba": DataSource(images=list_celeba),
        "folder": _tabled("folder", list_folder),
        "tar": _tabled("tar", list_shards),
        "npz": _tabled("npz", list_arrays),
        "morpho": replace(_tabled("morpho", list_digits), known=known_digits),
    }
)
"""The sources of images, by kind."""


def listed(spec: str, image_spec: ImageSpec) -> Listing:
    """The images that a SPEC names, with the labels that are needed.

    Raises:
        ScmError: With exit code 2; see `load_images`.
    """
    read, place = require_images(spec)
    real = next((it.name for it in image_spec.labels if isinstance(it.domain, Real)), None)
    if real is not None and not _has_numbers(spec):
        raise refuse(LabelsAlone(source=spec, name=real, images=True), exit_code=2)
    try:
        return read(place, image_spec)
    except OSError as error:
        raise unreadable(error.filename or place, error.strerror or str(error)) from error


def require_images(spec: str) -> tuple[Callable[[str, ImageSpec], Listing], str]:
    """What lists the images of a SPEC, and their place.

    Raises:
        ScmError: With exit code 2: E670 if no source of images is called so, E160.
    """
    require_utf8(spec)
    named = None if "\0" in spec else find_source(spec, BUILTIN)
    source, place = named or (DataSource(), "")
    if source.images is None:
        near = _near(spec)
        raise refuse(UnknownImageSource(text=printable(spec), near=near), exit_code=2)
    return source.images, place


def _has_numbers(spec: str) -> bool:
    """Whether a source of images tells the numbers of real labels, too."""
    named = find_source(spec, BUILTIN)
    return named is not None and named[0].table is not None


def image_labels(spec: str, graph: Graph) -> LabelTable:
    """The labels of a graph, read from the table of the images that a SPEC names.

    Where the source keeps images apart for a test, their rows are left out.

    Raises:
        ScmError: With exit code 2; see `load_images`.
    """
    cells, notes = _learnt_rows(spec, graph, graph.labels)
    labels = cells.astype(np.int64, copy=False)
    return tabulate(graph, labels, np.ones(len(cells), np.int64), spec, notes)


def image_table(spec: str, graph: Graph) -> Table:
    """The labels and real nodes of a graph, likewise.

    Raises:
        ScmError: With exit code 2; see `load_images`.
    """
    cells, notes = _learnt_rows(spec, graph, graph.tabular)
    columns = {
        node.name: column if isinstance(node.domain, Real) else column.astype(np.int64)
        for node, column in zip(graph.tabular, cells.T, strict=True)
    }
    return table_of(graph, columns, np.ones(len(cells), np.int64), spec, notes)


def _learnt_rows(
    spec: str, graph: Graph, nodes: tuple[Node, ...]
) -> tuple[Codes, tuple[LeftOut, ...]]:
    """The values of nodes in the table of some images, and what was left out of it."""
    listing = listed(spec, ImageSpec(graph.name, ANY_IMAGE, nodes))
    cells = listing.labels[learnable(listing.split, len(listing.labels))]
    if not len(cells):
        raise refuse(NoImages(path=listing.path), exit_code=2)
    return cells, listing.notes


def known_behind(spec: str) -> Known | None:
    """The true mechanisms behind the labels of the images that a SPEC names; None if not known."""
    named = find_source(spec, BUILTIN)
    return None if named is None or named[0].known is None else named[0].known(named[1])


def _near(spec: str) -> str | None:
    """What was probably meant: a path without its kind, or a kind with a typing error."""
    kind, _, place = spec.partition(":")
    near = _kind_of(Path(spec)) if spec and "\0" not in spec else None
    if near is not None:
        return f"{near}:{printable(spec)}"
    near = closest(kind, source_kinds(BUILTIN))
    return f"{near}:{printable(place) or 'PATH'}" if near and near != DRAWN else near


def _kind_of(path: Path) -> str | None:
    """The kind of source that a path looks like."""
    if path.is_dir():
        return "celeba" if any((path / name).is_file() for name in PLACES) else "folder"
    kinds = {".tar": "tar", ".npz": "npz", ".zip": "folder"}
    return kinds.get(path.suffix) if path.is_file() else None
