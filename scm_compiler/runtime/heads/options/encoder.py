"""The options of an encoder that is trained for a head."""

from typing import ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field


class EncoderOptions(BaseModel):
    """What the training of an encoder can be told.

    Attributes:
        width: The channels of the finest layer.
        hidden: The size of the layers between images and noise.
        batch: Real images in a batch, and as many generated ones.
        rate: Adam's learning rate.
        beta1: Adam's decay of the mean gradient.
        beta2: Adam's decay of the mean squared gradient.
        averaging: The decay of the running average of the weights, which is what is kept.
        cool_down: The share of the steps, or of a budget, at the end, in which the rate falls to
            nothing.
        noise_weight: w, over the number of noise inputs.
        reader_weight: v.
        precision: What the networks compute in; losses and weights are always float32.
        channels_last: Whether images lie channel by channel (false) or pixel by pixel (true).
    """

    replay: ClassVar[bool] = False  # steps are short beside what they draw

    model_config = ConfigDict(frozen=True, extra="forbid")

    width: int = Field(32, ge=4, le=256)
    hidden: int = Field(256, ge=1, le=4096)
    batch: int = Field(32, ge=2, le=4096)
    rate: float = Field(2e-3, gt=0, lt=1)
    beta1: float = Field(0.9, ge=0, lt=1)
    beta2: float = Field(0.999, ge=0, lt=1)
    averaging: float = Field(0.99, ge=0, lt=1)
    cool_down: float = Field(0.5, ge=0, le=1)
    noise_weight: float = Field(0.3, ge=0, le=100)
    reader_weight: float = Field(0.3, ge=0, le=100)
    precision: Literal["float32", "bfloat16"] = "float32"
    channels_last: bool = False
