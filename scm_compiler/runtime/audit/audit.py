"""`scm.audit(…)`: which attributes of its images a generator makes the cause of which."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from math import isnan
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from scm_compiler.diagnostics import Diagnostic
from scm_compiler.ir import Graph
from scm_compiler.model.module import one_thread
from scm_compiler.runtime.audit import baselines
from scm_compiler.runtime.audit.budget import Allowance
from scm_compiler.runtime.audit.codes.generator import Leaks, NotJudged, Unshown
from scm_compiler.runtime.audit.controlled import controlled_generation
from scm_compiler.runtime.audit.declared import Declared, declared, signed, truth_of
from scm_compiler.runtime.audit.encoder import (
    INVERSION,
    JUDGED,
    Encoded,
    encoded,
    head_inverted,
    inverted,
    judged,
    require_encoder,
)
from scm_compiler.runtime.audit.judging import Judged, pairs_of
from scm_compiler.runtime.audit.kept import Parts
from scm_compiler.runtime.audit.linear import Fit, fit_linear
from scm_compiler.runtime.audit.measure import Measured, Task, measure, measured
from scm_compiler.runtime.audit.mmd import done_against_seen
from scm_compiler.runtime.audit.null import permuted_directions, random_directions
from scm_compiler.runtime.audit.readers import Labelled, labelled_images, require_both
from scm_compiler.runtime.audit.report import Attribute, Controlled, Direction
from scm_compiler.runtime.audit.settings import FEW, LATENT_NULLS, Settings
from scm_compiler.runtime.audit.shown import Audit
from scm_compiler.runtime.audit.sources import foreign_generator, function_of, name_of, named_code
from scm_compiler.runtime.audit.subject import (
    Subject,
    foreign_subject,
    paths,
    run_subject,
)
from scm_compiler.runtime.audit.view import image_view, latent_view
from scm_compiler.runtime.evaluation.estimate import Array, Estimate, share
from scm_compiler.runtime.evaluation.head import Stage, quick
from scm_compiler.runtime.evaluation.head_report import PictureRows
from scm_compiler.runtime.evaluation.learning import dice
from scm_compiler.runtime.evaluation.real import to_bytes
from scm_compiler.runtime.progress import Silent
from scm_compiler.runtime.runs.record import Record, open_record
from scm_compiler.shipped import find_run, program_of

_SHOWN = 8
_INVERTED = 600
"""Images of a head that are inverted, at most."""
_KEPT_NULLS = 200


def audit(  # noqa: PLR0913  (the same choices as on the command line)
    generator: Record | str | Path | Callable[..., Any],
    *,
    images: str | Labelled | None = None,
    attributes: Sequence[str] | None = None,
    image: str | None = None,
    latent: int | None = None,
    encoder: str | Callable[..., Any] = JUDGED,
    graph: Graph | None = None,
    folder: Path | str | None = None,
    cache: Path | None = None,
    controlled: int = 0,
    stage: Stage = lambda _: Silent(),
    **options: Any,  # noqa: ANN401  (each option has a type of its own)
) -> Audit:
    """Ask a generator which of its attributes moves which, and hold that against its graph.

    Args:
        generator: A run, its folder, the path of a `.pt2` or `.onnx`, `package.module:attribute`,
            or a function of codes (n, D).
        images: The labelled data, such as `celeba:DIR`, or a `Labelled`; the head's own if None.
        attributes: Those that are meant; all that have two values if None.
        image: Of a run with several, the image.
        latent: D, where the generator does not say it.
        encoder: `judged`, `inversion`, a file or code.
        graph: What is declared of the attributes of a generator that is no run.
        folder: Keeps what is done, so that an audit that was stopped goes on.
        cache: Where decoded images and the classifiers of images are kept.
        controlled: Units for controlled generation, whose images are compared; none if 0.
        stage: Is told the name of each stage of the work, and gives what watches it.
        options: How it is done: the attributes of `Settings`.

    Raises:
        ScmError: E860 to E866 if generator, encoder or data cannot be used; E65x and E710 of the
            run; E67x and E690 of the images.
    """
    settings = Settings(**options)
    allowance = Allowance(settings.budget)
    given = str(generator) if isinstance(generator, Path) else generator
    own = None if encoder in (JUDGED, INVERSION) else function_of(encoder)
    if isinstance(given, str) and not foreign(given):
        given = open_record(find_run(given))
    where = None if folder is None else Path(folder)
    with quick(stage) as begin:
        if isinstance(given, Record):
            source = images if isinstance(images, str) else None
            subject = run_subject(given, image, source, attributes, settings, cache, begin)
        else:
            made = foreign_generator(given, latent)
            if own is not None:
                require_encoder(made, own, name_of(encoder))
            subject = foreign_subject(made, images, attributes, graph, settings, cache, begin)
        return _audited(subject, settings, allowance, encoder, where, (controlled, cache), begin)


def foreign(text: str) -> bool:
    """Whether a text names a generator that is no run.

    >>> foreign("flow.pt2"), foreign("my.models:flow"), foreign("runs/faces-1")
    (True, True, False)
    """
    return Path(text).suffix in (".pt2", ".onnx") or named_code(text)


def _audited(
    subject: Subject,
    settings: Settings,
    allowance: Allowance,
    encoder: str | Callable[..., Any],
    folder: Path | None,
    control: tuple[int, Path | None],
    stage: Stage,
) -> Audit:
    """Audit what was made ready; see `audit`."""
    name = name_of(encoder)
    same = {"mark": subject.mark, "behaves": _behaviour(subject, encoder)}
    work = _Work(subject, settings, Parts(folder, asdict(settings) | same), stage)
    learnt = work.encoded(name, encoder)
    stage("classifiers of codes")
    fit = fit_linear(learnt.codes, learnt.labels, settings.classifier)
    settings = replace(settings, units=work.units(fit, allowance), budget=None)
    work = replace(work, settings=settings, parts=Parts(folder, asdict(settings) | same))
    codes = subject.generator.draw(settings.units, dice(settings.seed, "units"))
    latent, image = work.measured("latent", fit, codes), work.measured("image", fit, codes)
    stage("graph")
    effects = work.declared(codes)
    compared, annotators = work.controlled(fit, *control)
    shown = subject.reader.read(subject.generator.outputs(codes))
    attributes = _attributes(subject, settings, fit, codes, shown)
    said = baselines.directions(_array(shown))
    size = subject.generator.latent
    views = Judged(latent, settings, size), Judged(image, settings, size)
    return Audit(
        generator=subject.generator.name,
        encoder=name,
        encoder_error=learnt.error,
        data=subject.data.origin,
        labels=settings.labels if subject.head else None,
        latent=size,
        units=settings.units,
        alphas=settings.alphas,
        alpha=settings.alpha,
        classifier=settings.classifier,
        seed=settings.seed,
        attributes=attributes,
        pairs=pairs_of(attributes, *views, _declared_paths(subject), said),
        declared=effects,
        nulls=_nulls(latent, image),
        warnings=tuple(_warnings(subject, attributes, effects, settings)),
        pictures=_pictures(subject, fit, codes, settings.alpha),
        controlled=compared,
        annotators=annotators,
    )


@dataclass(frozen=True, eq=False)
class _Work:
    """The parts of an audit that take time, each kept when it is done."""

    subject: Subject
    settings: Settings
    parts: Parts
    stage: Stage

    def encoded(self, name: str, encoder: str | Callable[..., Any]) -> Encoded:
        """Codes whose attributes are known."""
        generator, seed = self.subject.generator, self.settings.seed

        def work() -> Mapping[str, Tensor]:
            self.stage("codes with known attributes")
            if name == JUDGED:
                found = judged(generator, self.subject.reader, self.settings.learn, seed)
            elif name == INVERSION:
                found = self._inverted()
            else:
                found = encoded(generator, function_of(encoder), name, self.subject.data)
            require_both(found.labels, self.subject.reader.names, self.subject.data.origin)
            error = torch.tensor(float("nan") if found.error is None else found.error)
            return {"codes": found.codes, "labels": found.labels, "error": error}

        kept = self.parts.part("codes", work)
        error = float(kept["error"])
        return Encoded(kept["codes"], kept["labels"], None if isnan(error) else error)

    def units(self, fit: Fit, allowance: Allowance) -> int:
        """How many are drawn; an audit that goes on keeps to its number."""
        if allowance.seconds is None:
            return self.settings.units

        def work() -> Mapping[str, Tensor]:
            self.stage("how many units the budget pays for")
            return {"units": torch.tensor(allowance.units(self.subject, self.settings, fit))}

        return int(self.parts.part("units", work)["units"])

    def _inverted(self) -> Encoded:
        subject, seed = self.subject, self.settings.seed
        if subject.head is None or subject.real is None:
            return inverted(subject.generator, subject.data, seed)
        data = labelled_images(subject.real, subject.reader.names, _INVERTED)
        parents = labelled_images(subject.real, subject.real.names, _INVERTED).labels
        return head_inverted(subject.generator, subject.head, data, parents, seed)

    def measured(self, name: str, fit: Fit, codes: Tensor) -> Measured:
        """What one view shows."""
        settings, latent = self.settings, name == "latent"
        subject = self.subject
        image = image_view(subject.generator, subject.reader)

        def work() -> Mapping[str, Tensor]:
            again = dice(settings.seed, "resampled classifiers")
            others = [fit.resampled(again) for _ in range(settings.replicates)]
            count = settings.nulls * (LATENT_NULLS if latent else 1)
            task = Task(
                codes=codes,
                directions=fit.linear.directions,
                alphas=settings.alphas,
                decides=settings.decides,
                replicates=[(latent_view(o) if latent else image, o.directions) for o in others],
                random=random_directions(
                    count, codes.shape[1], dice(settings.seed, "random directions")
                ),
                permuted=_permuted(fit, count, settings.seed),
                few=len(codes) if latent else min(len(codes), FEW),
                dice=dice(settings.seed, "resampled units"),
            )
            view = latent_view(fit.linear) if latent else image
            watch = self.stage(f"effects seen by the {name} classifiers")
            return measure(view, task, watch).to_tensors()

        return measured(self.parts.part(name, work))

    def declared(self, codes: Tensor) -> tuple[Declared, ...]:
        """What is shown under the graph's own do; nothing of a generator that is no run."""
        subject, settings = self.subject, self.settings
        if subject.head is None or subject.graph is None or subject.real is None:
            return ()
        truth = truth_of(subject.real, subject.reader, settings.seed)
        return declared(
            subject.head,
            subject.reader,
            truth,
            subject.graph,
            codes,
            tolerance=settings.tolerance,
            level=settings.level,
        )

    def controlled(
        self, fit: Fit, units: int, cache: Path | None
    ) -> tuple[tuple[Controlled, ...], Mapping[str, Estimate]]:
        """Which of two ways to change an image looks more real; nothing unless it is asked for."""
        if not units:
            return (), {}
        return controlled_generation(
            self.subject,
            fit.linear.directions,
            units,
            self.settings.alphas[-1],
            seed=self.settings.seed,
            parts=Parts(self.parts.folder, {**self.parts.depends, "controlled": units}),
            cache=cache,
            stage=self.stage,
        )


