"""The tables that are kept beside the grammars."""

import json

import pytest

from scm_compiler.shipped import plain_programs, shipped
from scm_compiler.syntax import tables
from scm_compiler.syntax.tables import STARTS, lark_of, made, written

GRAMMARS = {name: shipped("grammars", f"{name}.lark").read_text("utf-8") for name in STARTS}


def counted(parser):
    table = parser.parser.parser._parse_table
    return len(table.states), sum(map(len, table.states.values()))


@pytest.mark.parametrize("name", STARTS)
def test_they_are_those_of_the_grammar(name):
    kept = json.loads(shipped("grammars", f"{name}.json").read_text("utf-8"))
    again = json.loads(written(name))
    assert kept["of"]["grammar"] == again["of"]["grammar"], (
        "run PYTHONHASHSEED=0 python -m scm_compiler.syntax.tables"
    )


@pytest.mark.parametrize("name", STARTS)
def test_a_parser_with_kept_tables_is_the_parser_of_the_grammar(name):
    kept, anew = lark_of(name), made(name, GRAMMARS[name])
    assert [repr(one) for one in kept.terminals] == [repr(one) for one in anew.terminals]
    assert [str(rule) for rule in kept.rules] == [str(rule) for rule in anew.rules]
    assert counted(kept) == counted(anew)


def test_both_read_the_same_statements():
    parsers = lark_of("scm"), made("scm", GRAMMARS["scm"])
    for parser in parsers:
        parser.lexer = parser.parser.lexer
    for path in plain_programs().values():
        text = path.read_text("utf-8")
        kept, anew = ([(word.type, str(word)) for word in parser.lex(text)] for parser in parsers)
        assert kept == anew


@pytest.mark.parametrize("other", ["grammar", "lark"])
def test_tables_of_something_else_are_not_used(other, tmp_path, monkeypatch):
    kept = json.loads(shipped("grammars", "query.json").read_text("utf-8"))
    kept["of"][other] = "another"
    kept["data"] = None
    (tmp_path / "query.json").write_text(json.dumps(kept), "utf-8")
    (tmp_path / "query.lark").write_text(GRAMMARS["query"], "utf-8")
    monkeypatch.setattr(tables, "shipped", lambda *parts: tmp_path / parts[-1])
    assert counted(lark_of("query")) == counted(made("query", GRAMMARS["query"]))
