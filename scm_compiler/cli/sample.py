"""`scmc sample "do(Mustache=1)" -n 10 -o faces.png`: draw labels and images in a regime.

With `--of PHOTO` the regime is what would have been done to the units that photos show. With
`--of RUN:SEED` it is what would have been done to the units of a sample, which are
drawn as they were and, with the same noise, as they would have been.

The labels are drawn exactly from the regime's distribution, so that no row is ever rejected.
"""

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from PIL.Image import Image

from scm_compiler.cli.console import Console, Seldom
from scm_compiler.cli.counterfactual_sample import draw_counterfactual
from scm_compiler.cli.exits import OK
from scm_compiler.cli.opening import opened_run
from scm_compiler.cli.options import bad_option, whole
from scm_compiler.cli.photos import draw_of_photos
from scm_compiler.cli.requests.sample import SampleRequest, cannot_sample
from scm_compiler.diagnostics import refuse
from scm_compiler.inference.real.codes.reals import NotWithReals
from scm_compiler.runtime.run import Run
from scm_compiler.runtime.sampling import figures, rows, shards
from scm_compiler.runtime.sampling.grid import png
from scm_compiler.runtime.sampling.job import Job, regime_of
from scm_compiler.runtime.sampling.mixed import (
    MixedStream,
    mixed_stream,
    swept_streams,
    write_mixed,
)
from scm_compiler.runtime.sampling.on_ray import require_ray
from scm_compiler.runtime.sampling.shards import MOST_SHARDS, SHARD, Share
from scm_compiler.runtime.storage.tensors import write_file
from scm_compiler.semantics.query import on_one_line
from scm_compiler.telling import telling


def run(request: SampleRequest, console: Console) -> int:
    """Draw, write, and say where it is."""
    console.make_way(request.path)
    with telling(Seldom(console)):
        if request.photo is not None:
            return draw_of_photos(request, console)
        if request.imagined:
            return draw_counterfactual(request, console)
        opened = opened_run(request.run)
        if opened.graph.reals:
            return _with_numbers(request, opened, console)
    regime_of(opened, request.regime)
    images = _images(request, opened)
    job = Job(str(opened.path.resolve()), request.regime, request.rows, request.seed, images)
    files = _write(request, console, opened, job)
    return _said(request, console, opened, images, files)


def _with_numbers(request: SampleRequest, opened: Run, console: Console) -> int:
    """Draw rows of a graph with real nodes, or a figure of their images."""
    if request.form not in (".csv", ".parquet", ".npz", ".png"):
        way = "write rows to a .csv, .parquet or .npz file, or a figure to a .png file"
        raise refuse(NotWithReals("a folder of pictures", way), exit_code=2)
    images = _images(request, opened) if request.form == ".png" else ()
    heads = {image: opened.head(image) for image in images}

    def stream_of(regime: str) -> MixedStream:
        return mixed_stream(regime, opened.graph, opened.mechanisms, request.seed, heads)

    if images:
        plain = request.vs is None and request.sweep is None
        curve = plain and swept_streams(
            request.regime, opened.graph, opened.mechanisms, request.seed, heads
        )
        drawn = (
            figures.along(curve, images[0], request.rows)
            if curve
            else _picture(request, opened, images[0], stream_of)
        )
        write_file(request.path, png(drawn), resumable=False)
        return _said(request, console, opened, images, [request.path])
    stream = stream_of(request.regime)
    part = _share(request).of(request.rows)
    rows_drawn = stream.sample(part.start, part.stop, _told(console, part.stop - part.start))
    write_mixed(request.path, request.form, rows_drawn, header=part.start == 0)
    return _said(request, console, opened, (), [request.path])


def _said(
    request: SampleRequest,
    console: Console,
    opened: Run,
    images: tuple[str, ...],
    files: list[Path],
) -> int:
    """Say what was drawn and where it is."""
    shown = str(files[0]) if len(files) == 1 else f"{files[0]} … {files[-1]}"
    console.result(f"{_described(request)}: {shown}")
    console.document(
        {
            "ok": True,
            "run": str(opened.path),
            "regime": request.regime,
            "rows": request.rows,
            "seed": request.seed,
            "images": list(images),
            "files": [str(path) for path in files],
        }
    )
    return OK


