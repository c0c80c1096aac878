"""Random names, graphs and tables, shared by the kinds of cases."""

import re
from itertools import product

ODD_NAMES = [
    "blood pressure",
    "P",
    "do",
    "graph",
    "é",
    "<5",
    "a -> b",
    "a/b",
    "3",
    "_",
    "Ⅷ",
    "x'y",
    "c\\",
]
PLAIN = [*"ABCDEGHIJKLMNOPQ"]


def names_of(random, count):
    """Distinct names, mostly plain ones."""
    odd = random.random() < 0.3
    found = random.sample(PLAIN, count)
    if odd:
        for rank in random.sample(range(count), min(count, 2)):
            found[rank] = random.choice([name for name in ODD_NAMES if name not in found])
    return found


def word(random):
    """The name of a graph."""
    return random.choice(["g", "g", "my_graph", '"odd name"', '"a/b"', '".."', "é"])


def quoted(name):
    """A name as programs and queries write it."""
    reserved = name in ("P", "E", "ATE", "do", "given", "graph", "assert", "identified")
    return name if re.fullmatch(r"\w+", name) and not reserved else f'"{name}"'


class World:
    """A random graph over plain or quoted names, with the values of each label."""

    def __init__(self, random, *, most=6, hidden=False):
        self.names = names_of(random, random.randint(2, most))
        pools = [("0", "1"), ("0", "1"), ("0", "1"), ("low", "mid", "high"), ("-1", "0", "1"),
                 ("a b", "c"), ("do", "P")]  # fmt: skip
        self.values = {name: random.choice(pools) for name in self.names}
        pairs = [(a, b) for j, b in enumerate(self.names) for a in self.names[:j]]
        self.edges = [pair for pair in pairs if random.random() < random.choice([0.2, 0.5])]
        self.hidden = [pair for pair in pairs if hidden and random.random() < 0.25]

    def parents(self, name):
        """The causes of a label."""
        return [a for a, b in self.edges if b == name]

    def program(self):
        """The program."""
        lines = []
        for name in self.names:
            listed = self.values[name]
            kind = f"categorical({', '.join(map(value_text, listed))})"
            lines.append(f"{quoted(name)} : {'binary' if listed == ('0', '1') else kind}")
        lines += [f"{quoted(a)} -> {quoted(b)}" for a, b in self.edges]
        lines += [f"{quoted(a)} <-> {quoted(b)}" for a, b in self.hidden]
        return "\n".join([*lines, ""])

    def rows(self, random, count):
        """A table of labels as CSV, some configurations never seen."""
        chosen = {name: random.choice([0.0, 0.1, 0.5, 0.9]) for name in self.names}
        lines = [",".join(csv_field(name) for name in self.names)]
        for _ in range(count):
            row = []
            for name in self.names:
                listed = self.values[name]
                low = random.random() < chosen[name]
                row.append(listed[0] if low else random.choice(listed[1:]))
            lines.append(",".join(map(csv_field, row)))
        return "\n".join([*lines, ""])

    def bif(self, random):
        """The network as BIF, some probabilities zero or one."""
        zeros = random.choice([0.0, 0.3, 0.6])
        lines = ["network g { }"]
        for name in self.names:
            listed = ", ".join(f'"{value}"' for value in self.values[name])
            size = len(self.values[name])
            lines.append(f'variable "{name}" {{ type discrete [ {size} ] {{ {listed} }}; }}')
        for name in self.names:
            lines += self._probability(random, name, zeros)
        return "\n".join([*lines, ""])

    def _probability(self, random, name, zeros):
        above = self.parents(name)
        given = " | " + ", ".join(f'"{parent}"' for parent in above) if above else ""
        yield f'probability ( "{name}"{given} ) {{'
        for place in product(*(self.values[parent] for parent in above)):
            row = _distribution(random, len(self.values[name]), zeros)
            head = "(" + ", ".join(f'"{value}"' for value in place) + ")" if place else "table"
            yield f"  {head} {', '.join(map(repr, row))};"
        yield "}"


def _distribution(random, size, zeros):
    weights = [0.0 if random.random() < zeros else random.random() + 1e-3 for _ in range(size)]
    if not any(weights):
        weights[random.randrange(size)] = 1.0
    return [weight / sum(weights) for weight in weights]


def value_text(value):
    """A value as programs and queries write it."""
    return value if re.fullmatch(r"\w+|-?\d+(\.\d+)?", value) else f'"{value}"'


def csv_field(text):
    """A field of a CSV file."""
    return '"' + text.replace('"', '""') + '"' if set(text) & set(', "\n') else text
