"""The playground's bars in a notebook: choose what is seen and held, and all nodes move."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from scm_compiler.diagnostics import ScmError
from scm_compiler.inference.real.openings import written_as
from scm_compiler.inference.real.working import QUARTILES
from scm_compiler.ir import Node, Real
from scm_compiler.markup import markup
from scm_compiler.notebook import printed
from scm_compiler.playground.program import Values
from scm_compiler.playground.questions import bars_of_run
from scm_compiler.playground.session import Data, Session

if TYPE_CHECKING:
    from ipywidgets import VBox

    from scm_compiler.runtime.run import Run

_FREE = ("", "")
_SEEN, _HELD = "#4a5568", "#c0392b"

NARROWEST = 0.01
"""The share of a line that a number takes that is known."""

Choice = tuple[str, str]
"""Whether a node is `given` or held by `do`, and its value; empty where it is left alone."""

Side = tuple[str, Data]
"""The colour of seeing or of doing, and every node's numbers."""

Ask = Callable[[Values, Values], Data]
"""What there is where some nodes are held and some seen; see `questions.bars`."""


def bars(run: "Run") -> "VBox":
    """A widget with a choice for every node and what it then is, seeing beside doing.

    A label has its probabilities; a real node its mean, and a bar for the middle half of it
    between the least and the greatest number of the data. What is drawn has no interval here,
    which would take as long again for each replicate: ask the run.

    Args:
        run: What is asked.

    Returns:
        A widget of ipywidgets, which a notebook shows.

    Raises:
        ImportError: If there is no ipywidgets.
    """
    try:
        import ipywidgets as made  # noqa: PLC0415  (an extra, and slow to load)
    except ImportError as error:
        raise ImportError(
            "bars in a notebook need ipywidgets: `pip install ipywidgets`"
        ) from error
    ask = partial(bars_of_run, run) if run.graph.reals else _of_labels(run)
    choices = {
        name: made.Dropdown(
            options=_options(values),
            value=_FREE,
            description=name,
            style={"description_width": "12em"},
        )
        for name, values in _values(run, ask).items()
    }
    shown = {name: made.HTML() for name in choices}
    heading = made.HTML()

    def draw(_: object = None) -> None:
        chosen = {name: choice.value for name, choice in choices.items()}
        heading.value, sides = _asked(ask, chosen)
        for name in choices:
            shown[name].value = _shown(run, run.graph.by_name[name], sides)

    for choice in choices.values():
        choice.observe(draw, names="value")
    draw()
    rows = [made.HBox([choices[name], shown[name]]) for name in choices]
    return made.VBox([heading, *rows])


def _of_labels(run: "Run") -> Ask:
    """Asks the tables of a run, as the page does."""
    session = Session(run)
    session.start()
    return partial(session.bars, run.program, firm=True)


def _values(run: "Run", ask: Ask) -> dict[str, Sequence[str]]:
    """What each node may be seen or held at: its values, or the quartiles of a real one."""
    graph = run.graph
    at_first = ask({}, {})["doing"]["labels"] if graph.reals else {}
    found: dict[str, Sequence[str]] = {}
    for node in graph.tabular:
        if isinstance(node.domain, Real):
            numbers = [at_first[node.name][called]["value"] for _, called in QUARTILES]
            found[node.name] = written_as(numbers, node.domain)
        else:
            found[node.name] = graph.domain(node.name).values
    return found


def _options(values: Sequence[str]) -> list[tuple[str, Choice]]:
    """What may be chosen of a node: nothing, to see each value, to hold each value."""
    seen = [(f"seen: {value}", ("given", value)) for value in values]
    held = [(f"held: {value}", ("do", value)) for value in values]
    return [("", _FREE), *seen, *held]


def _asked(ask: Ask, chosen: Mapping[str, Choice]) -> tuple[str, Sequence[Side]]:
    """What is asked, or why it has no answer, as HTML; and the numbers of each side."""
    do, given = (
        {name: value for name, (mode, value) in chosen.items() if mode == wanted}
        for wanted in ("do", "given")
    )
    try:
        found = ask(do, given)
    except (ScmError, ValueError) as error:
        return printed(str(error)), ()
    text, as_seen = found["texts"]
    parts = [(_HELD if do else _SEEN, text or "observation", found["doing"])]
    if do:
        parts.insert(0, (_SEEN, as_seen, found["seeing"]))
    heads = " ".join(f'<b style="color:{hue}">{markup(told)}</b>' for hue, told, _ in parts)
    refused = [one["message"] for *_, part in parts for one in part.get("refused", ())]
    return f"<p>{heads}</p>{printed(chr(10).join(refused))}", [
        (hue, part["labels"]) for hue, _, part in parts
    ]


def _shown(run: "Run", node: Node, sides: Sequence[Side]) -> str:
    """A node's bars."""
    if not isinstance(node.domain, Real):
        return _bars(run.graph.domain(node.name).values, node.name, sides)
    ends = run.ranges.get(node.name, (0.0, 0.0))
    return "".join(_half(hue, own[node.name], *ends) for hue, own in sides if node.name in own)


def _bars(values: Sequence[str], name: str, sides: Sequence[Side]) -> str:
    """For each value of a label a bar of each side, with its interval."""
    return "".join(
        _bar(value if not rank else "", hue, labels[name][value])
        for value in values
        for rank, (hue, labels) in enumerate(sides)
        if name in labels
    )


def _bar(value: str, hue: str, number: Mapping[str, Any]) -> str:
    known = number["value"]
    digits = "" if known is None else f"{known:.3f}"
    return _line(value, hue, 0.0, known or 0.0, f"{digits}{_interval(number, '.3f')}")


def _half(hue: str, numbers: Mapping[str, Any], low: float, high: float) -> str:
    """The middle half of a real node, between two ends, and its mean."""
    first, *_, last = (numbers[called]["value"] for _, called in QUARTILES)
    start, end = ((at - low) / (high - low or 1.0) for at in (first, last))
    mean = numbers["mean"]
    told = f"mean {mean['value']:.4g}{_interval(mean, '.4g')}, half in {first:.4g} to {last:.4g}"
    return _line("", hue, start, max(end, start + NARROWEST), told)


def _interval(number: Mapping[str, Any], form: str) -> str:
    ends = number["interval"] or number["bounds"]
    return f" [{ends[0]:{form}}, {ends[1]:{form}}]" if ends else ""


def _line(value: str, hue: str, start: float, end: float, told: str) -> str:
    """A bar from one share of the line to another, and what is told of it."""
    start, end = (min(1.0, max(0.0, share)) for share in (start, end))
    return (
        '<div style="display:flex;gap:.5em;line-height:1.3"><span style="min-width:4em">'
        f'{markup(value)}</span><span style="width:10em;background:#8883">'
        f'<span style="display:block;height:.8em;margin:.25em 0 0 {100 * start:.1f}%;'
        f'width:{100 * (end - start):.1f}%;background:{hue}"></span></span>'
        f"<code>{told}</code></div>"
    )
