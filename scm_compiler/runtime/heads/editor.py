"""An editor of photos: what turns one label of a photo, and leaves the rest as it is.

The noise that a head finds behind a photo says more about its labels than noise should, and what
is drawn of it under other labels differs a little everywhere. An editor E needs no noise. It lays
colours over a photo, x' = x + m (c − x), with a share m and a colour c of each pixel that depend
on the photo and on the change (Pumarola et al. 2018), and learns from labelled photos alone:

    −log D_i(x', l')  +  a |x' − x|  +  b |E(x', l' → l) − x|.

D_i judges whether a photo really has the labels l', beside photos x whose label i would be turned
as often. A turn l → l' of label i is made with the chance min(1, p(l') / p(l)) of Metropolis, so
that l' has the distribution of l, and a judge finds nothing in the labels themselves. Among all
ways to deceive it the least change is looked for, as nothing else tells the true one: several
mechanisms have the same distribution and other counterfactuals (Pearl 2009, section 7.1).
"""

from functools import cached_property
from itertools import pairwise
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn.functional import leaky_relu, silu

from scm_compiler.ir.domain import Image
from scm_compiler.runtime.heads import losses
from scm_compiler.runtime.heads.autoencoder import Perceptron, Sight
from scm_compiler.runtime.heads.canvas import canvas, cut, framed, halvings
from scm_compiler.runtime.heads.encoder import Accompanied
from scm_compiler.runtime.heads.head import HeadTask, ImageGenerator, LabelCoding
from scm_compiler.runtime.heads.networks import SLOPE, RowLinear, normalised
from scm_compiler.runtime.heads.options.editor import EditorOptions
from scm_compiler.runtime.heads.replay import Tensors
from scm_compiler.runtime.heads.training import AdversarialTrainer

COUNTED = 20_000
"""So many photos tell how often combinations of labels are."""
LEAST = 10
"""A combination is learnt from if so many of these have it."""
POOL = 4
"""From so many photos for each of a batch those are chosen that are turned."""
NEVER = 1e-12
"""What stands for no chance, where one of the photos has to be chosen."""
PENALISED = 4
"""The slopes of the judges are looked at once in so many steps."""
SHY = -2.0
"""The logit of the share of each pixel that is laid over before the first step."""
REACH = 1.2
"""Colours lie between minus this and this, so that black and white are within reach."""


class Changed(nn.Module):
    """A normalisation whose scale and shift depend on the change.

    Args:
        channels: C.
        hidden: The size of what says the change.
    """

    def __init__(self, channels: int, hidden: int) -> None:
        super().__init__()
        self.norm = normalised(channels, "group")
        self.modulation = RowLinear(hidden, 2 * channels)
        nn.init.normal_(self.modulation.weight, std=0.02)

    def forward(self, features: Tensor, change: Tensor) -> Tensor:
        """Features (B, C, H, W) after the activation, given the change (B, hidden)."""
        scale, shift = self.modulation(change)[:, :, None, None].chunk(2, dim=1)
        return silu(self.norm(features) * (1 + scale) + shift)


