"""The report: plain data, text and page, and never a label score without the realism."""

import json
import re
from dataclasses import dataclass, replace
from pathlib import Path
from types import SimpleNamespace

import pytest
import torch

from scm_compiler.runtime.controller.registry import configure
from scm_compiler.runtime.data.drawn_faces import draw
from scm_compiler.runtime.evaluation.evaluate import evaluate_run
from scm_compiler.runtime.evaluation.html import report_html
from scm_compiler.runtime.evaluation.report import read_curves
from scm_compiler.runtime.evaluation.text import report_text
from scm_compiler.runtime.sampling.grid import grid


@dataclass(frozen=True)
class HeadRun:
    """A run with a trained head, as far as the evaluation looks at it."""

    path: Path
    case: SimpleNamespace
    images: tuple[str, ...] = ("Face",)

    @property
    def graph(self):
        nodes = tuple(
            replace(node, domain=replace(node.domain, height=16, width=16))
            if node.name == "Face"
            else node
            for node in self.case.graph.nodes
        )
        return replace(self.case.graph, nodes=nodes)

    @property
    def labels(self):
        return self.case.labels

    def module(self):
        return None

    config = configure("mle")

    def distributions(self):
        return self.case.tables

    def head(self, image):
        return SimpleNamespace(generator=self.case.generators.perfect())

    def head_config(self, image):
        return SimpleNamespace(source="drawn-faces:500")


@pytest.fixture(scope="module")
def report(case, tmp_path_factory):
    folder = tmp_path_factory.mktemp("run")
    lines = [{"step": 10, "seconds": 1.0, "labeler": 0.9}, {"step": 20, "labeler": None}]
    log = "".join(json.dumps(line) + "\n" for line in [*lines, {"step": 30, "labeler": 0.2}])
    (folder / "Face.metrics.jsonl").write_text(log)
    (folder / "previews").mkdir()
    dice = torch.Generator().manual_seed(0)
    faces = draw(torch.randint(2, (64, 9), generator=dice), 16, dice)
    for step, shown in ((100, torch.zeros(64, 3, 16, 16)), (2000, faces)):
        grid(shown, 8).save(folder / f"previews/Face-{step:06d}.png")
    (folder / "previews/Face-003000.png").write_bytes(b"half a pict")
    effort = replace(
        case.effort,
        observed=100,
        regime=20,
        judge=replace(case.effort.judge, steps=20),
        features=replace(case.effort.features, steps=20),
        detective=5,
    )
    return evaluate_run(HeadRun(folder, case), effort=effort, cache=case.cache)


def test_json_holds_estimates_with_their_errors(report):
    document = json.loads(json.dumps(report.to_dict(), allow_nan=False))
    head = document["heads"][0]
    assert set(head["realism"]["kid"]) == {"value", "std_error"}
    assert head["labels"][0]["generated"]["do"]["auc"]["std_error"] is not None
    assert document["labels"]["agreement"]["worst_pair"] > 0
    assert len(document["labels"]["agreement"]["pairs"]["Young,Male"]) == 2
    assert document["curves"]["Face"]["labeler"] == [[10.0, 0.9], [30.0, 0.2]]
    assert head["truth_known"] is True


def test_the_course_of_realism_is_that_of_the_previews(report):
    first, last = report.heads[0].course
    assert (first.step, last.step) == (100, 2000)
    assert first.kid.value > 10 * abs(last.kid.value)
    assert "after step 100, " in report_text(report)


def test_no_part_of_the_text_has_label_scores_without_the_realism(report):
    text = report_text(report)
    (scores,) = [part for part in re.split(r"\n\n", text) if "own AUC" in part]
    assert "KID" in scores
    assert text.index("told apart from real") < text.index("own AUC")


def test_the_page_needs_nothing_else(report):
    page = report_html(report)
    assert page.startswith("<!DOCTYPE html>")
    assert "<svg" in page
    assert "data:image/png;base64," in page
    assert not re.search(r"(src|href)=\"(?!data:)", page)
    assert "<script" not in page
    assert page.index("KID") < page.index("own AUC")
    for tag in ("table", "tr", "td", "svg", "text", "h2", "h3"):
        assert len(re.findall(rf"<{tag}[ >]", page)) == page.count(f"</{tag}>"), tag


def test_names_are_escaped(report):
    page = report_html(replace(report, name="<b>&", data='"<i>"'))
    assert "<b>" not in page
    assert "&lt;b&gt;&amp;" in page


def test_a_curve_has_no_number_that_cannot_be_drawn(tmp_path):
    path, huge = tmp_path / "metrics.jsonl", "1" + "0" * 400
    lines = [
        f'{{"step": 1, "tvd": {huge}, "nll": NaN, "loss": 2}}',
        f'{{"step": {huge}, "loss": 1}}',
    ]
    path.write_text("\n".join(lines))
    assert read_curves(path) == {"loss": ((1.0, 2.0),)}


def test_curves_of_nothing(tmp_path):
    assert read_curves(tmp_path / "metrics.jsonl") == {}
