"""What scmc tells a user: spans, diagnostics with codes, and their renderings."""

from scm_compiler.diagnostics.diagnostic import (
    Diagnostic,
    Label,
    Position,
    Severity,
    Source,
    Span,
)
from scm_compiler.diagnostics.report import (
    Report,
    ScmError,
    ScmWarning,
    Sink,
    refuse,
    render_json,
    render_text,
)
from scm_compiler.diagnostics.suggest import closest, did_you_mean, one_of

__all__ = [
    "Diagnostic",
    "Label",
    "Position",
    "Report",
    "ScmError",
    "ScmWarning",
    "Severity",
    "Sink",
    "Source",
    "Span",
    "closest",
    "did_you_mean",
    "one_of",
    "refuse",
    "render_json",
    "render_text",
]
