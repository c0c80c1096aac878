"""Readable torch source of a model: it runs where scmc is not installed.

The emitted file has one submodule for each label, under the label's identifier (naming.py), with
a comment that quotes the lines of the program it came from. Its weights have the names that
`CausalModule.node_weights` gives.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from math import isinf

from scm_compiler.diagnostics import Source
from scm_compiler.emit import templates
from scm_compiler.emit.expressions import (
    Bracket,
    call,
    comment,
    literal,
    print_expression,
    prose,
    tuple_of,
)
from scm_compiler.emit.families import Mechanism, Printed, explicit, implicit, mixed
from scm_compiler.ir import Graph, Real
from scm_compiler.model.layout import Layout
from scm_compiler.model.real.parts import require_mechanisms
from scm_compiler.model.spec import ExplicitSpec, ImplicitSpec, MixedSpec, Spec


def emit_source(graph: Graph, spec: Spec, source: Source | None = None) -> str:
    """The source of a module `model.py` that needs torch and safetensors alone.

    Args:
        graph: The validated graph.
        spec: What the mechanisms are.
        source: The program, to quote its lines; the edges are named if None.

    Raises:
        ScmError: E570 if a hidden cause reaches a real node.
    """
    require_mechanisms(graph)
    layout = Layout(graph, spec.noise_width)
    found = _FAMILIES[type(spec)](layout, spec, source)
    parts = [
        _docstring(graph, found.wording),
        found.wording.imports,
        *_constants(graph, layout),
        *found.classes,
        found.wording.settings,
        _model(layout, found),
        found.wording.load,
    ]
    head, rest = "\n".join(parts[:4]), parts[4:]
    return "\n\n".join([head, *rest])


def _docstring(graph: Graph, wording: templates.Wording) -> str:
    images = ", ".join(prose(node.name) for node in graph.images)
    lines = [
        f'"""The causal model {prose(graph.name)[:50]} in plain PyTorch.',
        "",
        "Compiled by scmc from a causal graph: "
        f"every {wording.who} is a function of its parents in the",
        "graph and of noise of its own, so that do() replaces one function and leaves the rest.",
        "",
        "    model = load(path)  # the safetensors weights of a training",
        "    model.sample(1000)  # observe",
        f"    model.sample(1000, {wording.example}",
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
        *(_ranges(graph, layout) if graph.reals else ()),
        "# The values of each label; tensors hold their indices.",
        "DOMAINS: dict[str, tuple[str, ...]] = {",
    ]
    for name, domain in graph.domains.items():
        values = tuple_of([literal(value) for value in domain.values])
        lines += print_expression(f"{literal(name)}: ", values, 1, ",")
    closing = ["}"] if graph.domains else []
    lines = [*lines, *closing] if closing else [*lines[:-1], lines[-1] + "}"]
    yield "\n".join([*lines, f"NOISE = {layout.noise_size}  # columns of noise", ""])


def _ranges(graph: Graph, layout: Layout) -> Iterator[str]:
    yield "# The columns of tensors."
    yield from print_expression("NODES = ", tuple_of([*map(literal, layout.labels)]), 0)
    yield "# The ends of each real node."
    yield "RANGES: dict[str, tuple[float, float]] = {"
    for node in graph.reals:
        assert isinstance(node.domain, Real)
        ends = tuple_of([_end(node.domain.low), _end(node.domain.high)])
        yield from print_expression(f"{literal(node.name)}: ", ends, 1, ",")
    yield "}"


def _end(number: float) -> str:
    return f"{'-' if number < 0 else ''}math.inf" if isinf(number) else repr(number)


def _model(layout: Layout, found: Printed) -> str:
    """The class Model: the mechanisms, and how they read each other."""
    init, forward = _init(found.mechanisms, found.wording.nodes), _forward(layout, found)
    return "\n".join([*init, "", found.noise, *forward, "", found.wording.sample])


def _init(found: Sequence[Mechanism], nodes: str) -> Iterator[str]:
    yield "class Model(nn.Module):"
    yield f'    """The {nodes} as functions of each other and of noise."""'
    yield ""
    yield "    def __init__(self) -> None:"
    yield "        super().__init__()"
    said: tuple[str, ...] = ()
    for m in found:
        if m.declared != said:
            yield from (comment(line, 2) for line in m.declared)
            said = m.declared
        yield from print_expression(f"self.{m.identifier} = ", m.build, 2)


def _forward(layout: Layout, printed: Printed) -> Iterator[str]:
    found, states = printed.mechanisms, printed.states
    who, do = printed.wording.nodes, printed.wording.do
    yield f"    def forward(self, noise: Tensor, do: Mapping[str, {do}] | None = None) -> Tensor:"
    yield f'        """The {who} (B, {who}) for noise (B, NOISE), under an intervention."""'
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
    cast = ".to(noise.dtype)" if layout.graph.reals else ""
    labels = layout.graph.domains
    values = (m.identifier + (cast if m.name in labels else "") for m in found)
    columns = Bracket("[", tuple(values), "]")
    yield from print_expression("return ", call("torch.stack", columns, "1"), 2)


_FAMILIES: Mapping[type[Spec], Callable[..., Printed]] = {
    ExplicitSpec: explicit,
    ImplicitSpec: implicit,
    MixedSpec: mixed,
}
