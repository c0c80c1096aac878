"""What would make a finding go away: the code actions of an editor."""

from collections import Counter
from collections.abc import Iterator
from itertools import islice

from scm_compiler.diagnostics import Diagnostic, Report
from scm_compiler.editor import edge_mends, name_mends, text_mends
from scm_compiler.editor.document import Document, opened
from scm_compiler.editor.edit import Mend, edited

_MOST_TRIED = 100_000
"""So many characters are checked, at most, to offer mends of one finding."""


def mends(document: Document, finding: Diagnostic) -> tuple[Mend, ...]:
    """The mends of a finding, the likeliest first; each is tried, and makes it go away.

    Of a long program, which takes a while to check, fewer are tried.
    """
    most = max(2, _MOST_TRIED // (1 + len(document.text)))
    tried = islice(_proposed(document, finding), most)
    return tuple(mend for mend in tried if _works(document, finding, mend))


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
