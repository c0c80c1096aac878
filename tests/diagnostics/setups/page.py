"""Folders for the pages of the playground's codes."""

import json
from hashlib import sha256

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
    (place / "package.json").write_text(json.dumps({"version": "314.0.7"}))
    made.patch.setattr("scm_compiler.cli.playground.fill", lambda *_: 9_800_000)


def broken(folder, made):
    """A release whose wheel was cut short."""
    pyodide(folder, made)
    place = folder / "node_modules/pyodide"
    (place / WHEEL).write_bytes(b"half")
    lock = {"packages": {"numpy": {"file_name": WHEEL, "sha256": sha256(b"whole").hexdigest()}}}
    (place / "pyodide-lock.json").write_text(json.dumps(lock))


def no_port(folder, made):
    """A system that lets nobody listen on a port below 1024."""

    def refuse(*_):
        raise PermissionError(13, "Permission denied")

    made.patch.setattr("scm_compiler.cli.playground.Playground", refuse)


SETUPS = {"E877": no_port, "E878": broken, "W875": pyodide}
