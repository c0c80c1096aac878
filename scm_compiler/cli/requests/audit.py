"""What `scmc audit` is asked for."""

import argparse
from dataclasses import dataclass
from math import isfinite
from pathlib import Path
from typing import Any

from scm_compiler.cli.options import bad_option, one_of, seconds, seed, whole

LABELS, CLASSIFIERS = ("graph", "random"), ("logistic", "svm")
_USUAL = "0.5,1,1.5,2,3"
_FARTHEST = 1000.0


@dataclass(frozen=True, kw_only=True)
class AuditRequest:
    """An audit that is asked for.

    Attributes:
        generator: As it was written; None for the last run.
        image: Of a run with several, the image.
        images: The labelled images; None for the head's own.
        attributes: Those that are meant; None for all.
        latent: The size of a code.
        graph: The program of what is declared.
        encoder: As it was written.
        output: The folder of the report.
        pictures: The folder of controlled generation; None for none.
        strict: Whether a leak ends in exit code 1.
        options: How it is done.
    """

    generator: str | None
    image: str | None
    images: str | None
    attributes: tuple[str, ...] | None
    latent: int | None
    graph: str | None
    encoder: str | None
    output: Path | None
    pictures: Path | None
    strict: bool
    options: dict[str, Any]


def request(args: argparse.Namespace) -> AuditRequest:
    """What the command line asks for.

    Raises:
        ScmError: E707 with exit code 2 if an option's value is none.
    """
    named = None
    if args.attributes is not None:
        named = tuple(name.strip() for name in args.attributes.split(","))
    return AuditRequest(
        generator=args.named or args.generator,
        image=args.image,
        images=args.images,
        attributes=named,
        latent=None if args.latent is None else whole("--latent", args.latent, 1, 10**6),
        graph=args.graph,
        encoder=args.encoder,
        output=args.output,
        pictures=args.pictures,
        strict=args.strict,
        options=_options(args),
    )


def _options(args: argparse.Namespace) -> dict[str, Any]:
    alphas = _rising(args.alpha or _USUAL)
    found: dict[str, Any] = {
        "seed": seed(args.seed),
        "alphas": alphas,
        "alpha": alphas[-2] if len(alphas) > 1 else alphas[0],
    }
    if args.labels is not None:
        found["labels"] = one_of("--labels", args.labels, LABELS)
    if args.classifier is not None:
        found["classifier"] = one_of("--classifier", args.classifier, CLASSIFIERS)
    for option, most in (("units", 10**6), ("nulls", 10**5)):
        text = getattr(args, option)
        if text is not None:
            found[option] = whole(f"--{option}", text, 10, most)
    if args.budget is not None:
        found["budget"] = seconds(args.budget)
    for option, name in (
        ("least_accuracy", "least"), ("tolerance", "tolerance"), ("level", "level"),
    ):  # fmt: skip
        text = getattr(args, option)
        if text is not None:
            found[name] = _share(f"--{option.replace('_', '-')}", text)
    return found


def _rising(text: str) -> tuple[float, ...]:
    """Strengths: numbers above 0, each larger than the one before."""
    try:
        found = tuple(float(part) for part in text.split(","))
    except ValueError:
        found = ()
    rises = bool(found) and all(isfinite(value) for value in found)
    if not rises or found[0] <= 0 or found[-1] > _FARTHEST or list(found) != sorted(set(found)):
        hint = "write such as `0.5,1,2`: each above 0 and larger than the one before"
        raise bad_option("--alpha", text, "rising numbers", hint)
    return found


def _share(option: str, text: str) -> float:
    """A number from 0 to 1."""
    try:
        found = float(text)
    except ValueError:
        found = -1.0
    if not 0 <= found <= 1:
        raise bad_option(option, text, "a number from 0 to 1", "write such as `0.05`")
    return found
