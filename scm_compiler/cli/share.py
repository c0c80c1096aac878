"""`scmc export RUN --to DIR`: a folder that others can use, in the layout of a model hub.

It holds the run's own files, which `--run DIR` opens, and beside them the emitted source, the
weights under the name that hubs look for, pictures, and a card. Where a hidden cause reaches
real nodes the run has no mechanisms that a module could hold, and the folder no source.
"""

import argparse
import shutil
from dataclasses import replace
from pathlib import Path

from safetensors.torch import save

from scm_compiler.cli.card import Contents, card
from scm_compiler.cli.codes.sharing import SharedFolderTaken
from scm_compiler.cli.console import Console, Seldom
from scm_compiler.cli.exits import OK
from scm_compiler.cli.opening import opened_run
from scm_compiler.compiler import check
from scm_compiler.diagnostics import Source, refuse
from scm_compiler.emit.source import emit_source
from scm_compiler.files import listed, writing
from scm_compiler.making import room_beside
from scm_compiler.model.module import CausalModule
from scm_compiler.model.real.parts import tied_nodes
from scm_compiler.render import draw_svg
from scm_compiler.runtime.run import Run
from scm_compiler.runtime.runs.numbers import WEIGHTS
from scm_compiler.runtime.sampling.figures import AnyStream, plain
from scm_compiler.runtime.sampling.grid import png
from scm_compiler.runtime.sampling.job import Job
from scm_compiler.runtime.sampling.mixed import mixed_stream
from scm_compiler.telling import telling

CARD, MODEL, SOURCE, PICTURE = "README.md", "model.safetensors", "model.py", "graph.svg"
DRAWN = 36

LARGE = "*.safetensors filter=lfs diff=lfs merge=lfs -text\n"


def run(args: argparse.Namespace, console: Console) -> int:
    """Write the folder, whole or not at all."""
    target: Path = args.to
    if listed(target):
        raise refuse(SharedFolderTaken(str(target)), exit_code=2)
    opened = opened_run(Path(args.source))
    with writing(target), room_beside(target) as room, telling(Seldom(console)):
        built = room / "model"
        built.mkdir()
        _fill(built, opened, args.license)
        built.replace(target)
    files = sorted(path.name for path in target.iterdir())
    console.result(f"wrote {target}: {', '.join(files)}")
    console.note(f'next: scmc query "…" --run {target}, or upload the folder as it is')
    console.document({"ok": True, "run": str(opened.path), "artifacts": files})
    return OK


def _fill(folder: Path, opened: Run, license_: str | None) -> None:
    for name in ("manifest.json", *opened.manifest.files):
        shutil.copyfile(opened.path / name, folder / name)
    texts = {PICTURE: draw_svg(opened.graph), ".gitattributes": LARGE}
    if not tied_nodes(opened.graph):  # else there are no mechanisms that could be held
        module = opened.module()
        (folder / MODEL).write_bytes(_weights(opened, module))
        texts[SOURCE] = _source(opened, module)
    samples = {name: f"samples-{rank}.png" for rank, name in enumerate(opened.images)}
    for name, file in samples.items():
        (folder / file).write_bytes(png(plain(_stream(opened, name), name, DRAWN)))
    texts[CARD] = card(opened, Contents(PICTURE, samples, license_))
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8", newline="\n")


def _source(opened: Run, module: CausalModule) -> str:
    source = Source("model.scm", opened.program)
    graph = check(source)[0]
    same = graph is not None and graph.hash == opened.graph.hash
    graph = replace(graph, name=opened.graph.name) if graph and same else opened.graph
    return emit_source(graph, module.spec, source)


def _stream(opened: Run, image: str) -> AnyStream:
    """Rows as they are observed, with what an image shows of them."""
    if opened.graph.reals:
        heads = {image: opened.head(image)}
        return mixed_stream("", opened.graph, opened.mechanisms, 0, heads)
    return Job(str(opened.path.resolve()), "", DRAWN, 0, (image,)).stream()


def _weights(opened: Run, module: CausalModule) -> bytes:
    """The weights that the emitted source loads: of labels alone they are the run's own file."""
    if not opened.graph.reals:
        return (opened.path / WEIGHTS).read_bytes()
    return save(module.node_weights())
