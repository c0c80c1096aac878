"""Parts of a sample, drawn by the workers of a Ray cluster.

Each part is a task of its own. Where a worker or its machine is lost, Ray gives the task to
another one, which draws the same rows again: the bytes do not depend on who draws.
"""

from collections.abc import Callable, Iterator, Sequence
from importlib import import_module
from typing import Any, TypeVar

from scm_compiler.diagnostics import refuse
from scm_compiler.runtime.sampling.codes.cluster import RayMissing
from scm_compiler.runtime.sampling.codes.samples import SamplerEnded

Part = TypeVar("Part")

RETRIES = 10
"""So often is a part begun again whose worker was lost."""


def require_ray() -> Any:  # noqa: ANN401  (the module has no types)
    """The module.

    Raises:
        ScmError: E642 with exit code 2 if it is not installed.
    """
    try:
        return import_module("ray")
    except ImportError as error:
        raise refuse(RayMissing(), exit_code=2) from error


def each(draw: Callable[[Part], None], parts: Sequence[Part], path: str) -> Iterator[Part]:
    """Draw each part on some worker; yields them in order, each when it is there.

    The cluster is the one that `RAY_ADDRESS` names, else this machine.

    Args:
        draw: Writes a part to a place that this machine shares with the workers.
        parts: The parts.
        path: The sample, for messages.

    Raises:
        ScmError: With exit code 2: E642 without Ray, and that of `SamplerEnded` if workers are
            lost again and again.
    """
    ray = require_ray()
    ray.init(ignore_reinit_error=True, log_to_driver=False, logging_level="error")
    try:
        task = ray.remote(max_retries=RETRIES, num_cpus=1)(_calling(draw))
        waiting = [task.remote(part) for part in parts]
        for held, part in zip(waiting, parts, strict=True):
            ray.get(held)
            yield part
    except (ray.exceptions.RaySystemError, ray.exceptions.WorkerCrashedError) as error:
        raise refuse(SamplerEnded(path=path), exit_code=2) from error
    finally:
        ray.shutdown()


def _calling(draw: Callable[[Part], None]) -> Callable[[Part], None]:
    """The function itself, where `draw` is something else that can be called: Ray wants one."""

    def call(part: Part) -> None:
        draw(part)

    return call
