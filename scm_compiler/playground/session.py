"""What the page asks, by name: every call is a JSON text, and so is every answer.

The same session answers in the browser (Pyodide) and behind the server of `scmc playground`.
"""

import json
from base64 import b64decode
from binascii import Error as NotBase64
from collections.abc import Callable, Mapping
from importlib import import_module
from importlib.util import find_spec
from pathlib import PurePath
from tempfile import TemporaryDirectory
from threading import Lock
from typing import TYPE_CHECKING, Any, NamedTuple

from scm_compiler.diagnostics import Diagnostic, ScmError
from scm_compiler.editor.document import opened
from scm_compiler.editor.lexicon import rules
from scm_compiler.ir import Graph
from scm_compiler.ir.query import Regime
from scm_compiler.playground import program
from scm_compiler.render import draw_mermaid
from scm_compiler.render.built_in_svg import to_svg
from scm_compiler.render.picture import picture
from scm_compiler.semantics.program import program_text
from scm_compiler.semantics.query import read_query
from scm_compiler.shipped import example_programs, plain_programs

if TYPE_CHECKING:
    from scm_compiler.model.tables import Tables
    from scm_compiler.playground.sources import Source
    from scm_compiler.runtime.run import Run

Data = dict[str, Any]

LONGEST = 500_000
"""Characters of a program."""

FIRST = "celeba_g1"
"""The example that the page opens with."""

_REMEMBERED = 8
_KEPT = 4
"""The sources that were opened, to which what is undone goes back."""


