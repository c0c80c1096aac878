"""The certificate of trained heads finds planted violations."""

import json
from dataclasses import replace

import pytest
import torch

from scm_compiler.emit.verification import verify_certificate
from scm_compiler.runtime.heads.head import LabelCoding
from scm_compiler.runtime.runs.head_certificate import check_heads
from scm_compiler.runtime.runs.trained_head import TrainedHead


def found(graph, head) -> dict[str, tuple[str, ...]]:
    checks = check_heads(graph, [head], seed=0)
    return {check.name.split(": ")[1]: check.violations for check in checks}


@pytest.fixture
def head(run) -> TrainedHead:
    return run.head()


def test_a_trained_head_is_consistent(run, head):
    assert found(run.graph, head) == {"parents": (), "rows": (), "noise": ()}
    document = json.loads((run.path / "certificate.json").read_text())
    assert document["consistent"]
    assert [c["name"] for c in document["checks"]][-3:] == [
        "image Face: parents",
        "image Face: rows",
        "image Face: noise",
    ]


def test_the_stored_certificate_is_found_again(run, head):
    path = run.path / "certificate.json"
    again = verify_certificate(
        run.module(), path.read_text(), path, lambda seed: check_heads(run.graph, [head], seed)
    )
    assert again.consistent


def test_a_label_that_is_no_parent(run, head):
    wrong = LabelCoding(("Male", "Mustache"), (2, 2), (0, 2))  # column 2 is Young
    head.generator.coding = wrong
    assert found(run.graph, head)["parents"][0] == "Young, which is no parent, moves Face"


def test_a_parent_that_cannot_move_the_image(run, head, monkeypatch):
    select = LabelCoding.select
    hold = torch.tensor([1, 0])
    monkeypatch.setattr(LabelCoding, "select", lambda self, rows: select(self, rows) * hold)
    assert found(run.graph, head)["parents"] == ("Face never moves with its parent Mustache",)


def test_a_head_that_reads_the_batch(run, head, monkeypatch):
    forward = type(head.generator).forward

    def batchwise(self, labels, noise):
        return forward(self, labels, noise - noise.mean(0))

    monkeypatch.setattr(type(head.generator), "forward", batchwise)
    assert found(run.graph, head)["rows"] != ()


def test_pixels_that_are_no_numbers(run, head):
    with torch.no_grad():
        next(head.generator.parameters()).fill_(torch.nan)
    assert found(run.graph, head) == {
        "pixels": ("an image of Face has pixels that are no numbers",)
    }


def test_a_head_with_noise_of_its_own(run, head, monkeypatch):
    forward = type(head.generator).forward

    def shaken(self, labels, noise):
        return forward(self, labels, noise + torch.rand(()))

    monkeypatch.setattr(type(head.generator), "forward", shaken)
    assert "depends on more than" in found(run.graph, head)["noise"][0]


def test_a_head_without_noise(run, head, monkeypatch):
    forward = type(head.generator).forward

    def deaf(self, labels, noise):
        return forward(self, labels, noise * 0)

    monkeypatch.setattr(type(head.generator), "forward", deaf)
    assert found(run.graph, head)["noise"] == ("Face never moves with its noise",)


def test_the_head_itself_is_not_changed(run, head):
    before = {name: held.clone() for name, held in head.generator.state_dict().items()}
    found(run.graph, replace(head))
    assert all(torch.equal(held, before[n]) for n, held in head.generator.state_dict().items())
