"""Every block of the README, the docs and the examples is run as shown, or checked.

A document is one session, as `shown.py` tells. Besides, `scm` is checked, `toml` and `json` are
parsed, `bash` is what `.ci/run` runs, and `text` is output or a sketch. The pages of the
diagnostics are run by `diagnostics/test_examples.py`.

With SCMC_WRITE_DOCS=1 blocks and pictures are rewritten with what the commands give, long ones in
full, so that nothing in them is typed by hand.
"""

import json
import re
import tomllib

import pytest

from scm_compiler.compiler import check
from scm_compiler.diagnostics import Source
from tests.brief import EFFORT, brief_effort
from tests.in_process import execute
from tests.shown import PART, ROOT, WRITING, Session, steady

_RUN = re.compile(r"^```(console|python)", re.MULTILINE)
DOCUMENTS = [
    ROOT / "README.md",
    ROOT / "CONTRIBUTING.md",
    *sorted((ROOT / "docs").rglob("*.md")),
    *sorted(ROOT.glob("examples/*/*.md")),
]
SESSIONS = [path for path in DOCUMENTS if _RUN.search(path.read_text("utf-8"))]


class Document(Session):
    """A document's session; the judges of its long blocks learn briefly."""

    def long_block(self, body):
        with pytest.MonkeyPatch.context() as patch:
            if not WRITING:
                patch.setattr(EFFORT, brief_effort)
            return super().long_block(body)


def named(path):
    return str(path.relative_to(ROOT))


@pytest.mark.slow
@pytest.mark.parametrize("path", SESSIONS, ids=named)
def test_the_blocks_do_what_they_show(path, tmp_path, monkeypatch):
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setenv("COLUMNS", "100")
    text = path.read_text(encoding="utf-8")
    found = PART.sub(Document(tmp_path, execute).part, text)
    if WRITING:
        path.write_text(found, "utf-8")
    else:
        assert steady(found) == steady(text)


def parses(path, kind, body):
    """Whether a block that is not run is what it should be."""
    match kind:
        case "scm":
            return check(Source("shown.scm", body))[1].ok
        case "toml":
            return bool(tomllib.loads(body))
        case "json":
            return json.loads(body) is not None
        case "bash":
            return path.name == "README.md"
        case _:
            return kind in ("console", "python", "text")


@pytest.mark.parametrize("path", DOCUMENTS, ids=named)
def test_no_block_escapes(path):
    text = path.read_text(encoding="utf-8")
    blocks = [part for part in PART.finditer(text) if part["kind"]]
    assert len(blocks) == len(re.findall(r"^ *```\w", text, flags=re.MULTILINE))
    assert [part[0] for part in blocks if not parses(path, part["kind"], part["body"])] == []
