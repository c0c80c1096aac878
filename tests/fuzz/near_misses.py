"""Near misses of every format of graph files: valid texts with one thing changed.

Each case holds a text and the graph that a careful person would read in it. A reader gives that
graph or refuses with a code; another graph, or an exception of Python's own, is a fault.

    python -m tests.fuzz.near_misses --cases 100000 --seed 7
"""

import argparse
import random
import re
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

import networkx as nx

from scm_compiler.diagnostics import ScmError
from scm_compiler.interop import from_networkx, read_document
from scm_compiler.ir import Confounder, Edge, Graph, Node
from scm_compiler.ir.domain import BINARY
from scm_compiler.ir.json import graph_to_json

SUFFIXES = {"dot": ".dot", "dagitty": ".txt", "bif": ".bif", "adjacency": ".csv", "json": ".json"}


@dataclass(frozen=True)
class Meant:
    """A graph without any code of scmc.

    Attributes:
        nodes: The observed ones, each before its effects.
        edges: Cause and effect.
        hidden: Pairs with a hidden common cause.
    """

    nodes: tuple[str, ...]
    edges: frozenset[tuple[str, str]]
    hidden: frozenset[frozenset[str]] = frozenset()


@dataclass(frozen=True)
class Case:
    """A near miss.

    Attributes:
        form: The format that it is read as.
        what: Which writer and which change made it.
        content: The file.
        meant: What a careful person reads in it.
    """

    form: str
    what: str
    content: bytes
    meant: Meant


def cases(seed: int, count: int) -> Iterator[Case]:
    """Near misses, the same for a seed."""
    chance = random.Random(seed)
    for _ in range(count):
        writer = chance.choice(sorted(WRITERS))
        meant = drawn(chance, hidden=writer in ("dot", "learned", "dagitty", "arrows", "json"))
        own = OWN[writer]
        form = chance.choice(sorted(SUFFIXES)) if chance.random() < 0.1 else own
        text = WRITERS[writer](chance, meant)
        changes = [*ANY, *CHANGES[own]]
        change = chance.choice(changes)
        changed = change(chance, text)
        content = changed if isinstance(changed, bytes) else changed.encode()
        yield Case(form, f"{writer}, {change.__name__}", content, meant)


def fault(case: Case, folder: Path, *, strict: bool = False) -> str | None:
    """What is wrong with how a case is read; None if nothing is.

    Args:
        case: The near miss.
        folder: Where its file may be written.
        strict: Whether a refusal is wrong, too.
    """
    path = folder / f"near{SUFFIXES[case.form]}"
    path.write_bytes(case.content)
    try:
        graph = read_document(path).graph
    except ScmError as refusal:
        codes = [found.code for found in refusal.diagnostics]
        sound = codes and not strict and not any(code.startswith("E9") for code in codes)
        return None if sound else f"refused: {codes}"
    except Exception as error:
        return f"{type(error).__name__}: {error}"
    found = read_as(graph)
    return None if same(found, case.meant) else f"read as {found}"


def object_fault(chance: random.Random) -> str | None:
    """What is wrong with how a graph of networkx with odd attributes is read."""
    meant = drawn(chance, hidden=True)
    made, said = _networkx(chance, meant)
    try:
        found = read_as(from_networkx(made, "g"))
    except (ScmError, ValueError):
        return None
    except Exception as error:
        return f"{said}: {type(error).__name__}: {error}"
    return None if same(found, meant) else f"{said}: read as {found}, meant {meant}"


def same(one: Meant, other: Meant) -> bool:
    """Whether two graphs are the same, in whatever order."""
    return (set(one.nodes), one.edges, one.hidden) == (set(other.nodes), other.edges, other.hidden)


def read_as(graph: Graph) -> Meant:
    """What scmc reads."""
    return Meant(
        tuple(node.name for node in graph.labels),
        frozenset((edge.source, edge.target) for edge in graph.edges),
        frozenset(frozenset((pair.left, pair.right)) for pair in graph.confounders),
    )


def drawn(chance: random.Random, hidden: bool) -> Meant:
    """A small graph with at least one edge."""
    names = tuple(chance.sample(NAMES, chance.randint(2, 5)))
    pairs = list(combinations(names, 2))
    edges = frozenset(chance.sample(pairs, chance.randint(1, len(pairs))))
    shared = chance.sample(pairs, chance.randint(0, min(2, len(pairs)))) if hidden else []
    return Meant(names, edges, frozenset(map(frozenset, shared)))


NAMES = ("Rain", "Wet", "x1", "été", "Asy_Patch", "BMI", "T.4", "o", "e", "label2", "G")


def _quote(chance: random.Random, name: str) -> str:
    return f'"{name}"' if chance.random() < 0.3 else name


