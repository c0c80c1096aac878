"""Graph files of other programs, wounded: imported, exported, drawn."""

import gzip

from tests.fuzz.case import Case, randomness
from tests.fuzz.graphs import World
from tests.fuzz.mutation import mutated, mutated_bytes

SUFFIXES = ["bif", "dagitty", "txt", "dot", "gv", "csv", "json", "bif.gz"]
WORDS = [
    "network", "variable", "probability", "table", "type", "discrete", "property", "default",
    "dag", "digraph", "graph", "subgraph", "strict", "node", "edge", "pos", "latent", "exposure",
    "kind", "bb", "->", "<-", "<->", "--", "@->", "[", "]", "{", "}", "(", ")", ";", ",", "=",
    '"', "/*", "*/", "//", "#", "<b>", "0.5", "1", "-1", "A", "B", "dir=both", 'pos="1,2"',
    "observed=no", "nodes", "edges", "null", "[1]", '"A"', "A -> B;", "pdag", "mag", "A:n", "+",
]  # fmt: skip

DOT_MARKS = [
    "", "", ' [pos="1,2"]', " [shape=box, label=<b>]", " [observed=no]",
    ' [kind="categorical(low, high)"]', ' [pos="1,2!"; label="x\\ny"]',
]  # fmt: skip


def case(seed, index):
    """A file of some format through import, export and render."""
    random = randomness("graph_files", seed, index)
    suffix = random.choice(SUFFIXES)
    text = file_text(random, suffix.removesuffix(".gz"))
    content = text.encode() if random.random() < 0.1 else mutated(random, text, WORDS)
    if suffix.endswith(".gz"):
        content = gzip.compress(content, mtime=0)
        if random.random() < 0.3:
            content = mutated_bytes(random, content)
    name = f"g.{suffix}"
    out = random.choice(["dagitty", "dot", "csv", "json", "mmd", "bif"])
    further = random.choice(
        [("render", "g.scm", "-o", "g.svg", "--engine", "built-in"), ("check", "g.scm", "--json"),
         ("fmt", "g.scm", "--check"), ("export", "g.scm", "-o", f"again.{out}")]
    )  # fmt: skip
    run = ("--run", "run") if random.random() < 0.3 else ("--no-run",)
    forced = ("--format", random.choice(["bif", "dagitty", "dot", "adjacency", "json"]))
    imported = ("import", name, "-o", "g.scm", *run, *(forced if random.random() < 0.05 else ()))
    commands = [imported, ("export", name, "-o", f"out.{out}", *_json(random))]
    return Case({name: content}, (*commands, further), law=imported_is_right)


def imported_is_right(_, said):
    """What import wrote is a program, in canonical form."""
    imported, _, further = said
    if imported.code == 0 and further.words[0] in ("check", "fmt") and further.code:
        return f"what was imported is no canonical program: {further.out}{further.err}"
    return None


def _json(random):
    return ("--json",) if random.random() < 0.3 else ()


def file_text(random, suffix):
    """A right file of a format."""
    world = World(random, most=5, hidden=suffix not in ("bif", "csv"))
    if suffix == "bif":
        return world.bif(random)
    if suffix == "csv":
        return _matrix(world)
    if suffix == "json":
        return _json_graph(world)
    if suffix in ("dot", "gv"):
        return _dot(random, world)
    return _dagitty(random, world)


def _matrix(world):
    lines = [",".join(["", *map(_cell, world.names)])]
    for cause in world.names:
        row = [str(int((cause, effect) in world.edges)) for effect in world.names]
        lines.append(",".join([_cell(cause), *row]))
    return "\n".join([*lines, ""])


def _cell(name):
    return f'"{name}"' if " " in name else name


def _json_graph(world):
    from scm_compiler.compiler import check  # noqa: PLC0415
    from scm_compiler.diagnostics import Source  # noqa: PLC0415
    from scm_compiler.ir.json import graph_to_json  # noqa: PLC0415

    graph, _ = check(Source("g", world.program()))
    return graph_to_json(graph)


def _dot(random, world):
    lines = [random.choice(["digraph g {", "strict digraph {", 'digraph "a b" { rankdir=LR;'])]
    for name in world.names:
        lines.append(f'  "{name}"{random.choice(DOT_MARKS)};')
    lines += [
        f'  "{a}" -> "{b}"{random.choice(["", "", " [color=red]", ":n"])};' for a, b in world.edges
    ]
    lines += [f'  "{a}" -> "{b}" [dir=both];' for a, b in world.hidden]
    lines += random.choice(
        [[], ["// remark", "/* more */"], ["subgraph c { X -> Y }", "node [x=1]"]]
    )
    return "\n".join([*lines, "}", ""])


def _dagitty(random, world):
    lines = [random.choice(["dag {", 'dag { bb="-1,-1,2,1"', 'dag "g" {'])]
    for name in world.names:
        given = random.choice(["", "", " [exposure]", ' [outcome,pos="1,-0.5"]', " [latent]",
                               " [adjusted]", " [selected]", ' [pos="1,2"]'])  # fmt: skip
        lines.append(f'"{name}"{given}')
    bends = ["", "", ' [pos="0,1"]']
    lines += [f'"{a}" -> "{b}"{random.choice(bends)}' for a, b in world.edges]
    lines += [f'"{a}" <-> "{b}"' for a, b in world.hidden]
    return "\n".join([*lines, "}", ""])
