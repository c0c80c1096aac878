"""What a run holds that was trained for the head of an image: an encoder, or an editor.

Of an encoder `<image>.encoder.config.json` says what was asked for, `<image>.encoder.safetensors`
holds the weights, with the SHA-256 of the generator's. While there is a checkpoint, or there are
no weights, the training is not finished. An editor's files are likewise.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from torch import nn

from scm_compiler.runtime.heads.companions import COMPANIONS, Options
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


class CompanionConfig(Strict, extra="forbid"):
    """`<image>.encoder.config.json`: what was asked for of an encoder, or of an editor.

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

    def training(self, kind: str) -> Options:
        """The options as they were checked."""
        return COMPANIONS[kind].options.model_validate(dict(self.options), strict=True)


def add_companion(run: Record, kind: str, config: CompanionConfig) -> Record:
    """The run with an encoder or an editor that waits to be trained; its configuration is written.

    Raises:
        ScmError: E657 with exit code 2 if a file cannot be written.
    """
    name = files_of(run.graph, config.image).companion(kind).config
    write_file(run.path / name, config.model_dump_json(indent=2) + "\n")
    files = {**run.manifest.files, name: digest(run.path / name)}
    return write_manifest(run, run.manifest.model_copy(update={"files": files}))


def companion_config(run: Record, image: str, kind: str) -> CompanionConfig | None:
    """What was asked for of an image's encoder or editor; None if none was.

    Raises:
        ScmError: E656 with exit code 2 if the file does not say it.
    """
    name = files_of(run.graph, image).companion(kind).config
    if name not in run.manifest.files:
        return None
    config = read_model(run.path / name, CompanionConfig)
    if config.image != image:
        raise bad_file(run.path / name, f"image: it is not {json.dumps(image)}")
    try:
        config.training(kind)  # refuses what is none
    except ValueError as error:
        raise bad_file(run.path / name, str(error).splitlines()[0]) from error
    return config


def has_companion(run: Record, image: str, kind: str) -> bool:
    """Whether there are weights of an image's encoder or editor."""
    return files_of(run.graph, image).companion(kind).weights in run.manifest.files


def pending_companions(run: Record) -> tuple[tuple[str, str], ...]:
    """The images whose encoder or editor is not fully trained, with which of them it is."""
    return tuple(
        (image, kind)
        for kind in COMPANIONS
        for image in run.images
        if files_of(run.graph, image).companion(kind).config in run.manifest.files
        and (not has_companion(run, image, kind) or _checkpoint(run, image, kind).exists())
    )


def companion_facts(run: Record, config: CompanionConfig) -> dict[str, Any]:
    """What the weights and the checkpoint must agree on."""
    generator = run.manifest.files[files_of(run.graph, config.image).weights]
    config_facts = config.model_dump(mode="json")
    return {"graph": run.graph.hash, "generator": generator, "config": config_facts}


def write_companion(
    run: Record, kind: str, config: CompanionConfig, network: nn.Module, *, done: bool
) -> Record:
    """The run with a trained encoder or editor.

    Args:
        run: The run.
        kind: Which of them.
        config: What was asked for.
        network: What the training gave.
        done: Whether nothing is left to do: the checkpoint is removed.

    Raises:
        ScmError: E657 with exit code 2 if the file cannot be written.
    """
    names = files_of(run.graph, config.image).companion(kind)
    write_tensors(run.path / names.weights, network.state_dict(), companion_facts(run, config))
    written = (names.weights, names.metrics)
    fresh = {name: digest(run.path / name) for name in written if (run.path / name).is_file()}
    files = {**run.manifest.files, **fresh}
    found = write_manifest(run, run.manifest.model_copy(update={"files": files}))
    if done:
        _checkpoint(run, config.image, kind).unlink(missing_ok=True)
    return found


def restart_companion(run: Record, image: str, kind: str) -> Record:
    """The run with such a training going on: its weights are not vouched for."""
    names = files_of(run.graph, image).companion(kind)
    files = {
        n: it for n, it in run.manifest.files.items() if n not in (names.weights, names.metrics)
    }
    return write_manifest(run, run.manifest.model_copy(update={"files": files}))


def read_companion(run: Record, head: TrainedHead, kind: str) -> nn.Module:
    """The encoder or the editor that was trained for a head.

    Raises:
        ScmError: E653 if the file holds none of this head, E656 if its configuration is none.
    """
    config = companion_config(run, head.node, kind)
    assert config is not None
    file = open_tensors(run.path / files_of(run.graph, head.node).companion(kind).weights)
    refuse_foreign(file, run.graph)
    if file.facts != companion_facts(run, config):
        raise unusable(file.path, f"it is not of the {kind} that was asked for")
    made, options = COMPANIONS[kind].untrained, config.training(kind)
    with torch.device("meta"):
        outline = made(head.generator, options)
    file.require((name, form(tensor)) for name, tensor in outline.state_dict().items())
    network = made(head.generator, options)
    network.load_state_dict(dict(finite(file.path, file.load("pt"))))
    return network.requires_grad_(False).eval()


def _checkpoint(run: Record, image: str, kind: str) -> Path:
    return run.path / f"{files_of(run.graph, image).companion(kind).prefix}{CHECKPOINT}"
