"""E66x to E69x, E71x and E72x: images, their heads, samples and evaluations."""

import sys

import numpy as np
import torch
from PIL import Image

from tests.brief import EFFORT, brief_effort
from tests.diagnostics.setups.made import once, scmc
from tests.diagnostics.setups.queries import celeba
from tests.diagnostics.setups.runs import edit

FACES = """graph faces
Male, Mustache : binary
Face : image(3, 16, 16)
Male -> Mustache
Male, Mustache -> Face
"""
TINY = "--option width=4 --option batch=8 --option noise_size=4 --precision float32 --device cpu"


@once
def faces(folder):
    """`faces.scm`, whose images are small."""
    (folder / "faces.scm").write_text(FACES)


@once
def swing(folder):
    """`swing.scm`, one of whose labels is called otherwise than the pendulum's shadow is."""
    program = "Light : categorical(60, 140)\nShadow : categorical(3, 9)\nLight -> Shadow\n"
    (folder / "swing.scm").write_text(program)


@once
def trained(folder):
    """`runs/faces-1`, of drawn faces, after two steps."""
    (folder / "faces.scm").write_text(FACES)
    scmc(folder, f"train -q faces.scm --images drawn-faces:100 --steps 2 {TINY}")


def hats(folder, made):
    """`hats.scm`, of a label that drawn faces do not show, and its rows."""
    (folder / "hats.scm").write_text(FACES.replace("Mustache", "Hat").replace("faces", "hats"))
    (folder / "hats.csv").write_text("Male,Hat\n0,1\n1,0\n1,1\n0,0\n")


def photos(count=200, rows=None, header="file_name,Male,Mustache"):
    """A setup: `faces.scm`, and `photos` with so many images and rows."""

    def make(folder):
        (folder / "faces.scm").write_text(FACES)
        write(folder / "photos", count, rows or count, header)

    return make


def write(folder, count, rows, header):
    """A folder of noise with its table."""
    folder.mkdir()
    random = np.random.default_rng(0)
    for rank in range(1, count + 1):
        pixels = random.integers(0, 256, (16, 16, 3), dtype=np.uint8)
        Image.fromarray(pixels).save(folder / f"{rank:04}.png")
    lines = [f"{rank:04}.png,{rank % 2},{int(rank % 40 == 1)}" for rank in range(1, rows + 1)]
    (folder / "metadata.csv").write_text("\n".join([header, *lines]) + "\n")


def once_photos(**options):
    def setup(folder, made):
        photos(**options)(folder)

    return setup


def photo(folder, made):
    """As `trained`, with a picture beside it."""
    trained(folder, made)
    Image.new("RGB", (40, 30)).save(folder / "photo.png")


@once
def encoding(folder):
    """`runs/faces-1`, whose head has an encoder, and a picture of nothing."""
    (folder / "faces.scm").write_text(FACES)
    options = TINY.replace("--option noise_size=4", "--option noise_size=4 --option hidden=8")
    scmc(folder, f"train -q faces.scm --images drawn-faces:100 --head vae --steps 2 {options}")
    Image.new("RGB", (40, 30), (255, 255, 255)).save(folder / "white.png")


@once
def pendulum(folder):
    """`runs/pendulum-1`, whose label is a number."""
    program = "graph pendulum\n\nLight : real\nPicture : image(3, 16, 16)\nLight -> Picture\n"
    (folder / "pendulum.scm").write_text(program)
    options = TINY.replace("--option noise_size=4", "--option noise_size=4 --option hidden=8")
    wanted = f"--images pendulum:200 --head vae --steps 2 {options} --option real=linear"
    scmc(folder, f"train -q pendulum.scm {wanted}")


@once
def trained_on_noise(folder):
    """`runs/faces-1`, of pictures in which no label shows."""
    photos(400)(folder)
    scmc(folder, f"train -q faces.scm --images folder:photos --steps 2 {TINY}")


def judged_briefly(folder, made):
    """As `trained_on_noise`, of which no judge learns more by training for long."""
    trained_on_noise(folder, made)
    made.patch.setattr(EFFORT, brief_effort)


def no_table(folder, made):
    """`photos` without a table."""
    photos(1)(folder)
    (folder / "photos/metadata.csv").unlink()


