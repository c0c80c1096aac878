"""What image heads can be told: the options of each and its presets, without torch."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

Norm = Literal["batch", "group", "spectral", "none"]
Precision = Literal["float32", "bfloat16"]

Batch = Annotated[int, Field(ge=2, le=4096)]
Decay = Annotated[float, Field(ge=0, lt=1)]
NoiseSize = Annotated[int, Field(ge=1, le=1024)]
Rate = Annotated[float, Field(gt=0, lt=1)]
Share = Annotated[float, Field(ge=0, le=1)]
Weight = Annotated[float, Field(ge=0, le=100)]
Width = Annotated[int, Field(ge=4, le=256)]


class HeadOptions(BaseModel):
    """What every head can be told.

    Attributes:
        width: The channels of the finest layer; the paper's DCGAN has 64.
        noise_size: The number of noise inputs, beside those that jitter the labels.
        batch: Images in a batch, real and generated alike.
        beta1: Adam's decay of the mean gradient.
        beta2: Adam's decay of the mean squared gradient.
        averaging: The decay of the running average of the generator's weights, which is what is
            saved and sampled; 0 for the last weights themselves.
        precision: What the networks compute in; losses and weights are always float32.
        channels_last: Whether images lie channel by channel (false) or pixel by pixel (true).
        replay: Whether steps are recorded as CUDA graphs and replayed, by one process on a GPU.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    width: Width = 32
    noise_size: NoiseSize = 64
    batch: Batch = 32
    beta1: Decay = 0.5
    beta2: Decay = 0.999
    averaging: Decay = 0.999
    precision: Precision = "float32"
    channels_last: bool = True
    replay: bool = False
