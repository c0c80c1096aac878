"""The options of an editor that is trained for a head."""

from typing import ClassVar

from pydantic import BaseModel, ConfigDict, Field

from scm_compiler.runtime.heads.options import Batch, Decay, Precision, Rate, Share, Weight, Width


class EditorOptions(BaseModel):
    """What the training of an editor can be told.

    Attributes:
        width: The channels of the editor's layer on half of the image's grid.
        judge_width: The channels of the judges' finest layer.
        hidden: The size of the layers between changes and channels, and of the reader.
        batch: Photos that are changed in a step, and as many real ones.
        rate: Adam's learning rate.
        beta1: Adam's decay of the mean gradient.
        beta2: Adam's decay of the mean squared gradient.
        averaging: The decay of the running average of the weights, which is what is kept.
        cool_down: The share of the steps, or of a budget, at the end, in which the rate falls to
            nothing.
        edit_weight: The price of changing a pixel by 1, of a range of 2.
        back_weight: The price of not coming back, once the label is turned back.
        penalty: Of the slopes of the judges (R1).
        reader_weight: Of the cross entropy of labels that are read off photos.
        precision: What the networks compute in; losses and weights are always float32.
        channels_last: Whether images lie channel by channel (false) or pixel by pixel (true).
    """

    replay: ClassVar[bool] = False

    model_config = ConfigDict(frozen=True, extra="forbid")

    width: Width = 48
    judge_width: Width = 48
    hidden: int = Field(128, ge=1, le=4096)
    batch: Batch = 32
    rate: Rate = 4e-4
    beta1: Decay = 0.0
    beta2: Decay = 0.99
    averaging: Decay = 0.995
    cool_down: Share = 0.5
    edit_weight: Weight = 1.0
    back_weight: Weight = 2.0
    penalty: Weight = 0.05
    reader_weight: Weight = 0.3
    precision: Precision = "float32"
    channels_last: bool = True
