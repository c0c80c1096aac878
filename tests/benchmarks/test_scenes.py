"""What is read off pictures of the pendulum is what they were painted from."""

import numpy as np
import torch

import scm_compiler as scm
from benchmarks.scenes import apart, painted, program, read
from scm_compiler.ir import Real
from scm_compiler.runtime.data.scenes import SCENES

PENDULUM = SCENES["pendulum"]


def test_places_and_lengths_are_read_off_true_pictures() -> None:
    """To a tenth of a twentieth of the picture, but where it cuts the shadow or the light off."""
    units = PENDULUM.between(300, np.random.default_rng(0))
    values = PENDULUM.values(units, {})
    found = read(painted(PENDULUM, values, 32))
    middle, half = values["Shadow_Position"], values["Shadow_Length"] / 2
    whole = torch.from_numpy((middle - half > -1) & (middle + half < 21))
    assert whole.float().mean() > 0.9
    shadow = torch.from_numpy(np.stack([middle, 2 * half], 1))[whole]
    told = torch.cat([found["shadow"], found["length"]], 1)[whole]
    assert (told - shadow).abs().max() < 0.1
    swing = values["Pendulum"] * np.pi / 200
    ball = torch.from_numpy(np.stack([10 + 8 * np.sin(swing), 10.5 - 8 * np.cos(swing)], 1))
    assert (found["ball"] - ball).abs().max() < 0.2


def test_moving_the_shadow_moves_only_what_is_read_of_it() -> None:
    """The true pictures of do(Shadow_Position) have ball and light where the photo has them."""
    units = PENDULUM.between(50, np.random.default_rng(1))
    pairs = ({}, {"Shadow_Position": 8.0})
    before, after = (painted(PENDULUM, PENDULUM.values(units, held), 32) for held in pairs)
    was, now = read(before), read(after)
    assert torch.equal(was["ball"], now["ball"])
    assert torch.equal(was["light"], now["light"])
    assert (now["shadow"] - 8).abs().max() < 0.1
    assert apart(before, after) > 0.001


def test_the_programs_are_the_papers_graphs() -> None:
    """Every label is a number and a parent of the picture."""
    for name, edges in (("pendulum", 4 + 4), ("flow", 3 + 4)):
        graph = scm.parse(program(SCENES[name], 16))
        assert {node.name for node in graph.nodes} == {*SCENES[name].labels, "Picture"}
        assert all(isinstance(graph.by_name[it].domain, Real) for it in SCENES[name].labels)
        assert len(graph.edges) == edges
