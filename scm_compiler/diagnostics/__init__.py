"""What scmc tells a user: spans, diagnostics with codes, and their renderings."""

from scm_compiler.diagnostics.diagnostic import Diagnostic, Label, Report, Severity
from scm_compiler.diagnostics.error import ScmError, Sink, refuse
from scm_compiler.diagnostics.render import render_json, render_text
from scm_compiler.diagnostics.span import Position, Source, Span
from scm_compiler.diagnostics.suggest import closest, did_you_mean, one_of

__all__ = [
    "Diagnostic",
    "Label",
    "Position",
    "Report",
    "ScmError",
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
