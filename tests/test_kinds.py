"""Kinds of nodes: what their arguments may be."""

import json
import re
from dataclasses import dataclass

import pytest

from scm_compiler.ir import Discrete, Finite, Image, Node
from scm_compiler.ir.domain import Exponential
from scm_compiler.kinds import BUILTIN, NodeKind
from scm_compiler.semantics.program import kind_tree
from scm_compiler.syntax.printer import print_kind


@dataclass(frozen=True)
class Steps(Finite):
    """Named steps that are counted from a number."""

    first: int
    names: tuple[str, ...]

    @property
    def values(self):
        return self.names

    @property
    def arguments(self):
        return {"first": self.first, "names": self.names}


SIZES = "(channels, height, width)"


@pytest.mark.parametrize(
    ("kind", "positional", "keyword", "reason"),
    [
        ("image", (64, 64), {}, f"it takes 3 arguments {SIZES}, 2 given"),
        ("image", (3, 64, 64, 1), {}, f"it takes 3 arguments {SIZES}, 4 given"),
        ("image", (3,), {"width": 8}, f"it takes 3 arguments {SIZES}, 2 given"),
        ("image", (3, 8), {"with": 8}, "it has no argument `with`"),
        ("image", (3, 8), {"height": 8}, "`height` is given twice"),
        ("binary", (0, 1), {}, "it takes no arguments, 2 given"),
        ("categorical", (), {"values": 3}, "it has no argument `values`"),
    ],
)
def test_arguments_that_do_not_fit(kind, positional, keyword, reason):
    with pytest.raises(ValueError, match=f"^{re.escape(reason)}$"):
        BUILTIN[kind].build(positional, keyword)


def test_an_argument_may_have_a_default():
    square = NodeKind("square", lambda side, channels=3: Image(channels, side, side))
    assert square.build((8,), {}) == Image(3, 8, 8)
    with pytest.raises(ValueError, match=r"it takes 1 to 2 arguments \(side, channels\), 0 given"):
        square.build((), {})


@pytest.mark.parametrize("domain", [Discrete(("black", "blond", "1")), Image(3, 8, 9)])
def test_a_domain_is_made_again_of_its_arguments(domain):
    kind = BUILTIN["image" if isinstance(domain, Image) else "categorical"]
    assert kind.rebuild(domain.arguments) == domain


def test_so_is_a_domain_of_a_package():
    kind = NodeKind("steps", lambda first, *names: Steps(first, names), origin="steps")
    domain = kind.build((3, "low", "high"), {})
    kept = json.loads(json.dumps(domain.arguments))
    assert kind.rebuild(kept) == domain
    assert domain.claim == [["first", 3], ["names", ("low", "high")]]
    node = Node("A", "steps", domain)
    assert print_kind(kind_tree(node)) == "steps(3, low, high)"


@pytest.mark.parametrize("wrong", [{"values": ["a"]}, {"others": ["a", "b"]}, {"values": None}])
def test_other_arguments_make_none(wrong):
    with pytest.raises(ValueError, match=r"at least two values|the arguments of"):
        BUILTIN["categorical"].rebuild(wrong)


@pytest.mark.parametrize(
    ("names", "family", "reason"),
    [
        (("low",), None, "a steps node needs at least two values"),
        (("low", "low"), None, "the value `low` is listed twice"),
        (("low", " "), None, "a value cannot be empty"),
        (("low", "b\x07"), None, "unprintable character U+0007"),
        (("low", "high"), Exponential((0.0, 0.0), ((0.0, 1.0, 2.0),)), "not one over 2 values"),
    ],
)
def test_a_domain_of_a_package_is_checked(monkeypatch, names, family, reason):
    monkeypatch.setattr(Steps, "family", family)
    kind = NodeKind("steps", lambda: Steps(1, names))
    with pytest.raises(ValueError, match=re.escape(reason)):
        kind.build((), {})


def test_a_domain_can_be_counted_or_drawn():
    kind = NodeKind("real", lambda: 1.5, origin="reals")
    with pytest.raises(ValueError, match=r"its values \(float\) can neither be counted nor drawn"):
        kind.build((), {})
