"""What may be typed next on a command line: verbs, options, examples, files, runs and nodes."""

import argparse
import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

from scm_compiler.cli.main import VERBS, parser_of
from scm_compiler.diagnostics.pages import pages
from scm_compiler.files import listed
from scm_compiler.shipped import example_programs, find_program, find_run
from scm_compiler.syntax.printer import print_name

RUNS = Path("runs")
_QUESTIONS = ("P(", "E(", "ATE(", "LATE(", "do(", "given(")
_REGIMES = ("do(", "given(")
_PARTIAL = re.compile(r"(?P<before>(?:.*[\s(|,\[])?)(?P<part>[^\s(|,\[]*)\Z", re.DOTALL)

Values = Mapping[str, Sequence[str]]


def candidates(words: Sequence[str]) -> Iterator[str]:
    """What may stand in the place of the last word.

    Args:
        words: The command line, with the program's name first and what is being typed last.
    """
    typed, given = words[-1], list(words[1:-1])
    verb = next((word for word in given if not word.startswith("-")), None)
    if verb is None:
        yield from _beginning(typed, [*VERBS, "--help", "--version"])
    if verb not in VERBS:
        return
    command = _Command(verb, given[given.index(verb) + 1 :])
    action = command.waiting
    if action is None and typed.startswith("-"):
        yield from _beginning(typed, sorted(command.options))
        return
    action = action or command.position
    if action is not None:
        yield from _values(action, command, typed)


def _beginning(typed: str, some: Sequence[str]) -> Iterator[str]:
    return (one for one in some if one.startswith(typed))


class _Command:
    """The words behind a verb, told apart by what the verb takes.

    Attributes:
        options: What may be written with `-`.
        waiting: The option that waits for its value.
        given: The values that are there, by the name of what takes them.
        position: The argument without a name that comes next.
    """

    def __init__(self, verb: str, words: Sequence[str]) -> None:
        self.verb = verb
        actions = _actions(verb)
        self.options = {name: one for one in actions for name in one.option_strings}
        self.waiting: argparse.Action | None = None
        self.given: dict[str, str] = {}
        places = [action for action in actions if not action.option_strings]
        for word in words:
            if self.waiting is not None:
                self.given[self.waiting.dest], self.waiting = word, None
            elif word in self.options:
                takes = self.options[word].nargs != 0
                self.waiting = self.options[word] if takes else None
            elif not word.startswith("-") and places:
                self.given[places[0].dest] = word
                if places[0].nargs not in {"*", "+"}:
                    places.pop(0)
        self.position = places[0] if places else None

    def graph(self) -> Values:
        """The values of each node that the command is about; none where that is not known."""
        program = self.given.get("on") or self.given.get("file")
        if program is not None:
            return _of_program(find_program(program))
        run = self.given.get("run")
        folder = find_run(run) if run is not None else _last_run()
        return _of_run(folder) if folder is not None else {}


def _actions(verb: str) -> list[argparse.Action]:
    """What a verb takes."""
    verbs = next(a for a in parser_of([verb])._actions if isinstance(a.choices, dict))
    assert isinstance(verbs.choices, dict)
    return list(verbs.choices[verb]._actions)


def _values(action: argparse.Action, command: _Command, typed: str) -> Iterator[str]:
    """What an option or an argument may be."""
    if action.choices is not None:
        yield from _beginning(typed, list(action.choices))
    elif action.dest in {"query", "regime", "vs", "units"}:
        starts = _QUESTIONS if action.dest == "query" else _REGIMES
        yield from _question(typed, command.graph(), starts)
    elif action.dest in {"do", "given"}:
        yield from _question(typed, command.graph(), ())
    elif (command.verb, action.dest) in _OF:
        yield from _beginning(typed, _OF[command.verb, action.dest]())
    else:
        named = _NAMED.get(action.metavar if isinstance(action.metavar, str) else "")
        names = named() if named is not None else []
        yield from dict.fromkeys((*_beginning(typed, names), *_paths(typed)))


def _question(typed: str, nodes: Values, starts: Sequence[str]) -> Iterator[str]:
    """Questions that begin as what is typed does."""
    match = _PARTIAL.fullmatch(typed)
    assert match is not None
    before, part = match["before"], match["part"]
    name, equals, value = part.partition("=")
    if equals:
        found = [f"{name}={one}" for one in _beginning(value, nodes.get(name.strip('"'), ()))]
    elif before or not starts:
        names = list(_beginning(part.strip('"'), list(nodes)))
        with_values = [f"{print_name(one)}={value}" for one in names for value in nodes[one]]
        found = with_values if len(names) == 1 else list(map(print_name, names))
    else:
        found = []
    if not before:
        found += _beginning(part, starts)
    elif "do(".startswith(part) and before.rstrip().endswith("|"):
        found.append("do(")
    yield from (before + one for one in found)


def _paths(typed: str) -> Iterator[str]:
    """Files and folders that begin as what is typed does; hidden ones where a dot is typed."""
    parent, slash, start = typed.rpartition("/")
    for path in sorted(listed(Path(parent + slash))):
        if path.name.startswith(start) and (start or not path.name.startswith(".")):
            yield f"{parent}{slash}{path.name}{'/' if path.is_dir() else ''}"


def _runs() -> list[str]:
    """The runs of this folder, and those that come with scmc."""
    here = [str(path) for path in sorted(listed(RUNS)) if (path / "manifest.json").is_file()]
    shipped = [name for name in example_programs() if find_run(name) != Path(name)]
    return [*here, *shipped]


def _last_run() -> Path | None:
    found = [path / "graph.json" for path in listed(RUNS) if (path / "graph.json").is_file()]
    return max(found, key=lambda path: path.stat().st_mtime).parent if found else None


def _of_run(folder: Path) -> Values:
    """The nodes of a run, with the values of its labels."""
    content = json.loads((folder / "graph.json").read_text(encoding="utf-8"))
    return {
        node["name"]: (node.get("domain") or {}).get("values", ()) for node in content["nodes"]
    }


def _of_program(path: Path) -> Values:
    from scm_compiler.editor.document import opened  # noqa: PLC0415  (the grammar: 150 ms)
    from scm_compiler.ir import Finite  # noqa: PLC0415  (with it)

    nodes = opened(path.read_text(encoding="utf-8"), path.name).scope.nodes
    return {
        name: node.domain.values if isinstance(node.domain, Finite) else ()
        for name, node in nodes.items()
    }


def _examples() -> list[str]:
    return list(example_programs())


_NAMED: Mapping[str, Callable[[], list[str]]] = {
    "FILE": _examples,
    "DIR": _runs,
    "RUN": _runs,
    "RUN|FILE": lambda: [*_runs(), *_examples()],
}
"""What may be written for a metavar, beside files."""

_OF: Mapping[tuple[str, str], Callable[[], list[str]]] = {
    ("init", "name"): _examples,
    ("explain", "code"): lambda: list(pages()),
    ("train", "stage"): lambda: ["labels", "images", "all"],
    ("train", "trainer"): lambda: ["mle", "wgan-gp"],
    ("train", "preset"): lambda: ["default", "paper"],
    ("train", "head_preset"): lambda: ["default", "paper"],
    ("train", "device"): lambda: ["auto", "cuda", "mps", "cpu"],
}
"""What may be written for an argument of a verb, and nothing else."""
