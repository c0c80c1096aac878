"""The report is written from results alone: its tables, verdicts and pictures."""

import pytest

from benchmarks.paper.document import Picture, Section, Table, Text, html, markdown
from benchmarks.paper.store import Result
from benchmarks.paper.verdicts import Verdict

SECTION = Section(
    "Figure <1>",
    [
        Text("a & b"),
        Table("numbers", ("what", "verdict"), [["x | y", Verdict("agrees")], ["z", "-"]]),
        Picture("grid", b"png", "ten faces"),
    ],
)


def test_the_markdown_has_tables_and_links_to_its_pictures():
    text = markdown("Title", [SECTION], "results")
    assert text.startswith("# Title\n\n## Figure <1>\n\na & b\n")
    assert "| what | verdict |\n| --- | --- |\n| x \\| y | agrees |\n| z | - |" in text
    assert "![ten faces](results/grid.png)" in text


def test_the_page_holds_its_pictures_and_escapes_what_it_shows():
    page = html("Title", [SECTION])
    assert "<h2>Figure &lt;1&gt;</h2><p>a &amp; b</p>" in page
    assert 'src="data:image/png;base64,cG5n"' in page
    assert '<td class="agrees">agrees</td>' in page


def test_a_section_counts_its_verdicts():
    assert [str(verdict) for verdict in SECTION.verdicts] == ["agrees"]
    assert [picture.name for picture in SECTION.pictures] == ["grid"]


def synthetic(tmp_path, near=0.1, far=0.3):
    """Results of Figure 6 in which every generator but the collider comes near."""

    def result(facts):
        return Result(tmp_path, facts, 1.0)

    data = ("line", "collider", "complete")
    found = {}
    for name in (*data, "fc3", "fc5", "fc10"):
        last = far if name == "collider" else near
        curve = [[0.9, 0.8], [last, last + 0.01]]
        facts = {"steps": [10, 20], "curves": dict.fromkeys(data, curve)}
        found[f"synthetic/{name}"] = result({**facts, "points": [[0.1, 0.2, 0.3]]})
    floor = {key: [0.05, 0.05] for key in data}
    floors = dict.fromkeys(("sampling", *data), floor)
    found["synthetic/floors"] = result({"floors": floors, "points": [[0.1, 0.2, 0.3]]})
    return found


def test_the_claims_on_figure_6_follow_from_the_curves(tmp_path):
    on_synthetic = pytest.importorskip("benchmarks.paper.on_synthetic", exc_type=ImportError)
    section = on_synthetic.chapter(synthetic(tmp_path))
    theory, claims = [part for part in section.parts if isinstance(part, Table)][1:]
    words = {tuple(row[:2]): row[-1].word for row in theory.rows}
    assert words["line", "line nearer than collider"] == "agrees"
    assert words["collider", "collider nearer than line"] == "disagrees"
    paper = {(row[0], row[1].split(":")[0]): row[-1] for row in claims.rows}
    assert paper["line", "line nearer than collider"].word == "agrees"
    undecided = paper["line", "line nearer than fc5"]
    assert undecided.word == "cannot be compared"
    assert "of the paper's steps" in undecided.reason
    assert all(
        "code drew" in verdict.reason for (data, _), verdict in paper.items() if data != "line"
    )


def test_a_chapter_waits_for_all_of_its_pieces(tmp_path):
    on_synthetic = pytest.importorskip("benchmarks.paper.on_synthetic", exc_type=ImportError)
    found = synthetic(tmp_path)
    del found["synthetic/fc5"]
    assert on_synthetic.chapter(found) is None


def test_the_report_is_written_with_its_pictures_and_can_be_published(tmp_path, monkeypatch):
    report = pytest.importorskip("benchmarks.paper.report", exc_type=ImportError)
    from benchmarks.paper import __main__ as command  # noqa: PLC0415  (needs matplotlib)
    from benchmarks.paper.pieces import Order  # noqa: PLC0415

    out = tmp_path / "out"
    order = Order("smoke", seed=3, photographs="folder:/somewhere/faces.zip")
    sections = report.write(out, synthetic(tmp_path), order, ["labels/mle: no luck"])
    assert [section.title.split(":")[0] for section in sections] == ["Figure 6"]
    text = (out / "results.md").read_text(encoding="utf-8")
    assert "--smoke --seed 3 --faces folder:faces.zip" in text
    assert "somewhere" not in text
    assert "Not there: labels/mle: no luck." in text
    assert f"Of {len(sections[0].verdicts)} comparisons" in text
    assert "data:image/png;base64," in (out / "report.html").read_text(encoding="utf-8")

    docs = tmp_path / "docs"
    docs.mkdir()
    monkeypatch.setattr(command, "ROOT", tmp_path)
    command._publish(out, report.MARKDOWN, report.PICTURES)
    linked = [line for line in text.splitlines() if line.startswith("![")]
    assert linked
    for line in linked:
        assert (docs / line.rpartition("(")[2].rstrip(")")).exists()