def _described(request: SampleRequest) -> str:
    """What was drawn."""
    count, regime = f"{request.rows:,}", on_one_line(request.regime) or "observation"
    if request.vs is not None:
        other = on_one_line(request.vs) or "observation"
        return f"{count} images of {regime} above {count} of {other}"
    if request.sweep is not None:
        return f"{count} images of {regime}, each with {request.sweep} from one end to the other"
    if request.shard != (1, 1):
        count = f"part {request.shard[0]} of {request.shard[1]} of {count}"
    return f"{count} {'images' if request.form == '.png' else 'rows'} of {regime}"


def _images(request: SampleRequest, opened: Run) -> tuple[str, ...]:
    """The images that are drawn.

    Raises:
        ScmError: E710 if an image is needed or named and has no trained head.
    """
    if request.form in (".csv", ".parquet"):
        return ()
    needed = request.form in (".png", "folder") and not opened.images
    if request.image is not None or needed:
        return (opened.head(request.image).node,)
    return opened.images[:1] if request.form == ".png" else opened.images


def _write(request: SampleRequest, console: Console, opened: Run, job: Job) -> list[Path]:
    """Write the sample; the files."""
    path = request.path
    match request.form:
        case ".png":
            with telling(Seldom(console)):
                drawn = _picture(
                    request, opened, job.images[0], lambda it: replace(job, regime=it).stream()
                )
            write_file(path, png(drawn), resumable=False)
        case ".csv":
            part = _share(request).of(job.rows)
            told = _told(console, part.stop - part.start)
            rows.write_csv(path, opened.graph, job.stream(), part.stop, part.start, told)
        case ".parquet":
            told = _told(console, job.rows)
            rows.write_parquet(path, opened.graph, job.stream(), job.rows, told)
        case ".npz":
            rows.write_npz(path, job.stream(), job.rows, _told(console, job.rows))
        case "folder":
            told = _told(console, job.rows)
            shards.write_folder(path, job, processes=request.processes, told=told)
        case _:
            return _write_shards(request, console, job)
    return [path]


def _write_shards(request: SampleRequest, console: Console, job: Job) -> list[Path]:
    paths = shards.shard_paths(request.output, _shard_count(request))
    if len(paths) > job.rows:
        raise cannot_sample(request.output, f"{len(paths)} shards for {job.rows} rows", None)
    told, only = _told(console, job.rows), _share(request).of(len(paths))
    if not paths[only]:
        raise cannot_sample(
            request.output, f"{request.shard[1]} parts of {len(paths)} shards", None
        )
    if request.on_cluster:
        require_ray()
        paths = [path.absolute() for path in paths]  # the workers have other folders
    shards.write_shards(
        paths,
        job,
        only=only,
        processes=request.processes,
        on_cluster=request.on_cluster,
        told=told,
    )
    return paths[only]


def _share(request: SampleRequest) -> Share:
    """The part that is drawn."""
    place, count = request.shard
    return Share(place - 1, count)


def _shard_count(request: SampleRequest) -> int:
    if request.shards is None:
        return -(-request.rows // SHARD)
    if re.search(r"\{\d+\.\.\d+\}", request.output):
        hint = "write either `--shards` or a range such as {000..009}"
        raise cannot_sample(request.output, "its name says how many shards there are", hint)
    return whole("--shards", request.shards, 1, MOST_SHARDS)


def _told(console: Console, total: int) -> Callable[[int], None]:
    """What says how many rows are there."""
    seldom = Seldom(console)
    return lambda count: seldom("rows", count, total)


def _picture(
    request: SampleRequest,
    opened: Run,
    image: str,
    stream_of: Callable[[str], figures.AnyStream],
) -> Image:
    """The figure that is asked for, else a grid of images."""
    if request.vs is not None:
        streams = (stream_of(request.regime), stream_of(request.vs))
        captions = (request.regime or "observation", request.vs or "observation")
        return figures.two_rows(streams, captions, image, request.rows)
    stream = stream_of(request.regime)
    if request.sweep is None:
        return figures.plain(stream, image, request.rows)
    parents = opened.graph.parents[image]
    if request.sweep not in parents:
        known = ", ".join(f"`{name}`" for name in parents)
        hint = f"the labels of `{image}` are {known}" if known else f"`{image}` has no labels"
        raise bad_option("--sweep", request.sweep, f"a label of `{image}`", hint)
    return figures.sweep(stream, opened.graph, image, request.sweep, request.rows)
