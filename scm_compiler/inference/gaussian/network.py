"""Linear Gaussian networks with discrete parents, and their nodes in several worlds."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from scm_compiler.inference.contraction import Array
from scm_compiler.ir import Graph
from scm_compiler.ir.graph import reached
from scm_compiler.model.real.linear import Linear

Held = tuple[tuple[str, float], ...]


@dataclass(frozen=True, slots=True)
class Instance:
    """A node in the world where others are held: `Y[X=0.5, A=1]`.

    Attributes:
        node: The node, discrete or real.
        held: What is held at which value; a discrete value is its index. By name.

    >>> str(Instance.of("Y", {"X": 0.5, "A": 1}))
    'Y[A=1, X=0.5]'
    """

    node: str
    held: Held = ()

    @classmethod
    def of(cls, node: str, held: Mapping[str, float] | None = None) -> "Instance":
        """A node in a world; the world as it is by default."""
        return cls(node, tuple(sorted((held or {}).items())))

    def __str__(self) -> str:
        inside = ", ".join(f"{name}={value:g}" for name, value in self.held)
        return f"{self.node}[{inside}]" if inside else self.node


@dataclass(frozen=True, eq=False)
class LinearNetwork:
    """A graph with the tables of its discrete nodes and the mechanisms of its real ones.

    Attributes:
        graph: The graph; nodes with neither table nor mechanism are those that nothing asked for
            rests on.
        tables: P(node | parents) of each discrete node, as `Tables.probabilities` has it.
        mechanisms: Of each real node.

    Raises:
        ValueError: If a discrete node has a real parent, or a hidden common cause reaches a node.
    """

    graph: Graph
    tables: Mapping[str, Array]
    mechanisms: Mapping[str, Linear]

    def __post_init__(self) -> None:
        for name in self.tables:
            if real := [p for p in self.graph.parents[name] if p in self.mechanisms]:
                raise ValueError(f"{name} is discrete and has the real parent {real[0]}")
        for pair in self.graph.confounders:
            if {pair.left, pair.right} & self.mechanisms.keys():
                raise ValueError(f"{pair.left} <-> {pair.right} ties the noise of real nodes")

    def lacks(self, instances: Iterable[Instance]) -> tuple[str, ...]:
        """The nodes that variables rest on and that have neither table nor mechanism here.

        Where there are none, a question about these variables, asked or seen, is answered.
        """
        found: dict[str, None] = {}
        for instance in instances:
            held = {name for name, _ in instance.held}
            for name in self._up_to(instance.node, held):
                if name not in held and name not in self.tables and name not in self.mechanisms:
                    found[name] = None
        return tuple(found)

    def felt(self, instance: Instance) -> Instance:
        """The same variable with no more held than reaches the node."""
        held = dict(instance.held)
        if instance.node in held:
            return Instance(instance.node, ((instance.node, held[instance.node]),))
        above = set(self._up_to(instance.node, held))
        return Instance(instance.node, tuple(each for each in instance.held if each[0] in above))

    def _up_to(self, node: str, held: Collection[str]) -> list[str]:
        """A node and its causes, as far as those that are held."""
        return reached([node], lambda name: () if name in held else self.graph.parents[name])
