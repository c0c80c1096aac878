"""What would make a finding go away: the code actions of an editor."""

from collections import Counter
from collections.abc import Iterator

from scm_compiler.diagnostics import Diagnostic, Report
from scm_compiler.editor import edge_mends, name_mends, text_mends
from scm_compiler.editor.document import Document, opened
from scm_compiler.editor.edit import Mend, edited


def mends(document: Document, finding: Diagnostic) -> tuple[Mend, ...]:
    """The mends of a finding, the likeliest first; each is tried, and makes it go away."""
    return tuple(mend for mend in _proposed(document, finding) if _works(document, finding, mend))


def _proposed(document: Document, finding: Diagnostic) -> Iterator[Mend]:
    for part in (text_mends, name_mends, edge_mends):
        yield from part.proposed(document, finding)


def _works(document: Document, finding: Diagnostic, mend: Mend) -> bool:
    """Whether the finding is made once less of the mended text, and no error in its stead."""
    after = opened(edited(document.text, mend.edits), document.source.name).report
    said = (finding.code, finding.message())
    gone = _counted(after)[said] < _counted(document.report)[said]
    return gone and (after.ok or not document.report.ok)


def _counted(report: Report) -> Counter[tuple[str, str]]:
    return Counter((found.code, found.message()) for found in report.diagnostics)
