"""The command that a user may give next: a question that is worth asking of a run."""

import shlex

from scm_compiler.inference.proposals import propose
from scm_compiler.runtime.runs.presence import RUNS
from scm_compiler.runtime.runs.record import Record
from scm_compiler.semantics.query import phrase
from scm_compiler.syntax.printer import print_name


def question(record: Record) -> str:
    """The command that asks a trained run what its graph makes worth asking."""
    if record.graph.reals:
        query = f"E({print_name(record.graph.reals[-1].name)})"
    else:
        query = phrase(propose(record.distributions()), record.graph)
    return f"scmc query {quoted(query)}{of_run(record)}"


def of_run(record: Record) -> str:
    """The option that names a run, where it need be named."""
    return "" if record.path.parent == RUNS else f" --run {shlex.quote(str(record.path))}"


def quoted(text: str) -> str:
    """The text as a word of a shell, in double quotes where these will do."""
    return f'"{text}"' if not set(text) & set('"$`\\') else shlex.quote(text)
