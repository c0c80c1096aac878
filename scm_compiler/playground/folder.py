"""The page as a folder that any host serves.

Pyodide answers in the browser: nothing is fetched from elsewhere, and what a person drops into the
page stays there.
"""

import gzip
import io
import json
import zipfile
from dataclasses import dataclass
from hashlib import sha256
from importlib.util import find_spec
from pathlib import Path

from scm_compiler.playground.server import POLICY, WEB
from scm_compiler.shipped import plain_programs, shipped

CORE = ("pyodide.mjs", "pyodide.asm.wasm", "python_stdlib.zip", "pyodide-lock.json")
"""Files of every release of Pyodide; the loader of the machine has two names."""

HOST = "https://cdn.jsdelivr.net/pyodide"
"""Where the files of Pyodide's releases are."""

LOADERS = ("pyodide.asm.mjs", "pyodide.asm.js")

MOST_BYTES = 15_000_000
"""The whole folder is to be no larger."""

_BROUGHT = ("lark", "networkx")
_LEFT_OUT = ("tests", "__pycache__")

_ASKED = {"runtime": ("data",)}
"""Of a folder, which parts the page asks."""

_NOT_ASKED = ("_shipped", "cli", "emit", "web")


@dataclass(frozen=True)
class Pyodide:
    """A release of Pyodide in a folder.

    Attributes:
        path: The folder.
        loader: The file that loads the machine.
        wheel: The file of numpy that the release names.
        digest: SHA-256 of that file, without which the browser would refuse it; empty if unsaid.
        version: Of the release; empty if it is not said.
    """

    path: Path
    loader: str
    wheel: str
    digest: str = ""
    version: str = ""

    @property
    def numpy(self) -> Path | None:
        """The wheel of numpy; None where there is none, and questions have no numbers."""
        path = self.path / self.wheel
        return path if self.wheel and path.is_file() else None

    @property
    def broken(self) -> bool:
        """Whether that file is not the one that the release names: it was cut short, say."""
        held = b"" if self.numpy is None else self.numpy.read_bytes()
        return bool(held and self.digest and sha256(held).hexdigest() != self.digest)

    @property
    def address(self) -> str:
        """Where that file is found, as the release's own loader has it; empty if unknown."""
        return f"{HOST}/v{self.version}/full/{self.wheel}" if self.version and self.wheel else ""


def missing(path: Path) -> tuple[str, ...]:
    """The files of Pyodide that a folder lacks."""
    found = [name for name in CORE if not (path / name).is_file()]
    if not any((path / name).is_file() for name in LOADERS):
        found.append(LOADERS[0])
    return tuple(found)


def pyodide_in(path: Path) -> Pyodide:
    """The release in a folder that lacks nothing.

    Raises:
        ValueError: If its list of packages cannot be read.
    """
    loader = next(name for name in LOADERS if (path / name).is_file())
    lock = json.loads((path / "pyodide-lock.json").read_text(encoding="utf-8"))
    numpy, version = lock["packages"].get("numpy", {}), lock.get("info", {}).get("version")
    package = path / "package.json"  # of npm, whose list of packages does not say it
    if version is None and package.is_file():
        version = json.loads(package.read_text(encoding="utf-8")).get("version")
    wheel = Path(str(numpy.get("file_name", ""))).name
    return Pyodide(path, loader, wheel, str(numpy.get("sha256", "")), str(version or ""))


def fill(folder: Path, release: Pyodide) -> int:
    """Write the page's files into an empty folder; how many bytes they have."""
    for file in sorted(WEB.iterdir()):
        if file.suffix in (".html", ".css", ".js"):
            (folder / file.name).write_bytes(file.read_bytes())
    page = (folder / "index.html").read_text(encoding="utf-8")
    policy = f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">'
    page = page.replace("<!-- policy -->", policy).replace(
        'data-where="server"', 'data-where="here"'
    )
    (folder / "index.html").write_text(page, encoding="utf-8")
    for name in ("pyodide.mjs", "python_stdlib.zip", "pyodide-lock.json", release.loader):
        (folder / name).write_bytes((release.path / name).read_bytes())
    machine = (release.path / "pyodide.asm.wasm").read_bytes()
    (folder / "pyodide.asm.wasm.packed").write_bytes(gzip.compress(machine, 9, mtime=0))
    (folder / "scmc.zip").write_bytes(_packages())
    told = {"numpy": None if release.numpy is None else release.numpy.name}
    if release.numpy is not None:
        (folder / release.numpy.name).write_bytes(release.numpy.read_bytes())
    (folder / "page.json").write_text(json.dumps(told), encoding="utf-8")
    return sum(file.stat().st_size for file in folder.iterdir())


def _packages() -> bytes:
    """scmc, and the packages of pure Python that its front end stands on, as one archive."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name in ("scm_compiler", *_BROUGHT):
            found = find_spec(name)
            assert found is not None
            assert found.submodule_search_locations is not None
            root = Path(found.submodule_search_locations[0])
            for file in sorted(root.rglob("*")):
                inside = file.relative_to(root)
                if _wanted(inside) and file.is_file():
                    _add(archive, f"{name}/{inside.as_posix()}", file)
        for name in ("scm.lark", "query.lark"):
            _add(archive, f"scm_compiler/_shipped/grammars/{name}", shipped("grammars", name))
        for name, path in plain_programs().items():
            place = f"scm_compiler/_shipped/examples/{name}"
            _add(archive, f"{place}/model.scm", path)
            data = path.with_name("data.csv")
            if path.name == "model.scm" and data.exists():
                _add(archive, f"{place}/data.csv", data)
    return packed.getvalue()


def _add(archive: zipfile.ZipFile, name: str, file: Path) -> None:
    """A file without its time, so that the same files make the same archive."""
    entry = zipfile.ZipInfo(name)
    entry.compress_type = zipfile.ZIP_DEFLATED
    archive.writestr(entry, file.read_bytes())


def _wanted(path: Path) -> bool:
    """Whether a file of a package is needed in the page."""
    kept = path.suffix in (".py", ".lark", ".csv") and not set(path.parts) & set(_LEFT_OUT)
    inside = path.parts[:-1]
    asked = len(inside) < 2 or inside[1] in _ASKED.get(inside[0], inside)
    return kept and asked and path.parts[0] not in _NOT_ASKED
