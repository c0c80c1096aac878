"""Generators that are named: files and code."""

import sys

import pytest
import torch
from torch import nn

from scm_compiler.diagnostics import ScmError
from scm_compiler.runtime.audit.sources import foreign_generator, function_of


@pytest.fixture
def code(tmp_path, monkeypatch):
    """A module in the current folder."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delitem(sys.modules, "drawn_by_me", raising=False)
    (tmp_path / "drawn_by_me.py").write_text(
        "class Models:\n"
        "    @staticmethod\n"
        "    def twice(codes):\n"
        "        return 2 * codes\n"
        "size = 3\n"
    )


@pytest.mark.usefixtures("code")
def test_code_is_named_by_module_and_attribute():
    generator = foreign_generator("drawn_by_me:Models.twice", 3)
    assert torch.equal(generator.outputs(torch.ones(2, 3)), torch.full((2, 3), 2.0))
    assert str(generator.name) == "drawn_by_me:Models.twice"


@pytest.mark.usefixtures("code")
@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("drawn_by_me:nothing", "has no attribute 'nothing'"),
        ("drawn_by_me:size", "it cannot be called"),
        ("drawn_by_no_one:size", "No module named"),
        ("runs/faces-1", "it is no run"),
        ("missing.pt2", "there is no such file"),
    ],
)
def test_what_names_nothing_is_refused(name, reason):
    with pytest.raises(ScmError, match=f"E860.*{reason}"):
        function_of(name)


def test_a_network_is_taken_out_of_training():
    network = nn.Sequential(nn.Linear(3, 2), nn.Dropout(0.9)).train()
    generator = foreign_generator(network, 3)
    codes = torch.randn(50, 3)
    assert torch.equal(generator.outputs(codes), generator.outputs(codes))
    assert generator.name == "Sequential"


def test_a_function_may_say_how_long_its_codes_are():
    class Sized:
        latent = 5

        def __call__(self, codes):
            return codes[:, :2]

    assert foreign_generator(Sized(), None).latent == 5
    with pytest.raises(ScmError, match=r"(?s)E866.*--latent"):
        foreign_generator(lambda codes: codes, None)


def message(*fields):
    """A protobuf message of (number, content): numbers, texts and messages."""
    found = b""
    for number, content in fields:
        if isinstance(content, int):
            found += bytes([number << 3, content])
        else:
            held = content.encode() if isinstance(content, str) else content
            found += bytes([number << 3 | 2, len(held)]) + held
    return found


def onnx(operator):
    """An ONNX model of one operator, from rows of four numbers to such rows."""
    shape = message((1, message((2, "N"))), (1, message((1, 4))))
    kind = message((1, message((1, 1), (2, shape))))
    ends = [(field, message((1, name), (2, kind))) for field, name in ((11, "z"), (12, "x"))]
    node = message((1, "z"), (2, "x"), (4, operator))
    graph = message((1, node), (2, "g"), *ends)
    return message((1, 8), (8, message((2, 13))), (7, graph))


def test_an_onnx_file_gives_what_its_operators_give(tmp_path):
    pytest.importorskip("onnxruntime")
    (tmp_path / "g.onnx").write_bytes(onnx("Tanh"))
    codes = torch.randn(300, 4)
    found = foreign_generator(str(tmp_path / "g.onnx"), 4).outputs(codes)
    torch.testing.assert_close(found, codes.tanh())


def test_an_onnx_file_of_an_unknown_operator_is_refused(tmp_path):
    """Without onnxruntime any is, with the word of what to install."""
    (tmp_path / "g.onnx").write_bytes(onnx("Execute"))
    with pytest.raises(ScmError, match=r"E860.*g\.onnx"):
        foreign_generator(str(tmp_path / "g.onnx"), 4)