def _listed(chance: random.Random, meant: Meant, lines: list[str], end: str) -> str:
    nodes = [f"{_quote(chance, name)}" for name in meant.nodes]
    return end.join([*nodes, *lines]) + end


def _dot(chance: random.Random, meant: Meant) -> str:
    lines = []
    for cause, effect in sorted(meant.edges):
        a, b = _quote(chance, cause), _quote(chance, effect)
        ways = [f"{a} -> {b}", f"{b} -> {a} [dir=back]", f"{a}->{b} [arrowhead=vee]"]
        ways += [f"{a} -> {b} [dir=both, arrowtail=none]", f"{{ edge [dir=back]; {b} -> {a} }}"]
        lines.append(chance.choice(ways))
    for number, (a, b) in enumerate(sorted(map(sorted, meant.hidden))):
        latent = f"U{number} [observed=no]; U{number} -> {{{a} {b}}}"
        lines.append(chance.choice([f"{a} -> {b} [dir=both]", latent]))
    return f"digraph g {{\n{_listed(chance, meant, lines, chance.choice([';', '']) + chr(10))}}}\n"


def _learned(_: random.Random, meant: Meant) -> str:
    """As causal-learn writes a graph that it found."""
    number = {name: rank for rank, name in enumerate(meant.nodes)}
    lines = [f'{rank} [label="{name}"];' for name, rank in number.items()]
    ends = "dir=both, arrowtail={}, arrowhead=normal"
    edges = [(a, b, ends.format("none")) for a, b in sorted(meant.edges)]
    edges += [(a, b, ends.format("normal")) for a, b in sorted(map(sorted, meant.hidden))]
    lines += [f"{number[a]} -> {number[b]} [{said}];" for a, b, said in edges]
    return "\n".join(["digraph {", *lines, "}", ""])


def _dagitty_lines(chance: random.Random, meant: Meant) -> list[str]:
    pairs = [(f"{a} -> {b}", f"{b} <- {a}") for a, b in sorted(meant.edges)]
    lines = [chance.choice(pair) for pair in pairs]
    return lines + [f"{a} <-> {b}" for a, b in sorted(map(sorted, meant.hidden))]


def _dagitty(chance: random.Random, meant: Meant) -> str:
    lines = _dagitty_lines(chance, meant)
    for number, pair in enumerate(sorted(map(sorted, meant.hidden))):
        if chance.random() < 0.5:
            lines.remove(f"{pair[0]} <-> {pair[1]}")
            lines.append(f"U{number} [latent]\nU{number} -> {{{pair[0]} {pair[1]}}}")
    return f"dag {{\n{_listed(chance, meant, lines, chr(10))}}}\n"


def _arrows(chance: random.Random, meant: Meant) -> str:
    """Without the braces; a text that is cut short is another one here, so it has an end."""
    return _listed(chance, meant, _dagitty_lines(chance, meant), "\n")


def _bif(chance: random.Random, meant: Meant) -> str:
    lines = ["network g {", "}"]
    lines += [f"variable {n} {{ type discrete [ 2 ] {{ no, yes }}; }}" for n in meant.nodes]
    for name in meant.nodes:
        causes = sorted(a for a, b in meant.edges if b == name)
        given = f" | {', '.join(causes)}" if causes else ""
        numbers = ", ".join(["0.5"] * 2 ** (len(causes) + 1))
        lines.append(f"probability ( {name}{given} ) {{ table {numbers}; }}")
    return "\n".join([*lines, ""])


def _adjacency(_: random.Random, meant: Meant) -> str:
    rows = [[a, *(str(int((a, b) in meant.edges)) for b in meant.nodes)] for a in meant.nodes]
    return "\n".join(",".join(row) for row in [["", *meant.nodes], *rows]) + "\n"


def _json(_: random.Random, meant: Meant) -> str:
    def late(ends: tuple[str, ...]) -> list[int]:
        return [meant.nodes.index(name) for name in reversed(ends)]

    edges = sorted(meant.edges, key=late)
    pairs = sorted((tuple(sorted(p, key=meant.nodes.index)) for p in meant.hidden), key=late)
    nodes = tuple(Node(name, "binary", BINARY) for name in meant.nodes)
    graph = Graph("g", nodes, tuple(Edge(*e) for e in edges), tuple(Confounder(*p) for p in pairs))
    return graph_to_json(graph)


Writer = Callable[[random.Random, Meant], str]
Change = Callable[[random.Random, str], str | bytes]

WRITERS: dict[str, Writer] = {
    "dot": _dot,
    "learned": _learned,
    "dagitty": _dagitty,
    "arrows": _arrows,
    "bif": _bif,
    "adjacency": _adjacency,
    "json": _json,
}
OWN = {name: name for name in SUFFIXES} | {"learned": "dot", "arrows": "dagitty"}


def nothing(_: random.Random, text: str) -> str:
    return text


