"""The grammar files."""

import re

import pytest

from grammars.tabulate import START, tables, text
from scm_compiler.shipped import shipped
from scm_compiler.syntax.lalr import TABLES
from scm_compiler.syntax.printer import RESERVED


@pytest.mark.parametrize("name", START)
def test_the_shipped_tables_are_those_of_the_grammar(name):
    """`python -m grammars.tabulate` writes them again."""
    assert (TABLES / f"{name}.json").read_text(encoding="utf-8") == text(name)


@pytest.mark.parametrize("name", START)
def test_every_terminal_has_a_name(name):
    terminals = re.findall(r"\?P<(\w+)>", tables(name)["terminals"])
    grammar = shipped("grammars", f"{name}.lark").read_text(encoding="utf-8")
    assert set(terminals) <= set(re.findall(r"^([A-Z]+)(?:\.-?\d+)? *:", grammar, re.MULTILINE))


def test_reserved_words_are_those_of_the_grammar():
    text = shipped("grammars", "scm.lark").read_text(encoding="utf-8")
    (rule,) = re.findall(r"^_reserved : (.*)$", text, flags=re.MULTILINE)
    words = dict(re.findall(r'^([A-Z]+) +: "(\w+)"$', text, flags=re.MULTILINE))
    assert {words[terminal] for terminal in rule.split(" | ")} == RESERVED
