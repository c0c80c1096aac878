"""A regime of a trained model from Python: `run.do(Mustache=1).given(Young=1).sample(64)`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from operator import index
from typing import TYPE_CHECKING, SupportsIndex

from scm_compiler.inference import Answer
from scm_compiler.inference.real.codes.reals import require_threshold
from scm_compiler.ir import query as ir
from scm_compiler.runtime.runs.asking import ask, plan_of_reals
from scm_compiler.runtime.runs.record import Record
from scm_compiler.semantics.query import read_query
from scm_compiler.syntax.printer import print_name

if TYPE_CHECKING:
    from torch import Tensor

    from scm_compiler.model.mechanism import Mechanism
    from scm_compiler.runtime.runs.trained_head import TrainedHead
    from scm_compiler.runtime.sampling.imagined import Imagined
    from scm_compiler.runtime.sampling.imagined_numbers import ImaginedNumbers
    from scm_compiler.runtime.sampling.imagined_photos import ImaginedPhotos
    from scm_compiler.runtime.sampling.mixed import MixedSample, MixedStream
    from scm_compiler.runtime.sampling.photos import Photo
    from scm_compiler.runtime.sampling.sample import Sample, Stream

Value = str | int | float
Values = Mapping[str, Value]


@dataclass(frozen=True)
class Regime:
    """What is held and what is seen; each call makes a new regime.

    Attributes:
        run: The trained model.
        held: Interventions, by name.
        seen: Evidence in the world that the interventions make, by name.
        photo: An image that is seen, or several: a path, a picture of Pillow, an array of bytes.
    """

    run: Record
    held: tuple[tuple[str, Value], ...] = ()
    seen: tuple[tuple[str, Value], ...] = ()
    photo: "Photo | None" = None

    def do(self, values: Values | None = None, /, **named: Value) -> "Regime":
        """Hold further nodes; `do({"5_o_Clock_Shadow": 1})` takes names that are no Python.

        Raises:
            ScmError: E41x if a name or value is wrong.
        """
        return replace(self, held=(*self.held, *_pairs("do", values, named)))._checked()

    def given(
        self, values: Values | None = None, /, image: "Photo | None" = None, **named: Value
    ) -> "Regime":
        """See further nodes, in the world that the interventions make.

        Args:
            values: Labels, by name.
            image: A photo, or a folder of photos, whose `counterfactual` is then asked for.
            named: Labels, by name. One that is called `image` goes into `values`.

        Raises:
            ScmError: E41x if a name or value is wrong.
        """
        seen = (*self.seen, *_pairs("given", values, named))
        photo = self.photo if image is None else image
        return replace(self, seen=seen, photo=photo)._checked()

    @property
    def text(self) -> str:
        """The regime as it is written in a query; empty where nothing is held or seen."""
        parts = {"do": self.held, "given": self.seen}
        return ", ".join(f"{word}({_settings(pairs)})" for word, pairs in parts.items() if pairs)

    def __repr__(self) -> str:
        return f"Regime({str(self.run.path)!r}{', ' if self.text else ''}{self.text})"

    def answer(self) -> Answer:
        """The table of every label.

        Raises:
            ScmError: As for `Run.query`.
        """
        drawn = plan_of_reals(self.run, self.text)
        if drawn is not None:
            return drawn.run()
        return ask(self.run, read_query(self.text, self.run.graph), self.text)

    def sample(self, rows: int, *, seed: int = 0) -> "Sample | MixedSample":
        """Draw labels, and images where a head is trained, from this regime.

        The labels are drawn exactly: no row is rejected, however rare the evidence. A longer
        sample of the same seed begins with the shorter one.

        Args:
            rows: How many.
            seed: The same seed gives the same rows.

        Raises:
            ScmError: E431 if the evidence is impossible.
        """
        if self.run.graph.reals:
            heads = {image: self.run.head(image) for image in self.run.images}
            return self._mixed(self.run.mechanisms, seed, heads).sample(0, rows)
        return self.stream(seed=seed).sample(0, rows)

    def counterfactual(
        self,
        rows: int | None = None,
        *,
        do: Values,
        seed: int = 0,
        noise_model: str | None = None,
        images: Sequence[str] | None = None,
        refine: int = 0,
    ) -> "Imagined | ImaginedNumbers | ImaginedPhotos":
        """Units of this regime, and what they would have been had labels been held.

        `run.given(Male=1).counterfactual(8, do={"Bald": 1}, seed=7).figure()` draws the faces of
        `run.given(Male=1).sample(8, seed=7)` and, below, each of them bald: with the same
        image noise, and with label noise that gives the labels which it has.
        `run.given(image="me.png", Male=1).counterfactual(do={"Bald": 1})` does so with a photo:
        its noise, and the labels that are not given, are found by the head's encoder.

        Args:
            rows: How many units; photos are as many as they are.
            do: What would have been held.
            seed: Of the units; those of `sample` with this seed.
            noise_model: Of the labels: `threshold` or `gumbel-max`; None for the model's own.
            images: The images to draw; those with a trained head if None. Of a graph with real
                nodes there are rows alone.
            refine: The steps in which the noise that the encoder tells is made to fit each photo.

        Raises:
            ScmError: E41x if a name or value is wrong, E431 if the evidence is impossible, E833 if
                this regime holds labels; of photos E693 and E694, see `imagine_photos`.
            TypeError: If neither rows nor a photo are given.
        """
        from scm_compiler.runtime.sampling import imagined, imagined_numbers  # noqa: PLC0415  (torch)

        held = Regime(self.run).do(do)
        if self.photo is not None and self.run.graph.reals:
            from scm_compiler.runtime.sampling.photos_of_numbers import (  # noqa: PLC0415  (torch)
                imagine_numbers,
            )

            chosen = images[0] if images else None
            texts = (held.text, self.text)
            return imagine_numbers(
                self.run, self.photo, *texts, seed=seed, image=chosen, refine=refine
            )
        if self.photo is not None:
            from scm_compiler.runtime.sampling.photos import imagine_photos  # noqa: PLC0415

            return imagine_photos(
                self.run,
                self.photo,
                held.resolved,
                given=self.resolved,
                seed=seed,
                noise_model=noise_model,
                image=images[0] if images else None,
                refine=refine,
                texts=(held.text, self.text),
            )
        if rows is None:
            raise TypeError("say how many units: `counterfactual(8, do=…)`, or give a photo")
        if self.run.graph.reals:
            require_threshold(noise_model)
            graph, mechanisms = self.run.graph, self.run.mechanisms
            return imagined_numbers.imagine_numbers(
                graph, mechanisms, held.text, rows, units=self.text, seed=seed
            )
        return imagined.imagine_sample(
            self.run,
            held.resolved,
            rows,
            units=self.resolved,
            seed=seed,
            noise_model=noise_model,
            images=images,
            texts=(held.text, self.text),
        )

    def _mixed(
        self,
        mechanisms: "Mapping[str, Mechanism]",
        seed: int,
        heads: "Mapping[str, TrainedHead] | None" = None,
    ) -> "MixedStream":
        """The sequence of rows of a graph with real nodes."""
        from scm_compiler.runtime.sampling.mixed import mixed_stream  # noqa: PLC0415  (torch)

        return mixed_stream(self.text, self.run.graph, mechanisms, seed, heads)

    def _checked(self) -> "Regime":
        """This regime, if the graph has what it names."""
        self.resolved  # noqa: B018  (refuses what the graph does not have)
        return self

    @cached_property
    def resolved(self) -> ir.Regime:
        """The regime in the run's graph.

        Raises:
            ScmError: E41x if a name or value is wrong.
        """
        if self.run.graph.reals:  # its values are numbers, too, which no resolved regime holds
            self._mixed({}, 0)
            return ir.Regime()
        regime = read_query(self.text, self.run.graph) if self.text else ir.Regime()
        if not isinstance(regime, ir.Regime):
            raise TypeError(f"{self.text} is not a regime")
        return regime

    def noise(self, rows: int, *, seed: int = 0) -> "Tensor":
        """The exogenous noise of the labels of the rows that `sample` draws: abduction.

        A draw from P(noise | labels), which is local to each label. The module gives the same rows
        on it, and under another `do` the same units in another world, those of `counterfactual`:

            module = run.module().double()
            noise = run.given(Bald=1).noise(64)
            module(noise, do={"Male": 0})

        The noise of a network has no closed form: it is one of many draws that give the value.

        Args:
            rows: How many.
            seed: As of `sample`.

        Returns:
            Shape (rows, N), float64.

        Raises:
            ScmError: As for `sample`; E432 if the graph has hidden common causes whose states
                were fitted, E835 if no noise gives a value that a unit has.
        """
        from scm_compiler.runtime.sampling.units import noise_of_rows  # noqa: PLC0415  (torch)

        return noise_of_rows(self.run, self.stream(seed=seed, images=()), rows)

    def stream(self, *, seed: int = 0, images: Sequence[str] | None = None) -> "Stream":
        """The endless sequence of rows that samples of this seed are parts of.

        Args:
            seed: Of everything that is drawn.
            images: The images to draw; those with a trained head if None.
        """
        from scm_compiler.runtime.sampling.sample import stream_of  # noqa: PLC0415  (torch)

        return stream_of(self.run, self.resolved, seed=seed, images=images)


def _pairs(word: str, values: object, named: Mapping[str, Value]) -> tuple[tuple[str, Value], ...]:
    """The names and values that a caller gave.

    Raises:
        TypeError: If they are no mapping, or a value is neither a name nor a number.
    """
    if values is not None and not isinstance(values, Mapping):
        said = f"`{word}(Name=1)` or `{word}({{'Name': 1}})`"
        raise TypeError(f"{word} takes names and values, {said}, not {values!r}")
    pairs = (*(values or {}).items(), *named.items())
    for name, value in pairs:
        if not isinstance(value, (str, float, SupportsIndex)):
            raise TypeError(f"the value of `{name}` is its name or a number, not {value!r}")
    return pairs


def _settings(pairs: tuple[tuple[str, Value], ...]) -> str:
    return ", ".join(f"{print_name(name)}={_value(value)}" for name, value in pairs)


def _value(value: Value) -> str:
    if isinstance(value, float):
        return f"{value!r}"
    return print_name(value) if isinstance(value, str) else str(index(value))
