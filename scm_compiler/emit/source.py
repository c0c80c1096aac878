"""Readable torch source of a model: it runs where scmc is not installed.

The emitted file has one submodule for each label, under the label's identifier (naming.py), with
a comment that quotes the lines of the program it came from. Its weights have the names that
`CausalModule.node_weights` gives.

A bracket of the printed text stays on one line if that has at most 88 characters, else each of its
items gets a line and a comma, as `ruff format` would have it.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from scm_compiler.diagnostics import Source, Span
from scm_compiler.emit import templates
from scm_compiler.ir import Graph
from scm_compiler.model.layout import Layout
from scm_compiler.model.naming import identifiers
from scm_compiler.model.spec import ExplicitSpec, ImplicitSpec, Spec
from scm_compiler.model.wiring import Wiring, wirings

WIDTH = 88
INDENT = "    "


@dataclass(frozen=True, slots=True)
class Bracket:
    """`opening item, item, … closing`, such as a call, a list or a tuple."""

    opening: str
    items: tuple["Expression", ...]
    closing: str = ")"


Expression = str | Bracket


@dataclass(frozen=True)
class _Mechanism:
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
class _Printed:
    """What one family of mechanisms puts into the source.

    Attributes:
        mechanisms: One for each label.
        classes: What they are made of, and nothing that is not used.
        noise: How their noise is drawn.
        states: The variables of hidden causes that they read, and what each is.
    """

    mechanisms: tuple[_Mechanism, ...]
    classes: tuple[str, ...]
    noise: str
    states: Mapping[str, str] = field(default_factory=dict)


def emit_source(graph: Graph, spec: Spec, source: Source | None = None) -> str:
    """The source of a module `model.py` that needs torch and safetensors alone.

    Args:
        graph: The validated graph.
        spec: What the mechanisms are.
        source: The program, to quote its lines; the edges are named if None.
    """
    layout = Layout(graph, spec.noise_width)
    found = _FAMILIES[type(spec)](layout, spec, source)
    parts = [
        _docstring(graph),
        templates.IMPORTS,
        *_constants(graph, layout),
        *found.classes,
        templates.SETTINGS,
        _model(layout, found),
        templates.LOAD,
    ]
    head, rest = "\n".join(parts[:4]), parts[4:]
    return "\n\n".join([head, *rest])


def _docstring(graph: Graph) -> str:
    images = ", ".join(prose(node.name) for node in graph.images)
    lines = [
        f'"""The causal model {prose(graph.name)[:50]} in plain PyTorch.',
        "",
        "Compiled by scmc from a causal graph: every label is a function of its parents in the",
        "graph and of noise of its own, so that do() replaces one function and leaves the rest.",
        "",
        "    model = load(path)  # the safetensors weights of a training",
        "    model.sample(1000)  # observe",
        '    model.sample(1000, do={"A": 1})  # hold the label A at its value number 1',
    ]
    if images:
        lines += ["", *_wrapped(f"Images have a generator of their own: {images}.")]
    return "\n".join([*lines, '"""', ""])


def _wrapped(text: str) -> list[str]:
    import textwrap  # noqa: PLC0415  (images are few)

    return textwrap.wrap(text, 88, break_long_words=True)


def _constants(graph: Graph, layout: Layout) -> Iterator[str]:
    yield f'GRAPH_HASH = "{graph.hash}"\n'
    lines = [
        "# The values of each label; tensors hold their indices.",
        "DOMAINS: dict[str, tuple[str, ...]] = {",
    ]
    for name, domain in graph.domains.items():
        values = tuple_of([literal(value) for value in domain.values])
        lines += print_expression(f"{literal(name)}: ", values, 1, ",")
    closing = ["}"] if layout.labels else []
    lines = [*lines, *closing] if closing else [lines[0], lines[1] + "}"]
    yield "\n".join([*lines, f"NOISE = {layout.noise_size}  # columns of noise", ""])


def _model(layout: Layout, found: _Printed) -> str:
    """The class Model: the mechanisms, and how they read each other."""
    init, forward = _init(found.mechanisms), _forward(layout, found)
    return "\n".join([*init, "", found.noise, *forward, "", templates.SAMPLE])


def _init(found: Sequence[_Mechanism]) -> Iterator[str]:
    yield "class Model(nn.Module):"
    yield '    """The labels as functions of each other and of noise."""'
    yield ""
    yield "    def __init__(self) -> None:"
    yield "        super().__init__()"
    said: tuple[str, ...] = ()
    for m in found:
        if m.declared != said:
            yield from (comment(line, 2) for line in m.declared)
            said = m.declared
        yield from print_expression(f"self.{m.identifier} = ", m.build, 2)


