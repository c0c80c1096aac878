"""What installed packages add: entry points, each under the name by which users ask for it.

A package that adds something names a group (`scmc.kinds`, `scmc.heads`, `scmc.sources`,
`scmc.engines`), a name, and the object; nothing of it is loaded before it is asked for.
"""

from typing import Any


def names(group: str) -> tuple[str, ...]:
    """The names that are registered in a group."""
    return tuple(sorted({point.name for point in _points(group)}))


def every(group: str) -> list[Any]:
    """All that is registered in a group, by name."""
    return [point.load() for point in sorted(_points(group), key=lambda point: point.name)]


def one(group: str, name: str, what: str) -> Any | None:  # noqa: ANN401  (what the group holds)
    """What is registered under a name; None if nothing is.

    Args:
        group: Where to look.
        name: As users write it.
        what: The noun of the group, such as `data source`.

    Raises:
        ValueError: Naming both owners, if two packages register it.
    """
    points = sorted(_points(group).select(name=name), key=lambda point: point.value)
    if len(points) > 1:
        owners = " and ".join(point.value for point in points)
        raise ValueError(f"two packages register the {what} `{name}`: {owners}")
    return points[0].load() if points else None


def _points(group: str) -> Any:  # noqa: ANN401  (EntryPoints, of a late import)
    from importlib.metadata import entry_points  # noqa: PLC0415  (100 ms, needed by few)

    return entry_points(group=group)
