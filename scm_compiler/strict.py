"""Data in JSON files, read to the letter: each value is of the very type that scmc writes.

What is plainly right is read here. The rest goes to pydantic, which decides and says what is
wrong: to import it takes a quarter of the time of a question, and few files were touched.
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import MISSING, Field, asdict, dataclass, field, replace
from math import isfinite
from types import UnionType
from typing import (
    TYPE_CHECKING,
    Annotated,
    Any,
    ClassVar,
    Literal,
    Self,
    TypeVar,
    Union,
    dataclass_transform,
    get_args,
    get_origin,
    get_type_hints,
)

if TYPE_CHECKING:
    from pydantic import GetCoreSchemaHandler, ValidationError
    from pydantic_core import CoreSchema

T = TypeVar("T")
S = TypeVar("S", bound="Strict")

MOST = 2**16
"""A longer text is left to pydantic, which reads many values in less time."""


@dataclass_transform(frozen_default=True, kw_only_default=True, field_specifiers=(field,))
class Strict:
    """What a JSON object holds: a frozen dataclass, whose further keys are passed over.

    The methods are called like those of pydantic's models.
    """

    __dataclass_fields__: ClassVar[dict[str, Field[Any]]]
    __pydantic_config__: ClassVar[dict[str, str]]

    def __init_subclass__(cls, extra: Literal["ignore", "forbid"] = "ignore") -> None:
        cls.__pydantic_config__ = {"extra": extra}
        dataclass(frozen=True, kw_only=True)(cls)

    def model_copy(self, *, update: Mapping[str, Any]) -> Self:
        """With other values of some fields."""
        return replace(self, **update)

    def model_dump(self, *, mode: Literal["json"] = "json") -> dict[str, Any]:
        """As plain data."""
        return asdict(self)

    def model_dump_json(self, *, indent: int | None = None) -> str:
        """As JSON."""
        from pydantic import TypeAdapter  # noqa: PLC0415  (70 ms, and for those who write)

        return TypeAdapter(type(self)).dump_json(self, indent=indent).decode()


@dataclass(frozen=True)
class Limits:
    """What a value must be, besides of its type; each is what pydantic calls so."""

    ge: int | None = None
    le: int | None = None
    lt: int | None = None
    min_length: int | None = None
    max_length: int | None = None
    pattern: str | None = None
    allow_inf_nan: bool | None = None
    discriminator: str | None = None

    def holds(self, value: Any) -> bool:  # noqa: ANN401  (any JSON)
        """Whether a value of the type is within the limits."""
        return (
            (self.ge is None or value >= self.ge)
            and (self.le is None or value <= self.le)
            and (self.lt is None or value < self.lt)
            and (self.min_length is None or len(value) >= self.min_length)
            and (self.max_length is None or len(value) <= self.max_length)
            and (self.pattern is None or re.fullmatch(self.pattern, value) is not None)
            and (self.allow_inf_nan is not False or isfinite(value))
        )

    def __get_pydantic_core_schema__(
        self,
        source: Any,  # noqa: ANN401  (a type)
        handler: "GetCoreSchemaHandler",
    ) -> "CoreSchema":
        from pydantic import Field as Limited  # noqa: PLC0415  (loaded by who calls)

        given: dict[str, Any] = {name: x for name, x in vars(self).items() if x is not None}
        return handler.generate_schema(Annotated[source, Limited(**given)])


@dataclass(frozen=True)
class Readable:
    """A text that a function takes without a ValueError."""

    function: Callable[[str], object]

    def holds(self, value: str) -> bool:
        """Whether the function takes it."""
        self.function(value)
        return True

    def __get_pydantic_core_schema__(
        self,
        source: Any,  # noqa: ANN401  (a type)
        handler: "GetCoreSchemaHandler",
    ) -> "CoreSchema":
        from pydantic import AfterValidator  # noqa: PLC0415  (loaded by who calls)

        def same(text: str) -> str:
            self.function(text)
            return text

        return handler.generate_schema(Annotated[source, AfterValidator(same)])


def read(kind: type[T], text: str | bytes) -> T:
    """The value that a JSON text holds.

    Args:
        kind: A `Strict`, or a type of plain data.
        text: In UTF-8.

    Raises:
        ValueError: If it holds something else; the sentence says what is wrong first, and where.
    """
    with suppress(ValueError, TypeError, RecursionError):
        if len(text) <= MOST:
            value: T = _value(kind, _plain(text))
            return value
    from pydantic import TypeAdapter  # noqa: PLC0415  (70 ms)

    with _worded():
        return TypeAdapter(kind).validate_json(text, strict=True)


def checked(kind: type[S], data: Mapping[str, Any]) -> S:
    """What plain data say that were read already; otherwise as `read`."""
    with suppress(ValueError, TypeError, RecursionError):
        value: S = _value(kind, dict(data))
        return value
    from pydantic import create_model  # noqa: PLC0415  (70 ms)

    hints = get_type_hints(kind, include_extras=True)
    told = {
        item.name: (hints[item.name], ... if item.default is MISSING else item.default)
        for item in kind.__dataclass_fields__.values()
        if item.name in kind.__annotations__
    }
    model = create_model(kind.__name__, __config__={"strict": True}, **told)  # type: ignore[call-overload]
    with _worded():
        return kind(**dict(model.model_validate(dict(data))))


@contextmanager
def _worded() -> Iterator[None]:
    from pydantic import ValidationError  # noqa: PLC0415  (loaded by who calls)

    try:
        yield
    except ValidationError as error:
        raise ValueError(said(error)) from error


def said(error: "ValidationError") -> str:
    """The first thing that is wrong, and where."""
    first = error.errors(include_url=False, include_input=False)[0]
    place = ".".join(str(part) for part in first["loc"])
    extra = first["type"] == "unexpected_keyword_argument"
    reason = "Extra inputs are not permitted" if extra else str(first["msg"])
    return f"{place}: {reason}" if place else reason


def _plain(text: str | bytes) -> Any:  # noqa: ANN401  (any JSON)
    """The plain data of a text that all readers of JSON read alike."""
    string = text if isinstance(text, str) else text.decode()
    if "\\u" in string.replace("\\u00", ""):  # perhaps half a character
        raise ValueError("not plain")
    return json.loads(string, object_pairs_hook=_distinct, parse_constant=_refuse)


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is no JSON")


def _distinct(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a key stands twice")
    return found


def _value(kind: Any, value: Any) -> Any:  # noqa: ANN401  (a type and any JSON)
    """A value as a type has it.

    Raises:
        ValueError: If it is not plainly of that type.
    """
    origin, parts = get_origin(kind), get_args(kind)
    if origin is Annotated:
        found = _value(parts[0], value)
        _require(all(limit.holds(found) for limit in parts[1:]))
        return found
    if origin in (Union, UnionType):
        return _one_of(parts, value)
    if origin in (list, dict, Mapping):
        return _collection(origin, parts, value)
    if isinstance(kind, type) and issubclass(kind, Strict):
        return _object(kind, value)
    if kind is Any:
        _require(_is_shallow(value, 9))
    elif origin is Literal:
        _require(any(type(value) is type(part) and value == part for part in parts))
    else:
        _require(type(value) is kind)
    return value


def _is_shallow(value: Any, levels: int) -> bool:  # noqa: ANN401  (any JSON)
    """Whether lists and objects do not stand deeper in each other than any reader goes."""
    items = value.values() if isinstance(value, dict) else value
    if not isinstance(value, dict | list):
        return True
    return levels > 0 and all(_is_shallow(item, levels - 1) for item in items)


def _require(plain: bool) -> None:
    if not plain:
        raise ValueError("it is not plainly of its type")


def _one_of(kinds: tuple[Any, ...], value: Any) -> Any:  # noqa: ANN401  (types and any JSON)
    for kind in kinds:
        with suppress(ValueError, TypeError):
            return _value(kind, value)
    raise ValueError("it is of none of the types")


def _collection(origin: Any, parts: tuple[Any, ...], value: Any) -> Any:  # noqa: ANN401
    _require(type(value) is (list if origin is list else dict))
    if origin is list:
        return [_value(parts[0], item) for item in value]
    return {_value(parts[0], name): _value(parts[1], item) for name, item in value.items()}


def _object(kind: type[Strict], value: Any) -> Strict:  # noqa: ANN401  (any JSON)
    _require(type(value) is dict)
    hints = get_type_hints(kind, include_extras=True)
    names = kind.__dataclass_fields__.keys() & value.keys()
    known = {name: _value(hints[name], value[name]) for name in names}
    _require(len(known) == len(value) or kind.__pydantic_config__["extra"] == "ignore")
    return kind(**known)
