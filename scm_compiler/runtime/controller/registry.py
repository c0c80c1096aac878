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
from scm_compiler.model.real.parts import discrete_part, require_fitting
from scm_compiler.runtime.controller import mle, wgan_gp
from scm_compiler.runtime.controller.config import Config
from scm_compiler.runtime.controller.names import require_choice
from scm_compiler.runtime.controller.real import RealOptions, Reals
from scm_compiler.runtime.controller.real.mixed import Mixed, targets_of
from scm_compiler.runtime.controller.trainer import Trainer
from scm_compiler.runtime.data.codes.gaps import NeedsCompleteRows
from scm_compiler.runtime.data.columns import Table
from scm_compiler.runtime.data.table import LabelTable
from scm_compiler.strict import said


@dataclass(frozen=True)
class Recipe:
    """A way to fit the label model.

    Attributes:
        options: Its settings.
        presets: Named settings; one is called `default`.
        make: Builds the trainer from the graph, the data, the settings and the seed.
        numbers: How many weights its networks have, at least, by the graph and the settings.
    """

    options: type[BaseModel]
    presets: Mapping[str, BaseModel]
    make: Callable[[Graph, LabelTable, Any, int], Trainer]
    numbers: Callable[[Graph, Any], int]


TRAINERS: Mapping[str, Recipe] = MappingProxyType(
    {
        "mle": Recipe(mle.MleOptions, mle.PRESETS, mle.Mle, mle.count_network_numbers),
        "wgan-gp": Recipe(
            wgan_gp.WganGpOptions,
            wgan_gp.PRESETS,
            wgan_gp.WganGp,
            wgan_gp.count_network_numbers,
        ),
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
    recipe = TRAINERS[trainer]
    unknown = [name for name in changes if name not in recipe.options.model_fields]
    if unknown:
        known = ", ".join(f"`{name}`" for name in recipe.options.model_fields)
        raise ValueError(f"`{trainer}` has no option `{unknown[0]}`; its options are {known}")
    options = recipe.options.model_validate(recipe.presets[preset].model_dump() | changes)
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
            E563 to E565, E570 to E572 for real nodes.
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
    require_fitting(graph)
    if config.trainer != "mle":
        raise refuse(OtherTrainer(config.trainer, graph.reals[0].name), exit_code=2)
    part = discrete_part(graph)
    labels = make_trainer(part, table.labels(part), config)
    form = str(config.options.get("real", "auto"))
    options = RealOptions.model_validate({"form": form})
    asked = config.options.get("steps", options.steps)
    options = options.model_copy(update={"steps": min(options.steps, asked)})
    weights = table.counts.astype(np.float64)
    return Mixed(labels, Reals(targets_of(graph), table.columns, weights, options, config.seed))


def recipe_of(config: Config) -> tuple[Recipe, BaseModel]:
    """The trainer that a configuration names, and its settings.

    Raises:
        ValueError: If the configuration is none of `configure`; one sentence says why.
    """
    recipe = TRAINERS.get(config.trainer)
    if recipe is None:
        raise ValueError(f"there is no trainer `{config.trainer}`")
    try:
        return recipe, recipe.options.model_validate(dict(config.options))
    except ValidationError as error:
        raise ValueError(f"options.{said(error)}") from error
