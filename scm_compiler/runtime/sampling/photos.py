"""Counterfactuals of photos: what these very images would have shown, had labels been held.

Abduction, action, prediction (Pearl 2009, section 7.1): the head's encoder finds the labels that
are not known and the image's noise; the label model finds its own noise and says which labels
follow; the head draws the noise under these labels.
"""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image as Pillow
from torch import Tensor

from scm_compiler import telling
from scm_compiler.diagnostics import ScmError, refuse
from scm_compiler.inference.counterfactual.abduction import draw_hidden, imagine, under
from scm_compiler.inference.counterfactual.responses import Responses
from scm_compiler.inference.draws import draws_of
from scm_compiler.ir import Image
from scm_compiler.ir import query as ir
from scm_compiler.model.tables import Tables
from scm_compiler.runtime.data.images.decode import (
    MOST_BYTES,
    SUFFIXES,
    Unreadable,
    decode,
    fitted,
)
from scm_compiler.runtime.heads.editor import Edited
from scm_compiler.runtime.heads.head import EncodingGenerator
from scm_compiler.runtime.heads.refinement import refined
from scm_compiler.runtime.sampling.abducting import abducting
from scm_compiler.runtime.sampling.codes.imagined import NothingHeld, UnitsHeld
from scm_compiler.runtime.sampling.codes.photos import NoPhoto
from scm_compiler.runtime.sampling.imagined import moved_labels, refuse_fitted_states
from scm_compiler.runtime.sampling.imagined_photos import ImaginedPhotos, Known, Photos
from scm_compiler.runtime.sampling.sample import Sample

if TYPE_CHECKING:
    from scm_compiler.runtime.runs.record import Record

FADE = 0.2
"""How much a pixel has to change, of a range of 2, until little of the residual is kept there."""

Photo = str | Path | Pillow.Image | NDArray[np.uint8]
"""A file or a folder; a picture of Pillow; an array (H, W), (H, W, C) of bytes."""


def read_photos(photo: Photo, image: Image) -> Photos:
    """A photo, or those of a folder, cut and resized to fit an image node.

    Raises:
        ScmError: E694 with exit code 2 if one cannot be read.
    """
    if isinstance(photo, str | Path):
        paths, read = _files(Path(photo)), []
        for path in paths:
            read.append(_decoded(path, image))
            telling.told()("photos", len(read), len(paths))
        names = tuple(path.name for path in paths)
    else:
        array = photo if isinstance(photo, Pillow.Image) else Pillow.fromarray(np.asarray(photo))
        read, names = [fitted(array, image)], ("photo",)
    return Photos(names, torch.from_numpy(np.stack(read)).float() / 127.5 - 1)


def imagine_photos(  # noqa: PLR0913  (what `counterfactual` takes, and how it was written)
    run: "Record",
    photos: Photos | Photo,
    do: ir.Regime,
    *,
    given: ir.Regime | None = None,
    seed: int = 0,
    noise_model: str | None = None,
    image: str | None = None,
    refine: int = 0,
    texts: tuple[str, str] = ("", ""),
) -> ImaginedPhotos:
    """What photos would have shown.

    Args:
        run: The trained model.
        photos: The photos.
        do: What would have been held.
        given: What is known of their labels; the others are read off the photos.
        seed: Of the labels' noise, as far as their values leave it open.
        noise_model: As of `imagine_sample`.
        image: The image node; the first with a trained head if None.
        refine: The steps in which the noise that the encoder tells is made to fit each photo.
        texts: `do` and `given` as they are written.

    Raises:
        ScmError: E710 if no head is trained, E693 if it does not tell the noise behind a photo,
            E694 if one cannot be read; E833 or E834 if a regime is of the wrong sort; E431 if what
            is given is impossible, E432 if the answer rests on a hidden common cause that was
            fitted.
    """
    known = given or ir.Regime()
    if known.do:
        raise refuse(UnitsHeld(texts[1]), exit_code=2)
    held = {s.node: s.value for s in do.do if isinstance(s.value, int)}
    if not held or len(held) < len(do.do) or do.given:
        raise refuse(NothingHeld(texts[0]), exit_code=2)
    head = run.head(image)
    generator = abducting(run, head, by_noise=refine > 0)
    model = run.distributions()
    moved = moved_labels(model, held)
    refuse_fitted_states(model, moved)
    seen = photos if isinstance(photos, Photos) else read_photos(photos, head.image)
    told = {it.variable.node: it.value for it in known.given if it.value is not None}
    labels = _labels(generator, seen.images, told)
    noise = run.noise_of(noise_model)
    units = units_shown(run, labels, told, seed, len(seen.images))
    rows = units, followed(run, units, held, noise, seed)
    before, after = (torch.from_numpy(head.coding.select_rows(it)) for it in rows)
    rebuilt, drawn = redrawn(generator, seen.images, before, after, refine)
    names = tuple(node.name for node in run.graph.labels)
    domains = tuple(domain.values for domain in run.graph.domains.values())
    pictures = {head.node: drawn}
    named = noise.name if isinstance(noise, Responses) else noise
    return ImaginedPhotos(
        seen,
        rebuilt,
        Sample(names, rows[0], {head.node: seen.images}, domains),
        Sample(names, rows[1], pictures, domains),
        labels,
        texts[0],
        named if moved else None,
        isinstance(generator, Edited),
    )


