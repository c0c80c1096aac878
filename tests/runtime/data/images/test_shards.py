"""WebDataset shards."""

import io
import json
import os
import tarfile

import pytest

from scm_compiler.diagnostics import ScmError
from scm_compiler.runtime.data import load_labels
from scm_compiler.runtime.data.images.shards import expanded, shards


@pytest.fixture
def shard(tmp_path):
    """Writes a tar file from (name, bytes) pairs."""

    def write(name, members, mode="w"):
        with tarfile.open(tmp_path / name, mode) as archive:
            for member, data in members:
                info = tarfile.TarInfo(member)
                info.size = len(data)
                archive.addfile(info, io.BytesIO(data))
        return tmp_path / name

    return write


@pytest.fixture
def sample(encoded):
    """The two members of a sample."""

    def make(number, suffix="png"):
        record = {"Male": number & 1, "Young": bool(number >> 1 & 1), "caption": "x"}
        key = f"{number:04d}"
        return [(f"{key}.{suffix}", encoded(number)), (f"{key}.json", json.dumps(record).encode())]

    return make


def two_shards(shard, sample):
    shard("s-000.tar", [*sample(0), *sample(1), ("README", b"text")])
    return shard("s-001.tar", [*reversed(sample(2)), *sample(3)]).parent


@pytest.mark.parametrize("pattern", ["s-{000..001}.tar", "s-*.tar", "s-00[01].tar"])
def test_shards(shard, sample, load, pattern):
    table = load(f"tar:{two_shards(shard, sample) / pattern}")
    assert table.images[:, 0, 0, 0].tolist() == [0, 1, 2, 3]
    assert table.labels.tolist() == [[0, 0], [1, 0], [0, 1], [1, 1]]
    assert table.notes == ()


def test_a_limit_and_one_shard(shard, sample, load):
    place = two_shards(shard, sample)
    assert len(load(f"tar:{place}/s-*.tar", limit=3)) == 3
    assert load(f"tar:{place}/s-001.tar").images[:, 0, 0, 0].tolist() == [2, 3]


def with_classes(shard, encoded, classes):
    members = [
        member
        for n, text in enumerate(classes)
        for member in [(f"{n}.png", encoded(n)), (f"{n}.cls", text)]
    ]
    return shard("c.tar", members)


@pytest.mark.parametrize("classes", [[b"0", b"1\n", b"1"], [b"blue", b"red", b"red\n"]])
def test_classes_alone(shard, encoded, load, faces, classes):
    place = with_classes(shard, encoded, classes)
    assert load(f"tar:{place}", faces("Kind:blue|red")).labels.tolist() == [[0], [1], [1]]
    two = faces("Kind:blue|red Ground:red|blue")
    assert load_labels(f"tar:{place}?label=Kind", faces("Kind:blue|red")).rows == 3
    with pytest.raises(ScmError, match="E640"):
        load(f"tar:{place}", two)


def test_a_class_beside_an_object_and_instead_of_one(shard, sample, encoded, load, refusal):
    both = [*sample(0), ("0000.cls", b"7"), ("0001.cls", b"7"), *sample(1)]
    assert load(f"tar:{shard('b.tar', both)}").labels.tolist() == [[0, 0], [1, 0]]
    mixed = [*sample(0), ("0001.cls", b"1"), ("0001.png", encoded(1))]
    assert "`0001` has no .json, as others have" in refusal(f"tar:{shard('m.tar', mixed)}")


def test_ranges():
    assert expanded("a{8..10}-{0..1}") == ["a8-0", "a8-1", "a9-0", "a9-1", "a10-0", "a10-1"]
    assert expanded("plain.tar") == ["plain.tar"]
    for absurd in ("{0..999999999}", "{5..1}", "{0..99999}{0..99999}"):
        with pytest.raises(ScmError, match="E671"):
            expanded(absurd)


def test_a_name_with_brackets_is_a_name(shard, sample):
    path = shard("s[1].tar", sample(0))
    assert shards(str(path)) == [str(path)]


def test_a_shard_that_is_not_there(shard, sample, refusal):
    place = two_shards(shard, sample)
    found = refusal(f"tar:{place}/s-{{000..002}}.tar")
    assert f"error[E671]: there is no shard `{place}/s-002.tar`" in found
    assert "error[E671]" in refusal(f"tar:{place}/x-*.tar")


def test_samples_that_are_not_whole(shard, sample, load, refusal):
    lone = [sample(200)[0], sample(201)[1]]
    many = [member for number in range(210) for member in sample(number)]
    table = load(f"tar:{shard('many.tar', [*many[:400], *lone])}")
    assert len(table) == 200
    messages = [note.message() for note in table.notes]
    expected = ["1 row has no image: `0201.json`", "1 image has no row: `0200.png`"]
    assert messages == expected
    assert "error[E675]" in refusal(f"tar:{shard('few.tar', [*sample(1), *lone])}")
    unlabelled = refusal(f"tar:{shard('none.tar', [sample(1)[0], sample(2)[0]])}")
    assert "2 images have no row" in unlabelled
    assert "error[E675]" in unlabelled


