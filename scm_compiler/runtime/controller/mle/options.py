"""The settings of maximum likelihood and their presets."""

from collections.abc import Mapping
from types import MappingProxyType

from pydantic import BaseModel, ConfigDict, Field

from scm_compiler.model.spec import MOST_LAYERS
from scm_compiler.runtime.controller.real.options import Form
from scm_compiler.runtime.data.shares import Estimator


class MleOptions(BaseModel):
    """The settings of the explicit label model; those from `hidden` on are for networks.

    Attributes:
        table_limit: A label with at most this many parent configurations gets a saturated table,
            in closed form; one with more gets a network.
        tables: What a saturated table holds: `shares` of the rows of data, or these `shrunk`
            towards what rows with like parents say, where some parent configuration has few.
        real: What the mechanism of a real node is: `quantiles`, a table, where all parents are
            discrete; `transform`, a network; `linear`, Gaussian given the parents; `auto` for
            what fits.
        hidden_states: The most states of a hidden common cause; large districts get fewer.
        hidden: Units in each hidden layer of a network.
        layers: Linear layers of a network, the output's included.
        steps: The most updates; also of a district with hidden causes, which stops before when
            its likelihood has settled.
        rate: Adam's learning rate at the start; it falls linearly to zero over all steps.
        batch: The most distinct rows in an update; with no more than these, all are used.
        held_out: The share of the rows that the networks are checked on and not fitted to.
        check_steps: Updates between checks.
        patience: Checks without a gain, of any network, after which training stops.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    table_limit: int = Field(default=4096, ge=1, le=2**30)
    tables: Estimator = "shrunk"
    real: Form = "auto"
    hidden_states: int = Field(default=8, ge=2, le=4096)
    hidden: int = Field(default=64, ge=1, lt=2**31)
    layers: int = Field(default=3, ge=1, le=MOST_LAYERS)
    steps: int = Field(default=2000, ge=1, lt=2**63)
    rate: float = Field(default=5e-3, gt=0, allow_inf_nan=False)
    batch: int = Field(default=1024, ge=1, lt=2**31)
    held_out: float = Field(default=0.1, ge=0, lt=1)
    check_steps: int = Field(default=50, ge=1, lt=2**63)
    patience: int = Field(default=8, ge=1, lt=2**63)


PRESETS: Mapping[str, MleOptions] = MappingProxyType({"default": MleOptions()})
