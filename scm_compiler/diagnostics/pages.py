"""The pages of the codes, which `scmc explain` prints: the docstrings of their classes.

A code stands in the folder `codes` of the stage that reports it. The pages are read from the
sources, and no stage is imported for them.
"""

import ast
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

PACKAGE = Path(__file__).parents[1]
SECTIONS = ("What it means", "Example", "What to do")


@dataclass(frozen=True, slots=True)
class Page:
    """What there is to know of one code.

    Attributes:
        code: Such as `E201`.
        title: One sentence.
        body: The sections, in Markdown.
        kind: The class that the page documents, as `module:name`.
    """

    code: str
    title: str
    body: str
    kind: str

    @property
    def text(self) -> str:
        """The page as printed."""
        return f"# {self.code}: {self.title.rstrip('.')}\n\n{self.body}"

    @property
    def programs(self) -> list[str]:
        """The programs of the examples: each gives the page's code."""
        return re.findall(r"```scm\n(.*?)```", self.body, flags=re.DOTALL)


@cache
def pages() -> Mapping[str, Page]:
    """All pages under their codes, sorted."""
    files = PACKAGE.rglob("codes/*.py")
    found = sorted((page for file in files for page in _pages(file)), key=lambda page: page.code)
    return {page.code: page for page in found}


def _pages(file: Path) -> Iterator[Page]:
    place = file.relative_to(PACKAGE.parent).with_suffix("")
    for node in ast.parse(file.read_text(encoding="utf-8")).body:
        code = _code(node) if isinstance(node, ast.ClassDef) else None
        if isinstance(node, ast.ClassDef) and code is not None:
            title, _, body = (ast.get_docstring(node) or "").partition("\n\n")
            kind = f"{'.'.join(place.parts)}:{node.name}"
            yield Page(code, " ".join(title.split()), body.strip(), kind)


def _code(kind: ast.ClassDef) -> str | None:
    """The code of a diagnostic's class; None if it has none."""
    for statement in kind.body:
        match statement:
            case ast.Assign([ast.Name("code")], ast.Constant(str(code))):
                return code
    return None
