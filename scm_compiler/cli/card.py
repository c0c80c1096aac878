"""The card of a model that is shared: what it is, how it is used, what it cannot do."""

import json
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from scm_compiler.editor.language import coded
from scm_compiler.inference.real.openings import some_number
from scm_compiler.ir import Finite, Real
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
        ["## Limits", "", *(f"- {line}" for line in _limited(run))],
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
    what = [
        "scmc. Its module is consistent with the graph by construction; `certificate.json` says",
        "how that was checked.",
    ]
    if tied_nodes(run.graph):
        what = ["scmc. It answers what observation determines, from the law of what is seen."]
    return [
        f"# {_plain(run.graph.name)}",
        "",
        f"A structural causal model of {run.graph.counts}, compiled and trained by",
        *what,
        "",
        f"![The graph]({contents.picture})",
        "",
        *_fenced("", run.program),
    ]


def _use(run: Run) -> list[str]:
    nodes = run.graph.tabular
    held, last = nodes[0], nodes[-1]
    named, value, index = print_name(held.name), "0", "0.0"
    if isinstance(held.domain, Finite):
        value, index = print_name(held.domain.values[-1]), "1"
    elif isinstance(held.domain, Real):
        value = index = repr(some_number(held.domain))
    asked = f"P({print_name(last.name)} | do({named}={value}))"
    with_scmc = [
        "With scmc, which executes nothing that it finds here, every question and every picture:",
        "",
        *_fenced("bash", f"pip install scm-compiler\nscmc query {_quoted(asked)} --run ."),
    ]
    if tied_nodes(run.graph):
        return ["## Use", "", *with_scmc]
    drawn = "rows" if run.graph.reals else "labels"
    python = f"""\
import torch
from model import load  # model.py beside this file; torch and safetensors are all it needs

model = load("model.safetensors")
{drawn} = model.sample(1000, do={{{json.dumps(held.name, ensure_ascii=False)}: {index}}})"""
    return [
        "## Use",
        "",
        f"With torch alone, the {'labels and numbers' if run.graph.reals else 'labels'}:",
        "",
        *_fenced("python", python),
        "",
        *with_scmc,
    ]


def _pictures(contents: Contents) -> list[str]:
    if not contents.samples:
        return []
    shown = [f"![Drawn: {_plain(name)}]({file})" for name, file in contents.samples.items()]
    return ["## What it draws", "", *shown]


def _data(run: Run) -> list[str]:
    data = run.manifest.data
    origin = coded(" ".join(data.origin.split()))
    distinct = f", {data.cells:,} of them distinct"
    held = [
        "- `cells.safetensors` holds the distinct rows and their counts, from which intervals are",
        "  got: whoever has this folder has them",
    ]
    if run.graph.reals:
        distinct = ""
        held = [
            "- `rows.safetensors` holds the rows, numbers included, and `cells.safetensors` the",
            "  labels' counts: whoever has this folder has them",
        ]
    return [
        "## Data",
        "",
        f"- from {origin}: {data.rows:,} rows" + distinct,
        f"- their SHA-256: `{data.fingerprint}`",
        *held,
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
        f"Trained by {made}, with {versions}. {_told(manifest.metrics)}",
        "",
        "| of | measure | value |",
        "|---|---|---|",
        *shown,
    ]


def _told(metrics: Collection[str]) -> str:
    """What the measures are."""
    known = {
        "tvd": "`tvd` is the total variation distance to the data.",
        "real_loglik": "`real_loglik` is the log-likelihood of a held-out row, in nats, and\n"
        "`real_ks` how far the shares below its numbers are from even (Kolmogorov and Smirnov).",
    }
    return " ".join(text for name, text in known.items() if name in metrics)


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
        of = "nodes" if run.graph.reals else "labels"
        yield f"it claims that no two {of} share a hidden cause"
    yield "what the data hold few rows of is known poorly; answers say by how much"
    yield "answers about single units (counterfactuals) rest on a noise model, which each names"
    if run.images and not tied_nodes(run.graph):
        yield "`model.py` draws no images: these need scmc, and are as real as their training"


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
