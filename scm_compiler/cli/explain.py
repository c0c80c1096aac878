"""`scmc explain [CODE]`: the page of a diagnostic, or the list of all."""

import argparse

from scm_compiler.cli.codes.system import UnknownCode
from scm_compiler.cli.console import Console
from scm_compiler.cli.exits import OK, USAGE
from scm_compiler.diagnostics import closest, refuse
from scm_compiler.diagnostics.pages import pages


def run(args: argparse.Namespace, console: Console) -> int:
    """Print the page and return the exit code."""
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
        unknown = UnknownCode(args.code, same or ((near,) if near else ()))
        raise refuse(unknown, exit_code=USAGE)
    page = known[code]
    console.result(page.text)
    console.document({"ok": True, "code": code, "title": page.title, "page": page.text})
    return OK
