"""Labelled images, wounded: folders, zip files, tar shards and arrays, through train."""

import io
import json
import tarfile
import zipfile

import numpy as np
from PIL import Image

from tests.fuzz.case import Case, randomness
from tests.fuzz.mutation import mutated, mutated_bytes

PROGRAM = b"Male, Young : binary\nFace : image(3, 16, 16)\nMale, Young -> Face\n"
ROWS = b"Male,Young\n0,0\n0,1\n1,0\n1,1\n"
WORDS = [
    ",", "\n", '"', "0", "1", "-1", "yes", "NaN", "", "..", "/", "../0.png", "0.png", "9.png",
    "train", "split", "file_name", "Male", "null", "[]", "{}", "true", "1e999", "C:\\", "./0.png",
    "{", "}", ":",
]  # fmt: skip


def case(seed, index):
    """Images of some layout, and a training that reads them."""
    random = randomness("images", seed, index)
    form = random.choice(["folder", "folder", "jsonl", "zip", "tar", "npz"])
    spec, files = _FORMS[form](random)
    steps = ("--steps", "1", "--device", "cpu", "--head", "conditional_gan", "--option", "width=4")
    images = ("--images", spec, "--data", "csv:rows.csv", "--run", "run", "-q")
    json_too = ("--json",) if random.random() < 0.3 else ()
    command = ("train", "g.scm", *images, *steps, *json_too)
    return Case({"g.scm": PROGRAM, "rows.csv": ROWS, **files}, (command,))


def _picture(random):
    """An encoded picture, often damaged."""
    shape = random.choice([(8, 8, 3), (8, 8, 3), (8, 8), (5, 9, 4), (1, 1, 3), (40, 3, 3)])
    pixels = np.frombuffer(random.randbytes(int(np.prod(shape))), dtype=np.uint8).reshape(shape)
    form = random.choice(["png", "png", "bmp", "gif", "tiff", "webp", "jpeg"])
    picture = Image.fromarray(pixels)
    stream = io.BytesIO()
    (picture.convert("RGB") if form == "jpeg" else picture).save(stream, form)
    content = stream.getvalue()
    return mutated_bytes(random, content) if random.random() < 0.02 else content


def _named(random):
    """Names, each with its picture."""
    return {f"{i}.png": _picture(random) for i in range(random.choice([1, 5, 8]))}


def _record(random, name):
    labels = {"Male": random.randrange(2), "Young": random.randrange(2)}
    return {"file_name": name, **labels, "split": random.choice(["train", "train", "test"])}


def _wounded(random, text):
    return text.encode() if random.random() < 0.3 else mutated(random, text, WORDS)


def _table(random, names):
    lines = ["file_name,Male,Young,split"]
    lines += [",".join(map(str, _record(random, name).values())) for name in names]
    return _wounded(random, "\n".join([*lines, ""]))


def _folder(random):
    pictures = _named(random)
    files = {f"set/{name}": content for name, content in pictures.items()}
    return "folder:set", {**files, "set/metadata.csv": _table(random, pictures)}


def _jsonl(random):
    pictures = _named(random)
    files = {f"set/{name}": content for name, content in pictures.items()}
    text = "\n".join(json.dumps(_record(random, name)) for name in pictures)
    return "folder:set", {**files, "set/metadata.jsonl": _wounded(random, text)}


def _zip(random):
    pictures = _named(random)
    stream = io.BytesIO()
    with zipfile.ZipFile(
        stream, "w", random.choice([zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
    ) as archive:
        for name, content in pictures.items():
            archive.writestr(zipfile.ZipInfo(random.choice([name] * 20 + [f"../{name}"])), content)
    return "folder:set.zip", {
        "set.zip": _perhaps(random, stream.getvalue()), "set.csv": _table(random, pictures)
    }  # fmt: skip


def _tar(random):
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w") as archive:
        for name, content in _named(random).items():
            record = json.dumps(_record(random, name)).encode()
            if random.random() < 0.1:
                record = mutated(random, record.decode(), WORDS)
            for member, held in ((name, content), (name.replace(".png", ".json"), record)):
                told = tarfile.TarInfo(member)
                told.size = len(held)
                archive.addfile(told, io.BytesIO(held))
    return random.choice(["tar:s.tar", "tar:*.tar", "tar:[s].tar"]), {
        "s.tar": _perhaps(random, stream.getvalue())
    }


def _npz(random):
    count = random.choice([0, 1, 6])
    shape = random.choice(
        [(count, 16, 16, 3)] * 4 + [(count, 16, 16), (count, 3, 16, 16), (count,), ()]
    )
    kind = random.choice([np.uint8] * 4 + [np.float32, np.int64, "U3", "?", "datetime64[s]"])
    arrays = {"images": np.zeros(shape, kind)}
    for name in ("Male", "Young"):
        held = random.choice([count, count, count, count + 1])
        told = np.array([random.randrange(2) for _ in range(held)])
        arrays[name] = told.astype(random.choice([np.int64, np.uint8, float, "U2", bool, "c16"]))
        if random.random() < 0.1:
            arrays[name] = random.choice([told - 0.5, np.array(1), np.full(count, np.nan)])
    stream = io.BytesIO()
    random.choice([np.savez, np.savez_compressed])(stream, **arrays)
    return "npz:s.npz", {"s.npz": _perhaps(random, stream.getvalue())}


def _perhaps(random, content):
    return mutated_bytes(random, content) if random.random() < 0.4 else content


_FORMS = {"folder": _folder, "jsonl": _jsonl, "zip": _zip, "tar": _tar, "npz": _npz}