def test_a_key_that_comes_again_is_counted(shard, sample, load, encoded):
    members = [member for number in range(250) for member in sample(number)]
    again = [("0007.png", encoded(9)), ("0007.json", b'{"Male": 0, "Young": 0}')]
    table = load(f"tar:{shard('s.tar', [*members, *again])}")
    assert len(table) == 250
    assert (table.images[7, 0, 0, 0], table.labels[7].tolist()) == (9, [0, 0])
    assert [(note.code, note.count) for note in table.notes] == [("W671", 1), ("W672", 1)]


def test_a_broken_object(shard, sample, refusal):
    image, (name, _) = sample(0)
    found = refusal(f"tar:{shard('s.tar', [image, (name, b'{')])}")
    assert "s.tar` is not a table: `0000.json` is no JSON object" in found


def test_a_missing_label(shard, sample, refusal, faces):
    found = refusal(f"tar:{shard('s.tar', sample(0))}", faces("Males"))
    assert "error[E604]" in found
    assert "did you mean `Male`?" in found


@pytest.mark.parametrize("name", ["../0000.png", "/etc/0000.png"])
def test_a_name_that_leads_out(shard, sample, refusal, name):
    path = shard("s.tar", [*sample(0), (name, b"")])
    assert f"error[E674]: `{path}` names `{name}`" in refusal(f"tar:{path}")


def test_links_are_not_followed(shard, sample, tmp_path, load):
    path = shard("s.tar", sample(0))
    with tarfile.open(path, "a") as archive:
        link = tarfile.TarInfo("0001.png")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        archive.addfile(link)
    assert len(load(f"tar:{path}")) == 1


def test_files_that_are_no_shards(shard, sample, refusal, tmp_path):
    packed = shard("s.tar.gz", sample(0), mode="w:gz")
    assert "error[E673]" in refusal(f"tar:{packed}")
    (tmp_path / "text.tar").write_text("no archive " * 100)
    assert "error[E673]" in refusal(f"tar:{tmp_path / 'text.tar'}")
    os.mkfifo(tmp_path / "pipe.tar")
    assert "error[E673]" in refusal(f"tar:{tmp_path}/pipe.*")
    empty = shard("empty.tar", [])
    assert "error[E672]" in refusal(f"tar:{empty}")


def test_a_shard_that_was_cut_short(shard, sample, refusal):
    path = shard("s.tar", [*sample(0), ("0001.png", bytes(5000))])
    path.write_bytes(path.read_bytes()[:4000])
    assert "error[E673]" in refusal(f"tar:{path}")


@pytest.mark.parametrize("cut", [0, 200, 512])
def test_a_shard_that_was_cut_short_between_members(shard, sample, refusal, cut):
    path = shard("a.tar", [*sample(0), *sample(1)])
    with tarfile.open(path) as archive:
        second = archive.getmember("0001.png").offset
    path.write_bytes(path.read_bytes()[: second + cut])
    assert "error[E673]" in refusal(f"tar:{path}")


def test_a_header_that_is_damaged(shard, sample, refusal):
    path = shard("a.tar", [*sample(0), *sample(1)])
    with tarfile.open(path) as archive:
        second = archive.getmember("0001.png").offset
    content = bytearray(path.read_bytes())
    content[second : second + 512] = b"x" * 512
    path.write_bytes(content)
    assert "error[E673]" in refusal(f"tar:{path}")


def header(kind, size=13):
    """A header of a kind, such as that of a long name, as the standard of tar has it."""
    info = tarfile.TarInfo("long")
    info.type, info.size = kind, size
    return info.tobuf(tarfile.GNU_FORMAT)


@pytest.mark.parametrize("kind", [b"L", b"K", b"x", b"g", b"X"])
def test_a_member_with_thousands_of_headers(tmp_path, refusal, kind):
    one = header(kind) + b"13 path=abcd\n".ljust(512, b"\0")
    (tmp_path / "s.tar").write_bytes(one * 3000 + header(b"0", 0) + bytes(1024))
    assert "cannot be read: a member has too many headers" in refusal(f"tar:{tmp_path}/s.tar")


def test_a_header_of_absurd_size(tmp_path, refusal):
    (tmp_path / "s.tar").write_bytes(header(b"L", 2**80) + bytes(1024))
    assert "error[E673]" in refusal(f"tar:{tmp_path}/s.tar")
