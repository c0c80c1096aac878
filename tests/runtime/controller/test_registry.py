"""Trainers and presets by name."""

import pytest

from scm_compiler.diagnostics import ScmError
from scm_compiler.runtime.controller.real.options import RealOptions
from scm_compiler.runtime.controller.registry import TRAINERS, configure, real_options


def test_every_trainer_has_a_default_preset_of_its_options():
    for name, recipe in TRAINERS.items():
        default = recipe.settings.presets["default"]
        assert isinstance(default, recipe.settings.options)
        assert configure(name).options == default.model_dump()


def test_changes_go_over_the_preset():
    config = configure("wgan-gp", preset="paper", seed=7, steps=12)
    assert (config.seed, config.options["steps"], config.options["critic_updates"]) == (7, 12, 25)


@pytest.mark.parametrize(
    ("trainer", "preset", "message", "advice"),
    [
        ("mel", "default", "there is no trainer `mel`", "did you mean `mle`?"),
        ("mle", "paper", "the trainer `mle` has no preset `paper`", "there are `default`"),
    ],
)
def test_unknown_names(trainer, preset, message, advice):
    with pytest.raises(ScmError) as caught:
        configure(trainer, preset=preset)
    (found,) = caught.value.diagnostics
    assert (found.code, found.message(), found.help()) == ("E704", message, advice)
    assert caught.value.exit_code == 2


def test_an_unknown_option_is_the_callers_mistake():
    with pytest.raises(ValueError, match=r"has no option `epochs`; its options are `.*steps"):
        configure("mle", epochs=3)


def test_what_is_asked_for_reaches_the_mechanisms_of_real_nodes():
    assert real_options(configure("mle")) == RealOptions()
    asked = real_options(configure("mle", steps=30, hidden=8, real="transform", tables="shares"))
    assert asked == RealOptions(steps=30, hidden=8, form="transform")
    assert real_options(configure("mle", steps=2**62)).steps == 2**31 - 1
