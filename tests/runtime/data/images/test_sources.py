"""Naming images."""

import pytest

from scm_compiler.runtime.data.images import load_images


@pytest.mark.parametrize(
    ("spec", "near"),
    [
        ("foldr:x", "folder:x"),
        ("drawn_faces", "drawn-faces"),
        ("npz", "npz:PATH"),
        ("tar:", "tar:PATH"),
    ],
)
def test_a_kind_with_a_typing_error(refusal, spec, near):
    found = refusal(spec)
    assert f"error[E670]: `{spec}` names no image source" in found
    assert f"did you mean `{near}`?" in found


def test_a_path_without_its_kind(refusal, folder, tmp_path):
    place = folder()
    assert f"did you mean `folder:{place}`?" in refusal(str(place))
    (place / "list_attr_celeba.csv").write_text("")
    assert f"did you mean `celeba:{place}`?" in refusal(str(place))
    (tmp_path / "a.npz").write_bytes(b"")
    assert f"did you mean `npz:{tmp_path / 'a.npz'}`?" in refusal(str(tmp_path / "a.npz"))


@pytest.mark.parametrize("spec", ["", ":", "zzz:qqq", "\0", "a\0b"])
def test_nothing_like_a_source(refusal, spec):
    assert "a source is `drawn-faces`" in refusal(spec)


@pytest.mark.parametrize("kind", ["folder", "celeba", "tar", "npz", "morpho"])
@pytest.mark.parametrize("place", ["\0", "a\0b", "x" * 5000])
def test_a_path_that_no_system_takes(refusal, kind, place):
    assert "error[E67" in refusal(f"{kind}:{place}")


@pytest.mark.parametrize("kind", ["folder", "celeba", "tar", "npz", "morpho"])
def test_a_path_that_no_run_could_note(refusal, kind):
    assert "error[E160" in refusal(f"{kind}:\udcff")


def test_a_callers_mistake(faces, tmp_path):
    for image in ("Male", "absent"):
        with pytest.raises(ValueError, match="is no image"):
            load_images("drawn-faces", faces(), image, cache=tmp_path)
    with pytest.raises(ValueError, match="limit"):
        load_images("drawn-faces", faces(), "Face", cache=tmp_path, limit=0)
