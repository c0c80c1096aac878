"""`scmc completion bash`: the script by which a shell completes the words of scmc.

The scripts hold no words: they ask `scmc completion SHELL --line TEXT`, which loads neither torch
nor numpy.
"""

import argparse
from contextlib import suppress

from scm_compiler.cli.candidates import candidates
from scm_compiler.cli.console import Console
from scm_compiler.cli.exits import OK
from scm_compiler.cli.words import for_bash, split
from scm_compiler.diagnostics import ScmError

SCRIPTS = {
    "bash": """\
# eval "$(scmc completion bash)"
_scmc() {
  local one
  COMPREPLY=()
  while IFS= read -r one; do
    COMPREPLY+=("$one")
  done < <(scmc completion bash --line "${COMP_LINE:0:COMP_POINT}" 2>/dev/null)
  [[ ${COMPREPLY[0]-} == *[/\\(=] || ${#COMPREPLY[@]} -gt 1 ]] && compopt -o nospace
}
complete -F _scmc scmc
""",
    "zsh": """\
#compdef scmc
# eval "$(scmc completion zsh)", after compinit
_scmc() {
  local -a found before=("${(@Q)words[1,CURRENT-1]}")
  local line="${(j: :)${(@qq)before}} ${(qq)PREFIX}"
  found=("${(@f)$(scmc completion zsh --line "$line" 2>/dev/null)}")
  found=(${found:#})
  compadd -S '' -- "${(@M)found:#*[/(=]}"
  compadd -- "${(@)found:#*[/(=]}"
}
compdef _scmc scmc
""",
    "fish": """\
# scmc completion fish | source
complete -c scmc -f -a '(scmc completion fish --line (commandline -cp) 2>/dev/null)'
""",
}


def run(args: argparse.Namespace, console: Console) -> int:
    """Print the script, or what may follow a command line."""
    if args.line is None:
        console.result(SCRIPTS[args.shell].rstrip("\n"))
        console.document({"ok": True, "script": SCRIPTS[args.shell]})
        return OK
    found: list[str] = []
    with suppress(ScmError, OSError, ValueError, LookupError, TypeError, AttributeError):
        # where a file is not what it should be, a shell is told nothing
        found = [one for one in candidates(split(args.line)) if one.isprintable()]
    for one in found:
        console.result(for_bash(args.line, one) if args.shell == "bash" else one)
    console.document({"ok": True, "candidates": found})
    return OK
