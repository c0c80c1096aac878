"""Programs, builds and tables of labels, some of them broken."""

import hashlib
import itertools
import json
import shutil
import sys

from PIL import Image

from tests.diagnostics.setups.made import once, scmc
from tests.shown import ROOT


@once
def build(folder):
    """`build/celeba_g1`."""
    scmc(folder, "compile -q celeba_g1")


def changed(name, change):
    """A setup: a build in which one JSON file was changed, and the manifest set right."""

    def setup(folder, made):
        build(folder, made)
        place = folder / "build/celeba_g1"
        document = json.loads((place / name).read_text())
        change(document)
        (place / name).write_text(json.dumps(document))
        manifest = json.loads((place / "manifest.json").read_text())
        manifest["files"][name] = hashlib.sha256((place / name).read_bytes()).hexdigest()
        (place / "manifest.json").write_text(json.dumps(manifest))

    return setup


def _turn_round(graph):
    graph["edges"].insert(0, {"source": "Eyeglasses", "target": "Young"})


def _lose_an_edge(graph):
    del graph["edges"][0]


def _claim_fewer_labels(certificate):
    certificate["examined"] -= 1


def hair(folder, made):
    """`hair.csv`, the rows that are shipped with `hair`."""
    shutil.copy(ROOT / "examples/hair/data.csv", folder / "hair.csv")


def many(folder, made):
    """Twelve labels, each caused by twelve of forty, and a row in which they alone are seen."""
    causes = [f"C{n}" for n in range(40)]
    sets = [
        sorted({(start + i * step) % 40 for i in range(12)})
        for step in (1, 3, 7, 9, 11, 13)
        for start in (0, 20)
    ]
    effects = [f"X{n}" for n in range(12)]
    lines = [f"{', '.join((*causes, *effects))} : binary"]
    for own, name in zip(sets, effects, strict=True):
        lines.append(f"{', '.join(causes[n] for n in own)} -> {name}")
    (folder / "many.scm").write_text("\n".join(lines) + "\n")
    rows = [",".join((*causes, *effects)), ",".join("0" * 52), "," * 40 + ",".join("1" * 12)]
    (folder / "many.csv").write_text("\n".join(rows) + "\n")


def without_duckdb(folder, made):
    hair(folder, made)
    (folder / "hair.parquet").write_bytes(b"")
    made.patch.setitem(sys.modules, "duckdb", None)


def photo(folder, made):
    Image.new("RGB", (16, 16)).save(folder / "photo.png")


def column_twice(folder, made):
    (folder / "faces.csv").write_text("Male,Young,Hair,Wearing_Hat,Male\n0,0,black,0,0\n")


def fewer_faces(folder, made):
    """`downloads`: CelebA's attribute file, cut short."""
    (folder / "downloads").mkdir()
    names = "Young Male Eyeglasses Bald Mustache Smiling Wearing_Lipstick Mouth_Slightly_Open"
    rows = "".join(f"{rank:06}.jpg {'-1 ' * 9}\n" for rank in range(1, 1001))
    (folder / "downloads/list_attr_celeba.txt").write_text(f"202599\n{names} Narrow_Eyes\n{rows}")


def row(folder, made):
    """`row.scm`, of one large district, and `row.csv`."""
    names = [f"V{rank}" for rank in range(1, 27)]
    pairs = list(itertools.pairwise(names))
    ties = "".join(f"{left} -> {right}\n{left} <-> {right}\n" for left, right in pairs)
    (folder / "row.scm").write_text(f"{', '.join(names)} : binary\n{ties}")
    (folder / "row.csv").write_text(f"{','.join(names)}\n{','.join('01' * 13)}\n")


def columns(data):
    """A setup: a program, and a script that trains it on these columns."""

    def setup(folder, made):
        program = "Sky : categorical(clear, cloudy)\nRain : binary\nSky -> Rain\n"
        (folder / "rain.scm").write_text(program)
        script = f'import scm_compiler as scm\n\nscm.train(scm.load("rain.scm"), data={data})\n'
        (folder / "rain.py").write_text(script)

    return setup


SETUPS = {
    **dict.fromkeys(["E502", "E503"], build),
    "E504": changed("graph.json", _turn_round),
    "E505": changed("graph.json", _lose_an_edge),
    "E507": changed("certificate.json", _claim_fewer_labels),
    **dict.fromkeys(["E602", "E604", "E606", "E607", "E608", "E609", "E610", "E611"], hair),
    **dict.fromkeys(["E601", "E612", "E615", "N601", "W601", "W644", "E621", "E622"], hair),
    **dict.fromkeys(["E623", "E624", "E625", "E628", "W621", "W622"], hair),
    "E626": many,
    "E627": without_duckdb,
    "E603": photo,
    "E605": column_twice,
    "E613": fewer_faces,
    "E620": row,
    "E850": columns('{"Sky": ["clear", None, "cloudy"], "Rain": [0, None, float("nan")]}'),
    "E851": columns('{"Sky": ["clear", "cludy", "cludy"], "Rain": [False, True, True]}'),
    "E852": columns('{"Sky": ["clear", "cloudy"], "Rain": [0, 1, 1]}'),
}
