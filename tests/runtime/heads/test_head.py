"""The contracts that every registered head must keep."""

import math
from itertools import pairwise

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from safetensors.torch import load_file, save_file

from scm_compiler.ir import Image
from scm_compiler.model.layout import Layout
from scm_compiler.runtime.heads.head import NUMBER, LabelCoding
from scm_compiler.runtime.heads.losses import label_accuracy, label_loss
from scm_compiler.runtime.heads.registry import BUILTIN
from scm_compiler.runtime.training.fitting import Diverged

TINY = {"width": 8, "batch": 8, "noise_size": 8}
PRESETS = [(head, preset) for head in BUILTIN for preset in ("default", "paper")]
every_head = pytest.mark.parametrize("head", BUILTIN)
every_preset = pytest.mark.parametrize(("head", "preset"), PRESETS)


def make(squares, head, preset="default", *, size=16, seed=0, total=20, **changes):
    spec = BUILTIN[head]
    return spec.trainer(
        squares.task(size=size, seed=seed, total=total),
        spec.options(preset, **{**TINY, **changes}),
    )


def inputs(squares, generator, n, seed=3):
    random = torch.Generator().manual_seed(seed)
    return squares.draw_labels(n, random), generator.draw_noise(n, generator=random)


@every_preset
def test_a_step_trains_and_reports(squares, head, preset):
    trainer = make(squares, head, preset)
    before = trainer.state()
    metrics = trainer.advance(2)
    after = trainer.state()
    assert trainer.done == 2
    assert metrics
    assert all(isinstance(v, float) and math.isfinite(v) for v in metrics.values())
    weights = [name for name in before if name.endswith("weight") and name[0] != "a"]
    assert any(not torch.equal(before[name], after[name]) for name in weights)


@every_preset
def test_one_seed_one_run(squares, head, preset):
    runs = [make(squares, head, preset, seed=seed) for seed in (7, 7, 8)]
    for run in runs:
        run.advance(3)
    one, same, other = (run.state() for run in runs)
    assert one.keys() == same.keys()
    assert all(torch.equal(one[name], same[name]) for name in one)
    assert any(not torch.equal(one[name], other[name]) for name in one)


@every_preset
def test_a_resumed_run_is_the_uninterrupted_run(squares, head, preset):
    whole, first, second = (make(squares, head, preset) for _ in range(3))
    losses = [whole.advance(1) for _ in range(6)]
    first.advance(3)
    held = first.state()
    second.advance(1)
    second.restore(held)
    assert [second.advance(1) for _ in range(3)] == losses[3:]
    expected, found = whole.state(), second.state()
    assert expected.keys() == found.keys()
    assert all(torch.equal(expected[name], found[name]) for name in expected)


@every_preset
def test_a_run_of_numbers_is_resumed_as_it_was(lamps, head, preset):
    spec = BUILTIN[head]
    options = spec.options(preset, **{**TINY, "width": 4})
    whole, first, second = (spec.trainer(lamps(), options) for _ in range(3))
    whole.advance(3)
    first.advance(2)
    second.restore(first.state())
    metrics = second.advance(1)
    assert all(math.isfinite(value) for value in metrics.values())
    expected, found = whole.state(), second.state()
    assert all(torch.equal(expected[name], found[name]) for name in expected)


@pytest.mark.parametrize("head", ["causal_gan", "conditional_gan"])
def test_a_number_is_learnt(lamps, head):
    """A lamp is drawn as bright as it is asked to be, and where."""
    spec, random = BUILTIN[head], torch.Generator().manual_seed(1)
    task = lamps(200)
    trainer = spec.trainer(task, spec.options(width=8, batch=32, noise_size=4, averaging=0.9))
    trainer.advance(200)
    model = trainer.model()
    labels = task.labels.draw_labels(200, random)
    images = (model.render(labels, model.draw_noise(200, generator=random)) + 1) * 50
    left, right = images[..., :8].mean((1, 2, 3)), images[..., 8:].mean((1, 2, 3))
    assert torch.equal(left < right, labels[:, 0] == 1)
    glow = torch.maximum(left, right).double()
    assert torch.corrcoef(torch.stack([glow, labels[:, 1]]))[0, 1] > 0.6


