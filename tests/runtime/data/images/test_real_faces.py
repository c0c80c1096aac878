"""Ten thousand faces of CelebA, where they are at hand."""

import csv
import zipfile

import numpy as np
import pytest
from PIL import Image as Pillow

from scm_compiler.ir import Image


@pytest.fixture
def archive(shared_data):
    path = shared_data / "celeba" / "celeba_faces64_10000.zip"
    if not path.is_file():
        pytest.skip(f"no faces at {path}")
    return path


def test_faces_and_their_labels(archive, load, faces):
    graph = faces("Mustache Male", Image(3, 64, 64))
    tables = [load(f"{kind}:{archive}", graph, limit=300) for kind in ("celeba", "folder")]
    with archive.with_suffix(".csv").open(newline="") as stream:
        rows = list(csv.DictReader(stream))[:300]
    splits = ("train", "valid", "test")
    for table in tables:
        assert table.labels.tolist() == [[int(it["Mustache"]), int(it["Male"])] for it in rows]
        assert [splits[code] for code in table.split] == [it["split"] for it in rows]
        assert table.notes == ()
    assert tables[0].fingerprint == tables[1].fingerprint
    with zipfile.ZipFile(archive) as held, held.open(rows[7]["image_id"]) as stream:
        expected = np.asarray(Pillow.open(stream)).transpose(2, 0, 1)  # already 64 x 64
    assert (tables[0].images[7] == expected).all()
