"""E68x, E8xx and W82x: pictures, and files of other programs."""

from tests.diagnostics.setups.queries import celeba, front_door

RAIN = """network weather { }
variable rain { type discrete [2] { no, yes }; }
variable wet { type discrete [2] { no, yes }; }
probability (rain) { table 0.8, 0.2; }
probability (wet | rain) { (no) 0.9, 0.1; (yes) 0.3, 0.7; }
"""


def rain(folder, made):
    """`rain.bif`, two variables with their tables."""
    (folder / "rain.bif").write_text(RAIN)


def wide(folder, made):
    """`wide.bif`: a variable of so many causes that no file holds its table."""
    causes = [f"X{rank}" for rank in range(1, 30)]
    values = "{ type discrete [2] { no, yes }; }"
    declared = "".join(f"variable {name} {values}\n" for name in [*causes, "Y"])
    tables = "".join(f"probability ({name}) {{ table 0.5, 0.5; }}\n" for name in causes)
    joint = f"probability (Y | {', '.join(causes)}) {{ default 0.5, 0.5; }}\n"
    (folder / "wide.bif").write_text(f"network wide {{ }}\n{declared}{tables}{joint}")


def no_graphviz(folder, made):
    """No program of Graphviz is installed."""
    made.patch.setenv("PATH", str(folder))


def failing_graphviz(folder, made):
    """The program `dot` ends with an error."""
    dot = folder / "bin/dot"
    dot.parent.mkdir()
    dot.write_text("#!/bin/sh\necho 'dot: out of memory' >&2\nexit 1\n")
    dot.chmod(0o755)
    made.patch.setenv("PATH", str(dot.parent))


SETUPS = {
    "E802": no_graphviz,
    "E803": failing_graphviz,
    "E824": wide,
    "E831": front_door,
    "E832": rain,
    "E833": celeba,
    "E834": celeba,
}