@every_preset
def test_an_update_is_adams(squares, head, preset):
    """Adam in one kernel does what Adam does weight by weight, however those lie in memory."""
    run = make(squares, head, preset)
    held = run.state()
    for optimizer in run.optimizers.values():
        checked_by_plain_adam(optimizer)
    run.advance(2)
    assert any(not torch.equal(held[name], tensor) for name, tensor in run.state().items())
    resumed = make(squares, head, preset)
    resumed.restore(run.state())
    resumed.advance(1)
    run.advance(1)
    expected, found = run.state(), resumed.state()
    assert all(torch.equal(expected[name], found[name]) for name in expected)


def checked_by_plain_adam(optimizer):
    (group,) = optimizer.param_groups
    weights = group["params"]
    twins = [weight.detach().clone(memory_format=torch.contiguous_format) for weight in weights]
    plain = torch.optim.Adam(twins, lr=group["lr"], betas=group["betas"], foreach=False)

    def compare(*_):
        for weight, twin in zip(weights, twins, strict=True):
            twin.grad = weight.grad.detach().clone(memory_format=torch.contiguous_format)
        plain.step()
        for weight, twin in zip(weights, twins, strict=True):
            torch.testing.assert_close(weight.detach(), twin, atol=1e-6, rtol=1e-5)

    optimizer.register_step_post_hook(compare)


@every_head
def test_a_new_run_can_be_restored(squares, head):
    fresh, trained = make(squares, head), make(squares, head)
    start = fresh.state()
    trained.advance(2)
    trained.restore(start)
    assert trained.done == 0
    assert trained.advance(2) == fresh.advance(2)


@every_head
def test_state_is_a_copy_that_can_be_stored(squares, head, tmp_path):
    trainer = make(squares, head)
    trainer.advance(1)
    held = trainer.state()
    kept = {name: tensor.clone() for name, tensor in held.items()}
    trainer.advance(1)
    assert all(torch.equal(held[name], kept[name]) for name in kept)
    save_file(held, tmp_path / "state.safetensors")
    loaded = load_file(tmp_path / "state.safetensors")
    assert all(torch.equal(loaded[name], kept[name]) for name in kept)


@every_head
def test_the_state_of_another_run_is_refused(squares, head):
    trainer = make(squares, head)
    held = make(squares, head, width=16).state()
    with pytest.raises(ValueError, match="not the state"):
        trainer.restore(held)
    with pytest.raises(ValueError, match="not the state"):
        trainer.restore({name: v for name, v in trainer.state().items() if name != "random"})
    trainer.advance(1)
    held = trainer.state()
    moment = "optimizer.generator.0.exp_avg"
    for other in (None, held[moment][:1], torch.zeros(())):
        changed = {name: v for name, v in held.items() if name != moment}
        with pytest.raises(ValueError, match="the moments are not of its weights"):
            trainer.restore(changed if other is None else {**changed, moment: other})


@every_head
def test_steps_end_at_the_total_and_do_not_depend_on_their_division(squares, head):
    at_once, divided = make(squares, head, total=4), make(squares, head, total=4)
    at_once.advance(100)
    for steps in (1, 2, 1):
        divided.advance(steps)
    assert at_once.done == divided.done == 4
    assert at_once.advance(1) == {}
    one, other = at_once.state(), divided.state()
    assert all(torch.equal(one[name], other[name]) for name in one)


@every_head
def test_training_leaves_the_global_generator_alone(squares, head):
    torch.manual_seed(5)
    before = torch.get_rng_state()
    trainer = make(squares, head)
    trainer.advance(1)
    trainer.model()
    BUILTIN[head].generator(Image(3, 16, 16), squares.coding, BUILTIN[head].options(**TINY))
    assert torch.equal(before, torch.get_rng_state())


@every_head
def test_divergence_is_told(squares, head):
    trainer = make(squares, head)
    with torch.no_grad():
        next(trainer.generator.parameters()).fill_(math.nan)
    with pytest.raises(Diverged, match="not finite: "):
        trainer.advance(1)


