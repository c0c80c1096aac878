"""What can be trained for a head once the head is: an encoder, and an editor of photos."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from torch import nn

from scm_compiler.runtime.heads import editor, encoder
from scm_compiler.runtime.heads.head import HeadTask, ImageGenerator
from scm_compiler.runtime.heads.options.editor import EditorOptions
from scm_compiler.runtime.heads.options.encoder import EncoderOptions

Trainer = encoder.EncoderTrainer | editor.EditorTrainer
Options = EncoderOptions | EditorOptions


@dataclass(frozen=True)
class Companion:
    """A network that serves a head, and what trains it.

    Attributes:
        options: What its training can be told.
        untrained: The network, to load trained weights into, of a generator and the options.
        trainer: What trains it, of a task, the options and the generator.
    """

    options: type[Options]
    untrained: Callable[[ImageGenerator, Any], nn.Module]
    trainer: Callable[[HeadTask, Any, ImageGenerator], Trainer]


ENCODER, EDITOR = "encoder", "editor"

COMPANIONS: Mapping[str, Companion] = MappingProxyType(
    {
        ENCODER: Companion(EncoderOptions, encoder.untrained, encoder.EncoderTrainer),
        EDITOR: Companion(EditorOptions, editor.untrained, editor.EditorTrainer),
    }
)