class Session:
    """One page's program and data.

    Args:
        run: What it is opened on; None for the examples alone.
        text: The program that it begins with; None for the run's, or an example's.
        source: What questions are answered from at first; None for the run's rows, or what comes
            with scmc.
    """

    def __init__(
        self, run: "Run | None" = None, text: str | None = None, source: "Source | None" = None
    ) -> None:
        self._run, self._text, self._begun = run, text, source
        self._able = find_spec("numpy") is not None
        self._source: Source | None = None
        self._sources: dict[int, Source | None] = {0: None}
        self._tables: dict[str, _Known] = {}
        self._turn, self._slow, self._ended = Lock(), Lock(), False
        self._calls: Mapping[str, Callable[..., Data]] = {
            "start": self.start,
            "example": self.example,
            "formats": self.formats,
            "program": self.program,
            "complete": lambda text, at: {"found": program.completions(_short(text), int(at))},
            "mends": lambda text, code, at: {"found": program.mended(_short(text), code, at)},
            "format": lambda text: {"text": program.formatted(_short(text))},
            "place": lambda text, places: {"text": program.placed(_short(text), places)},
            "bars": self.bars,
            "ask": self.ask,
            "imagine": self.imagine,
            "table": self.table,
            "use": self.use,
            "read": self.read,
            "write": self.write,
            "images": self.images,
        }

    def answer(self, request: str) -> str:
        """The answer to a call: `{"call": NAME, …}` with what the call takes.

        Whatever is wrong with it is said in the answer; nothing is raised. Calls are answered one
        by one, but for images, on which no other call waits.
        """
        try:
            asked = json.loads(request)
            name = asked.pop("call")
            call = self._calls[name]
            with self._slow if name == "images" else self._turn:
                found = _wrong("the playground has ended") if self._ended else call(**asked)
        except ScmError as error:
            found = program.refused(error.diagnostics)
        except Exception as error:  # a wrong call, or a fault of ours: the page goes on
            found = _wrong(f"this cannot be answered: {error}")
        return json.dumps(found, allow_nan=False, default=str)

    def end(self, patience: float) -> None:
        """Wait for what is being answered, so many seconds at most, and answer no more."""
        self._ended = True
        for lock in (self._turn, self._slow):
            lock.acquire(timeout=patience)

    def start(self) -> Data:
        """What the page begins with: the run is asked again, or what comes with scmc."""
        trained = None if self._run is None else self._part("sources").Trained(self._run)
        self._sources.clear()
        self._take(self._begun or trained)
        first = example_programs()[FIRST].read_text(encoding="utf-8")
        text = first if self._run is None else self._run.program
        return {
            "text": text if self._text is None else self._text,
            "run": None if self._run is None else str(self._run.path),
            "images": [] if self._run is None else list(self._run.images),
            "able": self._able,
            "examples": list(plain_programs()),
            "rules": [{"role": rule.role, "pattern": rule.pattern} for rule in rules()],
        }

    def formats(self) -> Data:
        """What the page writes, by suffix: asked once it shows something, for it takes a while."""
        plain = ["scm", "mmd", "svg"]
        return {"formats": self._part("exchange").written() if self._able else plain}

    def example(self, name: str) -> Data:
        """An example's program."""
        return {"text": example_programs()[name].read_text(encoding="utf-8")}

    def program(self, text: str) -> Data:
        """The program: its graph and what is to be said of it, and from what it is answered."""
        found = program.shown(_short(text))
        graph = opened(text).graph
        if graph is not None and self._able:
            found["data"] = self._told(graph)
        return found

    def bars(
        self, text: str, do: dict[str, str], given: dict[str, str], *, firm: bool = False
    ) -> Data:
        """Every label's table when some are held, beside only seeing; see `questions.bars`."""
        questions = self._part("questions")
        tables = self._require(self._graph(text))
        return dict(questions.bars(tables, do, given, firm=firm))

    def ask(self, text: str, question: str) -> Data:
        """The answer to a question, with its plan and formula."""
        graph = self._graph(text)
        if not self._able:
            read_query(question, graph)
            return {"question": question, "formula": repr(_causal(graph).identify(question))}
        questions, run = self._part("questions"), self._run
        if run is not None and graph.reals and run.graph.hash == graph.hash:
            return dict(questions.put(run, question))
        return dict(questions.asked(self._known(graph).tables, graph, question))

    def imagine(self, text: str, target: str, do: dict[str, str], given: dict[str, str]) -> Data:
        """What a label would have been, had others been held, given what was."""
        asking = import_module("scm_compiler.inference.counterfactual.asking")
        return self.ask(text, asking.counterfactual_text(target, do, given))

    def table(self, name: str, content: str, text: str = "") -> Data:
        """Take a table of rows, base64, as what questions are answered from.

        Of a program with none of its labels the table drafts another.
        """
        rows = self._part("sources").Rows(PurePath(name).name, _bytes(content))
        graph, drafted = opened(_short(text)).graph, rows.draft()
        found = opened(drafted).graph
        fits = graph is not None and found is not None and graph.by_name.keys() & found.by_name
        source = {"source": self._take(rows)}
        return source if fits else {"text": drafted} | source

    def use(self, source: int) -> Data:
        """Answer from a source that was taken before: what is undone has its table again."""
        if source not in self._sources:
            raise ValueError("that table is forgotten: open it again")
        self._answer_from(self._sources[source])
        return {}

    def read(self, name: str, content: str) -> Data:
        """The program of a file of another program; its tables, if it has some, are taken."""
        if name.endswith((".scm", ".txt.scm")):
            return {"text": _bytes(content).decode("utf-8-sig")}
        with TemporaryDirectory() as folder:
            document = self._part("exchange").read(folder, PurePath(name).name, _bytes(content))
        positions = import_module("scm_compiler.interop.positions").remarks(document.positions)
        given = None
        if document.tables is not None:
            given = self._take(self._part("sources").Given(name, document))
        return ({} if given is None else {"source": given}) | {
            "text": program_text(document.graph, positions),
            "warnings": [one.message() for one in document.report.diagnostics],
        }

    def write(self, text: str, form: str, do: dict[str, str], given: dict[str, str]) -> Data:
        """The program in a format: another program's, `scm`, `mmd` or `svg`."""
        graph = self._graph(text)
        if form == "scm":
            return {"text": program.formatted(text), "lost": []}
        if form == "mmd":
            return {"text": draw_mermaid(graph), "lost": []}
        if form == "svg":
            regime = _regime(graph, do, given)
            return {"text": to_svg(picture(graph, regime)), "lost": []}
        tables = self._known(graph).tables
        if tables is not None and tables.graph.hash != graph.hash:
            tables = None  # they are of its labels alone
        written, lost = self._part("exchange").write(opened(text), tables, form)
        return {"text": written, "lost": lost}

    def images(self, do: dict[str, str], given: dict[str, str], seed: int = 0) -> Data:
        """Images of the trained heads under the regime, above those of only seeing."""
        if self._run is None:
            return {"images": {}}
        return dict(self._part("images").images_of(self._run, do, given, int(seed)))

    def _graph(self, text: str) -> Graph:
        document = opened(_short(text))
        if document.graph is None:
            raise ScmError(document.report)
        return document.graph

    def _told(self, graph: Graph) -> Data:
        """From what a graph's questions are answered, or why from nothing."""
        known, sources = self._known(graph), self._part("sources")
        if not graph.labels:
            return {"ready": False, "name": "", "notes": []} | {
                "instead": sources.instead(graph, self._source)
            }
        notes = [] if known.tables is None else sources.noted(known.tables, graph, self._source)
        given = "" if self._source is None else self._source.name
        reasons = "" if known.tables is not None else f": {'; '.join(known.why)}"
        why = [f"{given} does not fit{reasons}"] if known.why else []
        return {"ready": known.tables is not None, "name": known.name, "notes": [*notes, *why]}

    def _known(self, graph: Graph) -> "_Known":
        """The tables of a graph, of what was given where it fits, else of what comes with scmc."""
        if not self._able or not graph.labels:
            return _Known(None, "", [])
        if graph.hash not in self._tables:
            while len(self._tables) >= _REMEMBERED:
                del self._tables[next(iter(self._tables))]
            self._tables[graph.hash] = self._find(graph)
        return self._tables[graph.hash]

    def _find(self, graph: Graph) -> "_Known":
        sources, why = self._part("sources"), []
        given = [] if self._source is None else [self._source]
        for source in (*given, *sources.coming(graph)):
            try:
                found = sources.tables_of(source, graph)
            except ScmError as error:
                if source is self._source:
                    why = [_said(one) for one in error.diagnostics[:3]]
                continue
            if found is not None:
                return _Known(found, source.name, why)
        return _Known(None, "", why)

    def _require(self, graph: Graph) -> "Tables":
        known = self._known(graph)
        if known.tables is None:
            raise ValueError("; ".join(known.why) or "there is no table of these labels yet")
        return known.tables

    def _take(self, source: "Source | None") -> int:
        """Answer from another source from now on; the number by which it is used again.

        The first is kept, and the last few beside it.
        """
        number = max(self._sources, default=-1) + 1
        for old in [*self._sources][1 : len(self._sources) - _KEPT + 1]:
            del self._sources[old]
        self._sources[number] = source
        self._answer_from(source)
        return number

    def _answer_from(self, source: "Source | None") -> None:
        self._source = source
        self._tables.clear()

    def _part(self, name: str) -> Any:  # noqa: ANN401  (a module that needs numpy)
        if not self._able:
            raise ValueError("this page was made without numpy, which numbers need")
        return import_module(f"{__package__}.{name}")


class _Known(NamedTuple):
    """The tables of a graph, what they were counted in, and why not in what was given."""

    tables: "Tables | None"
    name: str
    why: list[str]


def _said(finding: Diagnostic) -> str:
    """A finding on one line, with what to do about it."""
    help_ = finding.help()
    return finding.message() + (f" ({help_})" if help_ else "")


def _causal(graph: Graph) -> Any:  # noqa: ANN401  (a module that is seldom needed)
    return import_module("scm_compiler.identify.graph").causal(graph)


def _regime(graph: Graph, do: program.Values, given: program.Values) -> Regime | None:
    text = program.regime_text(do, given)
    regime = read_query(text, graph) if text else None
    return regime if isinstance(regime, Regime) else None


def _short(text: str) -> str:
    if not isinstance(text, str) or len(text) > LONGEST:
        raise ValueError(f"a program here has at most {LONGEST:,} characters")
    return text


def _bytes(content: str) -> bytes:
    try:
        return b64decode(content, validate=True)
    except NotBase64 as error:
        raise ValueError("the file was not sent as base64") from error


def _wrong(message: str) -> Data:
    said = {"code": "", "severity": "error", "message": message, "help": None}
    return {"refused": [said]}
