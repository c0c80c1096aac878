"""What the site has beside the files of docs/: pages that are made from the project itself.

MkDocs calls the functions named `on_…`. Made are a page for each diagnostic (from its class), the
examples (from their READMEs), the contributing guide and the changelog, the grammars, and every
source file that a document links to. Links that lead out of docs/ in the repository lead to those
pages on the site.
"""

import json
import posixpath
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from mkdocs.structure.files import File, Files

from scm_compiler.diagnostics.pages import pages

ROOT = Path(__file__).parents[1]
DOCS = "docs/"
HOME = {"README.md": "index.md", "docs/decisions/README.md": "decisions/README.md"}
CODES, GRAMMAR = "<!-- every code -->", re.compile(r"<!-- (grammars/\w+\.lark) -->")
_DECLARED = re.compile(r"<[?!].*?>", re.DOTALL)
_LINK = re.compile(r"(\]\()([^)#:\s]+)((?:#[^)\s]*)?\))")
_PROGRAM = re.compile(r"^```scm\b", re.MULTILINE)
_FENCES = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
_CODE = re.compile(r"`(?:scmc explain )?([EWN]\d{3})`(?!\])")
_LANGUAGES = {".py": "python", ".toml": "toml", ".csv": "text", ".scm": "scmc", ".lark": "text"}


def on_files(files: Files, *, config: Any) -> Files:  # noqa: ANN401  (MkDocs' configuration)
    """Add the pages that are made, and the pictures of the examples."""
    made_of = (_diagnostics, _documents, _pictures, _notebooks)
    for made in (made for make in made_of for made in make(config)):
        files.append(made)
    present = {file.src_uri for file in files}
    for path in sorted(set(_linked_sources(files)) - {HOME.get(name, "") for name in HOME}):
        if _page_of(path) not in present:
            files.append(_source(path, config))
    config.nav = _spelt_out(config.nav, {file.src_uri for file in files})
    return files


def on_page_markdown(markdown: str, *, page: Any, **_: Any) -> str:  # noqa: ANN401
    """Point links at the site's pages, and fill in what is made from the project."""
    markdown = markdown.replace(CODES, _table_of_codes())
    markdown = GRAMMAR.sub(lambda found: _fenced(found[1]), markdown)
    markdown = _PROGRAM.sub("```scmc", markdown)  # Pygments takes `scm` for Scheme
    return _outside_fences(lambda text: _relinked(text, page.file.src_uri), markdown)


def _diagnostics(config: Any) -> Iterator[File]:  # noqa: ANN401
    for page in pages().values():
        back = "\n\n[All diagnostics](../errors.md)\n"
        yield File.generated(config, f"errors/{page.code}.md", content=page.text + back)


def _table_of_codes() -> str:
    lines = [
        f"| [{page.code}](errors/{page.code}.md) | {page.title} |" for page in pages().values()
    ]
    return "\n".join(["| code | says |", "|---|---|", *lines])


def _documents(config: Any) -> Iterator[File]:  # noqa: ANN401
    """The Markdown files that stand outside docs/."""
    for path in (*ROOT.glob("examples/*/README.md"), *ROOT.glob("C*.md")):
        name = path.relative_to(ROOT).as_posix()
        yield File.generated(config, _page_of(name), abs_src_path=str(path))


def _pictures(config: Any) -> Iterator[File]:  # noqa: ANN401
    for path in (*ROOT.glob("examples/*/*.svg"), *ROOT.glob("examples/*/*.png")):
        name = path.relative_to(ROOT).as_posix()
        yield File.generated(config, name, abs_src_path=str(path))


def _notebooks(config: Any) -> Iterator[File]:  # noqa: ANN401
    """A page for each notebook: its cells, each with what it gives."""
    for path in (ROOT / DOCS).glob("*.ipynb"):
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        content = "\n\n".join(part for cell in cells for part in _cell(cell))
        away = f"[The notebook itself]({path.name})\n"
        yield File.generated(config, f"{path.stem}.md", content=f"{content}\n\n{away}")


