"""The options of an encoder that is trained for a head."""

from typing import ClassVar

from pydantic import BaseModel, ConfigDict, Field

from scm_compiler.runtime.heads.options import Batch, Decay, Precision, Rate, Share, Weight, Width


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

    width: Width = 32
    hidden: int = Field(256, ge=1, le=4096)
    batch: Batch = 32
    rate: Rate = 2e-3
    beta1: Decay = 0.9
    beta2: Decay = 0.999
    averaging: Decay = 0.99
    cool_down: Share = 0.5
    noise_weight: Weight = 0.3
    reader_weight: Weight = 0.3
    precision: Precision = "float32"
    channels_last: bool = False