class Editor(nn.Module):
    """What changes photos, and reads their labels.

    Args:
        image: The shape of the photos.
        coding: Their labels.
        options: Its sizes.
    """

    def __init__(self, image: Image, coding: LabelCoding, options: EditorOptions) -> None:
        super().__init__()
        self.image, hidden = image, options.hidden
        whole = canvas(image)
        times = halvings(whole.height, whole.width)
        assert times is not None  # it is a canvas
        least = max(4, options.width // 2)
        counts = [least, *(options.width * min(1 << level, 4) for level in range(times))]
        pairs = list(pairwise(counts))
        self.change = Perceptron(coding.width, hidden, hidden)
        self.start = nn.Conv2d(image.channels, least, 3, padding=1)
        self.down = nn.ModuleList(nn.Conv2d(*it, 4, 2, padding=1) for it in pairs)
        self.middle = nn.ModuleList(
            nn.Conv2d(counts[-1], counts[-1], 3, padding=1) for _ in range(2)
        )
        self.up = nn.ModuleList(
            nn.ConvTranspose2d(after * (1 + (rank > 0)), before, 4, 2, padding=1)
            for rank, (before, after) in enumerate(reversed(pairs))
        )
        norms = [*counts, counts[-1], counts[-1], *counts[-2::-1]]
        self.norms = nn.ModuleList(Changed(count, hidden) for count in norms)
        self.end = nn.Conv2d(2 * least, image.channels + 1, 3, padding=1)
        nn.init.normal_(self.end.weight, std=0.02)
        self.end.bias = nn.Parameter(torch.tensor([0.0] * image.channels + [SHY]))
        self.sight = Sight(image, options.width, hidden)
        self.reader = Perceptron(hidden, hidden, coding.width)

    def forward(self, images: Tensor, change: Tensor) -> Tensor:
        """Photos (B, C, H, W) in [-1, 1] after a change (B, E) of their encoded labels."""
        told = silu(self.change(change))
        norms = iter(self.norms)
        hidden = next(norms)(self.start(framed(images, self.image)), told)
        levels = [hidden]
        for layer in self.down:
            hidden = next(norms)(layer(hidden), told)
            levels.append(hidden)
        for layer in self.middle:
            hidden = hidden + next(norms)(layer(hidden), told)
        levels.pop()
        for layer in self.up:
            hidden = torch.cat([next(norms)(layer(hidden), told), levels.pop()], 1)
        laid = cut(self.end(hidden), self.image)
        share, colour = laid[:, -1:].sigmoid(), REACH * laid[:, :-1].tanh()
        return images + share * (colour - images)

    def read(self, images: Tensor) -> Tensor:
        """The logits (B, E) of the labels that photos show."""
        logits: Tensor = self.reader(self.sight(images)[1])
        return logits


class Edited(Accompanied):
    """A generator with the editor that was trained for it: the noise of a photo is the photo.

    Args:
        drawing: The generator.
        editor: The editor.
    """

    def __init__(self, drawing: ImageGenerator, editor: Editor) -> None:
        super().__init__(drawing)
        self.editor = editor

    def noise_of(self, images: Tensor, labels: Tensor) -> Tensor:
        """See `EncodingGenerator.noise_of`: not asked for, as `turned` needs none."""
        raise NotImplementedError

    def read(self, images: Tensor) -> Tensor:
        """See `EncodingGenerator.read`."""
        return self.editor.read(images)

    @torch.no_grad()
    def turned(self, images: Tensor, before: Tensor, after: Tensor) -> Tensor:
        """Photos (B, C, H, W) with labels (B, P) as they would look with others.

        One label is turned after the other, as the editor has learnt it; a photo whose labels stay
        is not changed.
        """
        found, now = images.clone(), before.clone()
        for rank in range(before.shape[1]):
            rows = (before[:, rank] != after[:, rank]).nonzero()[:, 0]
            old = self.coding.encode(now[rows])
            now[rows, rank] = after[rows, rank]
            change = self.coding.encode(now[rows]) - old
            found[rows] = self.by_rows(self.editor, found[rows], change).cpu().clamp(-1, 1)
        return found


class Judges(nn.Module):
    """Of each label one that tells photos whose label was turned from others.

    Args:
        image: The shape of the photos.
        coding: Their labels.
        width: The channels of the finest layer.
    """

    def __init__(self, image: Image, coding: LabelCoding, width: int) -> None:
        super().__init__()
        self.image, whole = image, canvas(image)
        times = halvings(whole.height, whole.width)
        assert times is not None  # it is a canvas
        counts = [width * min(1 << level, 4) for level in range(times + 1)]
        self.start = nn.Conv2d(image.channels, width, 3, padding=1)
        self.down = nn.ModuleList(
            nn.Conv2d(before, after, 4, 2, padding=1) for before, after in pairwise(counts)
        )
        self.middle = nn.Conv2d(counts[-1], counts[-1], 3, padding=1)
        cells = (whole.height >> times) * (whole.width >> times)
        self.count = len(coding.names)
        self.end = nn.Linear(counts[-1] * cells, self.count * (1 + coding.width))

    def forward(self, images: Tensor, labels: Tensor, ranks: Tensor) -> Tensor:
        """The logits (B,) of photos with encoded labels (B, E), by the judges of labels (B,)."""
        hidden = leaky_relu(self.start(framed(images, self.image)), SLOPE)
        for layer in [*self.down, self.middle]:
            hidden = leaky_relu(layer(hidden), SLOPE)
        ends = self.end(hidden.flatten(1)).float().view(len(images), self.count, -1)
        own = ends[torch.arange(len(ends), device=ends.device), ranks]
        found: Tensor = own[:, 0] + (own[:, 1:] * (2 * labels - 1)).sum(1)
        return found


class Turned(NamedTuple):
    """A batch of photos, and what is to be turned in each.

    Attributes:
        images: (B, C, H, W) in [-1, 1].
        labels: Their labels (B, P).
        before: The same as 0/1 columns (B, E).
        after: One of them turned.
        ranks: Which (B,).
    """

    images: Tensor
    labels: Tensor
    before: Tensor
    after: Tensor
    ranks: Tensor


class EditorTrainer(AdversarialTrainer[EditorOptions, Editor]):
    """Trains an editor against judges.

    Args:
        task: What the head was trained on, with the steps of the editor.
        options: Of the editor.
        drawing: The head's generator, which is not changed and not asked.
    """

    def __init__(self, task: HeadTask, options: EditorOptions, drawing: ImageGenerator) -> None:
        self._drawing = drawing
        super().__init__(task, options)

    @property
    def drawing(self) -> ImageGenerator:
        """What draws the images."""
        return self._drawing

    def build(self) -> tuple[Editor, dict[str, nn.Module]]:
        """The editor, and its judges."""
        image, coding = self.task.image, self.task.coding
        return Editor(image, coding, self.options), {
            "judges": Judges(image, coding, self.options.judge_width)
        }

    def rate(self, name: str) -> float:
        """The learning rate by now: it falls to nothing at the end."""
        del name
        left = 1 - self.reached / self.total
        falling = max(self.options.cool_down, 1 / self.total)
        return self.options.rate * min(1.0, max(left / falling, 0.01))

    @cached_property
    def _known(self) -> tuple[Tensor, Tensor]:
        """The combinations of labels of `COUNTED` photos in order, and how often each is."""
        seed = torch.Generator().manual_seed(self.task.seed)
        _, labels = self.task.batches.draw(COUNTED, seed)
        found, counts = torch.unique(self.task.coding.joint(labels), return_counts=True)
        return found, counts

    def _count(self, labels: Tensor) -> Tensor:
        """How many of `COUNTED` photos have these labels (..., P); 0 if fewer than `LEAST`."""
        found, counts = self._known
        asked = self.task.coding.joint(labels.flatten(0, -2)).view(labels.shape[:-1])
        places = torch.searchsorted(found, asked).clamp(max=len(found) - 1)
        held = torch.where(found[places] == asked, counts[places], 0)
        return torch.where(held < LEAST, 0, held)

    def _turned(self) -> Turned:
        """Photos, each with one of its labels to be turned: this process' share."""
        coding, batch = self.task.coding, self.options.batch
        sizes = torch.tensor(coding.sizes)

        def draw() -> Tensors:
            images, labels = self.task.batches.draw(POOL * batch, self.random)
            steps = torch.rand(labels.shape, generator=self.random) * (sizes - 1)
            after = labels[:, None].repeat(1, len(sizes), 1)
            ranks = torch.arange(len(sizes))
            after[:, ranks, ranks] = (labels + 1 + steps.long()) % sizes
            before, then = self._count(labels)[:, None], self._count(after)
            chances = torch.where(before > 0, then / before.clamp(min=1), 0).clamp(max=1)
            asked = torch.arange(batch) % len(sizes)
            weights = chances.T[asked] + NEVER
            chosen = weights.multinomial(1, generator=self.random)[:, 0]
            own = labels[chosen]
            likely = chances[chosen, asked, None] > 0
            turned = torch.where(likely, after[chosen, asked], own)
            found = images[chosen.to(images.device)], own, turned, asked
            return found if self.team is None else tuple(map(self.team.share, found))

        def placed() -> Tensors:
            images, own, turned, asked = draw()
            return images, own, coding.encode(own), coding.encode(turned), asked

        images, own, before, after, ranks = self.drawn(placed)
        pixels = images.float().div_(127.5).sub_(1).contiguous(memory_format=self.layout)
        return Turned(pixels, own, before, after, ranks)

    def step(self) -> dict[str, Tensor]:
        """One update of the judges, then of the editor."""
        judging, slopes = self._judge()
        self.descend(("judges", judging + slopes))
        options, it, judges = self.options, self._turned(), self.networks["judges"]
        with self.autocast():
            made = self.generator(it.images, it.after - it.before)
            seen = judges(made, it.after, it.ranks)
            back = self.generator(made, it.before - it.after).float()
            logits = self.generator.read(it.images).float()
        deceived = losses.non_saturating_generator_loss(seen)
        edit, missed = ((one - it.images).abs().mean() for one in (made.float(), back))
        reading = losses.label_loss(logits, it.labels, self.task.coding)
        loss = deceived + options.edit_weight * edit + options.back_weight * missed
        self.descend(("generator", loss + options.reader_weight * reading))
        return {
            "judging": judging,
            "deceived": deceived,
            "edit": edit / 2,
            "back": missed / 2,
            "reading": reading,
            "label_accuracy": losses.label_accuracy(logits, it.labels, self.task.coding),
        }

    def _judge(self) -> tuple[Tensor, Tensor]:
        """What the judges lose, and the price of their slopes."""
        turned, real, judges = self._turned(), self._turned(), self.networks["judges"]
        penalised = bool(self.options.penalty) and self.done % PENALISED == 0
        real.images.requires_grad_(penalised)
        with self.autocast():
            with torch.no_grad():
                made = self.generator(turned.images, turned.after - turned.before)
            true = judges(real.images, real.before, real.ranks)
            false = judges(made.float(), turned.after, turned.ranks)
        slopes = torch.zeros((), device=true.device)
        if penalised:
            slopes = losses.gradient_penalty(true, real.images)
        return losses.discriminator_loss(true, false), PENALISED * self.options.penalty * slopes


def untrained(drawing: ImageGenerator, options: EditorOptions) -> Editor:
    """An editor to load trained weights into."""
    with torch.random.fork_rng(devices=[]):
        return Editor(drawing.image, drawing.coding, options)
