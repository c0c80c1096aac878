import subprocess
import sys

import pytest
import torch

from scm_compiler.diagnostics import Diagnostic, ScmError
from scm_compiler.ir import Edge, Graph, Image, Node, Real
from scm_compiler.runtime.heads.codes import heads as codes
from scm_compiler.runtime.heads.head import NUMBER, LabelCoding
from scm_compiler.runtime.heads.registry import BUILTIN, Heads, HeadSpec, undrawable


def refused(call):
    with pytest.raises(ScmError) as caught:
        call()
    (diagnostic,) = caught.value.diagnostics
    return diagnostic


@pytest.mark.parametrize(("size", "nearest"), [((257, 256), (256, 256)), ((4096, 20), (256, 20))])
def test_a_size_that_cannot_be_drawn_is_refused_with_the_nearest(size, nearest):
    found = refused(lambda: BUILTIN["causal_gan"].check("Face", Image(3, *size), 2))
    assert isinstance(found, codes.ImageSizeUnsupported)
    assert found.nearest == Image(3, *nearest)
    assert found.message() == (
        f"the head `causal_gan` cannot draw `Face` at {size[0]} by {size[1]} pixels"
    )


@pytest.mark.parametrize("size", [(1, 1), (50, 50), (30, 66), (256, 256), (16, 256)])
def test_every_rectangle_can_be_drawn(size):
    BUILTIN["causal_gan"].check("Face", Image(3, *size), 2)


def test_what_no_head_draws():
    nodes = [Node(f"N{side}", "image", Image(1, side, side)) for side in (256, 257)]
    (found,) = undrawable(Graph("g", tuple(nodes)))
    assert found.message() == "no installed head can draw `N257` at 257 by 257 pixels"
    assert "`image(1, 256, 256)`" in found.help()


def test_an_image_without_labels():
    found = refused(lambda: BUILTIN["causal_began"].check("Face", Image(3, 16, 16), 0))
    assert isinstance(found, codes.HeadNeedsLabels)
    BUILTIN["conditional_gan"].check("Face", Image(3, 16, 16), 0)


def test_an_unknown_head():
    found = refused(lambda: BUILTIN.find("casual_gan"))
    assert isinstance(found, codes.HeadUnknown)
    assert "did you mean `causal_gan`" in found.help()
    assert "causal_began" in (codes.HeadUnknown(name="xyz", known=tuple(BUILTIN)).help())
    assert BUILTIN.find("causal_gan") is BUILTIN["causal_gan"]


@pytest.mark.parametrize(
    ("preset", "changes", "option", "reason"),
    [
        ("default", {"width": 0}, "width", "greater than or equal to 4"),
        ("default", {"widht": 8}, "widht", "not permitted"),
        ("papers", {}, "preset", "no preset `papers`"),
        ("default", {"swapped": True}, "options", "label_input=logits"),
        ("paper", {"labeler": "joint"}, "options", "labeler=marginal"),
    ],
)
def test_an_option_that_does_not_fit(preset, changes, option, reason):
    found = refused(lambda: BUILTIN["causal_gan"].options(preset, **changes))
    assert isinstance(found, codes.HeadOption)
    assert found.option == option
    assert reason in found.message()


@pytest.mark.parametrize("head", BUILTIN)
def test_presets_are_complete_and_differ(head):
    spec = BUILTIN[head]
    assert {"default", "paper"} <= set(spec.presets)
    assert spec.options("paper") != spec.options()
    assert spec.options("paper", width=8).width == 8