def _cell(cell: dict[str, Any]) -> Iterator[str]:
    """A cell in Markdown; of the forms of an output the richest."""
    if cell["cell_type"] == "markdown":
        yield cell["source"]
        return
    yield f"```python\n{cell['source']}\n```"
    for output in cell["outputs"]:
        data = output.get("data", {})
        if "image/svg+xml" in data:
            yield f"<div>{_DECLARED.sub('', data['image/svg+xml'])}</div>"
        elif "text/html" in data:
            yield f"<div>{data['text/html']}</div>"
        else:
            yield f"```text\n{(output.get('text') or data['text/plain']).rstrip()}\n```"


def _source(path: str, config: Any) -> File:  # noqa: ANN401
    return File.generated(config, _page_of(path), content=f"# `{path}`\n\n{_fenced(path)}\n")


def _fenced(path: str) -> str:
    text = (ROOT / path).read_text(encoding="utf-8")
    return f"````{_LANGUAGES.get(Path(path).suffix, 'text')}\n{text}````"


def _linked_sources(files: Files) -> Iterator[str]:
    """The files outside docs/ that a page links to, as paths from the root."""
    for file in files.documentation_pages():
        text = _FENCES.sub("", file.content_string)
        for _, target, _ in _LINK.findall(text):
            path = _resolved(target, file.src_uri)
            if not path.startswith(DOCS) and (ROOT / path).is_file():
                yield path


def _origin(page: str) -> str:
    """The path from the root of the file that a page was made from."""
    example = re.fullmatch(r"examples/(\w+)\.md", page)
    if example:
        return f"examples/{example[1]}/README.md"
    upper = page.removesuffix(".md").upper() + ".md"
    return upper if (ROOT / upper).is_file() and page != "index.md" else DOCS + page


def _page_of(path: str) -> str:
    """The page, or other file of the site, that stands for a file of the repository."""
    if path in HOME:
        return HOME[path]
    if path.startswith(DOCS):
        return re.sub(r"\.ipynb$", ".md", path.removeprefix(DOCS))
    example = re.fullmatch(r"examples/(\w+)/README\.md", path)
    if example:
        return f"examples/{example[1]}.md"
    if "/" not in path and path.endswith(".md"):
        return path.lower()
    return path if path.endswith((".svg", ".png")) else f"source/{path}.md"


def _resolved(target: str, page: str) -> str:
    """A link's target as a path from the root of the repository."""
    return posixpath.normpath(posixpath.join(posixpath.dirname(_origin(page)), target))


def _relinked(text: str, page: str) -> str:
    def moved(link: re.Match[str]) -> str:
        path = _resolved(link[2], page)
        if not (ROOT / path).is_file():
            return link[0]  # MkDocs says so where it is dead
        return f"{link[1]}{_way(page, _page_of(path))}{link[3]}"

    def explained(code: re.Match[str]) -> str:
        known = code[1] in pages()
        return f"[{code[0]}]({_way(page, f'errors/{code[1]}.md')})" if known else code[0]

    return _CODE.sub(explained, _LINK.sub(moved, text))


def _way(page: str, to: str) -> str:
    return posixpath.relpath(to, posixpath.dirname(page) or ".")


def _outside_fences(change: Any, markdown: str) -> str:  # noqa: ANN401
    """The text with everything changed that stands in no fenced block."""
    fences = [*_FENCES.findall(markdown), ""]
    plain = map(change, _FENCES.split(markdown))
    return "".join(text + fence for text, fence in zip(plain, fences, strict=True))


def _spelt_out(nav: list[Any], pages_there: set[str]) -> list[Any]:
    """The navigation with the pages of each folder in the folder's place."""
    found: list[Any] = []
    for entry in nav:
        if isinstance(entry, str):
            found.append(entry)
            continue
        ((title, inside),) = entry.items()
        if isinstance(inside, str):
            inside = sorted(page for page in pages_there if page.startswith(inside))
        found.append({title: _spelt_out(inside, pages_there)})
    return found