def _behaviour(subject: Subject, encoder: str | Callable[..., Any]) -> str:
    """The SHA-256 of what generator, readers and encoder make of a few codes, on one thread."""
    digest = hashlib.sha256(name_of(encoder).encode())
    with one_thread(), torch.no_grad():  # the last bits depend on the number of threads
        outputs = subject.generator.outputs(subject.generator.draw(8, dice(0, "behaviour")))
        made = [outputs, subject.reader.read(outputs)]
        if encoder not in (JUDGED, INVERSION):
            made.append(function_of(encoder)(outputs))
    for tensor in made:
        digest.update(tensor.double().contiguous().numpy().tobytes())
    return digest.hexdigest()


def _permuted(fit: Fit, count: int, seed: int) -> Tensor:
    """Directions of shuffled attributes, each attribute in its turn."""
    shuffles = dice(seed, "shuffled values")
    attributes = fit.labels.T
    each = -(-count // len(attributes))
    found = [permuted_directions(fit.codes, column, each, shuffles) for column in attributes]
    return torch.stack(found, dim=1).flatten(0, 1)[:count]


def _attributes(
    subject: Subject, settings: Settings, fit: Fit, codes: Tensor, shown: Tensor
) -> tuple[Attribute, ...]:
    found = []
    has = fit.linear.logits(codes) > torch.logit(fit.labels.mean(0).clamp(1e-6, 1 - 1e-6))
    for p, name in enumerate(subject.reader.names):
        latent, image = fit.accuracy[p], subject.reader.accuracy[p]
        found.append(
            Attribute(
                name=name,
                latent=latent,
                image=image,
                rate=share(int((shown[:, p] > 0.5).sum()), len(shown)),
                mmd=done_against_seen(codes, has[:, p], fit.linear.directions[p], settings.alphas),
                judged=min(latent.value, image.value) >= settings.least,
            )
        )
    return tuple(found)


def _declared_paths(subject: Subject) -> Mapping[tuple[str, str], Direction]:
    """What the graph says of each pair."""
    if subject.graph is None:
        return {}
    names = tuple(n for n in subject.reader.names if n in subject.graph.by_name)
    found: dict[tuple[str, str], Direction] = {(a, b): "none" for a in names for b in names}
    for cause, effect in paths(subject.graph, names):
        found[cause, effect] = "->"
        found[effect, cause] = "<-"
    return found


def _nulls(latent: Measured, image: Measured) -> dict[str, tuple[float, ...]]:
    """Some GATEs under each null, for a histogram."""
    kinds = {
        f"{view} {kind}": tensor
        for view, found in (("latent", latent), ("image", image))
        for kind, tensor in (("random", found.random), ("permuted", found.permuted))
    }
    return {name: tuple(t.flatten()[:_KEPT_NULLS].tolist()) for name, t in kinds.items()}


def _warnings(
    subject: Subject,
    attributes: Sequence[Attribute],
    effects: Sequence[Declared],
    settings: Settings,
) -> list[Diagnostic]:
    leaks = [
        f"do({e.cause}) moves {e.outcome} by {signed(e.excess)}" for e in _largest(effects, "leak")
    ]
    unshown = [str(e) for e in _largest(effects, "unshown")]
    weak = [
        f"{a.name}: its classifiers reach {_worse(a.latent, a.image)} of 1"
        for a in attributes
        if not a.judged
    ]
    run = str(subject.run), None if subject.run is None else program_of(subject.run)
    found: list[Diagnostic] = [Leaks(tuple(leaks), *run)] if leaks else []
    found += [Unshown(tuple(unshown), *run)] if unshown else []
    return found + ([NotJudged(tuple(weak), settings.least)] if weak else [])


def _largest(effects: Sequence[Declared], finds: str) -> list[Declared]:
    chosen = [e for e in effects if e.finds == finds]
    return sorted(chosen, key=lambda e: -abs(e.excess.value))


def _worse(left: Estimate, right: Estimate) -> Estimate:
    return min(left, right, key=lambda estimate: estimate.value)


def _pictures(subject: Subject, fit: Fit, codes: Tensor, alpha: float) -> PictureRows | None:
    """Some outputs, and what they would be under do(m = 1) of each attribute."""
    if len(subject.generator.shape) != 3:
        return None
    some = codes[:_SHOWN]
    moved = [some, *(some + (alpha * h).to(some) for h in fit.linear.directions)]
    rows = [to_bytes(subject.generator.outputs(part)) for part in moved]
    names = ("drawn", *(f"do({name}=1)" for name in subject.reader.names))
    return PictureRows(names, torch.stack(rows))


def _array(tensor: Tensor) -> Array:
    found: Array = tensor.double().numpy()
    return found
