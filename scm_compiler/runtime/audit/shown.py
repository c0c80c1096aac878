"""A report as people look at it."""

from dataclasses import dataclass

from scm_compiler.runtime.audit.page import report_page
from scm_compiler.runtime.audit.report import AuditReport
from scm_compiler.runtime.audit.text import report_text


@dataclass(frozen=True)
class Audit(AuditReport):
    """What a generator believes, as a terminal and a notebook show it."""

    def __str__(self) -> str:
        return report_text(self)

    def _repr_html_(self) -> str:
        return report_page(self)
