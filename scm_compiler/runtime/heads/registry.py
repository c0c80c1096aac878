"""The registry of image heads: what `--head NAME` may be, without importing torch.

A head is one object here and one module that the object names; the module is imported when the
head is built. A package adds heads through the entry point group `scmc.heads`.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any, cast

from pydantic import BaseModel, ValidationError

from scm_compiler import plugins
from scm_compiler.diagnostics import refuse
from scm_compiler.ir import Graph
from scm_compiler.ir.domain import Image
from scm_compiler.runtime.heads.canvas import fitting
from scm_compiler.runtime.heads.codes.heads import (
    HeadNeedsLabels,
    HeadOption,
    HeadReadsLabels,
    HeadUnknown,
    ImageSizeUnsupported,
)
from scm_compiler.runtime.heads.codes.sizes import ImageTooLarge

if TYPE_CHECKING:
    from scm_compiler.runtime.heads.head import HeadTask, HeadTrainer, ImageGenerator, LabelCoding

ENTRY_POINTS = "scmc.heads"

HEAD = "causal_gan"
"""The head of an image for which none is named."""

Nearest = Callable[[Image], Image]
"""The image nearest to the one that is asked for that a head can draw: itself, if it can."""


def any_image(image: Image) -> Image:
    """The same image: for a head that draws every size."""
    return image


@dataclass(frozen=True)
class HeadSpec:
    """One image head.

    Attributes:
        name: As written after `--head`.
        summary: One line for a list of heads.
        module: The module with the head; imported when first needed. It defines
            `generator(image, coding, options)` and `trainer(task, options)`.
        nearest: Which images it can draw; all, if it does not say.
        labelled: Whether it needs at least one label.
        numbers: Whether it reads real parents.
        settings: The module with `OPTIONS` (the pydantic model of the options) and `PRESETS` (the
            changes of each preset to the options' defaults); the head's own if empty. Options are
            refused without torch where it does without.
        origin: The package that registered it.
    """

    name: str
    summary: str
    module: str
    nearest: Nearest = any_image
    labelled: bool = True
    numbers: bool = False
    settings: str = ""
    origin: str = "scm_compiler"

    def check(self, node: str, image: Image, labels: int) -> None:
        """Refuse an image that the head cannot do.

        Args:
            node: The image's name.
            image: Its domain.
            labels: The number of its parents.

        Raises:
            ScmError: E660 for its size, E664 if the head needs labels and there are none.
        """
        nearest = self.nearest(image)
        if nearest != image:
            raise refuse(
                ImageSizeUnsupported(head=self.name, node=node, image=image, nearest=nearest)
            )
        if self.labelled and labels == 0:
            raise refuse(HeadNeedsLabels(head=self.name, node=node))

    def check_parents(self, graph: Graph, node: str) -> None:
        """Refuse an image with a real parent, where the head reads labels alone.

        Raises:
            ScmError: E571.
        """
        real = {it.name for it in graph.reals}
        read = next((name for name in graph.parents[node] if name in real), None)
        if read is not None and not self.numbers:
            able = next(head.name for head in BUILTIN.values() if head.numbers)
            raise refuse(HeadReadsLabels(head=self.name, node=node, real=read, able=able))

    @property
    def model(self) -> type[BaseModel]:
        """The pydantic model of its options."""
        return cast("type[BaseModel]", self._load("OPTIONS", self.settings))

    @property
    def presets(self) -> Mapping[str, Mapping[str, Any]]:
        """The changes of each preset to the options' defaults, under the preset's name."""
        return cast("Mapping[str, Mapping[str, Any]]", self._load("PRESETS", self.settings))

    def options(self, preset: str = "default", **changes: Any) -> BaseModel:  # noqa: ANN401
        """The options of a preset with some of them changed.

        Raises:
            ScmError: E662 if the preset or an option is unknown or a value does not fit.
        """
        if preset not in self.presets:
            known = ", ".join(self.presets)
            reason = f"there is no preset `{preset}`, only {known}"
            raise refuse(HeadOption(head=self.name, option="preset", reason=reason))
        try:
            return self.model.model_validate({**self.presets[preset], **changes})
        except ValidationError as wrong:
            raise refuse(*(_wrong(self.name, error) for error in wrong.errors())) from wrong

    def stored_options(self, options: Mapping[str, Any]) -> BaseModel:
        """Options as `model_dump(mode="json")` gave them, each of the very type that it gives.

        Raises:
            ValueError: If they are others; one sentence says why.
        """
        try:
            return self.model.model_validate_json(json.dumps(dict(options)), strict=True)
        except ValidationError as wrong:
            found = _wrong(self.name, wrong.errors()[0])
            raise ValueError(f"options.{found.option}: {found.reason}") from wrong

    def generator(
        self, image: Image, coding: "LabelCoding", options: BaseModel
    ) -> "ImageGenerator":
        """An untrained generator, to load trained weights into."""
        build = cast("Callable[..., ImageGenerator]", self._load("generator"))
        return build(image, coding, options)

    def trainer(self, task: "HeadTask", options: BaseModel) -> "HeadTrainer":
        """What trains the head.

        Raises:
            ScmError: If the head cannot do the task's image.
        """
        self.check(task.node, task.image, len(task.coding.names))
        build = cast("Callable[..., HeadTrainer]", self._load("trainer"))
        return build(task, options)

    def _load(self, attribute: str, module: str = "") -> object:
        return getattr(import_module(module or self.module), attribute)


@dataclass(frozen=True)
class Heads(Mapping[str, HeadSpec]):
    """An immutable registry of heads.

    >>> sorted(BUILTIN)
    ['causal_began', 'causal_gan', 'causal_vae', 'conditional_gan', 'vae']
    """

    heads: tuple[HeadSpec, ...]

    def __getitem__(self, name: str) -> HeadSpec:
        for head in self.heads:
            if head.name == name:
                return head
        raise KeyError(name)

    def __iter__(self) -> Iterator[str]:
        return (head.name for head in self.heads)

    def __len__(self) -> int:
        return len(self.heads)

    def find(self, name: str) -> HeadSpec:
        """The head of this name; ScmError (E661) if there is none."""
        if name not in self:
            raise refuse(HeadUnknown(name=name, known=tuple(self)))
        return self[name]

    def extended(self, *heads: HeadSpec) -> "Heads":
        """This registry and further heads; ValueError naming both owners if a name is taken."""
        known = dict(self.items())
        for head in heads:
            other = known.setdefault(head.name, head)
            if other is not head:
                owners = f"{other.origin} and {head.origin}"
                raise ValueError(f"two packages register the image head `{head.name}`: {owners}")
        return Heads(tuple(known.values()))


BUILTIN = Heads(
    (
        HeadSpec(
            "causal_gan",
            "discriminator, Labeler and Anti-Labeler (Kocaoglu et al. 2017, section 5.2)",
            "scm_compiler.runtime.heads.causal_gan",
            fitting,
            numbers=True,
            settings="scm_compiler.runtime.heads.options.causal_gan",
        ),
        HeadSpec(
            "causal_began",
            "auto-encoder discriminator and Labeler with margins (the same, section 5.3)",
            "scm_compiler.runtime.heads.causal_began",
            fitting,
            numbers=True,
            settings="scm_compiler.runtime.heads.options.causal_began",
        ),
        HeadSpec(
            "conditional_gan",
            "the baseline: labels as input only, no Labelers",
            "scm_compiler.runtime.heads.conditional_gan",
            fitting,
            labelled=False,
            numbers=True,
            settings="scm_compiler.runtime.heads.options.conditional_gan",
        ),
        HeadSpec(
            "vae",
            "variational auto-encoder, given labels: it tells the noise behind a photo",
            "scm_compiler.runtime.heads.vae",
            fitting,
            labelled=False,
            numbers=True,
            settings="scm_compiler.runtime.heads.options.vae",
        ),
        HeadSpec(
            "causal_vae",
            "auto-encoder with a causal layer between its concepts (Yang et al. 2021)",
            "scm_compiler.runtime.heads.causal_vae",
            fitting,
            numbers=True,
            settings="scm_compiler.runtime.heads.options.causal_vae",
        ),
    )
)


def installed() -> Heads:
    """The built-in heads and those of installed packages (entry points of `scmc.heads`)."""
    return BUILTIN.extended(*plugins.every(ENTRY_POINTS))


def undrawable(graph: Graph) -> Iterator[ImageTooLarge]:
    """A warning for each image that no installed head can draw."""
    for node in graph.images:
        image = node.domain
        assert isinstance(image, Image)
        if fitting(image) != image and all(it.nearest(image) != image for it in _others()):
            near = fitting(image)
            yield ImageTooLarge(
                node=node.name,
                height=image.height,
                width=image.width,
                nearest=(near.channels, near.height, near.width),
                span=node.span,
            )


def _others() -> list[HeadSpec]:
    return [head for head in installed().values() if head.name not in BUILTIN]


def _wrong(head: str, error: Any) -> HeadOption:  # noqa: ANN401  (pydantic's own dict)
    place = ".".join(str(part) for part in error["loc"]) or "options"
    message = str(error["msg"])
    return HeadOption(head=head, option=place, reason=message[:1].lower() + message[1:])
