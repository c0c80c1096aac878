"""The report as data, and as Markdown and HTML."""

import base64
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from benchmarks.paper.verdicts import Verdict
from scm_compiler.markup import markup

Cell = str | Verdict
_STYLE = (
    "body{font-family:sans-serif;max-width:1100px;margin:2em auto;padding:0 1em;color:#1a202c;"
    "line-height:1.45}table{border-collapse:collapse;margin:.8em 0;font-size:13px}"
    "th,td{padding:3px 9px;text-align:left;border-bottom:1px solid #e2e8f0}"
    "caption{text-align:left;font-weight:600;padding:4px 0}img{max-width:100%;display:block}"
    ".agrees{color:#276749}.better{color:#276749;font-weight:600}"
    ".worse,.disagrees{color:#c53030}.cannot{color:#718096}"
)


@dataclass(frozen=True)
class Text:
    """A paragraph."""

    content: str


@dataclass(frozen=True)
class Table:
    """A table with a caption."""

    caption: str
    head: Sequence[str]
    rows: Sequence[Sequence[Cell]]


@dataclass(frozen=True)
class Picture:
    """A PNG with a caption; `name` is that of its file, without the ending."""

    name: str
    content: bytes
    caption: str


Part = Text | Table | Picture


@dataclass(frozen=True)
class Section:
    """A chapter of the report."""

    title: str
    parts: Sequence[Part]

    @property
    def verdicts(self) -> list[Verdict]:
        """All of them."""
        rows = [row for part in self.parts if isinstance(part, Table) for row in part.rows]
        return [cell for row in rows for cell in row if isinstance(cell, Verdict)]

    @property
    def pictures(self) -> list[Picture]:
        """All of them."""
        return [part for part in self.parts if isinstance(part, Picture)]


def markdown(title: str, sections: Sequence[Section], folder: str) -> str:
    """The report as Markdown; its pictures lie in `folder`."""
    return "\n\n".join([f"# {title}", *_markdown(sections, folder)]) + "\n"


def _markdown(sections: Sequence[Section], folder: str) -> Iterator[str]:
    for section in sections:
        yield f"## {section.title}"
        for part in section.parts:
            match part:
                case Text():
                    yield part.content
                case Table():
                    yield f"**{part.caption}**"
                    yield _markdown_table(part)
                case Picture():
                    yield f"![{part.caption}]({folder}/{part.name}.png)"
                    yield f"*{part.caption}*"


def _markdown_table(table: Table) -> str:
    lines = [table.head, ["---"] * len(table.head), *table.rows]
    return "\n".join(
        "| " + " | ".join(str(cell).replace("|", "\\|") for cell in line) + " |" for line in lines
    )


def html(title: str, sections: Sequence[Section]) -> str:
    """The report as one HTML file that needs nothing else."""
    body = "".join(part for section in sections for part in _html(section))
    head = f'<meta charset="utf-8"/><title>{markup(title)}</title><style>{_STYLE}</style>'
    return (
        f'<!DOCTYPE html><html lang="en"><head>{head}</head>'
        f"<body><h1>{markup(title)}</h1>{body}</body></html>\n"
    )


def _html(section: Section) -> Iterator[str]:
    yield f"<h2>{markup(section.title)}</h2>"
    for part in section.parts:
        match part:
            case Text():
                yield f"<p>{markup(part.content)}</p>"
            case Table():
                yield _html_table(part)
            case Picture():
                encoded = base64.b64encode(part.content).decode()
                image = (
                    f'<img alt="{markup(part.caption)}" src="data:image/png;base64,{encoded}"/>'
                )
                yield f"<figure>{image}<figcaption>{markup(part.caption)}</figcaption></figure>"


def _html_table(table: Table) -> str:
    head = "".join(f"<th>{markup(cell)}</th>" for cell in table.head)
    rows = "".join(f"<tr>{''.join(_html_cell(c) for c in row)}</tr>" for row in table.rows)
    return f"<table><caption>{markup(table.caption)}</caption><tr>{head}</tr>{rows}</table>"


def _html_cell(cell: Cell) -> str:
    if isinstance(cell, Verdict):
        return f'<td class="{cell.word.split()[0]}">{markup(str(cell))}</td>'
    return f"<td>{markup(cell)}</td>"