def shirts(folder, made):
    """`shirts.scm`, and `photos` with a folder for each colour."""
    (folder / "shirts.scm").write_text(
        "graph shirts\nRed : binary\nPicture : image(3, 16, 16)\nRed -> Picture\n"
    )
    for name in ("blue", "red"):
        (folder / "photos" / name).mkdir(parents=True)
        Image.new("RGB", (16, 16), name).save(folder / f"photos/{name}/1.png")


def large(folder, made):
    """`large.scm`, whose image no head draws."""
    (folder / "large.scm").write_text(
        "graph large\nMale : binary\nFace : image(3, 512, 512)\nMale -> Face\n"
    )


def only_a_header(folder, made):
    photos(1)(folder)
    (folder / "photos/0001.png").unlink()
    (folder / "photos/metadata.csv").write_text("file_name,Male,Mustache\n")


def leads_out(folder, made):
    photos(1)(folder)
    (folder / "photos/metadata.csv").write_text("file_name,Male,Mustache\n../private.jpg,0,1\n")


def unequal(folder, made):
    """`faces.npz` with fewer labels than images."""
    (folder / "faces.scm").write_text(FACES)
    images = np.zeros((100, 16, 16, 3), np.uint8)
    np.savez(folder / "faces.npz", images=images, Male=np.zeros(90, int), Mustache=np.zeros(100))


def truncated(folder, made):
    photos()(folder)
    path = folder / "photos/0007.png"
    path.write_bytes(path.read_bytes()[:-60])


def named_again(folder, made):
    photos()(folder)
    with (folder / "photos/metadata.csv").open("a") as file:
        file.write("0007.png,1,0\n")


def full_cache(folder, made):
    """Decoded images are to be kept where nothing can be."""
    photos(4)(folder)
    made.patch.setenv("SCMC_CACHE", "/dev/full/scmc")


def other_images(folder, made):
    """`runs/faces-1`, whose head waits for images that were changed."""
    photos(20)(folder)
    scmc(folder, f"train -q faces.scm --images folder:photos --steps 1 {TINY}")

    def wait(manifest):
        manifest["heads"]["Face"]["status"] = "waiting"
        manifest["heads"]["Face"]["steps"] = 0
        manifest["files"].pop("Face.safetensors")

    edit(folder / "runs/faces-1", wait)


def not_a_sample(folder, made):
    """`runs/faces-1`, and a folder of other images."""
    trained(folder, made)
    write(folder / "photos", 1, 1, "file_name,Male,Mustache")


def no_device(folder, made):
    """Torch finds no GPU."""
    made.patch.setattr(torch.cuda, "is_available", lambda: False)


def no_pyarrow(folder, made):
    celeba(folder, made)
    made.patch.setitem(sys.modules, "pyarrow", None)


def no_ray(folder, made):
    made.patch.setitem(sys.modules, "ray", None)


def no_tensorboard(folder, made):
    made.patch.setitem(sys.modules, "tensorboard", None)


def no_language_server(folder, made):
    made.patch.setitem(sys.modules, "pygls", None)


SETUPS = {
    **dict.fromkeys(["E661", "E662"], faces),
    "E640": shirts,
    "E642": no_ray,
    "W640": large,
    "W641": faces,
    "E670": no_table,
    "E671": no_table,
    "E672": only_a_header,
    "E673": unequal,
    "E674": leads_out,
    "E675": once_photos(count=50, rows=100),
    "E676": hats,
    "E677": once_photos(count=2, header="filename,Male,Mustache"),
    "E678": full_cache,
    "E666": trained_on_noise,
    "E690": trained,
    "E710": celeba,
    "E711": trained,
    "E712": other_images,
    "E713": no_device,
    "E714": faces,
    **dict.fromkeys(["E715", "E719"], celeba),
    "E716": trained,
    "E717": no_pyarrow,
    "E692": swing,
    "E693": photo,
    "E694": encoding,
    "E695": encoding,
    "E696": pendulum,
    "W693": encoding,
    "E718": hats,
    "E720": no_tensorboard,
    "E870": no_language_server,
    "E724": not_a_sample,
    "N690": celeba,
    "N701": hats,
    "W670": truncated,
    "W671": once_photos(count=199, rows=200),
    "W672": once_photos(count=200, rows=199),
    **dict.fromkeys(["W690", "W691", "W692"], judged_briefly),
    "W720": named_again,
}
