"""`scmc audit`."""

import json

import pytest
import torch
from PIL import Image

from scm_compiler.cli.main import main
from tests.diagnostics.setups.audits import drawing, drawn, mustached_men

QUICK = ["--units", "100", "--nulls", "10", "--alpha", "1,2"]


@pytest.mark.slow
def test_a_run_from_its_audit_to_its_report(made, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    made.patch = monkeypatch
    drawing(lambda labels: labels)(tmp_path, made)
    assert main(["audit", *QUICK, "--strict", "--pictures", "side"]) == 0
    shown = capsys.readouterr()
    assert "Networks judge, no people." in shown.out
    assert {file.name for file in (tmp_path / "side").iterdir()} == {
        "Male-Mustache-same-source.png",
        "Male-Mustache-same-destination.png",
    }
    with Image.open(tmp_path / "side/Male-Mustache-same-source.png") as sheet:
        assert sheet.size == (8 * 16 * 3, 3 * 16 * 3)  # start, either turned over
    assert "Male, Mustache" in shown.out
    assert "auditing: classifier of images" in shown.err
    page = tmp_path / "build/audit/faces-1/audit.html"
    assert page.read_text().startswith("<!DOCTYPE html>")
    report = json.loads(page.with_suffix(".json").read_text())
    assert {effect["finds"] for effect in report["declared"]} == {"as declared"}
    assert set(report["annotators"]) == {"detective", "neighbours"}
    assert report["controlled"][0]["source"]["pairs"] > 10
    assert page.read_text().count("<img") == 3

    drawing(mustached_men)(tmp_path, made)
    assert main(["audit", *QUICK, "--strict", "-q", "--json", "-o", "leaky"]) == 1
    document = json.loads(capsys.readouterr().out)
    assert not document["ok"]
    assert [d["code"] for d in document["diagnostics"]] == ["W860"]
    assert "`scmc train --resume --run runs/faces-1 --" in document["diagnostics"][0]["help"]
    assert main(["audit", *QUICK, "-q", "-o", "leaky"]) == 0

    drawing(mustached_men)(tmp_path, made)
    words = ["audit", *QUICK, "-q", "--labels", "random", "--strict", "-o", "bare"]
    assert main(words) == 1
    assert "labels drawn at random" in capsys.readouterr().out


@pytest.mark.slow
def test_a_pt2_file_is_audited_like_any_generator(made, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    drawn(tmp_path, made)
    torch.manual_seed(0)
    net = torch.nn.Sequential(
        torch.nn.Linear(6, 3 * 16 * 16), torch.nn.Tanh(), torch.nn.Unflatten(1, (3, 16, 16))
    )
    torch.export.save(torch.export.export(net, (torch.randn(64, 6),)), tmp_path / "net.pt2")
    words = ["--latent", "6", "--images", "drawn-faces:2000", "--attributes", "Male,Mustache"]
    words += ["--encoder", "inversion", "--graph", "faces.scm"]
    assert main(["audit", "net.pt2", *words, *QUICK, "-q"]) == 0
    out = capsys.readouterr().out
    assert "audit of net.pt2: codes of 6 numbers" in out
    assert "codes by inversion" in out
    report = json.loads((tmp_path / "build/audit/net.pt2/audit.json").read_text())
    assert report["pairs"][0]["declared"] == "->"
    assert report["declared"] == []


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--alpha", "2,1"], "`--alpha 2,1` is not rising numbers"),
        (["--alpha", "nan"], "`--alpha nan` is not rising numbers"),
        (["--level", "2"], "`--level 2` is not a number from 0 to 1"),
        (["--units", "3"], "`--units 3` is not a whole number that fits"),
        (["--labels", "both"], "`--labels both` is not a word that it knows"),
        (["--classifier", "forest"], "`--classifier forest` is not a word that it knows"),
        (["--latent", "0"], "`--latent 0` is not a whole number that fits"),
    ],
)
def test_a_wrong_option_is_refused(words, said, capsys):
    assert main(["audit", "drawn_faces", *words]) == 2
    assert f"error[E707]: {said}" in capsys.readouterr().err


def test_a_place_that_cannot_be_written_is_refused_at_once(tmp_path, capsys):
    (tmp_path / "file").write_text("")
    for option in ("-o", "--pictures"):
        assert main(["audit", "drawn_faces", option, str(tmp_path / "file/in")]) == 2
        assert "error[E657]" in capsys.readouterr().err
