"""`scmc query "P(Male=1 | do(Mustache=1))"`: answer a question on a trained model."""

import argparse
from typing import TYPE_CHECKING

from scm_compiler.cli.console import Console, Seldom
from scm_compiler.cli.exits import OK
from scm_compiler.cli.opening import naming, opened_run
from scm_compiler.cli.options import seed
from scm_compiler.diagnostics import Report, Sink, Source
from scm_compiler.inference import Answer, Plan, Sensitivity
from scm_compiler.runtime.run import Run
from scm_compiler.syntax.query import parse_query
from scm_compiler.telling import telling

if TYPE_CHECKING:
    from scm_compiler.inference.real.omitted import OmittedVariable
    from scm_compiler.inference.real.planning import RealPlan


def run(args: argparse.Namespace, console: Console) -> int:
    """Answer, or say how it would be answered, and print that."""
    chosen = seed(args.seed)
    require_syntax(args.query)
    opened = opened_run(args.run)
    told: Answer | Plan | RealPlan | Sensitivity | OmittedVariable
    with naming(str(opened.path), opened.graph), telling(Seldom(console)):
        if args.sensitivity:
            told = opened.sensitivity(args.query, level=args.level)
        elif args.explain:
            told = opened.explain(args.query, method=args.method)
        else:
            told = opened.query(
                args.query,
                method=args.method,
                seed=chosen,
                samples=args.samples,
                noise_model=args.noise_model,
                level=args.level,
            )
    if console.json:
        console.document(told.to_dict() | {"run": str(opened.path)})
    elif isinstance(told, Answer):
        tell(told, None if args.run else opened, console)
    else:
        console.result(str(told))
    return OK


def require_syntax(text: str) -> None:
    """Tell a mistake in the question, whether there is a run or not.

    Raises:
        ScmError: E40x and the like.
    """
    source = Source("query", text)
    sink = Sink(source)
    parse_query(source, sink)
    sink.check()


def tell(answered: Answer, unnamed: Run | None, console: Console) -> None:
    """Print an answer, and on which run it is where none was named."""
    console.result(answered.how + (f", on {unnamed.path}" if unnamed else ""))
    console.result(answered.text)
    if answered.formulas:
        console.result(answered.formulas)
    console.show(Report(None, answered.warnings))
