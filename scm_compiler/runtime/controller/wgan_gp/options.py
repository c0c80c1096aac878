"""The settings of WGAN-GP training and their presets."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from scm_compiler.model.spec import MOST_LAYERS


class WganGpOptions(BaseModel):
    """The settings of the adversarial label model; the defaults are the preset `default`.

    Attributes:
        hidden: Units in each hidden layer of a label's network.
        layers: Linear layers of a label's network, the output's included.
        noise: Uniform inputs in each noise block.
        critic_hidden: Units in each hidden layer of the critic.
        critic_layers: Linear layers of the critic, the output's included.
        parents: What children read of their parents while training: the soft outputs, as in
            the paper, or the hard values with the gradient of the soft ones.
        batch: Rows of the data, and as many of the model, in each update.
        critic_updates: Updates of the critic for each update of the networks.
        steps: Updates of the networks in all.
        rate: Adam's learning rate, for both players.
        beta1: Adam's decay of the mean gradient.
        beta2: Adam's decay of the mean squared gradient.
        schedule: Whether the rate stays, or falls linearly to zero over all steps.
        penalty: The weight of the gradient penalty.
        average: The decay of the running mean of the weights, which is what the model is
            saved with; 0 saves the last weights.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    hidden: int = Field(default=32, ge=1, lt=2**31)
    layers: int = Field(default=6, ge=1, le=MOST_LAYERS)
    noise: int = Field(default=10, ge=1, lt=2**31)
    critic_hidden: int = Field(default=64, ge=1, lt=2**31)
    critic_layers: int = Field(default=4, ge=2, le=MOST_LAYERS)
    parents: Literal["soft", "straight-through"] = "straight-through"
    batch: int = Field(default=256, ge=1, lt=2**31)
    critic_updates: int = Field(default=10, ge=1, lt=2**31)
    steps: int = Field(default=3000, ge=1, lt=2**63)
    rate: float = Field(default=1e-3, gt=0, allow_inf_nan=False)
    beta1: float = Field(default=0.5, ge=0, lt=1)
    beta2: float = Field(default=0.9, ge=0, lt=1)
    schedule: Literal["constant", "linear"] = "linear"
    penalty: float = Field(default=0.1, ge=0, allow_inf_nan=False)
    average: float = Field(default=0.99, ge=0, lt=1)


PAPER = WganGpOptions(
    hidden=10,
    layers=6,
    noise=10,
    critic_hidden=15,
    critic_layers=6,
    parents="soft",
    batch=64,
    critic_updates=25,
    steps=10_000,
    rate=8e-4,
    beta1=0.9,
    beta2=0.999,
    schedule="constant",
    penalty=0.1,
    average=0.0,
)
"""The paper's section 7.1: 6 layers, 25 critic updates, learning rate 0.0008. What the paper does
not print (widths, noise, penalty weight, Adam's betas, number of steps) is the reference
implementation's; its batch there is that of the image model."""

PRESETS: Mapping[str, WganGpOptions] = MappingProxyType(
    {"default": WganGpOptions(), "paper": PAPER}
)