def encoding(chance: random.Random, text: str) -> bytes:
    return text.encode(chance.choice(["utf-8-sig", "utf-16", "utf-16-le", "latin-1", "utf-32"]))


def line_ends(chance: random.Random, text: str) -> str:
    return text.replace("\n", chance.choice(["\r\n", "\r", "\n\n"]))


def invisible(chance: random.Random, text: str) -> str:
    """A character that is not seen, or seen as a blank, beside a letter."""
    place = chance.choice([m.end() for m in re.finditer(r"\w", text)])
    return text[:place] + chance.choice("\u200b\ufeff\u00ad\u2060\0\x1b") + text[place:]


def foreign_quotes(chance: random.Random, text: str) -> str:
    left, right = chance.choice(["“”", "‘’", "«»", "''", "``"])
    return re.sub(r'"([^"]*)"', rf"{left}\1{right}", text)


def wrapped(chance: random.Random, text: str) -> str:
    """Within a text of another language."""
    around = (
        "library(dagitty)\ng <- dagitty('{}')\n", "dagitty('{}')", 'g <- dagitty("{}")\nplot(g)\n',
        'import dowhy\ngraph = """{}"""\n', "```\n{}```\n", "# The graph\n\nIt says that:\n{}",
        "{}\nThat is what we assume, see above.\n", "<pre>{}</pre>", "cat <<END > g\n{}END\n",
        "graph: |\n{}", "const g = `{}`;\n", "graph LR\n{}", "{}graph other\n",
        "\\begin{{verbatim}}\n{}",
        "m = '''{}'''", "> {}", "1. {}", "graph g\n\n{}", "{{{}", "({})", "[{}]", '"{}"',
    )  # fmt: skip
    return chance.choice(around).format(text)


ANY: tuple[Change, ...] = (nothing, encoding, line_ends, invisible, foreign_quotes, wrapped)


def cut_short(chance: random.Random, text: str) -> str:
    return text[: chance.randrange(len(text.rstrip()))]


def bracket(chance: random.Random, text: str) -> str:
    """One bracket is left out, there twice, or another."""
    places = [m.start() for m in re.finditer(r"[][{}()]", text)]
    if not places:
        return text
    place = chance.choice(places)
    return text[:place] + chance.choice(["", text[place] * 2, *"()[]{}<"]) + text[place + 1 :]


def _swapped(chance: random.Random, text: str, pattern: str, others: tuple[str, ...]) -> str:
    """One place that fits the pattern holds something else."""
    places = list(re.finditer(pattern, text))
    if not places:
        return text
    place = chance.choice(places)
    return text[: place.start()] + chance.choice(others) + text[place.end() :]


def arrow(chance: random.Random, text: str) -> str:
    """An arrow of another language."""
    others = (
        "-->", "==>", "=>", "->>", "~>", "→", "⟶", "|->", "-.->", "--->", "o->", "*->", "-|", "--",
        "o-o", "<-->", "-x->", "~", "|", ":", "=", "- >", ">", "-> >", "@->", "%>%",
        ":-", "-o", "<~>", "<=>", "-/->", "+ ->", "&rarr;", "-&gt;", "\\to", ", ->",
    )  # fmt: skip
    close = tuple(it for it in others if not re.search(r"[a-z]|^-[./|]", it))
    spaced = tuple(f" {other} " for other in others)
    return _swapped(chance, text, r" ?(<->|->|<-) ?", close + spaced)


def keyword(chance: random.Random, text: str) -> str:
    """A word of the format with two letters changed."""
    words = r"\b(digraph|dag|strict|observed|latent|edge|dir|arrowhead|arrowtail|variable|network"
    words += r"|probability|type|discrete|table|nodes|edges|source|target|hash|version)\b"
    places = [m for m in re.finditer(words, text) if len(m[0]) > 2]
    if not places:
        return text
    place = chance.choice(places)
    at = place.start() + chance.randrange(1, len(place[0]) - 1)
    return text[:at] + text[at + 1] + text[at] + text[at + 2 :]


def end_of_edge(chance: random.Random, text: str) -> str:
    """An attribute value that does not exist, or says that nothing is said."""
    others = ("dir=sideways", "dir=none", "dir=Both", "arrowhead=arow", "arrowhead=odot", "dir=->",
              "arrowhead=none", "dir=both, arrowtail=odot", "arrowhead=tee", "dir=nothing",
              "arrowhead=normal-", "dir=back, arrowtail=dot", "dir=bidirected")  # fmt: skip
    first = re.search(r"(->[^;\n\[{}]*)(\[[^\]]*\])?", text)
    if first is None or not first[1].strip("-> "):
        return text
    said = f"{first[1]} [{chance.choice(others)}]"
    return text[: first.start()] + said + text[first.end() :]


