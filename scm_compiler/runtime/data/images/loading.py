"""Reading the images of one node: listed by their source, decoded once, kept in a cache."""

import hashlib
import json
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scm_compiler.diagnostics import refuse
from scm_compiler.ir import Graph
from scm_compiler.runtime.data.images.cache import Kept, cache_folder, keep
from scm_compiler.runtime.data.images.codes.images import NoImages
from scm_compiler.runtime.data.images.image_spec import ImageSpec, Listing
from scm_compiler.runtime.data.images.pairing import undecoded
from scm_compiler.runtime.data.images.sources import listed
from scm_compiler.runtime.data.images.table import ImageTable
from scm_compiler.runtime.progress import Progress, Silent


def load_images(
    spec: str,
    graph: Graph,
    image: str,
    *,
    cache: Path | None = None,
    workers: int = 2,
    limit: int | None = None,
    progress: Progress | None = None,
) -> ImageTable:
    """The labelled images of one image node, decoded once and kept in a cache.

    Args:
        spec: `drawn-faces`, `pendulum`, `flow` or one of them with `:N`, `celeba:DIR`,
            `folder:DIR`, `tar:PATTERN`, `npz:FILE` or `morpho:DIR`; for `celeba` and `folder` also
            a zip file with its table beside it; or `KIND:PLACE` of an installed package.
        graph: Whose image it is. Columns are matched with the image's parents by name.
        image: The image node; its size is the size of the images.
        cache: The cache folder; see `cache_folder` for the one that is used if none is named.
        workers: How many processes decode; 0 for this one.
        limit: The most images that are used: the first in the source's order.
        progress: Is told how many images are decoded.

    Returns:
        The images in the order of the source, with the values of the image's parents.

    Raises:
        ScmError: With exit code 2 and codes E67x, or E60x for what is wrong in a table.
        ValueError: If `image` is no image of the graph, or `limit` is below 1.
    """
    image_spec = ImageSpec.of(graph, image, limit)
    listing = listed(spec, image_spec)
    if not len(listing.pictures):
        raise refuse(NoImages(path=listing.path), exit_code=2)
    kept = keep(
        listing.pictures, image_spec.image, cache or cache_folder(), workers, progress or Silent()
    )
    return _table(spec, image_spec, listing, kept)


def _table(spec: str, image_spec: ImageSpec, listing: Listing, kept: Kept) -> ImageTable:
    total = len(listing.pictures)
    named = [(listing.pictures.name(it.index), it.reason) for it in kept.faults]
    notes = undecoded(named, total, listing.path, listing.notes)
    sound = np.setdiff1d(np.arange(total), [fault.index for fault in kept.faults])
    labels = np.ascontiguousarray(listing.labels[sound])
    return ImageTable(
        names=image_spec.names,
        images=kept.images,
        labels=labels,
        split=None if listing.split is None else listing.split[sound],
        fingerprint=_fingerprint(image_spec, kept, labels),
        origin=spec,
        notes=notes,
        truth=listing.truth if len(sound) == total else None,
    )


def _fingerprint(image_spec: ImageSpec, kept: Kept, labels: NDArray[Any]) -> str:
    """The SHA-256 of shape, labels and pixels: what identifies the data, not their files."""
    values = [[node.name, list(getattr(node.domain, "values", ()))] for node in image_spec.labels]
    digest = hashlib.sha256(json.dumps([kept.images.shape, values, kept.digest]).encode())
    digest.update(labels.astype("<f8" if labels.dtype.kind == "f" else "<i8").tobytes())
    return digest.hexdigest()
