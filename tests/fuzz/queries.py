"""Queries: every form, on random graphs with random tables, by every method."""

import json
import math

from tests.fuzz.case import MADE, Case, Made, randomness
from tests.fuzz.graphs import World, quoted, value_text
from tests.fuzz.mutation import mutated

EACH = 25
"""So many questions are asked of one run."""

WORDS = [
    "P", "E", "ATE", "LATE", "do", "given", "(", ")", "[", "]", "|", ",", "=", "-", "->", "A", "B",
    "C", "0", "1", "low", '"a b"', "A=1", "B[A=0]", "do(A=1)", "P(A=1)", "-1", "0.5",
]  # fmt: skip


def case(seed, index):
    """A question of a run."""
    number = index // EACH
    shaping = randomness("world", seed, number)
    world = World(shaping, hidden=number % 2 == 1)
    made = _run_of(world, shaping, f"w{seed}-{number}", counted=number % 2 == 1)
    random = randomness("queries", seed, index)
    text = query(random, world)
    if random.random() < 0.25:
        text = mutated(random, text, WORDS).decode("utf-8", "replace").replace("\0", "")[:30_000]
    words = [text] if not text.startswith("-") else ["--", text]
    if random.random() < 0.08 and len(words) == 1:
        return _sampled(random, made, text)
    return Case({}, (("query", *_options(random), *words),), made, law=plausible)


def _run_of(world, random, name, *, counted):
    if counted:
        files = {"g.scm": world.program().encode(), "rows.csv": world.rows(random, 60).encode()}
        words = (
            "train",
            "g.scm",
            "--stage",
            "labels",
            "--data",
            "csv:rows.csv",
            "--run",
            "run",
            "--budget",
            "3s",
            "-q",
        )
        return Made(name, files, (words,))
    files = {"g.bif": world.bif(random).encode()}
    return Made(name, files, (("import", "g.bif", "-o", "g.scm", "--run", "run", "-q"),))


def _options(random):
    place = ("--run", f"{MADE}/run")
    roll = random.random()
    if roll < 0.15:
        return ("--identify", *random.choice([place, ("--on", f"{MADE}/g.scm")]), *_json(random))
    if roll < 0.2:
        return ("--adjustment", *random.choice([place, ("--on", f"{MADE}/g.scm")]), *_json(random))
    if roll < 0.3:
        return ("--explain", *place, *_json(random))
    if roll < 0.35:
        return ("--sensitivity", *place, *_json(random))
    method = random.choice(["auto", "auto", "auto", "exact", "weighted", "sample", "bounds"])
    words = [
        *place,
        *_json(random),
        "--method",
        method,
        "--samples",
        str(random.choice([1, 7, 300])),
    ]
    if random.random() < 0.2:
        words += ["--noise-model", random.choice(["threshold", "gumbel-max"])]
    return (*words, "--seed", str(random.randrange(3)))


def _json(random):
    return ("--json",) if random.random() < 0.5 else ()


def _sampled(random, made, text):
    """The same words as a regime that rows are drawn in."""
    suffix = random.choice(["csv", "npz", "csv", "odd"])
    count = str(random.choice([1, 3, 20]))
    words = ("sample", text, "--run", f"{MADE}/run", "-n", count, "-o", f"out.{suffix}")
    return Case({}, (words,), made)


def query(random, world):
    """The text of a query about the labels of a world."""
    forms = ["P", "P", "P", "P", "E", "ATE", "LATE", "contrast", "ratio", "argmax", "regime"]
    form = random.choice(forms)
    if form == "contrast":
        return f"{_term(random, world)} {random.choice('+-')} {_term(random, world)}"
    if form == "ratio":
        return f"{_term(random, world)} / {_term(random, world)}"
    if form == "argmax":
        return f"argmax({_events(random, world, 0.2)}{_conditions(random, world)})"
    if form == "LATE":
        return f"LATE({' -> '.join(quoted(random.choice(world.names)) for _ in range(3))})"
    if form == "regime":
        parts = [f"do({_held(random, world)})"] * (random.random() < 0.6)
        parts += [f"given({_events(random, world, 0.95)})"] * (random.random() < 0.6)
        return ", ".join(random.sample(parts, len(parts))) or "do()"
    return _term(random, world, form, 0.6)