def mark_of_node(chance: random.Random, text: str) -> str:
    others = ("perhaps", "observed", "none", "unknown", "2", "-", "Nope")
    said = _swapped(chance, text, r"(?<=observed=)no", others)
    return _swapped(chance, said, r"\[latent\]", tuple(f"[latent={other}]" for other in others))


def cell(chance: random.Random, text: str) -> str:
    others = ("2", "x", "0.5", "-1", "NA", "yes", "1;", "1 0", "->", "'1'", '"1', "10", "1e0")
    return _swapped(chance, text, r"(?<=,)[01](?=[,\n])", others)


def separator(chance: random.Random, text: str) -> str:
    every = chance.choice([";", "\t", " ", "|", ", ", ",,"])
    return text.replace(",", every) if chance.random() < 0.5 else text.replace(",", every, 1)


def rows(chance: random.Random, text: str) -> str:
    """Rows in another order, twice, or lacking."""
    lines = text.splitlines(keepends=True)
    one, other = chance.sample(range(len(lines)), 2)
    match chance.randrange(3):
        case 0:
            lines[one], lines[other] = lines[other], lines[one]
        case 1:
            lines.insert(one, lines[other])
        case _:
            del lines[one]
    return "".join(lines)


def number(chance: random.Random, text: str) -> str:
    others = ("x", "-1", "nan", "1e400", "0.9", "0,5", "", "0.5 0.5", "[", "?", "50%", "1/2")
    return _swapped(chance, text, r"0\.5", others)


def sign(chance: random.Random, text: str) -> str:
    return _swapped(chance, text, r"[,;|:]", ("", ";", ",", "|", ":", "->", "/*", "//", '"'))


def name_in_edge(chance: random.Random, text: str) -> str:
    """A cause or an effect that no node is called."""
    return _swapped(chance, text, r'(?<="(?:source|target)": )"[^"]*"', ('"Q"', "null", "1", '""'))


TEXTS = (cut_short, bracket, arrow, keyword, end_of_edge, mark_of_node)
CHANGES: dict[str, tuple[Change, ...]] = {
    "dot": TEXTS,
    "dagitty": (bracket, arrow, keyword, mark_of_node),
    "bif": (cut_short, bracket, keyword, number, sign),
    "adjacency": (cut_short, cell, separator),
    "json": (cut_short, bracket, keyword, sign, name_in_edge),
}


def _networkx(chance: random.Random, meant: Meant) -> tuple["nx.MultiDiGraph[str]", object]:
    """A graph that says it in attributes, one of which may be odd, and what that is."""
    made: nx.MultiDiGraph[str] = nx.MultiDiGraph()
    made.add_nodes_from(meant.nodes)
    latents, said = set(), None
    for cause, effect in meant.edges:
        plain = ({}, {"type": "directed"}, {"dir": "forward"}, {"weight": 0.3}, {"type": "->"})
        back = ({"dir": "back"}, {"type": "<-"}, {"dir": '"back"'})
        if chance.random() < 0.7:
            made.add_edge(cause, effect, **chance.choice(plain))
        else:
            made.add_edge(effect, cause, **chance.choice(back))
    for rank, (a, b) in enumerate(map(sorted, meant.hidden)):
        if chance.random() < 0.5:
            two = ({"type": "bidirected"}, {"dir": "both"}, {"type": "<->"}, {"type": "<>"})
            said = chance.choice(two)
            made.add_edge(a, b, **said)
            continue
        marks = ({"observed": "no"}, {"observed": False}, {"latent": True}, {"hidden": 1}, {})
        odd = ({"observed": "perhaps"}, {"latent": 2}, {"hidden": "x"}, {"unobserved": "True"})
        said = chance.choice((*marks, *odd))
        made.add_node(f"U{rank}", **said)
        made.add_edges_from([(f"U{rank}", a), (f"U{rank}", b)])
        if not said:
            latents.add(f"U{rank}")
    made.latents = latents
    return made, said


def wrong(seed: int, count: int) -> Iterator[str]:
    """What is wrong with near misses of files and, a fourth as many, of objects."""
    with tempfile.TemporaryDirectory() as folder:
        for case in cases(seed, count):
            found = fault(case, Path(folder))
            if found is not None:
                text = case.content.decode(errors="backslashreplace")
                yield f"{case.form} from {case.what}: {found}\nmeant {case.meant}\n{text}"
    chance = random.Random(seed)
    yield from filter(None, (object_fault(chance) for _ in range(count // 4)))


def main() -> None:
    """Try many near misses and show those that are read wrongly."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--cases", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=0)
    args = parser.parse_args()
    found = 0
    for found, text in enumerate(wrong(args.seed, args.cases), start=1):  # noqa: B007
        sys.stdout.write(f"{text}\n")
    sys.stdout.write(f"{args.cases} cases, {found} wrong\n")
    sys.exit(found > 0)


if __name__ == "__main__":
    main()
