"""Folders for the pages of the playground's codes."""

import json

from scm_compiler.playground.folder import CORE, LOADERS

WHEEL = "numpy-2.4.6-cp314-cp314-pyemscripten_2026_0_wasm32.whl"


def pyodide(folder, made):
    """A release without numpy, and a page of the size that the example shows."""
    place = folder / "node_modules/pyodide"
    place.mkdir(parents=True)
    for name in (*CORE, LOADERS[0]):
        (place / name).touch()
    lock = {"packages": {"numpy": {"file_name": WHEEL}}}
    (place / "pyodide-lock.json").write_text(json.dumps(lock))
    made.patch.setattr("scm_compiler.cli.playground.fill", lambda *_: 9_800_000)


def no_port(folder, made):
    """A system that lets nobody listen on a port below 1024."""

    def refuse(*_):
        raise PermissionError(13, "Permission denied")

    made.patch.setattr("scm_compiler.cli.playground.Playground", refuse)


SETUPS = {"E877": no_port, "W875": pyodide}
