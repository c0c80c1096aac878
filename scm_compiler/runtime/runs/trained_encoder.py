"""An encoder in a run that was trained for the head of an image.

`<image>.encoder.config.json` says what was asked for, `<image>.encoder.safetensors` holds the
weights, with the SHA-256 of the generator's. While there is a checkpoint, or there are no weights,
the training is not finished.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch

from scm_compiler.runtime.heads.encoder import Encoded, Encoder, untrained
from scm_compiler.runtime.heads.options.encoder import EncoderOptions
from scm_compiler.runtime.runs.head_files import files_of
from scm_compiler.runtime.runs.heads import write_manifest
from scm_compiler.runtime.runs.manifest import bad_file, digest, read_model
from scm_compiler.runtime.runs.record import Record
from scm_compiler.runtime.runs.trained_head import TrainedHead, form
from scm_compiler.runtime.storage.strict import Count, Positive
from scm_compiler.runtime.storage.tensor_file import open_tensors, refuse_foreign, unusable
from scm_compiler.runtime.storage.tensors import finite, write_file, write_tensors
from scm_compiler.runtime.training.loop import CHECKPOINT
from scm_compiler.strict import Strict


class EncoderConfig(Strict, extra="forbid"):
    """`<image>.encoder.config.json`: what was asked for of an encoder.

    Attributes:
        image: The image node.
        options: The options in full.
        seed: The seed.
        steps: The most steps.
        source: Where the real images come from.
        fingerprint: What identifies them.
    """

    image: str
    options: Mapping[str, Any]
    seed: Count
    steps: Positive
    source: str
    fingerprint: str

    @property
    def training(self) -> EncoderOptions:
        """The options as they were checked."""
        return EncoderOptions.model_validate(dict(self.options), strict=True)


def add_encoder(run: Record, config: EncoderConfig) -> Record:
    """The run with an encoder that waits to be trained; its configuration is written.

    Raises:
        ScmError: E657 with exit code 2 if a file cannot be written.
    """
    name = files_of(run.graph, config.image).encoder.config
    write_file(run.path / name, config.model_dump_json(indent=2) + "\n")
    files = {**run.manifest.files, name: digest(run.path / name)}
    return write_manifest(run, run.manifest.model_copy(update={"files": files}))


def encoder_config(run: Record, image: str) -> EncoderConfig | None:
    """What was asked for of an image's encoder; None if none was.

    Raises:
        ScmError: E656 with exit code 2 if the file does not say it.
    """
    name = files_of(run.graph, image).encoder.config
    if name not in run.manifest.files:
        return None
    config = read_model(run.path / name, EncoderConfig)
    if config.image != image:
        raise bad_file(run.path / name, f"image: it is not {json.dumps(image)}")
    try:
        config.training  # noqa: B018  (refuses what is none)
    except ValueError as error:
        raise bad_file(run.path / name, str(error).splitlines()[0]) from error
    return config


def has_encoder(run: Record, image: str) -> bool:
    """Whether there are weights of an encoder."""
    return files_of(run.graph, image).encoder.weights in run.manifest.files


def pending_encoders(run: Record) -> tuple[str, ...]:
    """The images whose encoder is not fully trained, in the order of declaration."""
    return tuple(
        image
        for image in run.images
        if files_of(run.graph, image).encoder.config in run.manifest.files
        and (not has_encoder(run, image) or _checkpoint(run, image).exists())
    )


def encoder_facts(run: Record, config: EncoderConfig) -> dict[str, Any]:
    """What the weights and the checkpoint of an encoder must agree on."""
    generator = run.manifest.files[files_of(run.graph, config.image).weights]
    config_facts = config.model_dump(mode="json")
    return {"graph": run.graph.hash, "generator": generator, "config": config_facts}


def write_encoder(run: Record, config: EncoderConfig, encoder: Encoder, *, done: bool) -> Record:
    """The run with a trained encoder.

    Args:
        run: The run.
        config: What was asked for.
        encoder: What the training gave.
        done: Whether nothing is left to do: the checkpoint is removed.

    Raises:
        ScmError: E657 with exit code 2 if the file cannot be written.
    """
    names = files_of(run.graph, config.image).encoder
    write_tensors(run.path / names.weights, encoder.state_dict(), encoder_facts(run, config))
    written = (names.weights, names.metrics)
    fresh = {name: digest(run.path / name) for name in written if (run.path / name).is_file()}
    files = {**run.manifest.files, **fresh}
    found = write_manifest(run, run.manifest.model_copy(update={"files": files}))
    if done:
        _checkpoint(run, config.image).unlink(missing_ok=True)
    return found


def restart_encoder(run: Record, image: str) -> Record:
    """The run with the training of an encoder going on: its weights are not vouched for."""
    names = files_of(run.graph, image).encoder
    files = {
        n: it for n, it in run.manifest.files.items() if n not in (names.weights, names.metrics)
    }
    return write_manifest(run, run.manifest.model_copy(update={"files": files}))


def read_encoder(run: Record, head: TrainedHead) -> Encoded:
    """A head's generator with the encoder that was trained for it.

    Raises:
        ScmError: E653 if the file holds no encoder of this head, E656 if its configuration is
            none.
    """
    config = encoder_config(run, head.node)
    assert config is not None
    file = open_tensors(run.path / files_of(run.graph, head.node).encoder.weights)
    refuse_foreign(file, run.graph)
    if file.facts != encoder_facts(run, config):
        raise unusable(file.path, "it is not of the encoder that was asked for")
    with torch.device("meta"):
        outline = untrained(head.generator, config.training)
    file.require((name, form(tensor)) for name, tensor in outline.state_dict().items())
    encoder = untrained(head.generator, config.training)
    encoder.load_state_dict(dict(finite(file.path, file.load("pt"))))
    return Encoded(head.generator, encoder).requires_grad_(False).eval()


def _checkpoint(run: Record, image: str) -> Path:
    return run.path / f"{files_of(run.graph, image).encoder.prefix}{CHECKPOINT}"
