"""A `.pt2` is read as data: it gives what torch gives, and nothing in it is ever run."""

import io
import json
import zipfile

import pytest
import torch
from torch import nn

from scm_compiler.diagnostics import ScmError
from scm_compiler.runtime.audit.pt2 import read_pt2
from scm_compiler.runtime.audit.sources import foreign_generator

BATCH = ({0: torch.export.Dim("batch", min=1)},)


class Drawer(nn.Module):
    """A small decoder with what decoders are made of."""

    def __init__(self):
        super().__init__()
        self.layers = nn.Sequential(
            nn.Linear(4, 32), nn.Unflatten(1, (2, 4, 4)), nn.ConvTranspose2d(2, 6, 4, 2, 1),
            nn.BatchNorm2d(6), nn.GELU(), nn.Upsample(scale_factor=2), nn.Conv2d(6, 3, 3, 1, 1),
        )  # fmt: skip

    def forward(self, codes):
        left, right = self.layers(codes).chunk(2, dim=3)
        return torch.tanh(torch.cat([right, left], dim=3)) * codes.mean(1)[:, None, None, None]


@pytest.fixture(scope="module")
def drawer():
    torch.manual_seed(0)
    return Drawer().eval()


@pytest.fixture
def archive(drawer, tmp_path):
    """The file that torch writes."""
    path = tmp_path / "drawer.pt2"
    torch.export.save(
        torch.export.export(drawer, (torch.randn(3, 4),), dynamic_shapes=BATCH), path
    )
    return path


def edited(path, name, change):
    """The archive with one member changed."""
    held = io.BytesIO(path.read_bytes())
    with zipfile.ZipFile(held) as before, zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as after:
        for member in before.namelist():
            content = before.read(member)
            after.writestr(member, change(content) if member.endswith(name) else content)
    return path


def change_graph(path, change):
    def edit(content):
        model = json.loads(content)
        change(model["graph_module"]["graph"])
        return json.dumps(model).encode()

    return edited(path, "models/model.json", edit)


def test_it_gives_what_torch_gives(drawer, archive):
    codes = torch.randn(300, 4)
    generator = foreign_generator(str(archive), 4)
    assert generator.shape == (3, 16, 16)
    with torch.no_grad():
        assert torch.equal(generator.outputs(codes), drawer_in_parts(drawer, codes))


def drawer_in_parts(drawer, codes):
    return torch.cat([drawer(part) for part in codes.split(256)])


def test_a_program_of_a_fixed_batch_is_given_full_batches(drawer, tmp_path):
    path = tmp_path / "fixed.pt2"
    torch.export.save(torch.export.export(drawer, (torch.randn(8, 4),)), path)
    codes = torch.randn(13, 4)
    with torch.no_grad():
        torch.testing.assert_close(read_pt2(path)(codes), drawer(codes))


@pytest.mark.parametrize(
    "target",
    [
        "os.system",
        "builtins.eval",
        "torch.ops.load_library",
        "torch.ops.aten.from_file.default",
        "torch.ops.aten.add_.Tensor",
        "torch.ops.aten.__class__.__call__",
        "torch.ops.aten.no_such_thing.default",
        "_operator.attrgetter",
    ],
)
def test_an_operator_that_does_more_than_compute_is_refused(archive, target):
    change_graph(archive, lambda graph: graph["nodes"][0].update(target=target))
    with pytest.raises(ScmError, match=r"E860.*which scmc does not run"):
        read_pt2(archive)


def test_an_expression_in_the_file_is_not_evaluated(archive, tmp_path):
    """torch.export.load would evaluate it."""
    mark = tmp_path / "executed"
    bomb = {"as_expr": {"expr_str": f"open({str(mark)!r}, 'w')", "hint": {"as_int": 3}}}

    def plant(graph):
        for meta in graph["tensor_values"].values():
            meta["sizes"] = [bomb if "as_expr" in size else size for size in meta["sizes"]]

    assert read_pt2(change_graph(archive, plant))(torch.zeros(2, 4)).shape == (2, 3, 16, 16)
    assert not mark.exists()


def test_a_pickle_in_the_file_is_not_loaded(archive):
    def pickled(content):
        held = json.loads(content)
        next(iter(held["config"].values()))["use_pickle"] = True
        return json.dumps(held).encode()

    edited(archive, "model_weights_config.json", pickled)
    with pytest.raises(ScmError, match="is pickled"):
        read_pt2(archive)


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("models/model.json", lambda content: b"{"),
        ("models/model.json", lambda content: b"[]"),
        ("weights/weight_0", lambda content: content[:8]),
        ("models/model.json", lambda content: content.replace(b'"user_output"', b'"other"')),
        ("models/model.json", lambda content: content.replace(b'"as_tensor"', b'"as_thing"')),
    ],
)
def test_a_damaged_file_is_refused(archive, name, change):
    with pytest.raises(ScmError, match="E860"):
        read_pt2(edited(archive, name, change))


def test_what_is_no_archive_is_refused(tmp_path):
    (tmp_path / "g.pt2").write_bytes(b"nothing")
    with pytest.raises(ScmError, match=r"E860.*not a zip file"):
        read_pt2(tmp_path / "g.pt2")
