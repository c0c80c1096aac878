"""Programs: of every feature of the language, right ones and wounded ones, through every verb."""

import json
from itertools import pairwise

from tests.fuzz.case import Case, randomness
from tests.fuzz.graphs import names_of, quoted, word
from tests.fuzz.mutation import mutated

WORDS = [
    "graph", "assert", "identified", "do", "given", "P", "E", "ATE", "->", "<-", "<->", "_||_",
    "|", "binary", "categorical", "image", "(", ")", "{", "}", "[", "]", "A", "B", '"a b"', "\n",
    "#", "A -> B\n", "A, B : binary\n", "* -> A\n", "A <-> B\n", "image(3, 64, 64)", "1", "-1",
    "0.5", "real", "binned", "ordinal", "inf", "-inf", "1e-3", "1e999", "nan",
]  # fmt: skip

DECLARED = [
    "binary", "binary", "binary()", "categorical(low, high)", 'categorical(a, "b c", 3)',
    "categorical(-1, 0, 1.50,)", "ordinal(low, mid, high)", "binned(30, 50)", "binned(-1e-3)",
    "real", "real(0, 120)", "real(-inf, 1e6)", "real(low=0)",
]  # fmt: skip


def case(seed, index):
    """A program through check and fmt, and another verb."""
    random = randomness("programs", seed, index)
    text = program(random)
    whole = random.random() < 0.4
    content = text.encode() if whole else mutated(random, text, WORDS)
    files = {"g.scm": content}
    json_too = ["--json"] if random.random() < 0.3 else []
    implied = ["--implied"] if random.random() < 0.1 else []
    commands = [
        ("check", "g.scm", *json_too, *implied),
        ("export", "g.scm", "-o", "before.json", "-q"),
        ("fmt", "g.scm", *json_too),
        ("fmt", "g.scm", "--check"),
        ("export", "g.scm", "-o", "after.json", "-q"),
        further(random),
    ]
    return Case(files, tuple(commands), law=formatted)


def further(random):
    """One more verb of a program."""
    if random.random() < 0.15:
        return ("compile", "g.scm", "-o", "build", *(["--json"] * (random.random() < 0.5)))
    if random.random() < 0.4:
        suffix = random.choice(["dot", "mmd", "dagitty", "csv", "json", "bif", "txt", "gv", "odd"])
        return ("export", "g.scm", "-o", f"out.{suffix}")
    suffix = random.choice(["svg", "svg", "dot", "mmd"])
    engine = random.choice(["built-in", "built-in", "auto", "graphviz-pure"])
    regimes = [[], ["--do", "A=1"], ["--given", "B=0"], ["--do", "A=1,", "--given", ""]]
    return ("render", "g.scm", "-o", f"out.{suffix}", "--engine", engine, *random.choice(regimes))


def formatted(folder, said):
    """Formatting settles at once and keeps the meaning."""
    _, before, first, second, after, _ = said
    if first.code == 0 and second.code != 0:
        return f"formatting twice is not formatting once: {second.out}{second.err}"
    if before.code != after.code:
        return f"before formatting exit code {before.code}, after it {after.code}: {after.err}"
    if before.code == 0 and _meaning(folder / "before.json") != _meaning(folder / "after.json"):
        return "formatting changes the graph"
    return None


def _meaning(path):
    return json.loads(path.read_text("utf-8"))


def program(random):
    """A program that is right but for a name's chance."""
    names = names_of(random, random.choice([1, 2, 3, 3, 4, 5, 7, 12]))
    lines = [f"graph {word(random)}"] if random.random() < 0.5 else []
    lines += _declared(random, names)
    image = "F" if random.random() < 0.3 and "F" not in names else None
    if image:
        size = random.choice(["3, 8, 8", "1, 4, 4", "channels=1, height=4, width=6"])
        lines += [f"{image} : image({size})", random.choice([f"* -> {image}", f"{image} <- *"])]
    lines += [_edges(random, names) for _ in range(random.randrange(5))]
    lines += [_hidden(random, names) for _ in range(random.choice([0, 0, 1, 2]))]
    lines += [_claim(random, names) for _ in range(random.choice([0, 0, 0, 1]))]
    if random.random() < 0.3:
        random.shuffle(lines)
    return _laid_out(random, [line for line in lines if line])


def _declared(random, names):
    left, lines = list(names), []
    while left:
        some = left[: random.choice([1, 1, 2, 4])]
        left = left[len(some) :]
        lines.append(f"{', '.join(map(quoted, some))} : {random.choice(DECLARED)}")
    return lines


def _edges(random, names):
    """A chain along the order of the names, so that it makes no cycle; rarely against it."""
    cuts = sorted(
        random.sample(range(len(names) + 1), min(len(names) + 1, random.choice([2, 3, 4])))
    )
    sides = [names[a:b] for a, b in pairwise(cuts)]
    sides = [random.sample(side, random.randint(1, len(side))) for side in sides if side]
    if len(sides) < 2:
        return ""
    arrow = " -> "
    if random.random() < 0.3:
        sides, arrow = sides[::-1], " <- "
    return arrow.join(_side(random, side) for side in sides)


def _side(random, side):
    if random.random() < 0.3:
        return "{" + random.choice([" ", ", ", "\n"]).join(map(quoted, side)) + "}"
    return random.choice([", ", ",", " ,\n  "]).join(map(quoted, side))


def _hidden(random, names):
    if len(names) < 2:
        return ""
    return " <-> ".join(
        map(quoted, random.sample(names, min(len(names), random.choice([2, 2, 3]))))
    )


def _claim(random, names):
    if len(names) < 2:
        return ""
    chosen = list(map(quoted, random.sample(names, min(3, len(names)))))
    a, b, *c = chosen
    claims = [
        f"assert {a} _||_ {b}" + (f" | {c[0]}" if c else ""),
        f"assert identified P({a} | do({b}))",
        f"assert identified P({a}[{b}=0] | {b}=1)",
        f"assert identified ATE({a} -> {b})",
    ]
    return random.choice(claims)


def _laid_out(random, lines):
    text = ""
    for line in lines:
        remark = random.choice(["", "", "", "  # a remark", "#", ' # "', " # at 1, 2"])
        end = random.choice(["\n", "\n", "\n", "\n\n", "\r\n", ";\n", "; "])
        if remark and not end.endswith("\n"):
            end = "\n"
        text += random.choice(["", "", "  ", "\t"]) + line + remark + end
    return text
