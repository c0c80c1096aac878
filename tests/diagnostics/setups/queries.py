"""E4xx and W4xx: runs that are asked."""

import numpy as np

from scm_compiler.compiler import check
from scm_compiler.diagnostics import Source
from scm_compiler.model.explicit import ExplicitModule
from scm_compiler.runtime.controller.registry import configure
from scm_compiler.runtime.data.table import LabelTable
from scm_compiler.runtime.runs.folder import create_run, finish
from scm_compiler.runtime.runs.model_files import write_weights
from scm_compiler.runtime.training.loop import Outcome
from tests.diagnostics.setups.made import once, scmc, shipped
from tests.plugins.installing import install


@once
def celeba(folder):
    """`runs/celeba_g1-1`, fitted to the counts that come with scmc."""
    scmc(folder, "train -q celeba_g1 --stage labels")


@once
def complete(folder):
    """`runs/celeba_cg1-1`, whose wide tables have rows that the counts do not show."""
    scmc(folder, "train -q celeba_cg1 --stage labels")


@once
def hair(folder):
    shipped(folder, "hair")


@once
def sprinkler(folder):
    shipped(folder, "sprinkler")


@once
def front_door(folder):
    shipped(folder, "front_door")


@once
def front_door_networks(folder):
    shipped(folder, "front_door", "--trainer wgan-gp --steps 2")


@once
def sprinkler_networks(folder):
    shipped(folder, "sprinkler", "--trainer wgan-gp --steps 2")


@once
def days(folder):
    """`runs/days-1`: of a row of days, each caused by the day before and the fifth before.

    It is not trained and has no certificate, which for so many values would take minutes.
    """
    names = [f"Day{rank}" for rank in range(1, 81)]
    values = ", ".join(f"t{value}" for value in range(31))
    pairs = [(day, day + gap) for gap in (1, 5) for day in range(1, 81 - gap)]
    arrows = "".join(f"Day{left} -> Day{right}\n" for left, right in pairs)
    text = f"graph days\n{', '.join(names)} : categorical({values})\n{arrows}"
    graph, _ = check(Source("days.scm", text))
    rows = LabelTable(tuple(names), (31,) * 80, np.zeros((0, 80), int), np.zeros(0, int), "none")

    def fill(run):
        write_weights(run.path, ExplicitModule(graph))
        finish(run, Outcome("complete", 0, 0.0, {}), 0, {})

    create_run(graph, rows, configure(), path=folder / "runs/days-1", fill=fill)


@once
def few_smokers(folder):
    """`runs/front_door-1`, of rows in which nobody smokes without tar."""
    rows = "Smoking,Tar,Cancer\n0,0,0\n0,0,1\n0,1,0\n0,1,1\n1,1,1\n1,1,0\n1,1,1\n"
    train(folder, "front_door", rows)


@once
def untreated(folder):
    """`runs/trial-1`, of rows in which nobody is treated."""
    program = "graph trial\nAge, Treated, Cured : binary\nAge -> Treated -> Cured\nAge <-> Cured\n"
    (folder / "trial.scm").write_text(program)
    train(folder, "trial.scm", "Age,Treated,Cured\n0,0,0\n0,0,1\n1,0,0\n1,0,1\n")


@once
def napkin(folder):
    """`runs/napkin-1`, of rows that respect what the graph says of labels two by two at most."""
    program = "graph napkin\nW, R, X, Y : binary\nW -> R -> X -> Y\nW <-> X\nW <-> Y\n"
    (folder / "napkin.scm").write_text(program)
    frequent = "0,0,0,0\n" * 40 + "0,1,0,1\n" * 40 + "1,0,0,1\n" * 20 + "1,1,0,0\n" * 40
    train(folder, "napkin.scm", f"W,R,X,Y\n{frequent}0,0,1,0\n0,1,1,1\n1,0,1,0\n1,1,1,1\n")


@once
def wide(folder):
    """`runs/wide-1`: X1, ..., X30 cause Y, and Y causes Z."""
    causes = ", ".join(f"X{rank}" for rank in range(1, 31))
    (folder / "wide.scm").write_text(
        f"graph wide\n{causes}, Y, Z : binary\n{causes} -> Y\nY -> Z\n"
    )
    rows = np.random.default_rng(0).integers(0, 2, (300, 32))
    train(folder, "wide.scm", table(f"{causes}, Y, Z", rows), "--steps 4")


@once
def letters(folder):
    """`runs/letters-1`: X causes A1, ..., A6, which take five values."""
    effects = ", ".join(f"A{rank}" for rank in range(1, 7))
    values = "categorical(a, b, c, d, e)"
    (folder / "letters.scm").write_text(
        f"graph letters\nX : binary\n{effects} : {values}\nX -> {effects}\n"
    )
    rows = [[x, *[value] * 6] for x in "01" for value in "abcde"]
    train(folder, "letters.scm", table(f"X, {effects}", rows))


