"""The grammar files."""

import re

import pytest

from scm_compiler.shipped import shipped
from scm_compiler.syntax.grammar import Parser
from scm_compiler.syntax.printer import RESERVED


@pytest.mark.parametrize("name", ["scm", "query"])
def test_every_terminal_has_a_name(name):
    terminals = Parser(name, object()).terminals
    text = shipped("grammars", f"{name}.lark").read_text(encoding="utf-8")
    assert terminals <= set(re.findall(r"^([A-Z]+)(?:\.-?\d+)? *:", text, flags=re.MULTILINE))


def test_reserved_words_are_those_of_the_grammar():
    text = shipped("grammars", "scm.lark").read_text(encoding="utf-8")
    (rule,) = re.findall(r"^_reserved : (.*)$", text, flags=re.MULTILINE)
    words = dict(re.findall(r'^([A-Z]+) +: "(\w+)"$', text, flags=re.MULTILINE))
    assert {words[terminal] for terminal in rule.split(" | ")} == RESERVED
