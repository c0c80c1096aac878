"""What each family of mechanisms puts into the emitted source."""

import inspect
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from math import isinf

from scm_compiler.diagnostics import Source, Span
from scm_compiler.emit import templates
from scm_compiler.emit.expressions import Bracket, Expression, call, printable, tuple_of
from scm_compiler.ir import Graph
from scm_compiler.model.layout import Layout
from scm_compiler.model.naming import identifiers
from scm_compiler.model.real import places, printed
from scm_compiler.model.real.modules import call_of
from scm_compiler.model.real.parts import apart, discrete_part
from scm_compiler.model.spec import ExplicitSpec, ImplicitSpec, MixedSpec
from scm_compiler.model.wiring import Wiring, wirings


@dataclass(frozen=True)
class Mechanism:
    """One label's mechanism in the emitted source.

    Attributes:
        name: The label.
        identifier: Its submodule and its variable.
        build: What makes the submodule.
        noise: The noise that it reads.
        inputs: The variables that it reads.
        declared: The program's line that declares the label.
        caused: The lines that say what causes it.
    """

    name: str
    identifier: str
    build: Expression
    noise: Expression
    inputs: tuple[str, ...]
    declared: tuple[str, ...]
    caused: tuple[str, ...]


@dataclass(frozen=True)
class Printed:
    """What one family of mechanisms puts into the source.

    Attributes:
        mechanisms: One for each label.
        classes: What they are made of, and nothing that is not used.
        noise: How their noise is drawn.
        states: The variables of hidden causes that they read, and what each is.
        wording: What is said otherwise where there are real nodes.
    """

    mechanisms: tuple[Mechanism, ...]
    classes: tuple[str, ...]
    noise: str
    states: Mapping[str, str] = field(default_factory=dict)
    wording: templates.Wording = templates.LABELS


def explicit(layout: Layout, spec: ExplicitSpec, source: Source | None) -> Printed:
    """Tables of labels, and networks where these would be large."""
    return _tabled(layout, layout, spec, source)


def _tabled(layout: Layout, part: Layout, spec: ExplicitSpec, source: Source | None) -> Printed:
    """The labels of a part of the graph that have no real parents, in columns of the whole."""
    names, own = identifiers(layout.labels), set(apart(layout.graph))
    hidden = _hidden_names(layout.graph, set(names.values()))
    variables = [*(names[label] for label in part.labels), *hidden]
    widths = tuple_of([str(spec.hidden)] * (spec.layers - 1))
    every = zip(part.labels, wirings(part, spec), strict=True)
    wired = {name: m for name, m in every if name not in own}
    found = []
    for name, m in wired.items():
        build = call(_class_of(m), *_shape(m), *(() if m.table else (widths,)))
        inputs = tuple(variables[column] for column in m.inputs)
        noise = f"noise[:, {layout.index[name]}]"
        found.append(_mechanism(layout.graph, name, source, names[name], build, noise, inputs))
    used = {_class_of(m) for m in wired.values()}
    classes = [templates.SURVIVAL] if wired else []
    if not all(m.table for m in wired.values()):
        classes.append(templates.ENCODE)
    if any(m.family for m in wired.values()):
        classes.append(templates.EXPONENTIAL_LOGITS)
    classes += [text for name, text in _CLASSES.items() if name in used]
    states = {
        name: f"(noise[:, {len(layout.labels) + rank}] * {spec.hidden_states}).long()"
        for rank, name in enumerate(hidden)
    }
    return Printed(tuple(found), tuple(classes), templates.UNIFORM_NOISE, states)


def mixed(layout: Layout, spec: MixedSpec, source: Source | None) -> Printed:
    """Real nodes and their discrete effects, beside the tables of the other labels."""
    graph, names = layout.graph, identifiers(layout.labels)
    tables = _tabled(layout, Layout(discrete_part(graph)), spec.labels, source)
    found = {m.name: m for m in tables.mechanisms}
    used = set()
    for name, shape in spec.apart.items():
        parents = graph.parents[name]
        domains = {parent: graph.by_name[parent].domain for parent in parents}
        kind, arguments = call_of(shape, graph.by_name[name].domain, domains)
        used.add(kind)
        build = call(kind, *map(_written, arguments))
        inputs = tuple(names[parent] for parent in parents)
        noise = f"noise[:, {layout.index[name]}]"
        found[name] = _mechanism(graph, name, source, names[name], build, noise, inputs)
    parts = {part for kind in used for part in (*_PARTS[kind], kind)}
    constants = (f"{name} = {_TEXTS[name]!r}" for name in _CONSTANTS if name in parts)
    texts = (inspect.getsource(_TEXTS[name]) for name in _ORDER if name in parts)
    named = "\n".join([*constants, ""])
    classes = [named, *tables.classes, *texts]
    return replace(
        tables,
        mechanisms=tuple(found[name] for name in layout.labels),
        classes=tuple(text for text in classes if text),
        noise=templates.DOUBLE_NOISE,
        wording=templates.MIXED,
    )


_HEAPED = ("score_of", "inside", "Ends", "EDGE", "Heaped")
_NETWORK = ("Inputs", "Layers", "REACH")
_MIXTURE = ("with_background", "mixture_place", "mixture_root", "mixture_off")

