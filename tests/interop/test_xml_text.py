"""XML as a tree: places, and what is not read."""

import pytest

from scm_compiler.diagnostics import ScmError, Source
from scm_compiler.interop.xml_text import DEEPEST, read_xml


def read(text):
    return read_xml(Source("t.xml", text), "a", "XML")


def test_elements_have_their_places_texts_and_names_without_namespaces():
    text = '<a xmlns:y="u">é<y:b y:c="1">two</y:b><b/>\n<d/></a>'
    root = read(text)
    assert [child.tag for child in root.children] == ["b", "b", "d"]
    assert [child.tag for child in root.within()] == ["b", "b", "d"]
    first = root.first("B")
    assert (first.attributes, first.text, root.text) == ({"c": "1"}, "two", "é\n")
    shown = [text[child.span.start : child.span.end] for child in root.children]
    assert shown == ['<y:b y:c="1">', "<b/>", "<d/>"]


BOMB = '<!DOCTYPE a [<!ENTITY x "ha"><!ENTITY y "&x;&x;&x;">]><a>&y;</a>'


@pytest.mark.parametrize(
    ("text", "column"),
    [
        ("", 1),
        ("hello", 1),
        ("<b/>", 1),
        ("<a>", 4),
        ("<a>é<b></a>", 10),
        (BOMB, 25),
        ('<!DOCTYPE a [<!ENTITY x SYSTEM "/etc/hostname">]><a>&x;</a>', 47),
        ('<!DOCTYPE a [<!ENTITY % x SYSTEM "http://x/">%x;]><a/>', 45),
        ("<a>&x;</a>", 4),
    ],
)
def test_what_is_no_xml_or_has_entities_is_refused(text, column):
    with pytest.raises(ScmError) as refusal:
        read(text)
    (report,) = refusal.value.reports
    (found,) = report.diagnostics
    assert found.code == "E837"
    assert report.source.position(found.span.start).column == column


def test_a_type_outside_of_the_file_is_not_fetched(tmp_path):
    (tmp_path / "t.dtd").write_text('<!ENTITY x "y">')
    assert read(f'<!DOCTYPE a SYSTEM "{tmp_path}/t.dtd"><a/>').children == []


def test_depth_is_bounded():
    with pytest.raises(ScmError, match="E824"):
        read("<a>" * (DEEPEST + 10))
