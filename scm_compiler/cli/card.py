"""The card of a model that is shared: what it is, how it is used, what it cannot do."""

import json
from collections.abc import Iterator
from dataclasses import dataclass

from scm_compiler.editor.language import coded
from scm_compiler.model.real.parts import tied_nodes
from scm_compiler.runtime.run import Run
from scm_compiler.syntax.printer import print_name


@dataclass(frozen=True, slots=True)
class Contents:
    """What the folder holds beside the run.

    Attributes:
        picture: The file of the graph's picture.
        samples: The file of drawn images, by image.
        license: As SPDX names it; None if nobody has said.
    """

    picture: str
    samples: dict[str, str]
    license: str | None


def card(run: Run, contents: Contents) -> str:
    """The text of README.md, with the header that a model hub reads."""
    sections = (
        _header(contents),
        _title(run, contents),
        _use(run),
        _pictures(contents),
        _data(run),
        _measures(run),
        _limits(run),
        _license(contents),
    )
    return "\n".join("\n".join(section) + "\n" for section in sections if section)


def _header(contents: Contents) -> list[str]:
    tags = ["causal-inference", "structural-causal-model", "pytorch"]
    return [
        "---",
        f"license: {json.dumps(contents.license or 'other')}",
        "library_name: scmc",
        "tags:",
        *(f"- {tag}" for tag in tags),
        "---",
    ]


def _title(run: Run, contents: Contents) -> list[str]:
    return [
        f"# {_plain(run.graph.name)}",
        "",
        f"A structural causal model of {run.graph.counts}, compiled and trained by",
        "scmc. Its module is consistent with the graph by construction; `certificate.json` says",
        "how that was checked.",
        "",
        f"![The graph]({contents.picture})",
        "",
        *_fenced("", run.program),
    ]


def _use(run: Run) -> list[str]:
    labels = [node.name for node in run.graph.labels]
    first, last = print_name(labels[0]), print_name(labels[-1])
    value = print_name(run.graph.domain(labels[0]).values[-1])
    asked = f"P({last} | do({first}={value}))"
    python = f"""\
import torch
from model import load  # model.py beside this file; torch and safetensors are all it needs

model = load("model.safetensors")
labels = model.sample(1000, do={{{json.dumps(labels[0], ensure_ascii=False)}: 1}})"""
    return [
        "## Use",
        "",
        "With torch alone, the labels:",
        "",
        *_fenced("python", python),
        "",
        "With scmc, which executes nothing that it finds here, every question and every picture:",
        "",
        *_fenced("bash", f"pip install scm-compiler\nscmc query {_quoted(asked)} --run ."),
    ]


def _pictures(contents: Contents) -> list[str]:
    if not contents.samples:
        return []
    shown = [f"![Drawn: {_plain(name)}]({file})" for name, file in contents.samples.items()]
    return ["## What it draws", "", *shown]


def _data(run: Run) -> list[str]:
    data = run.manifest.data
    origin = coded(" ".join(data.origin.split()))
    return [
        "## Data",
        "",
        f"- from {origin}: {data.rows:,} rows, {data.cells:,} of them distinct",
        f"- their SHA-256: `{data.fingerprint}`",
        "- `cells.safetensors` holds the distinct rows and their counts, from which intervals are",
        "  got: whoever has this folder has them",
    ]


def _measures(run: Run) -> list[str]:
    manifest = run.manifest
    made = f"{coded(manifest.trainer)}, seed {manifest.seed}, {manifest.seconds:,.1f} s"
    rows = [("labels", name, value) for name, value in manifest.metrics.items()]
    for image, head in manifest.heads.items():
        rows += [(image, name, value) for name, value in head.metrics.items()]
    shown = [
        f"| {_cell(node)} | {_cell(name)} | {value:.4g} |"
        for node, name, value in rows
        if value is not None and name not in {"seconds_left", "images_per_second"}
    ]
    versions = ", ".join(f"{_plain(name)} {_plain(v)}" for name, v in manifest.versions.items())
    return [
        "## Measures",
        "",
        f"Trained by {made}, with {versions}. `tvd` is the total variation distance to the data.",
        "",
        "| of | measure | value |",
        "|---|---|---|",
        *shown,
    ]


def _limits(run: Run) -> list[str]:
    return ["## Limits", "", *(f"- {line}" for line in _limited(run))]


def _limited(run: Run) -> Iterator[str]:
    yield (
        "the graph is a claim of its author: the training assumes it and cannot confirm it, and a "
        "wrong arrow makes wrong answers to `do`"
    )
    if run.graph.confounders:
        yield "it has hidden common causes: what they leave undetermined is refused or bounded"
        known = tied_nodes(run.graph)
        if tied := [_plain(node.name) for node in run.graph.tabular if node.name in known]:
            yield (
                f"of {', '.join(tied)} it knows the joint law of what is seen, not the "
                "mechanisms, which no data tell"
            )
    else:
        yield "it claims that no two labels share a hidden cause"
    yield "what the data hold few rows of is known poorly; answers say by how much"
    yield "answers about single units (counterfactuals) rest on a noise model, which each names"
    if run.images:
        yield "`model.py` draws labels alone; images need scmc, and are as real as their training"


def _license(contents: Contents) -> list[str]:
    unsaid = "not stated: ask whoever shared this, about the data as well"
    return ["## Licence", "", _plain(contents.license) if contents.license else unsaid]


def _fenced(kind: str, text: str) -> list[str]:
    """A block of code, whatever it holds."""
    fence = "```"
    while fence in text:
        fence += "`"
    return [f"{fence}{kind}", text.rstrip("\n"), fence]


def _plain(text: str) -> str:
    """Text in which Markdown and HTML find nothing to act on."""
    return "".join(f"\\{c}" if c in r"\`*_{}[]<>()#+-!|&" else c for c in text)


def _cell(text: str) -> str:
    return _plain(" ".join(text.split()))


def _quoted(text: str) -> str:
    """A word of a shell."""
    return "'" + text.replace("'", "'\\''") + "'"