def test_the_published_settings():
    paper = BUILTIN["causal_gan"].options("paper")
    assert (paper.width, paper.batch, paper.noise_size) == (64, 64, 100)
    assert (paper.generator_rate, paper.beta1, paper.beta2) == (2e-4, 0.5, 0.999)
    assert paper.anti_labeler_decay == 3000
    assert paper.generator_updates * paper.discriminator_every == 6
    began = BUILTIN["causal_began"].options("paper")
    assert (began.width, began.batch, began.noise_size, began.hidden) == (128, 16, 64, 64)
    assert (began.generator_rate, began.beta1) == (8e-5, 0.9)
    assert (began.gamma, began.lambdas) == ((0.5, 0.5, 0.5), (0.001, 0.00008, 0.01))


def test_the_published_size_of_the_networks():
    """Parameter counts of the reference implementation with nine labels at 64 by 64."""
    coding = LabelCoding(tuple("abcdefghi"), (2,) * 9, tuple(range(9)))
    counts = {}
    for head in ("causal_gan", "causal_began"):
        spec = BUILTIN[head]
        generator = spec.generator(Image(3, 64, 64), coding, spec.options("paper"))
        counts[head] = sum(weight.numel() for weight in generator.parameters()) / 1e6
    assert counts["causal_gan"] == pytest.approx(5.21, abs=0.01)
    assert counts["causal_began"] == pytest.approx(1.8, abs=0.05)


def test_a_joint_labeler_that_would_be_too_large(squares):
    task = squares.task()
    nine = LabelCoding(tuple("abcdefghi"), (2,) * 9, tuple(range(9)))
    task = type(task)(task.node, task.image, nine, task.batches, task.labels, 0, 1)
    spec = BUILTIN["causal_gan"]
    found = refused(lambda: spec.trainer(task, spec.options(labeler="joint")))
    assert isinstance(found, codes.JointLabelsTooMany)
    assert found.message() == (
        "a joint Labeler for `Picture` needs 512 outputs; at most 256 are allowed"
    )


def test_a_joint_labeler_has_no_end_of_outputs_for_a_number(squares):
    task, coding = squares.task(), LabelCoding(("Light",), (NUMBER,), (0,))
    task = type(task)(task.node, task.image, coding, task.batches, task.labels, 0, 1)
    spec = BUILTIN["causal_gan"]
    found = refused(lambda: spec.trainer(task, spec.options(labeler="joint")))
    assert found.message() == (
        "a joint Labeler for `Picture` needs an output a number; at most 256 are allowed"
    )


def test_a_head_of_a_package_that_reads_labels_alone():
    light, picture = Node("Light", "real", Real()), Node("Picture", "image", Image(3, 16, 16))
    graph = Graph("g", (light, picture), (Edge("Light", "Picture"),))
    found = refused(lambda: HeadSpec("mosaic", "", "mosaic").check_parents(graph, "Picture"))
    assert isinstance(found, codes.HeadReadsLabels)
    assert "`--head causal_gan`" in found.help()
    for head in BUILTIN.values():
        head.check_parents(graph, "Picture")


def test_a_name_belongs_to_one_package():
    other = HeadSpec("causal_gan", "another", "elsewhere", origin="elsewhere")
    with pytest.raises(ValueError, match="scm_compiler and elsewhere"):
        BUILTIN.extended(other)
    more = HeadSpec("diffusion", "another", "elsewhere", origin="elsewhere")
    assert isinstance(BUILTIN.extended(more), Heads)
    assert list(BUILTIN.extended(more)) == [*BUILTIN, "diffusion"]


def test_the_pages_have_all_sections():
    pages = [code for code in Diagnostic.registry.values() if code.__module__ == codes.__name__]
    known = ["E571", "E660", "E661", "E662", "E663", "E664", "E713"]
    assert sorted(code.code for code in pages) == known
    for code in pages:
        for section in ("## What it means", "## Example", "## What to do"):
            assert section in code.__doc__


def test_listing_heads_does_not_import_torch():
    program = (
        "import sys; from scm_compiler.runtime.heads.registry import BUILTIN; list(BUILTIN);"
        "sys.exit('torch' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
    assert "torch" in sys.modules
    assert torch.is_tensor(torch.zeros(1))