@every_preset
@pytest.mark.parametrize("size", [(16, 16), (28, 28), (32, 64), (64, 64), (128, 128)])
def test_sizes(squares, head, preset, size):
    image = Image(1, *size)
    spec = BUILTIN[head]
    spec.check("Picture", image, 2)
    generator = spec.generator(image, squares.coding, spec.options(preset, **TINY)).eval()
    labels, noise = inputs(squares, generator, 3)
    images = generator.render(labels, noise)
    assert images.shape == (3, 1, *size)
    assert images.dtype == torch.float32
    assert images.min() >= -1
    assert images.max() <= 1


@every_preset
@pytest.mark.parametrize("size", [20, 64, 128])
def test_training_at_each_depth(squares, head, preset, size):
    trainer = make(squares, head, preset, size=size, width=4, batch=2)
    assert trainer.advance(1)
    assert trainer.generator.image.height == size


def trained(squares, head, preset="default", **changes):
    trainer = make(squares, head, preset, **changes)
    trainer.advance(3)
    return trainer.model()


@every_preset
def test_an_image_depends_on_its_own_row_only(squares, head, preset):
    """The same bits alone, in a batch, at another place of it, and beside other rows."""
    generator = trained(squares, head, preset)
    labels, noise = inputs(squares, generator, 70)
    images = generator.render(labels, noise)
    assert not torch.equal(images[0], images[1])
    for row in (0, 31, 32, 69):
        alone = generator.render(labels[row : row + 1], noise[row : row + 1])
        assert torch.equal(alone[0], images[row])
    turned = generator.render(labels.flip(0), noise.flip(0))
    assert torch.equal(turned.flip(0), images)


@every_head
def test_only_declared_parents_are_read(squares, head):
    """Change the label that is no parent: not a bit changes. Change a parent: the image does."""
    generator = trained(squares, head)
    graph = squares.graph()
    coding = LabelCoding.of(graph, "Picture")
    columns = Layout(graph).index
    random = torch.Generator().manual_seed(0)
    everything = torch.stack(
        [torch.randint(size, (40,), generator=random) for size in Layout(graph).sizes], dim=1
    )
    noise = generator.draw_noise(40, generator=random)
    images = generator.render(coding.select(everything), noise)
    for name in Layout(graph).labels:
        changed = everything.clone()
        changed[:, columns[name]] = 1 - changed[:, columns[name]].clamp(max=1)
        again = generator.render(coding.select(changed), noise)
        same = (again == images).flatten(1).all(1)
        assert not same.any() if name in coding.names else same.all()


@every_head
def test_noise_is_read_and_repeats(squares, head):
    generator = trained(squares, head)
    labels, noise = inputs(squares, generator, 4)
    again = inputs(squares, generator, 4)[1]
    assert torch.equal(noise, again)
    assert noise.shape == (4, generator.noise_size)
    other = generator.draw_noise(4, generator=torch.Generator().manual_seed(9))
    changed = generator.render(labels, other) != generator.render(labels, noise)
    assert changed.flatten(1).any(1).all()


@every_head
def test_the_model_is_a_frozen_copy(squares, head):
    trainer = make(squares, head)
    trainer.advance(1)
    model = trainer.model()
    labels, noise = inputs(squares, model, 4)
    images = model.render(labels, noise)
    trainer.advance(2)
    assert torch.equal(images, model.render(labels, noise))
    assert not any(weight.requires_grad for weight in model.parameters())
    assert not model.training


@every_preset
def test_saved_weights_make_the_same_images(squares, head, preset):
    spec = BUILTIN[head]
    model = trained(squares, head, preset)
    labels, noise = inputs(squares, model, 5)
    built = spec.generator(model.image, model.coding, spec.options(preset, **TINY))
    built.load_state_dict(model.state_dict())
    assert torch.equal(built.eval().render(labels, noise), model.render(labels, noise))


@every_head
def test_rendering_refuses_what_would_not_be_a_mechanism(squares, head):
    generator = make(squares, head).generator
    labels, noise = inputs(squares, generator, 4)
    with pytest.raises(ValueError, match="evaluation mode"):
        generator.render(labels, noise)
    with pytest.raises(ValueError, match="4 rows of labels for 3"):
        generator.eval().render(labels, noise[:3])
    assert generator.render(labels[:0], noise[:0]).shape == (0, 3, 16, 16)


