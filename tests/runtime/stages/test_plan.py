"""What can be asked for of images, and what is refused before anything is trained."""

import numpy as np
import pytest
from PIL import Image

from scm_compiler.compiler import load, parse_text
from scm_compiler.diagnostics import ScmError
from scm_compiler.runtime.data.images import load_images
from scm_compiler.runtime.heads.device import choose_device, faster_precision
from scm_compiler.runtime.runs.head_files import files_of
from scm_compiler.runtime.stages.plan import (
    MOST_STEPS,
    STEPS,
    HeadRequest,
    drawable,
    plan_heads,
    scales_of,
)


def refused(graph, request) -> list[str]:
    with pytest.raises(ScmError) as caught:
        plan_heads(graph, request, seed=0)
    return [found.code for found in caught.value.diagnostics]


def test_drawn_faces_are_the_default_where_they_fit(small):
    assert drawable(small.graph(), "Face")
    hat = small.graph(small.program.replace("Male", "Wearing_Hat"))
    assert not drawable(hat, "Face")
    assert not drawable(small.graph(small.program.replace("(3, 16, 16)", "(1, 16, 16)")), "Face")
    plan = plan_heads(hat, HeadRequest(), seed=0)
    assert (dict(plan.configs), plan.left_out) == ({}, ("Face",))


def test_steps_of_a_budget_and_without(small):
    request = HeadRequest({"": "drawn-faces:20"}, options=small.tiny, precision="float32")
    free = plan_heads(small.graph(), request, seed=3)
    assert free.configs["Face"].steps == STEPS
    assert free.configs["Face"].seed == 3
    timed = plan_heads(small.graph(), request, seed=3, budgeted=True)
    assert timed.configs["Face"].steps == MOST_STEPS


def test_each_image_may_have_its_own(small):
    graph = small.graph(small.program + "Portrait : image(3, 16, 16)\nMale -> Portrait\n")
    request = HeadRequest(
        {"": "drawn-faces:20", "Portrait": "drawn-faces:10"},
        {"": "causal_gan", "Portrait": "conditional_gan"},
        options=small.tiny,
    )
    plan = plan_heads(graph, request, seed=0)
    assert [(c.head, c.source) for c in plan.configs.values()] == [
        ("causal_gan", "drawn-faces:20"),
        ("conditional_gan", "drawn-faces:10"),
    ]
    assert len(plan.tables["Portrait"]) == 10


@pytest.mark.parametrize(
    ("size", "request_", "code"),
    [
        ("(3, 300, 300)", HeadRequest({"": "folder:absent"}), "E660"),
        ("(3, 16, 16)", HeadRequest(heads={"": "causalgan"}), "E661"),
        ("(3, 16, 16)", HeadRequest(options={"wide": 3}), "E662"),
        ("(3, 16, 16)", HeadRequest(precision="float16"), "E662"),
        ("(3, 16, 16)", HeadRequest({"": "faces"}), "E670"),
        ("(3, 16, 16)", HeadRequest({"": "folder:absent"}), "E671"),
    ],
)
def test_refusals(small, size, request_, code):
    graph = small.graph(small.program.replace("(3, 16, 16)", size))
    assert code in refused(graph, request_)


def test_a_table_without_a_label(small, tmp_path):
    Image.new("RGB", (16, 16)).save(tmp_path / "a.png")
    (tmp_path / "metadata.csv").write_text("file_name,Male\na.png,1\n")
    assert refused(small.graph(), HeadRequest({"": f"folder:{tmp_path}"})) == ["E604"]


def test_truncated_pictures(small, tmp_path):
    random = np.random.default_rng(0)
    rows = ["file_name,Male,Mustache"]
    for number in range(20):
        picture = random.integers(0, 256, (16, 16, 3), dtype=np.uint8)
        Image.fromarray(picture).save(tmp_path / f"{number}.jpg")
        rows.append(f"{number}.jpg,1,0")
    (tmp_path / "metadata.csv").write_text("\n".join(rows))
    cut = tmp_path / "3.jpg"
    cut.write_bytes(cut.read_bytes()[:200])
    assert "E675" in refused(small.graph(), HeadRequest({"": f"folder:{tmp_path}"}))


def test_devices():
    assert choose_device("cpu", count=8) == "cpu"
    assert choose_device() in ("cpu", "cuda", "mps")
    with pytest.raises(ScmError) as caught:
        choose_device("cuda", count=1000)
    assert [found.code for found in caught.value.diagnostics] == ["E713"]
    assert faster_precision("mps") == "float32"
    assert faster_precision("cpu") == faster_precision("cpu")


def test_no_two_heads_share_a_file(small):
    names = "labels, face, Face, tables"
    graph = small.graph(f"A : binary\n{names} : image(3, 16, 16)\nA -> {names}\n")
    stems = [files_of(graph, node.name).stem.casefold() for node in graph.images]
    assert len(set(stems)) == 4
    assert not {"labels", "tables"} & set(stems)


def test_numbers_are_scaled_as_declared_or_as_the_data_are():
    graph = parse_text(
        "Pendulum : real\nLight : real(60, 148)\nPicture : image(3, 16, 16)\n* -> Picture"
    )
    table = load_images("pendulum:300", graph, "Picture")
    own = table.labels[:, 0]
    expected = {"Pendulum": (own.mean(), 2 * own.std()), "Light": (104, 44)}
    assert scales_of(graph, "Picture", table) == expected


def test_heads_are_those_of_images_with_a_source():
    graph = load("celeba_g1")
    assert HeadRequest(heads={"": "causal_began"}).chosen(graph) == {"causal_began"}
