"""A counterfactual from Python values: a label, what would have been held, what was seen."""

from collections.abc import Mapping

from scm_compiler.syntax.printer import print_name

Value = str | int | float


def counterfactual_text(
    target: str, do: Mapping[str, Value] | None = None, given: Mapping[str, Value] | None = None
) -> str:
    """The question as it is written.

    Args:
        target: The nodes asked for, or a whole question, which is returned as it is.
        do: What would have been held; the targets live in that world.
        given: What was seen, in the world as it is.

    >>> counterfactual_text("Bald", {"Male": 0}, {"Male": 1, "Bald": 1})
    'P(Bald[Male=0] | Male=1, Bald=1)'
    >>> counterfactual_text("P(Bald[Male=0]=1 | Male=1, Bald=1)")
    'P(Bald[Male=0]=1 | Male=1, Bald=1)'
    """
    if not do and not given and "(" in target:
        return target
    world = f"[{_settings(do)}]" if do else ""
    evidence = f" | {_settings(given)}" if given else ""
    return f"P({print_name(target)}{world}{evidence})"


def _settings(values: Mapping[str, Value] | None) -> str:
    pairs = (values or {}).items()
    return ", ".join(f"{print_name(name)}={_value(value)}" for name, value in pairs)


def _value(value: Value) -> str:
    if isinstance(value, str):
        return print_name(value)
    return str(int(value)) if isinstance(value, int) else repr(value)
