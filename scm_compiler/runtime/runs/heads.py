"""The images' heads in a run's folder: what was asked for, and how their training stands.

    <image>.config.json            what was asked for
    <image>.safetensors            the weights of the trained generator
    <image>.metrics.jsonl          one line a report
    <image>.checkpoint.safetensors where an unfinished training goes on
    previews/<image>-<step>.png    what it drew on the way, always of the same noise and labels

`<image>` is the image's name as an identifier.
"""

from collections.abc import Mapping
from dataclasses import replace

from scm_compiler.runtime.heads.companions import COMPANIONS
from scm_compiler.runtime.heads.config import HeadConfig
from scm_compiler.runtime.runs.head_files import files_of
from scm_compiler.runtime.runs.manifest import HeadFacts, Manifest, Status, digest
from scm_compiler.runtime.runs.numbers import CERTIFICATE
from scm_compiler.runtime.runs.presence import MANIFEST
from scm_compiler.runtime.runs.record import Record
from scm_compiler.runtime.storage.tensors import write_file
from scm_compiler.runtime.training.loop import CHECKPOINT, Outcome


def add_heads(run: Record, heads: Mapping[str, HeadConfig]) -> Record:
    """The run with heads that wait to be trained; their configurations are written.

    Raises:
        ScmError: E657 with exit code 2 if a file cannot be written.
    """
    if not heads:
        return run
    files, facts = dict(run.manifest.files), dict(run.manifest.heads)
    for image, config in heads.items():
        name = files_of(run.graph, image).config
        write_file(run.path / name, config.model_dump_json(indent=2) + "\n")
        files[name] = digest(run.path / name)
        facts[image] = HeadFacts(head=config.head, total=config.steps)
    changes = {"files": files, "heads": facts}
    return write_manifest(run, run.manifest.model_copy(update=changes))


def restart_head(run: Record, image: str) -> Record:
    """The run with the training of a head going on.

    What came out of it so far is no longer vouched for, nor is the certificate that covers it, nor
    what was trained for it, such as an encoder of what it drew.
    """
    names = files_of(run.graph, image)
    gone = {names.weights, names.metrics, CERTIFICATE}
    for own in map(names.companion, COMPANIONS):
        gone |= {own.weights, own.metrics}
        (run.path / f"{own.prefix}{CHECKPOINT}").unlink(missing_ok=True)
    files = {name: held for name, held in run.manifest.files.items() if name not in gone}
    return _with(run, image, files, {"status": "training"})


def finish_head(run: Record, image: str, outcome: Outcome) -> Record:
    """The run as it stands after the training of a head, with the digests of what it wrote.

    A checkpoint that nothing is left to do from is removed.
    """
    status: Status = outcome.ending if outcome.ending != "budget" else "complete"
    names = files_of(run.graph, image)
    written = (names.weights, names.metrics, CERTIFICATE)
    fresh = {name: digest(run.path / name) for name in written if (run.path / name).is_file()}
    changes = {
        "status": status,
        "steps": outcome.step,
        "seconds": round(outcome.seconds, 3),
        "metrics": dict(outcome.metrics),
    }
    finished = _with(run, image, {**run.manifest.files, **fresh}, changes)
    if outcome.step >= run.manifest.heads[image].total:
        (run.path / f"{names.prefix}{CHECKPOINT}").unlink(missing_ok=True)
    return finished


def write_manifest(run: Record, manifest: Manifest) -> Record:
    """The run with another manifest, written in one step."""
    write_file(run.path / MANIFEST, manifest.model_dump_json(indent=2) + "\n")
    return replace(run, manifest=manifest)


def _with(
    run: Record, image: str, files: Mapping[str, str], changes: Mapping[str, object]
) -> Record:
    facts = run.manifest.heads[image].model_copy(update=dict(changes))
    heads = {**run.manifest.heads, image: facts}
    return write_manifest(run, run.manifest.model_copy(update={"files": files, "heads": heads}))
