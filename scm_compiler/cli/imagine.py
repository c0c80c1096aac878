"""`scmc sample "do(Bald=1)" --of RUN:SEED -o figure.png`: units, and what they would have been."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from scm_compiler.cli.exits import OK
from scm_compiler.cli.options import seed as read_seed

if TYPE_CHECKING:
    import argparse

    from scm_compiler.cli.console import Console
    from scm_compiler.ir import Graph
    from scm_compiler.runtime.run import Run
    from scm_compiler.runtime.sampling.imagined import Imagined


def run_imagined(args: argparse.Namespace, console: Console, rows: int) -> int:
    """Draw both worlds, write them, and say what was assumed."""
    from scm_compiler.runtime.run import latest_run, open_run  # noqa: PLC0415  (torch)
    from scm_compiler.runtime.sampling.grid import png  # noqa: PLC0415
    from scm_compiler.runtime.sampling.imagined import imagine_sample  # noqa: PLC0415
    from scm_compiler.runtime.sampling.job import regime_of  # noqa: PLC0415
    from scm_compiler.runtime.storage.tensors import write_file  # noqa: PLC0415
    from scm_compiler.shipped import find_run  # noqa: PLC0415

    path, seed = _of(args.of)
    opened = latest_run() if path is None else open_run(find_run(path))
    output, texts = Path(args.output), (args.regime, args.units or "")
    found = imagine_sample(
        opened,
        regime_of(opened, texts[0]),
        rows,
        units=regime_of(opened, texts[1]),
        seed=seed,
        noise_model=args.noise_model,
        images=_images(opened, args),
        texts=texts,
    )
    picture = output.suffix == ".png"
    content = png(found.figure()) if picture else _csv(opened.graph, found)
    write_file(output, content, resumable=False)
    console.result(f"{rows:,} units as drawn, and had {args.regime}: {output}")
    if found.noise_model is not None:
        console.note(f"noise model: {found.noise_model}; which one holds, no data tell")
    changed = dict(zip(found.factual.names, found.changed.sum(0).tolist(), strict=True))
    facts = {"ok": True, "run": str(opened.path), "rows": rows, "changed": changed}
    worlds = {"do": found.do, "units": found.units, "seed": seed, "noise_model": found.noise_model}
    console.document({**facts, **worlds, "files": [str(output)]})
    return OK


def _of(text: str) -> tuple[Path | None, int]:
    """The run and the seed of `RUN:SEED`, `:SEED` or `RUN`.

    Raises:
        ScmError: E707 with exit code 2 if the seed is none.
    """
    path, colon, seed = text.rpartition(":")
    if not colon:
        return Path(text), 0
    return Path(path) if path else None, read_seed(seed)


def _images(opened: Run, args: argparse.Namespace) -> tuple[str, ...]:
    """The image that is drawn, if one is.

    Raises:
        ScmError: E710 if it has no trained head.
    """
    return (opened.head(args.image).node,) if args.output.endswith(".png") else ()


def _csv(graph: Graph, found: Imagined) -> str:
    """Two rows for each unit: as it was, and as it would have been."""
    import numpy as np  # noqa: PLC0415

    from scm_compiler.runtime.sampling.rows import csv_text  # noqa: PLC0415

    worlds = np.stack([found.factual.rows, found.counterfactual.rows], 1)
    count = len(found.factual)
    units = [str(unit) for unit in range(count) for _ in range(2)]
    named = ["as drawn", f"had {found.do}"] * count
    return csv_text(graph, worlds.reshape(2 * count, -1), {"unit": units, "world": named})