def followed(
    run: "Record",
    units: NDArray[np.int64],
    held: Mapping[str, int],
    noise: str | Responses,
    seed: int,
) -> NDArray[np.int64]:
    """The labels (B, V) that units (B, V) would have had: the label model's own abduction."""
    model = run.distributions()
    names = [node.name for node in run.graph.labels]
    known = draw_hidden(model, dict(zip(names, units.T, strict=True)), seed)
    found = imagine(under(model, noise), known, held, _Uniform(seed, len(units)))
    return np.stack([found[name] for name in names], 1)


def redrawn(
    generator: EncodingGenerator, images: Tensor, before: Tensor, after: Tensor, refine: int = 0
) -> tuple[Tensor, Tensor]:
    """Images rebuilt from their noise, and drawn of it under other labels; or as edited.

    Args:
        generator: What draws them.
        images: (B, C, H, W) in [-1, 1].
        before: Their labels (B, P).
        after: The other ones.
        refine: See `imagine_photos`.
    """
    if isinstance(generator, Edited):
        return images, generator.turned(images, before, after)
    own = refined(generator, images, before, generator.abduct(images, before), refine)
    rebuilt, drawn = (generator.render(labels, own).cpu() for labels in (before, after))
    return rebuilt, with_residual(images, rebuilt, drawn)


def with_residual(photos: Tensor, rebuilt: Tensor, drawn: Tensor) -> Tensor:
    """Drawn images with what the head could not draw of the photos, where nothing changes.

    Where a pixel changes, what was missing there belongs to what is there no longer.
    """
    kept = torch.exp(-(drawn - rebuilt).abs().mean(1, keepdim=True) / FADE)
    return (drawn + kept * (photos - rebuilt)).clamp(-1, 1)


def _labels(
    generator: EncodingGenerator, images: Tensor, told: Mapping[str, int]
) -> tuple[Known, ...]:
    """The image's labels: as given, else the most probable value that the encoder reads."""
    count, found = len(images), []
    read = zip(generator.coding.names, generator.estimate(images), strict=True)
    for name, chances in read:
        best, value = chances.double().max(1)
        if name in told:
            value = torch.full((count,), told[name])
            best = torch.ones(count, dtype=torch.float64)
        found.append(Known(name, value.numpy(), best.numpy(), name in told))
    return tuple(found)


def units_shown(
    run: "Record", labels: Sequence[Known], told: Mapping[str, int], seed: int, count: int
) -> NDArray[np.int64]:
    """The labels (B, V) of photos: what the image does not show is drawn given what it shows.

    Raises:
        ScmError: E431 if what is told is impossible.
    """
    model = run.distributions()
    shown = {it.name: it.values for it in labels}
    names = [node.name for node in run.graph.labels]
    if not shown.keys() >= set(names):
        rows = []
        for place in range(count):
            telling.told()("units", place, count)
            read = sorted(labels, key=lambda it: -it.chances[place])
            values = dict(told) | {it.name: int(it.values[place]) for it in read}
            rows.append(_row(model, values, len(told), seed + place))
        shown = {**dict(zip(names, np.stack(rows, 1), strict=True)), **shown}
    return np.stack([shown[name] for name in names], 1)


def _row(model: Tables, values: Mapping[str, int], told: int, seed: int) -> NDArray[np.int64]:
    """All labels (V,), drawn given some of them: the first `told`, and as many as can be so.

    What is read off a photo need not be possible together; the surest come first.

    Raises:
        ScmError: E431 if what is told is impossible.
    """
    events = tuple(ir.Event(ir.Variable(name), value) for name, value in values.items())
    for kept in range(len(events), told, -1):
        with suppress(ScmError):
            return _drawn(model, events[:kept], seed)
    return _drawn(model, events[:told], seed)


def _drawn(model: Tables, given: tuple[ir.Event, ...], seed: int) -> NDArray[np.int64]:
    row: NDArray[np.int64] = draws_of(ir.Regime(given=given), model).rows(1, seed)[0]
    return row


@dataclass(frozen=True)
class _Uniform:
    """The uniform numbers of the photos' labels: the same ones for each node and seed."""

    seed: int
    count: int

    def __call__(self, node: str, columns: int) -> NDArray[np.float64]:
        words = [self.seed, *node.encode()]
        return np.random.default_rng(words).random((self.count, columns))


def _files(path: Path) -> list[Path]:
    if path.is_dir():
        held = sorted(it for it in path.iterdir() if it.suffix.lower() in SUFFIXES)
        if not held:
            raise _unread(path, "the folder holds no picture")
        return held
    if not path.is_file():
        raise _unread(path, "no such file or folder")
    return [path]


def _decoded(path: Path, image: Image) -> NDArray[np.uint8]:
    try:
        if path.stat().st_size > MOST_BYTES:
            raise _unread(path, "it is too large")
        return decode(path.read_bytes(), image)
    except OSError as error:
        raise _unread(path, error.strerror or str(error)) from error
    except Unreadable as error:
        raise _unread(path, str(error)) from error


def _unread(path: Path, reason: str) -> ScmError:
    return refuse(NoPhoto(path=str(path), reason=reason), exit_code=2)