@once
def alarms(folder):
    """`runs/alarms-1`: each of seven rare faults has its alarm, which is seldom wrong."""
    pairs = [(f"Fault{rank}", f"Alarm{rank}") for rank in range(1, 8)]
    names = ", ".join(name for pair in pairs for name in pair)
    arrows = "".join(f"{fault} -> {alarm}\n" for fault, alarm in pairs)
    (folder / "alarms.scm").write_text(f"graph alarms\n{names} : binary\n{arrows}")
    random = np.random.default_rng(0)
    faults = random.random((4000, 7)) < 0.02
    sounds = random.random((4000, 7)) < np.where(faults, 0.9, 0.01)
    rows = np.stack([faults, sounds], 2).reshape(4000, 14).astype(int)
    train(folder, "alarms.scm", table(names, rows))


@once
def smokers(folder):
    """`runs/smoking-1`, of rows of people who smoke or not, and what may cause both."""
    (folder / "smoking.scm").write_text(
        "graph smoking\nSmoking, Cancer : binary\nSmoking -> Cancer\nSmoking <-> Cancer\n"
    )
    train(
        folder, "smoking.scm", counted("Smoking,Cancer", {"00": 50, "01": 10, "10": 25, "11": 15})
    )


def without_scipy(folder, made):
    smokers(folder, made)
    made.patch.setattr("scm_compiler.inference.engines.bounds.find_spec", lambda name: None)


@once
def lipids(folder):
    """`runs/instrument-1`, of the trial in Balke and Pearl 1997."""
    rows = {"000": 919, "001": 81, "100": 315, "101": 73, "110": 139, "111": 473}
    instrument(folder, rows)


@once
def no_instrument(folder):
    """`runs/instrument-1`, of rows in which Z moves Y and not X."""
    instrument(folder, {"000": 80, "001": 10, "010": 10, "100": 10, "101": 80, "110": 10})


@once
def weak_instrument(folder):
    """`runs/instrument-1`, of rows in which X is as frequent at either Z."""
    instrument(folder, {"000": 10, "011": 10, "101": 10, "110": 10})


@once
def either_way(folder):
    """`runs/instrument-1`, of rows in which Z moves some either way."""
    instrument(folder, {"000": 40, "001": 20, "011": 40, "100": 10, "110": 60, "111": 30})


@once
def many_causes(folder):
    """`runs/many-1`: X and Y have four causes each, of their own, and a hidden one."""
    names = [f"{effect}{rank}" for effect in "AB" for rank in range(1, 5)]
    arrows = [f"{', '.join(names[:4])} -> X", f"{', '.join(names[4:])} -> Y", "X -> Y", "X <-> Y"]
    every = ", ".join([*names, "X", "Y"])
    (folder / "many.scm").write_text("\n".join(["graph many", f"{every} : binary", *arrows, ""]))
    rows = np.random.default_rng(0).integers(0, 2, (4000, 10))
    train(folder, "many.scm", table(every, rows))


def instrument(folder, rows):
    """Train an instrument on rows Z, X, Y with their counts."""
    (folder / "instrument.scm").write_text(
        "graph instrument\nZ, X, Y : binary\nZ -> X -> Y\nX <-> Y\n"
    )
    train(folder, "instrument.scm", counted("Z,X,Y", rows))


def counted(head, counts):
    """The text of a CSV file with each row as often as it says."""
    lines = (",".join(row) for row, count in counts.items() for _ in range(count))
    return "\n".join([head, *lines, ""])


def table(names, rows):
    """The text of a CSV file."""
    lines = [names.replace(" ", ""), *(",".join(map(str, row)) for row in rows)]
    return "\n".join(lines) + "\n"


def train(folder, program, rows, options=""):
    """Train on rows that are not kept."""
    (folder / "rows.csv").write_text(rows)
    scmc(folder, f"train -q {program} --data csv:rows.csv {options}")
    (folder / "rows.csv").unlink()


def enumeration(folder, made):
    """`runs/sprinkler-1`, and a package that adds a method."""
    sprinkler(folder, made)
    points = ("scmc.engines", "enumerate = enumeration:ENUMERATE")
    install(made.root, made.patch, "enumeration", *points)


SETUPS = {
    **dict.fromkeys(
        ["E401", "E410", "E411", "E412", "E413", "E414", "E415", "E416", "E418"], celeba
    ),
    **dict.fromkeys(["E534", "E535"], front_door),
    "W532": smokers,
    "W533": no_instrument,
    "E532": many_causes,
    "E533": without_scipy,
    "E536": weak_instrument,
    "W534": lipids,
    "W535": either_way,
    **dict.fromkeys(["E419", "E430", "E434", "E455"], celeba),
    **dict.fromkeys([f"E46{rank}" for rank in (0, 1, 2, 3, 5, 6, 8)], celeba),
    "E581": celeba,
    **dict.fromkeys(["E435", "W440", "W442", "W450"], complete),
    **dict.fromkeys(["E417", "E420", "E451", "E453"], hair),
    **dict.fromkeys(["E433", "E438", "E439", "E440", "E450", "W441"], wide),
    "E431": sprinkler,
    "E432": front_door,
    "E436": alarms,
    "E437": days,
    "E441": front_door_networks,
    "E443": untreated,
    "E444": napkin,
    "E447": enumeration,
    "E452": sprinkler_networks,
    "E454": letters,
    "E464": letters,
    "E467": sprinkler,
    "W445": few_smokers,
}