_PARTS: Mapping[str, tuple[str, ...]] = {
    "Transform": (
        *("BACKGROUND", "FELT", "WIDEST", "ROUNDS"),
        *_MIXTURE,
        *_NETWORK,
        *_HEAPED,
    ),
    "Quantiles": ("spline_place", *_HEAPED),
    "Regression": (
        *("WIDEST", "FAR", "Inputs", "Terms", "spline_place"),
        *("score_of", "inside", "Ends", "EDGE"),
    ),
    "Linear": ("inside",),
    "Classes": _NETWORK,
}
"""What each class of `printed.py` uses of it and of `places.py`."""

_TEXTS = vars(places) | vars(printed)

_CONSTANTS = ("BACKGROUND", "FELT", "REACH", "WIDEST", "FAR", "EDGE", "ROUNDS")

_ORDER = (
    *("inside", "score_of", *_MIXTURE, "spline_place", "Inputs", "Layers", "Ends", "Heaped"),
    *("Terms", "Transform", "Quantiles", "Regression", "Linear", "Classes"),
)


def _written(argument: object) -> Expression:
    """A number, or a tuple of numbers, of a call."""
    if isinstance(argument, tuple):
        return tuple_of([_written(item) for item in argument])
    if isinstance(argument, float) and isinf(argument):
        return "math.inf" if argument > 0 else "-math.inf"
    return repr(argument)


_CLASSES: Mapping[str, str] = {
    "Network": templates.EXPLICIT_NETWORK,
    "Table": templates.TABLE,
    "ExponentialNetwork": templates.EXPONENTIAL_NETWORK,
    "Exponential": templates.EXPONENTIAL,
}


def _class_of(m: Wiring) -> str:
    """The class of a label's mechanism."""
    if m.family is None:
        return "Table" if m.table else "Network"
    return "Exponential" if m.table else "ExponentialNetwork"


def _shape(m: Wiring) -> Iterator[Expression]:
    """The sizes of a mechanism's inputs, and its number of values or what its family is."""
    yield tuple_of([str(size) for size in m.sizes])
    if m.family is None:
        yield str(m.size)
        return
    yield tuple_of([*map(repr, m.family.base)])
    yield tuple_of([tuple_of([*map(repr, row)]) for row in m.family.statistics])


def implicit(layout: Layout, spec: ImplicitSpec, source: Source | None) -> Printed:
    """Networks of noise."""
    names = identifiers(layout.labels)
    widths = tuple_of([str(spec.hidden)] * (spec.layers - 1))
    found = []
    for label, name in enumerate(layout.labels):
        parents = layout.parents[label]
        blocks = [layout.blocks[block] for block in layout.reads[label]]
        slices = [f"noise[:, {block.start}:{block.stop}]" for block in blocks]
        joined = call("torch.cat", Bracket("[", tuple(slices), "]"), "1")
        sizes = tuple_of([str(layout.sizes[parent]) for parent in parents])
        width = str(spec.noise * len(blocks))
        build = call("Network", sizes, str(layout.sizes[label]), width, widths)
        noise = slices[0] if len(slices) == 1 else joined
        inputs = tuple(names[layout.labels[parent]] for parent in parents)
        found.append(_mechanism(layout.graph, name, source, names[name], build, noise, inputs))
    classes = (templates.ENCODE, templates.IMPLICIT_NETWORK) if found else ()
    return Printed(tuple(found), classes, templates.SYMMETRIC_NOISE)


def _mechanism(
    graph: Graph,
    name: str,
    source: Source | None,
    identifier: str,
    build: Expression,
    noise: Expression,
    inputs: tuple[str, ...],
) -> Mechanism:
    declared, caused = _declaration(graph, name, source), _causes(graph, name, source)
    return Mechanism(name, identifier, build, noise, inputs, declared, caused)


def _hidden_names(graph: Graph, taken: set[str]) -> list[str]:
    """A variable for each hidden common cause."""
    found: list[str] = []
    number = 0
    while len(found) < len(graph.confounders):
        name = f"hidden_{number}"
        if name not in taken:
            found.append(name)
        number += 1
    return found


def _declaration(graph: Graph, name: str, source: Source | None) -> tuple[str, ...]:
    node = graph.by_name[name]
    return tuple(_quoted([node.span], source)) or (f"{printable(name)} : {node.kind}",)


def _causes(graph: Graph, name: str, source: Source | None) -> tuple[str, ...]:
    """The lines that say what causes a label; its declaration if nothing does."""
    edges = [edge for edge in graph.edges if edge.target == name]
    pairs = [pair for pair in graph.confounders if name in (pair.left, pair.right)]
    spans = [edge.span for edge in edges] + [pair.span for pair in pairs]
    lines = tuple(_quoted(spans, source))
    if lines:
        return lines
    claims = [f"{printable(edge.source)} -> {printable(name)}" for edge in edges]
    claims += [f"{printable(pair.left)} <-> {printable(pair.right)}" for pair in pairs]
    return tuple(claims) or _declaration(graph, name, source)


def _quoted(spans: list[Span | None], source: Source | None) -> Iterator[str]:
    """The distinct lines of the program at these places, with their numbers."""
    if source is None:
        return
    numbers = {source.position(span.start).line for span in spans if span is not None}
    for number in sorted(numbers):
        yield f"line {number}: {' '.join(source.line(number).split())}"
