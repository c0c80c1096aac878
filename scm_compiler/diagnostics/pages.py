"""The pages of the codes, which `scmc explain` prints: the docstrings of their classes."""

import importlib
import inspect
import pkgutil
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from scm_compiler.diagnostics import codes
from scm_compiler.diagnostics.diagnostic import Diagnostic

SECTIONS = ("What it means", "Example", "What to do")


@dataclass(frozen=True, slots=True)
class Page:
    """What there is to know of one code.

    Attributes:
        code: Such as `E201`.
        title: One sentence.
        body: The sections, in Markdown.
    """

    code: str
    title: str
    body: str

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
    for module in pkgutil.iter_modules(codes.__path__, f"{codes.__name__}."):
        importlib.import_module(module.name)
    return {code: _page(code, kind) for code, kind in sorted(Diagnostic.registry.items())}


def _page(code: str, kind: type[Diagnostic]) -> Page:
    title, _, body = inspect.cleandoc(kind.__doc__ or "").partition("\n\n")
    return Page(code, " ".join(title.split()), body.strip())
