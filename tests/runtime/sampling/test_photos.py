"""Counterfactuals of photos: what is given, what is read, what follows, and what is refused."""

import numpy as np
import pytest
import torch
from PIL import Image

from scm_compiler import ScmError, parse, train
from scm_compiler.cli.main import main
from scm_compiler.runtime.data.scenes import PENDULUM
from scm_compiler.runtime.sampling.photos import read_photos, with_residual
from scm_compiler.telling import telling

PROGRAM = """graph swing
Hour            : categorical(1, 2)
Pendulum        : categorical(-40, 0, 40)
Light           : categorical(60, 100, 140)
Shadow_Position : categorical(4, 10, 16)
Picture         : image(3, 16, 16)
Pendulum, Light -> Shadow_Position
Hour -> Light
Pendulum, Light, Shadow_Position -> Picture
"""
TINY = {"width": 8, "hidden": 16, "batch": 8, "noise_size": 4}


def rows(graph, count=300):
    """Labels of pendulums, at one hour the light on the left."""
    random = np.random.default_rng(0)
    pendulum, light = random.integers(0, 3, (2, count))
    values = PENDULUM.values(
        np.stack([np.array([-40, 0, 40])[pendulum], np.array([60, 100, 140])[light]], 1) * 1.0, {}
    )
    position = np.abs(values["Shadow_Position"][:, None] - [4, 10, 16]).argmin(1)
    columns = {
        "Hour": [1 if it == 0 else 2 for it in light],
        "Pendulum": np.array([-40, 0, 40])[pendulum],
        "Light": np.array([60, 100, 140])[light],
        "Shadow_Position": np.array([4, 10, 16])[position],
    }
    return {name: [str(it) for it in column] for name, column in columns.items()}


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    graph = parse(PROGRAM)
    return train(
        graph,
        data=rows(graph),
        images="pendulum:300",
        head="vae",
        head_steps=2,
        head_options=TINY,
        run=tmp_path_factory.mktemp("runs") / "swing",
        device="cpu",
        tables="shares",
    )


@pytest.fixture
def photos(tmp_path):
    units = np.array([[-35.0, 70.0], [5, 101], [30, 138]])
    folder = tmp_path / "photos"
    folder.mkdir()
    for place, pixels in enumerate(PENDULUM.draw(PENDULUM.values(units, {}), 48)):
        Image.fromarray(pixels.transpose(1, 2, 0)).save(folder / f"{place}.png")
    return folder


def test_a_photo_that_no_label_causes_stays_as_it_is(photos, tmp_path):
    """Whatever is done to labels; what they would have been follows all the same."""
    graph = parse(PROGRAM.replace("Pendulum, Light, Shadow_Position -> Picture\n", ""))
    bare = train(
        graph, data=rows(graph), images="pendulum:300", head="vae", head_steps=2,
        head_options=TINY, run=tmp_path / "bare", device="cpu", tables="shares",
    )  # fmt: skip
    given = bare.given(image=photos, Hour=1, Pendulum=-40, Light=60)
    found = given.counterfactual(do={"Light": 140})
    assert found.counterfactual.values("Light") == ["140"] * 3
    assert torch.allclose(found.counterfactual.images, found.factual.images, atol=1e-6)


def test_what_follows_follows_the_label_model(run, photos):
    found = run.given(image=photos, Pendulum=-40, Light=60).counterfactual(do={"Light": 140})
    assert found.factual.values("Pendulum") == ["-40"] * 3
    assert found.factual.values("Light") == ["60"] * 3
    assert found.factual.values("Hour") == ["1"] * 3  # the image does not show it, the light does
    assert found.counterfactual.values("Hour") == ["1"] * 3  # a cause of what was done
    assert found.counterfactual.values("Light") == ["140"] * 3
    moved = dict(zip(found.factual.names, found.changed.any(0), strict=True))
    assert not moved["Hour"]
    assert not moved["Pendulum"]
    assert found.images.shape == (3, 3, 16, 16)
    assert found.photos.names == ("0.png", "1.png", "2.png")
    expected = (found.photos.images - found.rebuilt).abs().mean((1, 2, 3)) / 2
    assert found.composition == pytest.approx(expected.numpy())