@every_preset
def test_bfloat16_trains_and_renders_in_float32(squares, head, preset):
    trainer = make(squares, head, preset, precision="bfloat16", channels_last=False)
    assert all(math.isfinite(value) for value in trainer.advance(2).values())
    model = trainer.model()
    assert all(weight.dtype == torch.float32 for weight in model.parameters())
    assert model.render(*inputs(squares, model, 2)).dtype == torch.float32


@every_head
def test_memory_layout_changes_no_number_much(squares, head):
    fast, plain = (make(squares, head, channels_last=layout) for layout in (True, False))
    first = [trainer.advance(1) for trainer in (fast, plain)]
    assert first[0].keys() == first[1].keys()
    for name, value in first[0].items():
        assert value == pytest.approx(first[1][name], abs=2e-3), name


def test_the_coding_of_a_graph_is_its_layout_without_the_other_labels(squares):
    graph = squares.graph()
    coding, layout = LabelCoding.of(graph, "Picture"), Layout(graph)
    assert coding.names == ("Hue", "Big")
    assert coding.sizes == (3, 2)
    assert coding.columns == (1, 2)
    widths = [place.stop - place.start for place in layout.encoded]
    assert [p.stop - p.start for p in coding.encoded] == [widths[c] for c in coding.columns]


def test_encoding():
    coding = LabelCoding(("A", "Hue", "B"), (2, 3, 2), (0, 1, 2))
    labels = torch.tensor([[1, 0, 0], [0, 2, 1]])
    expected = torch.tensor([[1.0, 1, 0, 0, 0], [0, 0, 0, 1, 1]])
    assert torch.equal(coding.encode(labels), expected)
    assert coding.width == 5


def test_joint_ranks_are_the_row_major_ranks():
    coding = LabelCoding(("A", "Hue", "B"), (2, 3, 2), (0, 1, 2))
    labels = torch.cartesian_prod(torch.arange(2), torch.arange(3), torch.arange(2))
    assert coding.joint(labels).tolist() == list(range(coding.combinations))


def test_no_labels():
    none = LabelCoding((), (), ())
    assert none.encode(torch.zeros(3, 0, dtype=torch.int64)).shape == (3, 0)
    assert (none.width, none.combinations) == (0, 1)


def test_labels_of_another_shape_are_refused():
    with pytest.raises(ValueError, match=r"\(2, 3\) for 2 parents"):
        LabelCoding(("A", "B"), (2, 2), (0, 1)).encode(torch.zeros(2, 3, dtype=torch.int64))


@given(st.lists(st.integers(2, 4), max_size=7))
def test_blocks_hold_every_label_once_and_put_only_binary_ones_together(sizes):
    coding = LabelCoding(tuple(map(str, sizes)), tuple(sizes), tuple(range(len(sizes))))
    ranks = [rank for block in coding.blocks for rank in range(len(sizes))[block.ranks]]
    assert ranks == list(range(len(sizes)))
    columns = [c for block in coding.blocks for c in range(coding.width)[block.columns]]
    assert columns == list(range(coding.width))
    for block, after in pairwise(coding.blocks):
        assert not block.size == after.size == 2
    for block in coding.blocks:
        held = sizes[block.ranks]
        assert held == [2] * len(held) if block.size == 2 else held == [block.size]


def test_numbers_beside_labels():
    scales = {"Age": (40.0, 20.0)}
    coding = LabelCoding(("Male", "Age", "Hair"), (2, NUMBER, 3), (0, 1, 2), scales=scales)
    labels = torch.tensor([[1.0, 60.0, 2.0], [0.0, 35.0, 0.0]], dtype=torch.float64)
    expected = torch.tensor([[1.0, 1.0, 0, 0, 1], [0, -0.25, 1, 0, 0]])
    torch.testing.assert_close(coding.encode(labels), expected)
    assert coding.width == 5
    assert coding.real


def test_the_loss_of_a_number_is_half_its_squared_error():
    coding = LabelCoding(("Age",), (NUMBER,), (0,), scales={"Age": (40.0, 20.0)})
    labels = torch.tensor([[60.0], [35.0]], dtype=torch.float64)
    outputs = torch.tensor([[0.95], [0.5]])
    assert label_loss(outputs, labels, coding) == pytest.approx((0.05**2 + 0.75**2) / 4)
    assert label_accuracy(outputs, labels, coding) == 0.5
