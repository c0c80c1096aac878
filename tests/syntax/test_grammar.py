"""The grammar files."""

import re

import pytest

from scm_compiler.shipped import shipped
from scm_compiler.syntax.grammar import load_parser
from scm_compiler.syntax.printer import RESERVED


@pytest.mark.parametrize("name", ["scm.lark", "query.lark"])
def test_every_terminal_has_a_name(name):
    start = "statement" if name == "scm.lark" else "start"
    terminals = {terminal.name for terminal in load_parser(name, start).terminals}
    text = shipped("grammars", name).read_text(encoding="utf-8")
    assert terminals <= set(re.findall(r"^([A-Z]+)(?:\.-?\d+)? *:", text, flags=re.MULTILINE))


def test_a_parser_is_built_once():
    assert load_parser("query.lark") is load_parser("query.lark")


def test_reserved_words_are_those_of_the_grammar():
    text = shipped("grammars", "scm.lark").read_text(encoding="utf-8")
    (rule,) = re.findall(r"^_reserved : (.*)$", text, flags=re.MULTILINE)
    words = dict(re.findall(r'^([A-Z]+) +: "(\w+)"$', text, flags=re.MULTILINE))
    assert {words[terminal] for terminal in rule.split(" | ")} == RESERVED
