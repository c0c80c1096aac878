"""The options of heads with an encoder."""

from pydantic import Field

from scm_compiler.runtime.heads.options import (
    Batch,
    Decay,
    HeadOptions,
    NoiseSize,
    Rate,
    Share,
    Weight,
)


class AutoencoderOptions(HeadOptions):
    """The options of heads with an encoder.

    Attributes:
        hidden: The size of the layers between vectors and grids.
        rungs: On how many of the coarsest grids there are maps of noise.
        rung_channels: The channels of each map.
        rate: Adam's learning rate.
        deviation: The standard deviation of pixels around the drawn image, whose range is 2; 0 for
            what their error was of late.
        beta: The weight of the noise's divergence from its prior, in the end.
        beta_start: That weight at first: what labels can say is learnt before noise is allowed.
        warm_up: The share of the steps, or of a budget, in which the one becomes the other.
        cool_down: The share of the steps, or of a budget, at the end, in which the rate falls to
            nothing.
        reader_weight: The weight of the labels' cross entropy, which the encoder's reader learns.
        swap_every: One step in so many draws each image under the labels of another, too.
        swap_weight: The weight, beside the likelihood of the image, with which the reader is to
            see those labels in them: the noise is to say nothing that labels say.
    """

    noise_size: NoiseSize = 16
    batch: Batch = 64
    beta1: Decay = 0.9
    averaging: Decay = 0.99
    channels_last: bool = False
    hidden: int = Field(256, ge=1, le=4096)
    rungs: int = Field(0, ge=0, le=5)
    rung_channels: int = Field(2, ge=1, le=64)
    rate: Rate = 2e-3
    deviation: float = Field(0.0, ge=0, le=10)
    beta: float = Field(20.0, gt=0, le=1e4)
    beta_start: float = Field(100.0, gt=0, le=1e6)
    warm_up: Share = 0.3
    cool_down: Share = 0.5
    reader_weight: Weight = 0.1
    swap_every: int = Field(4, ge=0, le=1000)
    swap_weight: float = Field(10.0, ge=0, le=1e4)
