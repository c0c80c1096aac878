"""Rows of labels and real nodes."""

import json
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from PIL import Image

from scm_compiler.cli.main import main
from scm_compiler.compiler import parse_text
from scm_compiler.diagnostics import ScmError
from scm_compiler.model.mechanism import Tabular
from scm_compiler.model.real.linear import Linear
from scm_compiler.runtime.data import load_table
from scm_compiler.runtime.data.scenes import PENDULUM
from scm_compiler.runtime.fit import train
from scm_compiler.runtime.heads.head import LabelCoding
from scm_compiler.runtime.sampling.mixed import (
    FrozenRows,
    mixed_stream,
    swept_streams,
    write_mixed,
)

GRAPH = parse_text("A : binary\nX, Y : real\nA -> X -> Y")


def _linear(name, coefficients):
    inputs = {parent: GRAPH.by_name[parent].domain for parent in GRAPH.parents[name]}
    rows = np.array(coefficients)
    return Linear(GRAPH.by_name[name].domain, inputs, rows, np.ones(len(rows)))


MODEL = {
    "A": Tabular(GRAPH.domain("A"), (), rows=np.array([0.5, 0.5])),
    "X": _linear("X", [[0.0], [2.0]]),
    "Y": _linear("Y", [[0.0, 1.0]]),
}


def drawn(text, rows, seed=0):
    return mixed_stream(text, GRAPH, MODEL, seed).sample(0, rows)


def test_any_part_of_the_sequence_can_be_drawn_by_itself():
    stream = mixed_stream("", GRAPH, MODEL, 3)
    whole, part = stream.sample(0, 3000), stream.sample(1000, 2100)
    assert all((whole[name][1000:2100] == part[name]).all() for name in whole.names)
    assert len(whole) == 3000


def test_the_rows_of_a_regime_have_its_moments():
    held = drawn("do(X=4)", 4000)
    assert (held["X"] == 4).all()
    assert abs(held["Y"].mean() - 4) < 0.1
    seen = drawn("given(Y=4)", 4000)  # X | A, Y=4 is half of A's mean and of 4
    assert (seen["Y"] == 4).all()
    assert abs(seen["X"][seen["A"] == 1].mean() - 3) < 0.1


@pytest.mark.parametrize("form", [".csv", ".parquet"])
def test_what_is_written_is_read_again(form, tmp_path):
    if form == ".parquet":
        pytest.importorskip("pyarrow")
        pytest.importorskip("duckdb")
    sample = drawn("", 200)
    write_mixed(tmp_path / f"s{form}", form, sample)
    table = load_table(tmp_path / f"s{form}", GRAPH)
    order = np.lexsort([sample["Y"], sample["X"], sample["A"]])
    assert all((table.columns[name] == sample[name][order]).all() for name in sample.names)


def test_a_sample_is_a_frame():
    frame = pytest.importorskip("pandas") and drawn("", 20).to_pandas()
    assert list(frame.columns) == ["A", "X", "Y"]
    assert frame["X"].dtype == np.float64


def test_an_image_of_nodes_with_a_hidden_cause_sees_them_together():
    graph = parse_text("W, X, Y : real\nX -> Y\nW <-> X")
    real = graph.by_name["X"].domain
    law = {
        "W": Linear(real, {}, np.array([[0.0]]), np.ones(1)),
        "X": Linear(real, {"W": real}, np.array([[0.0, 1.0]]), np.ones(1)),
        "Y": Linear(real, {"X": real}, np.array([[0.0, 1.0]]), np.ones(1)),
    }
    coding = SimpleNamespace(names=("W", "X"))
    found = FrozenRows(graph, law, coding).draw_labels(4000, torch.Generator().manual_seed(0))
    assert torch.corrcoef(found.T)[0, 1] == pytest.approx(0.5**0.5, abs=0.03)
    held = mixed_stream("do(X=2)", graph, law, 0).sample(0, 4000)
    assert abs(np.corrcoef(held["W"], held["Y"])[0, 1]) < 0.05
    assert held["Y"].mean() == pytest.approx(2, abs=0.1)


def test_what_is_no_regime():
    with pytest.raises(ScmError, match="E719"):
        drawn("E(X)", 1)
    with pytest.raises(ScmError, match="E574"):
        drawn("given(X > 3, X < 2)", 1)
    with pytest.raises(ScmError, match="E411"):
        drawn("do(X=much)", 1)


SWING = """graph swing
Hour                           : categorical(1, 2)
Pendulum, Light, Shadow_Length : real
Picture                        : image(3, 16, 16)
Hour -> Light
Pendulum, Light -> Shadow_Length
Pendulum, Light, Shadow_Length -> Picture
"""
TINY = {"width": 8, "hidden": 16, "batch": 8, "noise_size": 4}
HEADS = {
    "vae": TINY,
    "causal_vae": TINY,
    "causal_gan": {"width": 8, "labeler_width": 8, "batch": 8, "noise_size": 4},
    "causal_began": TINY,
    "conditional_gan": {"width": 8, "batch": 8, "noise_size": 4},
}


