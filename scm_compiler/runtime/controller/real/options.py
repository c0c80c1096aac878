"""The settings by which the mechanisms of real nodes, and of what they cause, are fitted."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

Form = Literal["auto", "quantiles", "regression", "transform", "linear"]


class RealOptions(BaseModel):
    """The settings of real nodes and of discrete ones with real parents.

    Attributes:
        form: What a real node's mechanism is: `quantiles`, a table for discrete parents;
            `regression`, sums of terms for middle and width, with noise of one shape; `transform`,
            a network; `linear`, Gaussian given the parents; `auto` takes quantiles where all
            parents are discrete and each configuration has enough rows, a regression where its
            rests tell nothing of the parents, and else what of it and a network predicts held-out
            rows better.
        enough: How many those are.
        parts: The logistic distributions of a transform.
        hidden: Units in each hidden layer of a network.
        layers: Linear layers of a network, the output's included.
        floor: The least width of a part, in spreads of the node.
        steps: The most updates.
        rate: Adam's learning rate at the start; it falls linearly to zero over all steps.
        decay: By what share of the rate an update shrinks the weights of networks, but not their
            biases nor the straight line beside them.
        batch: Rows in an update; with no more than these, all are used.
        held_out: The share of the rows that networks are checked on and not fitted to.
        check_steps: Updates between checks.
        patience: Checks without a gain, of any network, after which training stops.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    form: Form = "auto"
    enough: int = Field(default=200, ge=2)
    parts: int = Field(default=8, ge=1, le=64)
    hidden: int = Field(default=32, ge=1, lt=2**16)
    layers: int = Field(default=3, ge=1, le=16)
    floor: float = Field(default=1e-3, gt=0, le=1)
    steps: int = Field(default=1500, ge=1, lt=2**31)
    rate: float = Field(default=1e-2, gt=0, allow_inf_nan=False)
    decay: float = Field(default=0.1, ge=0, le=100, allow_inf_nan=False)
    batch: int = Field(default=1024, ge=1, lt=2**31)
    held_out: float = Field(default=0.1, ge=0, lt=1)
    check_steps: int = Field(default=50, ge=1, lt=2**31)
    patience: int = Field(default=8, ge=1, lt=2**31)


PRESETS: Mapping[str, RealOptions] = MappingProxyType({"default": RealOptions()})
