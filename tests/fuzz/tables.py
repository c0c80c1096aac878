"""Tables of labels, wounded, through check --data and train."""

from tests.fuzz.case import Case, randomness
from tests.fuzz.graphs import World
from tests.fuzz.mutation import mutated

WORDS = [
    ",", ";", "\t", "\n", '"', '""', "0", "1", "-1", "yes", "no", "True", "false", "NaN", "", " ",
    "A", "B", "count", "low", "0.0", "1.0", "2", "NA", "?", "'", "1e3", "\n\n", ",,", '"0"',
    '"a\nb"',
]  # fmt: skip


def case(seed, index):
    """A table, and what checks or learns from it."""
    random = randomness("tables", seed, index)
    world = World(random, most=5, hidden=random.random() < 0.3)
    text = _coded(random, world.rows(random, random.choice([0, 1, 3, 30])))
    spec = "csv:rows.csv"
    if random.random() < 0.3:
        text = _counted(random, text)
        spec += random.choice(["?count=count", "?count=count", "?count=A", "?count=", "?x=1"])
    content = text.encode() if random.random() < 0.15 else mutated(random, text, WORDS)
    files = {"g.scm": world.program().encode(), "rows.csv": content}
    json_too = ("--json",) if random.random() < 0.3 else ()
    implied = ("--implied",) if random.random() < 0.15 else ()
    commands = [("check", "g.scm", "--data", spec, *implied, *json_too)]
    if random.random() < 0.5:
        train = ("train", "g.scm", "--stage", "labels", "--data", spec, "--run", "run")
        commands += [(*train, *json_too)]
        commands += [random.choice([_ASKED, ("eval", "run"), ("export", "run", "-o", "out.bif")])]
    return Case(files, tuple(commands), law=agree)


_ASKED = ("query", "do()", "--run", "run", "--json")


def agree(_, said):
    """What check finds right in a table can be learned, and what it refuses cannot."""
    if len(said) > 1 and (said[0].code == 0) != (said[1].code == 0):
        codes = f"check ends with {said[0].code}, train with {said[1].code}"
        return f"{codes}: {said[0].err}{said[1].err}"
    return None


def _coded(random, text):
    """The same table with another separator, other quotes or another end of lines."""
    if random.random() < 0.2:
        text = text.replace(",", random.choice([";", "\t"]))
    if random.random() < 0.1:
        text = text.replace("\n", "\r\n")
    if random.random() < 0.1:
        text = text.replace("0", random.choice(["no", "False", "-1", '"0"', "0.0"]))
    return text


def _counted(random, text):
    """The same with a column that counts."""
    head, *rows = text.splitlines()
    odd = ["0", "-1", "1.5", "", "x", "1e3", "99999999999999999999", "4611686018427387904", "٣"]
    counts = [
        str(random.randrange(1, 9)) if random.random() < 0.97 else random.choice(odd) for _ in rows
    ]
    return "\n".join([f"{head},count", *map(",".join, zip(rows, counts, strict=True)), ""])
