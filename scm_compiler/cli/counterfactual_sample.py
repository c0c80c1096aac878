"""`scmc sample "do(Bald=1)" --of RUN:SEED -o figure.png`: units, and what they would have been."""

import csv
import io
from collections.abc import Iterator

import numpy as np

from scm_compiler.cli.console import Console
from scm_compiler.cli.exits import OK
from scm_compiler.cli.opening import opened_run
from scm_compiler.cli.requests.sample import SampleRequest
from scm_compiler.diagnostics import refuse
from scm_compiler.files import write_parts, writing
from scm_compiler.inference.real.codes.reals import NotWithReals, require_threshold
from scm_compiler.ir import Graph
from scm_compiler.runtime.run import Run
from scm_compiler.runtime.sampling.grid import png
from scm_compiler.runtime.sampling.imagined import Imagined, imagine_sample
from scm_compiler.runtime.sampling.imagined_numbers import imagine_numbers
from scm_compiler.runtime.sampling.job import regime_of
from scm_compiler.runtime.sampling.rows import ROWS, csv_text
from scm_compiler.semantics.query import on_one_line
from scm_compiler.telling import told


def draw_counterfactual(request: SampleRequest, console: Console) -> int:
    """Draw both worlds, write them, and say what was assumed.

    Raises:
        ScmError: E710 if an image is to be drawn and has no trained head.
    """
    opened = opened_run(request.run)
    if opened.graph.reals:
        return _of_numbers(request, opened, console)
    picture = request.path.suffix == ".png"
    regime, units = regime_of(opened, request.regime), regime_of(opened, request.units)
    worlds = imagine_sample(
        opened,
        regime,
        request.rows,
        units=units,
        seed=request.seed,
        noise_model=request.noise_model,
        images=(opened.head(request.image).node,) if picture else (),
        texts=(request.regime, request.units),
    )
    parts = (png(worlds.figure()),) if picture else _csv(opened.graph, worlds)
    with writing(request.path):
        write_parts(request.path, parts)
    said = f"{request.rows:,} units as drawn, and had {on_one_line(request.regime)}"
    console.result(f"{said}: {request.path}")
    if worlds.noise_model is not None:
        console.note(f"noise model: {worlds.noise_model}; which one holds, no data tell")
    changed = worlds.changed.sum(0).tolist()
    console.document(
        {
            "ok": True,
            "run": str(opened.path),
            "rows": request.rows,
            "changed": dict(zip(worlds.factual.names, changed, strict=True)),
            "do": worlds.do,
            "units": worlds.units,
            "seed": request.seed,
            "noise_model": worlds.noise_model,
            "files": [str(request.path)],
        }
    )
    return OK


def _of_numbers(request: SampleRequest, opened: Run, console: Console) -> int:
    """The same of units with numbers: rows alone.

    Raises:
        ScmError: E575 with exit code 2 of pictures and of another noise model.
    """
    if request.path.suffix == ".png":
        way = "write the rows to a .csv file, or name a photo: `--of photo.png`"
        raise refuse(NotWithReals("a picture of two worlds of a sample", way), exit_code=2)
    require_threshold(request.noise_model)
    worlds = imagine_numbers(
        opened.graph,
        opened.mechanisms,
        request.regime,
        request.rows,
        units=request.units,
        seed=request.seed,
    )
    regime = on_one_line(request.regime)
    stream = io.StringIO()
    csv.writer(stream, lineterminator="\n").writerows(worlds.lines(f"had {regime}"))
    with writing(request.path):
        write_parts(request.path, (stream.getvalue().encode(),))
    said = f"{request.rows:,} units as drawn, and had {regime}"
    console.result(f"{said}: {request.path}")
    console.note("noise model: threshold; which one holds, no data tell")
    console.document(
        {
            "ok": True,
            "run": str(opened.path),
            "rows": request.rows,
            "changed": worlds.changed,
            "do": regime,
            "units": on_one_line(request.units),
            "seed": request.seed,
            "noise_model": "threshold",
            "files": [str(request.path)],
        }
    )
    return OK


def _csv(graph: Graph, worlds: Imagined) -> Iterator[bytes]:
    """Two rows for each unit: as it was, and as it would have been."""
    count, named = len(worlds.factual), ["as drawn", f"had {worlds.do}"]
    for start in range(0, max(1, count), ROWS):
        stop = min(start + ROWS, count)
        rows = [world.rows[start:stop] for world in (worlds.factual, worlds.counterfactual)]
        units = [str(unit) for unit in range(start, stop) for _ in range(2)]
        extra = {"unit": units, "world": named * (stop - start)}
        pairs = np.stack(rows, 1).reshape(2 * (stop - start), -1)
        yield csv_text(graph, pairs, extra, header=start == 0).encode()
        told()("units written", stop, count)