def _term(random, world, form=None, valued=0.95):
    form = form or random.choice(["P", "P", "E", "ATE"])
    if form == "ATE":
        cause, outcome = (quoted(random.choice(world.names)) for _ in range(2))
        name = random.choice(["ATE", "ATE", "ATT", "NDE", "NIE", "CDE"])
        two = [value_text(value) for value in random.choices(world.values[cause.strip('"')], k=2)]
        versus = f", {two[0]} vs {two[1]}" * (random.random() < 0.4)
        held = f", {_held(random, world)}" * (name == "CDE")
        conditions = _conditions(random, world) * (random.random() < 0.4)
        return f"{name}({cause} -> {outcome}{versus}{held}{conditions})"
    if form == "E":
        name, variable = random.choice(["E", "Var"]), _variable(random, world)
        return f"{name}({variable}{_conditions(random, world)})"
    return f"P({_events(random, world, valued)}{_conditions(random, world)})"


def _conditions(random, world):
    parts = [f"do({_action(random, world)})"] * (random.random() < 0.4)
    parts += [_events(random, world, 0.97)] * (random.random() < 0.5)
    parts += [_likely(random, world)] * (random.random() < 0.05)
    return f" | {', '.join(random.sample(parts, len(parts)))}" if parts else ""


def _events(random, world, valued):
    return ", ".join(_event(random, world, valued) for _ in range(random.choice([1, 1, 1, 2, 3])))


def _likely(random, world):
    name = random.choice(world.names)
    weights = ", ".join(f"{random.random():.2f}" for _ in world.values[name])
    return f"{quoted(name)} ~ ({weights})"


def _action(random, world):
    """What an intervention holds: mostly constants."""
    name = random.choice(world.names)
    form = random.choice(["held"] * 6 + ["each", "random", "rule", "test"])
    match form:
        case "each":
            return quoted(name)
        case "random":
            return f"{quoted(name)} ~ {random.choice(['0.3', '(0.5, 0.5)', '(0.2, 0.3, 0.5)'])}"
        case "rule":
            yes, no = (_value(random, world, name) for _ in range(2))
            return f"{quoted(name)} = {yes} if {_event(random, world, 0.98)} else {no}"
        case "test":
            other = random.choice(world.names)
            return f"{quoted(name)} = {quoted(other)} > {_value(random, world, other)}"
        case _:
            return _held(random, world)


def _event(random, world, valued):
    if random.random() < 0.08:
        return f"{_event(random, world, 0.99)} or {_event(random, world, 0.99)}"
    name = random.choice(world.names)
    if random.random() < 0.15:
        compared = random.choice(["<", "<=", ">", ">=", "!="])
        return f"{quoted(name)} {compared} {_value(random, world, name)}"
    value = f"={_value(random, world, name)}" if random.random() < valued else ""
    return f"{quoted(name)}{_worlds(random, world, 0.25)}{value}"


def _variable(random, world):
    return f"{quoted(random.choice(world.names))}{_worlds(random, world, 0.25)}"


def _worlds(random, world, chance):
    return f"[{_held(random, world, chance / 2)}]" if random.random() < chance else ""


def _held(random, world, nested=0.05):
    some = random.sample(world.names, min(len(world.names), random.choice([1, 1, 1, 2, 3])))
    return ", ".join(f"{quoted(name)}={_setting(random, world, name, nested)}" for name in some)


def _setting(random, world, name, nested):
    if random.random() < nested:
        return f"{quoted(name)}[{_held(random, world, nested / 2)}]"
    return _value(random, world, name)


def _value(random, world, name):
    return value_text(random.choice(world.values[name]))


def plausible(_, said):
    """Probabilities of an answer in JSON lie between 0 and 1, and every number is one."""
    (one,) = said
    if one.code or "--json" not in one.words:
        return None
    return next(filter(None, map(_implausible, _numbers(json.loads(one.out)))), None)


def _numbers(content, key=""):
    if isinstance(content, dict):
        for name, part in content.items():
            yield from _numbers(part, name)
    elif isinstance(content, list):
        for part in content:
            yield from _numbers(part, key)
    elif isinstance(content, float):
        yield key, content


def _implausible(named):
    key, number = named
    outside = key == "probability" and not -1e-9 <= number <= 1 + 1e-9
    if outside or not math.isfinite(number):
        return f"{key} is {number}"
    return None
