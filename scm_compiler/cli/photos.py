"""`scmc sample "do(Bald=1)" --of photo.png -o figure.png`: what photos would have shown."""

import csv
import io

import numpy as np

from scm_compiler.cli.console import Console
from scm_compiler.cli.exits import OK
from scm_compiler.cli.opening import opened_run
from scm_compiler.cli.requests.sample import SampleRequest
from scm_compiler.diagnostics import Report, render_json
from scm_compiler.ir import Graph
from scm_compiler.runtime.run import Run
from scm_compiler.runtime.sampling.codes.photos import BadlyRebuilt
from scm_compiler.runtime.sampling.grid import png
from scm_compiler.runtime.sampling.imagined_photos import ImaginedPhotos
from scm_compiler.runtime.sampling.job import regime_of
from scm_compiler.runtime.sampling.photos import imagine_photos
from scm_compiler.runtime.sampling.photos_of_numbers import imagine_numbers
from scm_compiler.runtime.sampling.rows import csv_text
from scm_compiler.runtime.sampling.sample import Sample
from scm_compiler.runtime.storage.tensors import write_file
from scm_compiler.semantics.query import on_one_line

FAR = 0.1
"""A mean error of the rebuilt photo, of the pixels' range, that is told of."""

SHOWN = 10
"""The photos whose labels are told."""


def draw_of_photos(request: SampleRequest, console: Console) -> int:
    """Draw what photos would have shown, write it, and say how far the head could rebuild them.

    Raises:
        ScmError: As `imagine_photos`.
    """
    opened = opened_run(request.run)
    found = _imagined(request, opened)
    picture = request.path.suffix == ".png"
    content = png(found.figure()) if picture else _csv(opened.graph, found)
    write_file(request.path, content, resumable=False)
    count = len(found.photos.names)
    photos = "1 photo as it is" if count == 1 else f"{count:,} photos as they are"
    console.result(f"{photos}, and had {found.do}: {request.path}")
    console.result(found.fidelity)
    for place in range(min(count, SHOWN)):
        before = "" if count == 1 else f"{found.photos.names[place]}: "
        console.result(f"{before}{found.told(place)}")
    if found.noise_model is not None:
        console.note(f"noise model: {found.noise_model}; which one holds, no data tell")
    report = Report(None, tuple(_far(found)))
    console.show(report)
    facts = {"ok": True, "run": str(opened.path), "files": [str(request.path)]}
    console.document({**facts, **found.to_dict(), "diagnostics": render_json(report)})
    return OK


def _imagined(request: SampleRequest, opened: Run) -> ImaginedPhotos:
    assert request.photo is not None
    texts = (on_one_line(request.regime), request.known)
    if opened.graph.reals:
        return imagine_numbers(
            opened,
            request.photo,
            *texts,
            seed=request.seed,
            image=request.image,
            refine=request.refine,
        )
    return imagine_photos(
        opened,
        request.photo,
        regime_of(opened, request.regime),
        given=regime_of(opened, request.known),
        seed=request.seed,
        noise_model=request.noise_model,
        image=request.image,
        refine=request.refine,
        texts=texts,
    )


def _far(found: ImaginedPhotos) -> list[BadlyRebuilt]:
    """The photos that the head cannot draw."""
    pairs = zip(found.photos.names, found.composition.tolist(), strict=True)
    return [BadlyRebuilt(name=name, error=error) for name, error in pairs if error > FAR]


def _csv(graph: Graph, found: ImaginedPhotos) -> str:
    """Two rows for each photo: as it is, and as it would have been."""
    count = len(found.photos.names)
    names = [name for name in found.photos.names for _ in range(2)]
    worlds = ["photo", f"had {found.do}"] * count
    before, after = found.factual, found.counterfactual
    if isinstance(before, Sample) and isinstance(after, Sample):
        pairs = np.stack([before.rows, after.rows], 1)
        return csv_text(graph, pairs.reshape(2 * count, -1), {"photo": names, "world": worlds})
    both = zip(before.to_dict().values(), after.to_dict().values(), strict=True)
    columns = [[it for pair in zip(*two, strict=True) for it in pair] for two in both]
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(["photo", "world", *before.names])
    writer.writerows(zip(names, worlds, *columns, strict=True))
    return stream.getvalue()