def test_how_far_it_has_come_is_told(run, photos):
    heard = []
    with telling(lambda *said: heard.append(said)):
        run.given(image=photos, Light=60).counterfactual(do={"Light": 140}, refine=5)
    steps = [said for said in heard if said[0] == "steps"]
    assert steps == [("steps", it, 5) for it in range(1, 6)]
    assert {said[0] for said in heard} == {"photos", "images", "units", "steps"}
    assert ("photos", 3, 3) in heard
    assert ("images", 3, 3) in heard


def test_doing_what_is_so_gives_the_photo_back(run, photos):
    found = run.given(image=photos / "1.png", Light=100).counterfactual(do={"Light": 100})
    torch.testing.assert_close(found.images, found.photos.images)
    assert not found.changed.any()


def test_the_residual_stays_where_nothing_changes():
    photo, rebuilt = torch.full((1, 1, 1, 2), 0.5), torch.zeros(1, 1, 1, 2)
    found = with_residual(photo, rebuilt, torch.tensor([[[[0.0, 1.0]]]]))
    assert found[0, 0, 0].tolist() == pytest.approx([0.5, 1], abs=1e-3)


def test_photos_of_every_kind(run, photos):
    image = run.head().image
    with Image.open(photos / "0.png") as opened:
        picture = opened.copy()
    for photo in (photos / "0.png", picture, np.asarray(picture.convert("L")), str(photos)):
        assert read_photos(photo, image).images.shape[1:] == (3, 16, 16)


@pytest.mark.parametrize(
    ("data", "named", "reason"),
    [
        (None, "", "the folder holds no picture"),
        (b"", "it.png", "it is empty"),
        (b"no picture", "it.png", "it is no image"),
    ],
)
def test_a_folder_with_a_photo_that_cannot_be_read(run, photos, tmp_path, data, named, reason):
    folder = photos if data is not None else tmp_path / "none"
    folder.mkdir(exist_ok=True)
    if data is not None:
        (folder / named).write_bytes(data)
    with pytest.raises(ScmError) as caught:
        read_photos(folder, run.head().image)
    [found] = caught.value.diagnostics
    assert found.code == "E694"
    assert found.message().endswith(f"`{folder / named}`: {reason}")


def test_on_the_command_line(run, photos, tmp_path, capsys):
    def scmc(*words):
        code = main(["sample", "do(Light=140)", "--of", str(photos), *map(str, words)])
        return code, capsys.readouterr()

    figure, table = tmp_path / "had.png", tmp_path / "had.csv"
    code, told = scmc("--run", run.path, "-o", figure, "--given", "Pendulum=40")
    assert code == 0
    assert "3 photos as they are, and had do(Light=140)" in told.out
    assert "composition error" in told.out
    assert "Pendulum=40 (given)" in told.out
    with Image.open(figure) as drawn:
        assert drawn.width > 4 * 64
    assert scmc("--run", run.path, "-o", table)[0] == 0
    assert len(table.read_text().splitlines()) == 7
    assert "E707" in scmc("--units", "given(Light=60)", "-o", table)[1].err
    empty = tmp_path / "empty.png"
    empty.write_bytes(b"")
    words = ["--of", empty, "--run", run.path, "-o", table]
    assert main(["sample", "do(Light=140)", *map(str, words)]) == 2
    assert "[E694]: cannot read the photo" in capsys.readouterr().err


def code_of(call):
    with pytest.raises(ScmError) as caught:
        call()
    return caught.value.diagnostics[0].code


def test_refused(run, photos):
    photo = photos / "0.png"
    assert code_of(lambda: run.given(image="no.png").counterfactual(do={"Light": 60})) == "E694"
    held = run.do(Light=60).given(image=photo)
    assert code_of(lambda: held.counterfactual(do={"Light": 100})) == "E833"
    impossible = run.given(image=photo, Hour=1, Light=140)
    assert code_of(lambda: impossible.counterfactual(do={"Light": 60})) == "E431"
    with pytest.raises(TypeError, match="how many"):
        run.given(Light=60).counterfactual(do={"Light": 100})
