"""How a run's labels were fitted."""

from pydantic import BaseModel

from scm_compiler.runtime.controller.registry import Recipe, recipe_of
from scm_compiler.runtime.runs.manifest import CONFIG, bad_file
from scm_compiler.runtime.runs.record import Record


def recipe_of_run(run: Record) -> tuple[Recipe, BaseModel]:
    """The trainer that the configuration of a run names, and its settings.

    Raises:
        ScmError: E656 with exit code 2 if they are no trainer's.
    """
    try:
        return recipe_of(run.config)
    except ValueError as error:
        raise bad_file(run.path / CONFIG, str(error)) from error
