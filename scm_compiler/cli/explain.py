"""`scmc explain [CODE]`: the page of a diagnostic, or the list of all."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scm_compiler.cli.exits import OK, USAGE

if TYPE_CHECKING:
    import argparse

    from scm_compiler.cli.console import Console


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of the verb."""
    parser.add_argument("code", nargs="?", metavar="CODE", help="such as E201; without it, all")


def run(args: argparse.Namespace, console: Console) -> int:
    """Print the page and return the exit code."""
    from scm_compiler.cli.codes.system import UnknownCode  # noqa: PLC0415
    from scm_compiler.diagnostics import closest, refuse  # noqa: PLC0415
    from scm_compiler.diagnostics.pages import pages  # noqa: PLC0415

    known = pages()
    if args.code is None:
        console.result("\n".join(f"{page.code}  {page.title}" for page in known.values()))
        entries = [{"code": page.code, "title": page.title} for page in known.values()]
        console.document({"ok": True, "codes": entries})
        return OK
    code = args.code.strip("[]").upper()
    if code not in known:
        same = tuple(other for other in known if code == other[1:])
        near = closest(code, known)
        found = UnknownCode(args.code, same or ((near,) if near else ()))
        raise refuse(found, exit_code=USAGE)
    page = known[code]
    console.result(page.text)
    console.document({"ok": True, "code": code, "title": page.title, "page": page.text})
    return OK