def _forward(layout: Layout, printed: _Printed) -> Iterator[str]:
    found, states = printed.mechanisms, printed.states
    yield "    def forward(self, noise: Tensor, do: Mapping[str, int] | None = None) -> Tensor:"
    yield '        """The labels (B, labels) for noise (B, NOISE), under an intervention."""'
    yield "        held = settings(do)" if found else "        settings(do)"
    if states:
        yield comment("Hidden common causes: shared noise, cut into equally likely states.", 2)
    yield from (f"        {name} = {state}" for name, state in states.items())
    by_name = {m.name: m for m in found}
    for label in (label for level in layout.levels for label in level):
        m = by_name[layout.labels[label]]
        yield from (comment(line, 2) for line in m.caused)
        held = call("held.get", literal(m.name))
        value = call(f"self.{m.identifier}", m.noise, held, *m.inputs)
        yield from print_expression(f"{m.identifier} = ", value, 2)
    if not found:
        yield "        return noise.new_zeros((noise.shape[0], 0), dtype=torch.int64)"
        return
    columns = Bracket("[", tuple(m.identifier for m in found), "]")
    yield from print_expression("return ", call("torch.stack", columns, "1"), 2)


def _explicit(layout: Layout, spec: ExplicitSpec, source: Source | None) -> _Printed:
    names = identifiers(layout.labels)
    hidden = _hidden_names(layout.graph, set(names.values()))
    variables = [*names.values(), *hidden]
    widths = tuple_of([str(spec.hidden)] * (spec.layers - 1))
    wired = wirings(layout, spec)
    found = []
    for name, m in zip(layout.labels, wired, strict=True):
        build = call(_class_of(m), *_shape(m), *(() if m.table else (widths,)))
        inputs = tuple(variables[column] for column in m.inputs)
        noise = f"noise[:, {m.own}]"
        found.append(_mechanism(layout.graph, name, source, names[name], build, noise, inputs))
    used = {_class_of(m) for m in wired}
    classes = [templates.SURVIVAL] if wired else []
    if not all(m.table for m in wired):
        classes.append(templates.ENCODE)
    if any(m.family for m in wired):
        classes.append(templates.EXPONENTIAL_LOGITS)
    classes += [text for name, text in _CLASSES.items() if name in used]
    states = {
        name: f"(noise[:, {len(wired) + rank}] * {spec.hidden_states}).long()"
        for rank, name in enumerate(hidden)
    }
    return _Printed(tuple(found), tuple(classes), templates.UNIFORM_NOISE, states)


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


def _implicit(layout: Layout, spec: ImplicitSpec, source: Source | None) -> _Printed:
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
    return _Printed(tuple(found), classes, templates.SYMMETRIC_NOISE)


_FAMILIES: Mapping[type[Spec], Callable[..., _Printed]] = {
    ExplicitSpec: _explicit,
    ImplicitSpec: _implicit,
}


def _mechanism(
    graph: Graph,
    name: str,
    source: Source | None,
    identifier: str,
    build: Expression,
    noise: Expression,
    inputs: tuple[str, ...],
) -> _Mechanism:
    declared, caused = _declaration(graph, name, source), _causes(graph, name, source)
    return _Mechanism(name, identifier, build, noise, inputs, declared, caused)


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


def call(function: str, *arguments: Expression) -> Bracket:
    """A call.

    >>> print_expression("x = ", call("f", "a", tuple_of(["1", "2"])), 0)
    ['x = f(a, (1, 2))']
    """
    return Bracket(f"{function}(", arguments)


def tuple_of(items: Sequence[Expression]) -> Expression:
    """A tuple; one item keeps its comma."""
    if len(items) == 1:
        return f"({_flat(items[0])},)"
    return Bracket("(", tuple(items))


def print_expression(
    before: str, expression: Expression, depth: int, after: str = ""
) -> list[str]:
    """The lines of an expression between two texts, indented to a depth."""
    margin = INDENT * depth
    line = f"{margin}{before}{_flat(expression)}{after}"
    if isinstance(expression, str) or len(line) <= WIDTH or not expression.items:
        return [line]
    inner = [
        text for item in expression.items for text in print_expression("", item, depth + 1, ",")
    ]
    opening = f"{margin}{before}{expression.opening}"
    return [opening, *inner, f"{margin}{expression.closing}{after}"]


def literal(text: str) -> str:
    r"""A string literal, in the quotes that ruff would choose; nothing in it can end it.

    >>> print(literal('say "no" \\ maybe\n'))
    'say "no" \\ maybe\n'
    """
    quote = "'" if text.count('"') > text.count("'") else '"'
    body = "".join(_escape(character, quote) for character in text)
    return f"{quote}{body}{quote}"


def comment(text: str, depth: int) -> str:
    """A comment of one line, cut to the width; it holds printable characters alone."""
    line = f"{INDENT * depth}# {printable(text)}"
    return (line if len(line) <= WIDTH else line[: WIDTH - 2] + " …").rstrip()


def printable(text: str) -> str:
    """The text with everything that could end a line or hide replaced by spaces."""
    return "".join(c if c.isprintable() else " " for c in text).strip()


def prose(text: str) -> str:
    """The text as it may stand in a docstring: without quotes and backslashes too."""
    return "".join("_" if c in "\"'\\" else c for c in printable(text))


def _escape(character: str, quote: str) -> str:
    if character in (quote, "\\"):
        return f"\\{character}"
    if character.isprintable():
        return character
    named = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}
    code = ord(character)
    form = f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"
    return named.get(character, form if code < 0x10000 else f"\\U{code:08x}")


def _flat(expression: Expression) -> str:
    if isinstance(expression, str):
        return expression
    items: Iterator[str] = (_flat(item) for item in expression.items)
    return f"{expression.opening}{', '.join(items)}{expression.closing}"
