"""The trainers of the label model, by name."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import numpy as np
from pydantic import BaseModel, ValidationError

from scm_compiler.diagnostics import refuse
from scm_compiler.ir import Graph
from scm_compiler.model.real.codes.parts import OtherTrainer
from scm_compiler.model.real.parts import discrete_part
from scm_compiler.runtime.controller.config import Config
from scm_compiler.runtime.controller.mle import trainer as mle
from scm_compiler.runtime.controller.mle.options import MleOptions
from scm_compiler.runtime.controller.real.mixed import Mixed, targets_of
from scm_compiler.runtime.controller.real.options import RealOptions
from scm_compiler.runtime.controller.real.trainer import Reals
from scm_compiler.runtime.controller.settings import SETTINGS, Settings, require_choice
from scm_compiler.runtime.controller.trainer import Trainer
from scm_compiler.runtime.controller.wgan_gp import trainer as wgan_gp
from scm_compiler.runtime.data.codes.gaps import NeedsCompleteRows
from scm_compiler.runtime.data.columns import Table
from scm_compiler.runtime.data.table import LabelTable
from scm_compiler.strict import said

MOST_REAL_STEPS = 2**31 - 1
"""As many updates as mechanisms of real nodes can have."""


@dataclass(frozen=True)
class Recipe:
    """A way to fit the label model.

    Attributes:
        settings: What it can be told.
        make: Builds the trainer from the graph, the data, the settings and the seed.
        numbers: How many weights its networks have, at least, by the graph and the settings.
    """

    settings: Settings
    make: Callable[[Graph, LabelTable, Any, int], Trainer]
    numbers: Callable[[Graph, Any], int]


TRAINERS: Mapping[str, Recipe] = MappingProxyType(
    {
        "mle": Recipe(SETTINGS["mle"], mle.Mle, mle.count_network_numbers),
        "wgan-gp": Recipe(SETTINGS["wgan-gp"], wgan_gp.WganGp, wgan_gp.count_network_numbers),
    }
)


def configure(
    trainer: str = "mle",
    *,
    preset: str = "default",
    seed: int = 0,
    replicates: int = 0,
    **changes: object,
) -> Config:
    """Make a configuration, with every option spelt out.

    Args:
        trainer: The trainer's name.
        preset: One of its presets.
        seed: The seed.
        replicates: How many further models are trained, each on other weights of the rows.
        changes: Options that differ from the preset.

    Raises:
        ScmError: E704 with exit code 2 if there is no such trainer or preset.
        ValueError: If an option is not one of the trainer's.
    """
    require_choice(trainer, preset)
    settings = SETTINGS[trainer]
    unknown = [name for name in changes if name not in settings.options.model_fields]
    if unknown:
        known = ", ".join(f"`{name}`" for name in settings.options.model_fields)
        raise ValueError(f"`{trainer}` has no option `{unknown[0]}`; its options are {known}")
    whole = settings.presets[preset].model_dump() | changes
    options = settings.options.model_validate(whole)
    return Config(
        trainer=trainer,
        preset=preset,
        options=options.model_dump(),
        seed=seed,
        replicates=replicates,
    )


def make_trainer(graph: Graph, table: LabelTable | Table, config: Config) -> Trainer:
    """The trainer that a configuration describes.

    Args:
        graph: The graph.
        table: Its data: of real nodes, too, if it has some.
        config: The configuration.

    Raises:
        ScmError: E620 if the trainer cannot fit the graph, E625 if it cannot use rows with gaps;
            E563 to E565, E571 and E572 for real nodes.
        ValueError: If the configuration is none of `configure`.
    """
    recipe, options = recipe_of(config)
    if isinstance(table, Table):
        return _mixed(graph, table, config)
    if table.gaps and config.trainer != "mle":
        reason = f"`{config.trainer}` trains networks"
        raise refuse(NeedsCompleteRows(reason, "train with `mle`"), exit_code=2)
    return recipe.make(graph, table, options, config.seed)


def _mixed(graph: Graph, table: Table, config: Config) -> Mixed:
    """The trainer of a graph with real nodes."""
    if config.trainer != "mle":
        raise refuse(OtherTrainer(config.trainer, graph.reals[0].name), exit_code=2)
    part = discrete_part(graph)
    labels = make_trainer(part, table.labels(part), config)
    weights = table.counts.astype(np.float64)
    reals = Reals(
        targets_of(graph),
        table.columns,
        weights,
        real_options(config),
        config.seed,
        origin=table.origin,
    )
    return Mixed(labels, reals)


def real_options(config: Config) -> RealOptions:
    """The settings of real nodes' mechanisms: their own, but for what was asked for.

    >>> real_options(configure("mle", steps=30)).steps
    30
    >>> real_options(configure("mle")) == RealOptions()
    True
    """
    usual = MleOptions().model_dump()
    shared = RealOptions.model_fields.keys() & usual.keys()
    asked = {n: config.options.get(n, usual[n]) for n in sorted(shared)}
    changed = {name: value for name, value in asked.items() if value != usual[name]}
    if "steps" in changed:
        changed["steps"] = min(int(str(changed["steps"])), MOST_REAL_STEPS)
    form = str(config.options.get("real", "auto"))
    return RealOptions.model_validate({"form": form, **changed})


def recipe_of(config: Config) -> tuple[Recipe, BaseModel]:
    """The trainer that a configuration names, and its settings.

    Raises:
        ValueError: If the configuration is none of `configure`; one sentence says why.
    """
    recipe = TRAINERS.get(config.trainer)
    if recipe is None:
        raise ValueError(f"there is no trainer `{config.trainer}`")
    try:
        return recipe, recipe.settings.options.model_validate(dict(config.options))
    except ValidationError as error:
        raise ValueError(f"options.{said(error)}") from error
