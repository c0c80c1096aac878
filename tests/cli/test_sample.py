"""`scmc sample`."""

import csv
import json
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from scm_compiler.cli.main import main
from scm_compiler.runtime.run import latest_run

PROGRAM = """graph small
Male, Mustache, Young : binary
Face : image(3, 16, 16)
Male -> Mustache
Male, Mustache -> Face
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A folder with a program and a run of it."""
    path = tmp_path_factory.mktemp("work")
    (path / "small.scm").write_text(PROGRAM)
    tiny = ["--option", "width=4", "--option", "batch=8", "--option", "noise_size=4"]
    given = ["--images", "drawn-faces:32", "--precision", "float32", "--device", "cpu"]
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SCMC_CACHE", str(path / "cache"))
        patch.chdir(path)
        assert main(["train", "small.scm", "-q", "--steps", "2", *tiny, *given]) == 0
    return path


@pytest.fixture(autouse=True)
def here(folder, monkeypatch) -> Path:
    monkeypatch.chdir(folder)
    return folder


def test_rows(capsys):
    assert main(["sample", "do(Mustache=1)", "-n", "50", "-o", "rows.csv", "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["files"] == ["rows.csv"]
    assert (document["regime"], document["rows"]) == ("do(Mustache=1)", 50)
    with Path("rows.csv").open() as stream:
        rows = list(csv.DictReader(stream))
    assert len(rows) == 50
    assert {row["Mustache"] for row in rows} == {"1"}
    sample = latest_run().do(Mustache=1).sample(50)
    assert [int(row["Male"]) for row in rows] == sample["Male"].tolist()


def test_arrays():
    assert main(["sample", "-n", "5", "-o", "rows.npz", "-q", "--seed", "9"]) == 0
    with np.load("rows.npz", allow_pickle=False) as held:
        assert held["images"].shape == (5, 16, 16, 3)
        assert held["names"].tolist() == ["Male", "Mustache", "Young"]
        assert np.array_equal(held["labels"], latest_run().sample(5, seed=9).rows)


@pytest.mark.parametrize(
    ("words", "size"),
    [
        (["-n", "9"], (3 * 18 + 2, 3 * 18 + 2)),
        (["--diversity"], (16 * 18 + 2, 16 * 18 + 2)),
        (["--vs", "given(Mustache=1)", "-n", "3"], None),
        (["--sweep", "Mustache", "-n", "2"], None),
    ],
)
def test_pictures(words, size):
    assert main(["sample", "do(Mustache=1)", "-o", "a.png", *words]) == 0
    first = Path("a.png").read_bytes()
    assert main(["sample", "do(Mustache=1)", "-o", "a.png", *words]) == 0
    assert Path("a.png").read_bytes() == first
    with Image.open("a.png") as picture:
        assert size is None or picture.size == size


def test_a_folder_and_shards(capsys):
    assert main(["sample", "-n", "6", "-o", "faces/"]) == 0
    assert capsys.readouterr().err == ""
    assert len(list(Path("faces").glob("*.png"))) == 6
    assert main(["sample", "-n", "6", "-o", "s-{0..2}.tar"]) == 0
    assert main(["sample", "-n", "6", "-o", "t.tar", "--shards", "2"]) == 0
    assert sorted(path.name for path in Path().glob("*.tar")) == [
        *("s-0.tar", "s-1.tar", "s-2.tar", "t-000.tar", "t-001.tar")
    ]


@pytest.mark.parametrize(
    ("words", "code", "exit_code"),
    [
        (["-o", "a.gif"], "E715", 2),
        (["-o", "a.csv", "--vs", "do(Male=1)"], "E715", 2),
        (["-o", "a.csv", "--shards", "2"], "E715", 2),
        (["-o", "absent/a.csv"], "E715", 2),
        (["-o", "u.tar", "--shards", "20", "-n", "3"], "E715", 2),
        (["P(Male=1)", "-o", "a.csv"], "E719", 1),
        (["do(Malle=1)", "-o", "a.csv"], "E410", 1),
        (["do(Male=1), given(Male=0)", "-o", "a.csv"], "E4", 1),
        (["-o", "a.png", "--sweep", "Young"], "E707", 2),
        (["-o", "a.png", "--image", "Fase"], "E710", 2),
        (["-o", "a.csv", "-n", "0"], "E707", 2),
        (["-o", "a.csv", "--run", "absent"], "E651", 2),
    ],
)
def test_refusals(capsys, words, code, exit_code):
    assert main(["sample", *words]) == exit_code
    assert f"error[{code}" in capsys.readouterr().err


def test_a_run_without_a_head(here, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert main(["train", str(here / "small.scm"), "-q", "--stage", "labels"]) == 0
    assert main(["sample", "-o", "a.csv", "-q"]) == 0
    assert main(["sample", "-o", "a.npz", "-q"]) == 0
    assert main(["sample", "-o", "a.png"]) == 2
    err = capsys.readouterr().err
    assert "error[E710]" in err
    assert "--stage images` trains it" in err


def test_parquet_without_its_package(capsys, monkeypatch):
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    assert main(["sample", "-o", "a.parquet"]) == 2
    assert "error[E717]" in capsys.readouterr().err


def test_parquet():
    parquet = pytest.importorskip("pyarrow.parquet")
    assert main(["sample", "-o", "a.parquet", "-n", "7"]) == 0
    assert parquet.read_table("a.parquet").num_rows == 7


def test_evidence_of_another_world_is_never_drawn_as_if_it_were_of_this_one(capsys):
    assert main(["sample", "given(Mustache[Male=0]=1)", "-n", "4", "-o", "never.csv"]) == 1
    assert "error[E430]" in capsys.readouterr().err
    assert not Path("never.csv").exists()
    assert (
        main(["sample", "do(Male=0), given(Mustache[Male=0]=0)", "-n", "4", "-o", "shaven.csv"])
        == 0
    )
    with Path("shaven.csv").open() as stream:
        assert {(row["Male"], row["Mustache"]) for row in csv.DictReader(stream)} == {("0", "0")}


def test_units_as_drawn_and_as_they_would_have_been(capsys):
    words = ["--of", ":5", "--units", "given(Male=1)", "-n", "4"]
    assert main(["sample", "do(Mustache=1)", *words, "-o", "cf.png", "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert (document["seed"], document["noise_model"]) == (5, None)  # no label hangs on Mustache
    assert document["files"] == ["cf.png"]
    found = latest_run().given(Male=1).counterfactual(4, do={"Mustache": 1}, seed=5)
    assert document["changed"]["Mustache"] == int(found.changed[:, 1].sum())
    with Image.open("cf.png") as picture:
        assert picture.size == found.figure().size


def test_both_worlds_as_rows(capsys):
    path = str(latest_run().path)
    assert main(["sample", "do(Male=0)", "--of", f"{path}:5", "-n", "20", "-o", "cf.csv"]) == 0
    shown = capsys.readouterr()
    assert shown.out == "20 units as drawn, and had do(Male=0): cf.csv\n"
    assert "noise model: threshold" in shown.err
    with Path("cf.csv").open() as stream:
        rows = list(csv.DictReader(stream))
    assert [row["world"] for row in rows] == ["as drawn", "had do(Male=0)"] * 20
    assert {row["Male"] for row in rows[1::2]} == {"0"}
    sample = latest_run().sample(20, seed=5)
    assert [int(row["Mustache"]) for row in rows[::2]] == sample["Mustache"].tolist()


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["do(Male=1)", "--of", ":x", "-o", "never.png"], "E707"),
        (["do(Male=1)", "--of", ":5", "-o", "never.npz"], "E715"),
        (["do(Male=1)", "--of", ":5", "-o", "never.png", "--vs", "do(Male=0)"], "E707"),
        (["do(Male=1)", "--of", ":5", "-o", "never.png", "--seed", "3"], "E707"),
        (["do(Male=1)", "--units", "given(Male=1)", "-o", "never.png"], "E707"),
        (["do(Male=1)", "--of", "nowhere:5", "-o", "never.png"], "E651"),
        (["do(Male=1)", "--of", ":5", "--units", "do(Male=1)", "-o", "never.png"], "E833"),
        (["given(Male=1)", "--of", ":5", "-o", "never.png"], "E834"),
        (["--of", ":5", "-o", "never.png"], "E834"),
    ],
)
def test_counterfactuals_that_cannot_be_drawn(capsys, words, code):
    assert main(["sample", *words]) == 2
    assert f"error[{code}]" in capsys.readouterr().err
    assert not Path(words[words.index("-o") + 1]).exists()


def test_the_parts_of_a_csv_are_the_whole(folder, monkeypatch, tmp_path):
    monkeypatch.chdir(folder)
    asked = ["sample", "do(Mustache=1)", "-n", "2500", "--seed", "3", "-q"]
    assert main([*asked, "-o", str(tmp_path / "whole.csv")]) == 0
    for part in range(1, 5):
        assert main([*asked, "-o", str(tmp_path / f"{part}.csv"), "--shard", f"{part}/4"]) == 0
    parts = [(tmp_path / f"{part}.csv").read_bytes() for part in range(1, 5)]
    assert all(parts)
    assert b"".join(parts) == (tmp_path / "whole.csv").read_bytes()


def test_the_parts_of_shards_are_the_same_files(folder, monkeypatch, tmp_path):
    monkeypatch.chdir(folder)
    asked = ["sample", "do(Mustache=1)", "-n", "50", "-q"]
    for place in ("whole", "parts"):
        (tmp_path / place).mkdir()
    assert main([*asked, "-o", str(tmp_path / "whole/f-{0..4}.tar")]) == 0
    for part in (2, 1):
        given = ["-o", str(tmp_path / "parts/f-{0..4}.tar"), "--shard", f"{part}/2"]
        assert main([*asked, *given]) == 0
    for number in range(5):
        name = f"f-{number}.tar"
        held = (tmp_path / "parts" / name).read_bytes()
        assert held == (tmp_path / "whole" / name).read_bytes()


@pytest.mark.parametrize("shard", ["0/3", "4/3", "1", "a/b", "1/0", "-1/2"])
def test_no_such_part(folder, monkeypatch, capsys, shard):
    monkeypatch.chdir(folder)
    assert main(["sample", "-o", "x.csv", f"--shard={shard}"]) == 2
    assert f"error[E707]: `--shard {shard}` is not a part" in capsys.readouterr().err


def test_what_has_no_parts(folder, monkeypatch, capsys):
    monkeypatch.chdir(folder)
    assert main(["sample", "-o", "x.png", "--shard", "1/2"]) == 2
    assert "error[E715]: cannot write a sample to `x.png`" in capsys.readouterr().err
    assert main(["sample", "-n", "9", "-o", "x-{0..2}.tar", "--shard", "1/9"]) == 2
    assert "9 parts of 3 shards" in capsys.readouterr().err
