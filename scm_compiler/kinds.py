"""Node kinds: what may stand after the colon of a declaration.

A kind is a function from the arguments of a declaration to a domain. The grammar knows no kind:
`Hair : categorical(black, blond)` parses to the name `categorical` with two arguments, and this
registry says what that is. A package adds kinds through the entry point group `scmc.kinds`.
"""

import inspect
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from scm_compiler import plugins
from scm_compiler.ir.domain import (
    BINARY,
    KINDS,
    Binned,
    Discrete,
    Domain,
    Finite,
    Image,
    Ordinal,
    Real,
)

Value = str | int | float

ENTRY_POINTS = KINDS


@dataclass(frozen=True, slots=True)
class NodeKind:
    """A kind of node.

    Attributes:
        name: As written in programs.
        domain: Builds the domain from the declaration's arguments; raises ValueError with a
            sentence for the user where they are wrong.
        origin: The package that registered it.
    """

    name: str
    domain: Callable[..., Domain]
    origin: str = "scm_compiler"

    @property
    def usage(self) -> str:
        """How the kind is written, such as `image(channels, height, width)`."""
        parameters = inspect.signature(self.domain).parameters.values()
        names = [f"{p.name}, …" if p.kind is p.VAR_POSITIONAL else p.name for p in parameters]
        return f"{self.name}({', '.join(names)})" if names else self.name

    def build(self, positional: tuple[Value, ...], keyword: Mapping[str, Value]) -> Domain:
        """The domain for these arguments; ValueError with a sentence where they are wrong."""
        signature = inspect.signature(self.domain)
        try:
            signature.bind(*positional, **keyword)
        except TypeError as wrong:
            reason = _misfit(signature, len(positional), list(keyword))
            raise ValueError(reason) from wrong
        made = self.domain(*positional, **keyword)
        if isinstance(made, Finite):
            _refuse_values(self.name, made)
        elif not isinstance(made, Image | Real):
            reason = f"its values ({type(made).__name__}) can neither be counted nor drawn"
            raise ValueError(reason)  # noqa: TRY004  (said at the place of the declaration)
        return made

    def rebuild(self, arguments: Mapping[str, Any]) -> Domain:
        """The domain for what `Domain.arguments` gave.

        Raises:
            ValueError: If the arguments are wrong, or not those that the domain itself gives.
        """
        try:
            made = self.build(tuple(listed(arguments)), {})
        except TypeError as wrong:
            raise ValueError(f"the arguments of `{self.name}` are wrong: {wrong}") from wrong
        own = {name: _plain(value) for name, value in made.arguments.items()}
        if own != dict(arguments):
            raise ValueError(f"the arguments of `{self.name}` are {own}, not {dict(arguments)}")
        return made


def listed(arguments: Mapping[str, Any]) -> Iterator[Value]:
    """Arguments as they stand in a declaration, one after the other."""
    for value in arguments.values():
        yield from value if isinstance(value, list | tuple) else (value,)


def _plain(value: Any) -> Any:  # noqa: ANN401  (of a program, or several)
    """A value as JSON gives it back."""
    return list(value) if isinstance(value, tuple) else value


def _misfit(signature: inspect.Signature, given: int, keywords: list[str]) -> str:
    """Why arguments do not fit a kind, in words of the language.

    Args:
        signature: What the kind takes.
        given: How many arguments stand without a name.
        keywords: The names of the others.
    """
    parameters = signature.parameters.values()
    named = [p.name for p in parameters if p.kind not in (p.VAR_POSITIONAL, p.POSITIONAL_ONLY)]
    unknown = next((name for name in keywords if name not in named), None)
    if unknown is not None and not any(p.kind is p.VAR_KEYWORD for p in parameters):
        return f"it has no argument `{unknown}`"
    twice = next((name for name in keywords if name in list(signature.parameters)[:given]), None)
    if twice is not None:
        return f"`{twice}` is given twice"
    if not parameters:
        return f"it takes no arguments, {given} given"
    least = sum(p.default is p.empty for p in parameters)
    count = f"{least}" if least == len(parameters) else f"{least} to {len(parameters)}"
    noun = "argument" if count == "1" else "arguments"
    listed = ", ".join(signature.parameters)
    return f"it takes {count} {noun} ({listed}), {given + len(keywords)} given"


def _refuse_values(kind: str, domain: Finite) -> None:
    """Refuse a domain whose values cannot be told apart, or whose family is not of them."""
    names = domain.values
    if len(names) < 2:
        article = "an" if kind[:1] in "aeiou" else "a"
        raise ValueError(f"{article} {kind} node needs at least two values")
    if len(set(names)) != len(names):
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"the value `{twice}` is listed twice")
    if any(not name.strip() for name in names):
        raise ValueError("a value cannot be empty")
    hidden = next((c for name in names for c in name if not c.isprintable()), None)
    if hidden is not None:
        raise ValueError(f"a value cannot hold the unprintable character U+{ord(hidden):04X}")
    family = domain.family
    if family and any(len(row) != len(names) for row in (family.base, *family.statistics)):
        raise ValueError(f"its family is not one over {len(names)} values")


def _categorical(*values: Value) -> Discrete:
    return Discrete(tuple(str(value) for value in values))


def _ordinal(*values: Value) -> Ordinal:
    return Ordinal(tuple(str(value) for value in values))


def _binned(*cuts: Value) -> Binned:
    return Binned(tuple(map(_number, cuts)))


def _real(low: Value = "-inf", high: Value = "inf") -> Real:
    return Real(_number(low), _number(high))


def _number(value: Value) -> float:
    try:
        return float(value)
    except (ValueError, OverflowError):
        raise ValueError(f"`{value}` is not a number") from None


def _image(channels: Value, height: Value, width: Value) -> Image:
    sizes = {"channels": channels, "height": height, "width": width}
    for name, size in sizes.items():
        if not isinstance(size, int) or not 1 <= size <= 4096:
            raise ValueError(f"{name} must be a whole number from 1 to 4096, not `{size}`")
    if channels not in (1, 3):
        raise ValueError(f"an image has 1 channel (grey) or 3 (colour), not {channels}")
    return Image(int(channels), int(height), int(width))


@dataclass(frozen=True)
class Kinds(Mapping[str, NodeKind]):
    """An immutable registry of node kinds.

    >>> BUILTIN["image"].usage
    'image(channels, height, width)'
    """

    kinds: tuple[NodeKind, ...]

    def __getitem__(self, name: str) -> NodeKind:
        for kind in self.kinds:
            if kind.name == name:
                return kind
        raise KeyError(name)

    def __iter__(self) -> Iterator[str]:
        return (kind.name for kind in self.kinds)

    def __len__(self) -> int:
        return len(self.kinds)

    def extended(self, *kinds: NodeKind) -> "Kinds":
        """This registry and further kinds; ValueError naming both owners if a name is taken."""
        known = dict(self.items())
        for kind in kinds:
            other = known.setdefault(kind.name, kind)
            if other is not kind:
                owners = f"{other.origin} and {kind.origin}"
                raise ValueError(f"two packages register the node kind `{kind.name}`: {owners}")
        return Kinds(tuple(known.values()))


BUILTIN = Kinds(
    (
        NodeKind("binary", lambda: BINARY),
        NodeKind("categorical", _categorical),
        NodeKind("ordinal", _ordinal),
        NodeKind("binned", _binned),
        NodeKind("real", _real),
        NodeKind("image", _image),
    )
)


def installed() -> Kinds:
    """The built-in kinds and those of installed packages (entry points of `scmc.kinds`)."""
    return BUILTIN.extended(*plugins.every(ENTRY_POINTS))
