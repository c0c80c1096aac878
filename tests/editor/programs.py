"""Every program that the tests of editors go through: the examples and the golden bad ones."""

from pathlib import Path

from scm_compiler.compiler import decode
from scm_compiler.diagnostics import ScmError
from scm_compiler.shipped import example_programs

GOLDEN = Path(__file__).parents[1] / "golden"
BAD = sorted((GOLDEN / "errors").glob("*.scm"))
GOOD = [*sorted((GOLDEN / "fmt").glob("*.scm")), *example_programs().values()]


def name_of(path):
    return path.parent.name if path.stem == "model" else path.stem


def text_of(path):
    """The text of a program; None if it is no text, as an editor would never send."""
    try:
        return decode(path.name, path.read_bytes()).text
    except ScmError:
        return None


TEXTS = {name_of(path): text for path in (*BAD, *GOOD) if (text := text_of(path)) is not None}
BAD_TEXTS = {path.stem: TEXTS[path.stem] for path in BAD if path.stem in TEXTS}