@pytest.fixture(scope="module", params=HEADS)
def swing(request, tmp_path_factory):
    """A head of real labels, hardly trained."""
    random = np.random.default_rng(0)
    units = PENDULUM.between(300, random)
    columns = {
        name: list(column)
        for name, column in PENDULUM.values(units, {}).items()
        if name != "Shadow_Position"
    }
    hour = ["1" if light < 100 else "2" for light in columns["Light"]]
    return train(
        parse_text(SWING),
        data={"Hour": hour, **columns},
        images="pendulum:200",
        head=request.param,
        head_steps=3,
        head_options=HEADS[request.param],
        real="linear",
        run=tmp_path_factory.mktemp("runs") / "swing",
        device="cpu",
    )


def test_images_of_numbers(swing):
    sample, other = swing.do(Shadow_Length=8).sample(40, seed=3), swing.sample(40, seed=3)
    assert sample.images.shape == (40, 3, 16, 16)
    assert (sample["Shadow_Length"] == 8).all()
    assert (sample["Light"] == other["Light"]).all()  # a shadow moves neither light nor pendulum
    assert (sample["Pendulum"] == other["Pendulum"]).all()
    assert not torch.equal(sample.images, other.images)
    assert (swing.given(Hour=1).sample(8)["Hour"] == 0).all()


def test_the_certificate_covers_images_of_numbers(swing):
    checks = json.loads((swing.path / "certificate.json").read_text())["checks"]
    told = {check["name"]: check for check in checks if check["name"].startswith("image Picture")}
    assert len(told) == 3
    assert all(check["ok"] for check in told.values())
    assert "1 other labels" in told["image Picture: parents"]["detail"]


def test_a_figure_of_a_number(swing, tmp_path):
    figure = tmp_path / "sweep.png"
    words = ["sample", "do(Light=100)", "--run", swing.path, "-o", figure, "-n", 3]
    assert main([*map(str, words), "--sweep", "Shadow_Length"]) == 0
    with Image.open(figure) as drawn:
        assert drawn.width > 8 * 16
    assert main([*map(str, words), "--vs", "do(Light=70)"]) == 0
    assert main([*map(str, words), "--vs", "do(Light=70..90)"]) == 1
    assert main([*map(str, words), "--sweep", "Hour"]) == 2
    assert main(["sample", "-o", f"{tmp_path}/folder/", "--run", str(swing.path)]) == 2


def test_a_figure_of_a_curve_has_a_column_for_each_of_its_numbers(swing, tmp_path):
    figure, wide = tmp_path / "curve.png", tmp_path / "wide.png"
    words = ["sample", "--run", str(swing.path), "-n", "2", "-o"]
    assert main([*words, str(figure), "do(Light=60..140 by 20)"]) == 0
    assert main([*words, str(wide), "do(Light=60..140 by 10)"]) == 0
    with Image.open(figure) as drawn, Image.open(wide) as wider:
        assert drawn.height == wider.height
        assert wider.width > 1.5 * drawn.width
    assert main([*words, str(figure), "do(Hour=1..2)"]) == 1
    assert main([*words, str(figure), "do(Light=60..140 by -1)"]) == 1


def test_what_a_swept_number_causes_follows():
    found = swept_streams("do(X=0..4 by 2)", GRAPH, MODEL, 0, {})
    assert [point for point, _ in found] == ["0", "2", "4"]
    columns = [stream.columns(0, 50) for _, stream in found]
    assert [set(it["X"]) for it in columns] == [{0.0}, {2.0}, {4.0}]
    assert (columns[0]["A"] == columns[2]["A"]).all()  # X is no cause of A
    assert np.allclose(columns[2]["Y"] - columns[0]["Y"], 4)  # the noise is the same
    assert swept_streams("do(X=0)", GRAPH, MODEL, 0, {}) == []


def test_heads_and_sources_without_numbers(tmp_path):
    graph = parse_text("Light : real\nPicture : image(3, 16, 16)\nLight -> Picture")
    data = {"Light": [70.0, 80.0, 100.0]}
    for asked, code in (
        ({"images": "pendulum:100", "head_options": {"labeler": "joint"}}, "E663"),
        ({"images": f"celeba:{tmp_path}", "head": "vae"}, "E305"),
    ):
        with pytest.raises(ScmError) as caught:
            train(graph, data=data, run=tmp_path / "r", **asked)
        assert caught.value.diagnostics[0].code == code


def test_an_image_may_read_no_labels():
    drawn = FrozenRows(GRAPH, MODEL, LabelCoding((), (), ())).draw_labels(3, torch.Generator())
    assert drawn.shape == (3, 0)
