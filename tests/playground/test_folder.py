"""The page in a folder: what is in it, and that it needs nothing else."""

import gzip
import json
import subprocess
import sys
import zipfile
from hashlib import sha256

import grimp
import pytest

from scm_compiler.cli.main import main

WHEEL = "numpy-2-wasm32.whl"
FILES = {
    "pyodide.mjs": b"loader",
    "pyodide.asm.mjs": b"machine",
    "pyodide.asm.wasm": b"\0asm" * 100,
    "python_stdlib.zip": b"library",
    "pyodide-lock.json": json.dumps({"packages": {"numpy": {"file_name": WHEEL}}}).encode(),
}


@pytest.fixture
def release(tmp_path):
    folder = tmp_path / "pyodide"
    folder.mkdir()
    for name, content in FILES.items():
        (folder / name).write_bytes(content)
    return folder


def export(release, folder):
    return main(["playground", "-q", "--export", str(folder), "--pyodide", str(release)])


def test_without_pyodide_the_verb_says_where_it_is(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert main(["playground", "--export", "page"]) == 2
    assert capsys.readouterr().err == (
        "error[E875]: `node_modules/pyodide` is no release of Pyodide: it lacks pyodide.mjs, "
        "pyodide.asm.wasm, python_stdlib.zip, pyodide-lock.json, pyodide.asm.mjs\n"
        "  = help: `npm install pyodide` in this folder; or unpack a release of Pyodide, and "
        "name its folder with `--pyodide`\n"
    )
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_in_use_is_not_replaced(release, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "page").mkdir()
    (tmp_path / "page/mine").touch()
    assert main(["playground", "--export", "page", "--pyodide", str(release)]) == 2
    assert capsys.readouterr().err == (
        "error[E876]: `page` is not empty\n  = help: name a new folder, or remove this one first\n"
    )


def test_without_numpy_the_page_is_written_with_a_warning(release, tmp_path, capsys):
    assert main(["playground", "--export", str(tmp_path / "p"), "--pyodide", str(release)]) == 0
    assert capsys.readouterr().err == (
        f"warning[W875]: there is no `{WHEEL}` in `{release}`: the page draws programs but has no "
        "numbers\n  = help: put that wheel of Pyodide's release beside the other files, then "
        "write the page to a new folder\n"
    )
    assert json.loads((tmp_path / "p/page.json").read_text()) == {"numpy": None}


@pytest.mark.parametrize("place", ["package.json", "pyodide-lock.json"])
def test_where_numpy_is_found_is_said_as_a_command(release, tmp_path, capsys, place):
    """The version stands in npm's own file, or in the list of packages."""
    lock = json.loads(FILES["pyodide-lock.json"])
    if place == "package.json":
        (release / place).write_text(json.dumps({"version": "9.8.7"}))
    else:
        (release / place).write_text(json.dumps({**lock, "info": {"version": "9.8.7"}}))
    assert export(release, tmp_path / "p") == 0
    assert capsys.readouterr().err.endswith(
        "  = help: fetch it, then write the page to a new folder: `curl -fL "
        f"https://cdn.jsdelivr.net/pyodide/v9.8.7/full/{WHEEL} -o {release / WHEEL}`\n"
    )


def test_a_wheel_that_a_browser_would_refuse_is_refused(release, tmp_path, capsys):
    lock = {"packages": {"numpy": {"file_name": WHEEL, "sha256": sha256(b"wheel").hexdigest()}}}
    (release / "pyodide-lock.json").write_text(json.dumps(lock))
    (release / WHEEL).write_bytes(b"whe")
    assert export(release, tmp_path / "p") == 2
    assert "error[E878]" in capsys.readouterr().err
    assert not (tmp_path / "p").exists()
    (release / WHEEL).write_bytes(b"wheel")
    assert export(release, tmp_path / "p") == 0


def test_all_that_the_session_can_import_is_packed(release, tmp_path):
    assert export(release, tmp_path / "p") == 0
    with zipfile.ZipFile(tmp_path / "p/scmc.zip") as archive:
        packed = {
            name.removesuffix(".py").removesuffix("/__init__") for name in archive.namelist()
        }
    graph = grimp.build_graph("scm_compiler", cache_dir=None, exclude_type_checking_imports=True)
    parts = ("session", "exchange", "questions", "sources", "program")
    names = [f"scm_compiler.playground.{part}" for part in parts]
    for name in (*names, "scm_compiler.interop.formats"):
        wanted = {one.replace(".", "/") for one in graph.find_upstream_modules(name)}
        assert wanted <= packed


def test_the_folder_holds_all_that_the_page_needs(release, tmp_path, capsys):
    (release / WHEEL).write_bytes(b"wheel")
    assert main(["playground", "--export", str(tmp_path / "p"), "--pyodide", str(release)]) == 0
    page = tmp_path / "p"
    assert capsys.readouterr().err == ""
    assert gzip.decompress((page / "pyodide.asm.wasm.packed").read_bytes()).startswith(b"\0asm")
    assert (page / WHEEL).exists()
    text = (page / "index.html").read_text(encoding="utf-8")
    assert "default-src 'none'" in text
    assert 'data-where="here"' in text
    for file in page.glob("*.js"):
        assert "://" not in file.read_text(encoding="utf-8").replace("http://www.w3.org", "")
    assert sum(file.stat().st_size for file in page.iterdir()) < 3_500_000  # beside Pyodide: 11 MB


ALONE = """
import sys
ALLOWED = {"numpy", "lark", "networkx", "scm_compiler", "_pytest", "regex"}
class Nothing:
    def find_spec(self, name, path=None, target=None):
        top = name.partition(".")[0]
        if top not in ALLOWED and top not in sys.stdlib_module_names and not top.startswith("_"):
            raise ModuleNotFoundError(name, name=name)
sys.meta_path.insert(0, Nothing())
sys.path.insert(0, sys.argv[1])
import json
from scm_compiler.playground import session
assert session.__file__.startswith(sys.argv[1])
asked = session.Session()
def call(verb, **given):
    found = json.loads(asked.answer(json.dumps({"call": verb, **given})))
    assert "refused" not in found, found
    return found
text = call("start")["text"]
assert call("program", text=text)["data"]["ready"]
call("bars", text=text, do={"Mustache": "1"}, given={}, firm=True)
call("imagine", text=text, target="Bald", do={"Male": "0"}, given={"Male": "1"})
for form in call("formats")["formats"]:
    call("write", text=text, form=form, do={}, given={})
call("program", text=call("example", name="front_door")["text"])
"""


def test_what_is_packed_needs_numpy_alone(release, tmp_path):
    """Neither torch nor pydantic, safetensors or Pillow, which a browser has not."""
    assert export(release, tmp_path / "p") == 0
    with zipfile.ZipFile(tmp_path / "p/scmc.zip") as archive:
        archive.extractall(tmp_path / "scmc")
    command = [sys.executable, "-I", "-c", ALONE, str(tmp_path / "scmc")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]


def test_a_port_that_is_taken_is_said(capsys, monkeypatch):
    def refuse(*_):
        raise OSError(98, "Address already in use")

    monkeypatch.setattr("scm_compiler.cli.playground.Playground", refuse)
    assert main(["playground", "--port", "4000"]) == 2
    assert capsys.readouterr().err == (
        "error[E877]: port 4000 cannot be listened on: Address already in use\n"
        "  = help: leave `--port` out, and a free one is taken\n"
    )
