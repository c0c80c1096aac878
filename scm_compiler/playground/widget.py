"""The playground's bars in a notebook: choose what is seen and held, and all labels move."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from scm_compiler.diagnostics import ScmError
from scm_compiler.ir import Graph
from scm_compiler.markup import markup
from scm_compiler.notebook import printed
from scm_compiler.playground.session import Data, Session

if TYPE_CHECKING:
    from ipywidgets import VBox

    from scm_compiler.runtime.run import Run

_FREE = ("", "")
_SEEN, _HELD = "#4a5568", "#c0392b"

Choice = tuple[str, str]
"""Whether a label is `given` or held by `do`, and its value; empty where it is left alone."""

Side = tuple[str, Data]
"""The colour of seeing or of doing, and every label's numbers."""


def bars(run: "Run") -> "VBox":
    """A widget with a choice for every label and its probabilities, seeing beside doing.

    Args:
        run: Of labels that have tables.

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
    session, graph = Session(run), run.graph
    session.start()
    labels = graph.labels
    choices = {
        node.name: made.Dropdown(
            options=_options(graph, node.name),
            value=_FREE,
            description=node.name,
            style={"description_width": "12em"},
        )
        for node in labels
    }
    shown = {node.name: made.HTML() for node in labels}
    heading = made.HTML()

    def draw(_: object = None) -> None:
        chosen = {name: choice.value for name, choice in choices.items()}
        heading.value, sides = _asked(session, run.program, chosen)
        for node in labels:
            shown[node.name].value = _bars(graph.domain(node.name).values, node.name, sides)

    for choice in choices.values():
        choice.observe(draw, names="value")
    draw()
    rows = [made.HBox([choices[name], shown[name]]) for name in choices]
    return made.VBox([heading, *rows])


def _options(graph: Graph, name: str) -> list[tuple[str, Choice]]:
    """What may be chosen of a label: nothing, to see each value, to hold each value."""
    values = graph.domain(name).values
    seen = [(f"seen: {value}", ("given", value)) for value in values]
    held = [(f"held: {value}", ("do", value)) for value in values]
    return [("", _FREE), *seen, *held]


def _asked(
    session: Session, program: str, chosen: Mapping[str, Choice]
) -> tuple[str, Sequence[Side]]:
    """What is asked, or why it has no answer, as HTML; and the numbers of each side."""
    do, given = (
        {name: value for name, (mode, value) in chosen.items() if mode == wanted}
        for wanted in ("do", "given")
    )
    try:
        found = session.bars(program, do, given, firm=True)
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


def _bars(values: Sequence[str], name: str, sides: Sequence[Side]) -> str:
    """For each value of a label a bar of each side, with its interval."""
    return "".join(
        _bar(value if not rank else "", hue, labels[name][value])
        for value in values
        for rank, (hue, labels) in enumerate(sides)
        if name in labels
    )


def _bar(value: str, hue: str, number: Mapping[str, Any]) -> str:
    ends, known = number["interval"] or number["bounds"], number["value"]
    digits = "" if known is None else f"{known:.3f}"
    span = f" [{ends[0]:.3f}, {ends[1]:.3f}]" if ends else ""
    width = 100 * min(1.0, max(0.0, known or 0.0))
    return (
        '<div style="display:flex;gap:.5em;line-height:1.3"><span style="min-width:4em">'
        f'{markup(value)}</span><span style="width:10em;background:#8883">'
        f'<span style="display:block;height:.8em;margin-top:.25em;width:{width:.1f}%;'
        f'background:{hue}"></span></span><code>{digits}{span}</code></div>'
    )
