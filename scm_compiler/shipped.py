"""Files that come with scmc: grammars and examples."""

from pathlib import Path

from scm_compiler.diagnostics import closest, refuse
from scm_compiler.syntax.codes.files import ProgramNotFound, Unreadable

_PACKAGE = Path(__file__).parent


def shipped(*parts: str) -> Path:
    """The path of a shipped file or folder.

    A wheel holds them inside the package; an editable install finds them in the checkout.

    >>> shipped("grammars", "scm.lark").name
    'scm.lark'
    """
    installed = _PACKAGE / "_shipped"
    root = installed if installed.is_dir() else _PACKAGE.parent
    return root.joinpath(*parts)


def example_programs() -> dict[str, Path]:
    """The shipped programs under their names: `examples/NAME/model.scm` or `examples/NAME.scm`."""
    folder = shipped("examples")
    nested = {path.parent.name: path for path in sorted(folder.glob("*/model.scm"))}
    flat = {path.stem: path for path in sorted(folder.glob("*.scm"))}
    return nested | flat


def plain_programs() -> dict[str, Path]:
    """The shipped programs but those with a kind of a package of their own.

    >>> "sprinkler" in plain_programs(), "own_kind" in plain_programs()
    (True, False)
    """
    programs = example_programs().items()
    return {name: it for name, it in programs if not it.with_name("pyproject.toml").exists()}


def find_program(given: str | Path) -> Path:
    """The program that a command line means: a file as given, else a shipped example.

    A folder that holds `model.scm`, as `scmc init` makes it, means that file. `-` is standard
    input and stands for itself.

    Raises:
        ScmError: With exit code 2: E113 if there is neither, E114 if the system does not let us
            know.
    """
    path, name = Path(given), str(given)
    if name == "-":
        return path
    if _exists(path):
        inside = path / "model.scm"
        return inside if _exists(inside) else path
    examples = example_programs()
    found = examples.get(name.removesuffix(".scm"))
    if found is None:
        near = closest(name, _programs_beside(path)) or closest(name, examples)
        raise refuse(ProgramNotFound(name, near, tuple(examples)), exit_code=2)
    return found


def find_run(given: str | Path) -> Path:
    """The folder of a run that a command line means: as given, else that of a shipped example.

    >>> find_run("drawn_faces").parts[-3:]
    ('examples', 'drawn_faces', 'run')
    """
    inside = shipped("examples", str(given), "run")
    return inside if not _exists(Path(given)) and _exists(inside) else Path(given)


def program_of(run: Path) -> str | None:
    """The shipped example that a run comes with; None of any other.

    >>> program_of(find_run("drawn_faces")), program_of(Path("runs/faces-1"))
    ('drawn_faces', None)
    """
    example = run.parent
    return example.name if example.parent == shipped("examples") else None


def _exists(path: Path) -> bool:
    """Whether the path names anything; a text that can name nothing does not.

    Raises:
        ScmError: E114 with exit code 2 if it is in a folder that may not be searched.
    """
    try:
        path.stat()
    except PermissionError as error:
        raise refuse(Unreadable(str(path), error.strerror or str(error)), exit_code=2) from error
    except (OSError, ValueError):
        return False
    return True


def _programs_beside(path: Path) -> list[str]:
    """The `.scm` files in the folder that a missing path names, each as it would be typed."""
    try:
        return [str(other) for other in sorted(path.parent.glob("*.scm"))]
    except (OSError, ValueError):
        return []
