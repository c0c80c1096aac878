"""E65x, E70x and E835: runs that are damaged, unfinished or in use."""

import fcntl
import hashlib
import json
import os

from scm_compiler.runtime.storage.tensors import read_tensors, write_tensors
from tests.diagnostics.setups.made import once
from tests.diagnostics.setups.queries import celeba, front_door, table, train

RUN = "runs/celeba_g1-1"


def edited(change):
    """A setup: a run of `celeba_g1` whose manifest was changed."""

    def setup(folder, made):
        celeba(folder, made)
        edit(folder / RUN, change)

    return setup


def edit(run, change):
    """Change the manifest of a run."""
    manifest = json.loads((run / "manifest.json").read_text())
    change(manifest)
    (run / "manifest.json").write_text(json.dumps(manifest))


def _unfinished(manifest):
    manifest["status"] = "training"
    for name in ("labels.safetensors", "tables.safetensors"):
        del manifest["files"][name]


def _later(manifest):
    manifest["format"] += 1


def mixed(folder, made):
    """`mixed`: a run of `celeba_g1` with the weights of `front_door`."""
    for setup in (celeba, front_door):
        setup(folder, made)
    (folder / RUN).rename(folder / "mixed")
    files = {}
    for name in ("labels.safetensors", "tables.safetensors"):
        content = (folder / "runs/front_door-1" / name).read_bytes()
        (folder / "mixed" / name).write_bytes(content)
        files[name] = hashlib.sha256(content).hexdigest()
    edit(folder / "mixed", lambda manifest: manifest["files"].update(files))


def edited_table(folder, made):
    """`edited`: a run of `celeba_g1` that says that most men are bald."""
    celeba(folder, made)
    (folder / RUN).rename(folder / "edited")
    path = folder / "edited" / "tables.safetensors"
    stored = read_tensors(path)
    most = {"Bald.table": stored.tensors["Bald.table"].flip(-1)}
    write_tensors(path, stored.tensors | most, stored.facts)
    sealed = {path.name: hashlib.sha256(path.read_bytes()).hexdigest()}
    edit(folder / "edited", lambda manifest: manifest["files"].update(sealed))


@once
def shared_noise(folder):
    """`runs/wide-1`: networks, and a wide label that has a hidden cause."""
    causes = ", ".join(f"X{rank}" for rank in range(1, 25))
    program = f"graph wide\n{causes}, Y : binary\n{causes} -> Y\nX1 <-> Y\n"
    (folder / "wide.scm").write_text(program)
    rows = table(f"{causes}, Y", [[0] * 25, [1] * 25])
    train(folder, "wide.scm", rows, "--trainer wgan-gp --steps 2")


@once
def never_drawn(folder):
    """`runs/rare-1`: of a value that is in the tables, and that no draw of the noise gives."""
    (folder / "rare.scm").write_text("graph rare\nMale, Mustache : binary\nMale -> Mustache\n")
    rows = table("Male,Mustache", [[0, 0], [0, 1], [1, 0], [1, 1]])
    train(folder, "rare.scm", rows, "--trainer wgan-gp --steps 2")
    weights = folder / "runs/rare-1/labels.safetensors"
    stored = read_tensors(weights)
    last = max(name for name in stored.tensors if name.startswith("Mustache") and "bias" in name)
    changed = {**stored.tensors, last: stored.tensors[last] - 1000}
    write_tensors(weights, changed, stored.facts)
    files = {weights.name: hashlib.sha256(weights.read_bytes()).hexdigest()}
    edit(weights.parent, lambda manifest: manifest["files"].update(files))


def wide_rows(folder, made):
    """`wide.scm`, a label of which has too many causes for a table, and its `rows.csv`."""
    causes = ", ".join(f"X{rank}" for rank in range(1, 25))
    (folder / "wide.scm").write_text(f"graph wide\n{causes}, Y : binary\n{causes} -> Y\n")
    (folder / "rows.csv").write_text(table(f"{causes}, Y", [[0] * 25, [1] * 25]))


def in_training(folder, made):
    """An unfinished run that another process holds."""
    edited(_unfinished)(folder, made)
    handle = os.open(folder / RUN, os.O_RDONLY)
    fcntl.flock(handle, fcntl.LOCK_EX)
    made.after(lambda: os.close(handle))


SETUPS = {
    **dict.fromkeys(["E651", "E652", "E656", "E705"], celeba),
    **dict.fromkeys(["E653", "E658", "E706"], edited(_unfinished)),
    "E561": wide_rows,
    "E654": mixed,
    "E655": edited(_later),
    "E659": shared_noise,
    "E665": edited_table,
    "E730": in_training,
    "E835": never_drawn,
}
