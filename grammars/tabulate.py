"""Write the parsing tables of the grammars, by which scmc reads: `python -m grammars.tabulate`.

To be run when a grammar has changed; a test compares. The tables of `NAME.lark` are
`scm_compiler/syntax/tables/NAME.json`:

    terminals   one regular expression, with a group for each terminal
    keywords    the words that are terminals of their own
    rules       of each rule its name, its number of symbols, and how many optional ones are left
                out before each of them and behind the last; `_NAME` joins the rule above
    states      of each state, the first one first, what comes of a symbol: n is to go on to state
                n, and -n to reduce by rule n - 1
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from lark import Lark, Token
from lark.grammar import Rule
from lark.lark import PostLex
from lark.parsers.lalr_analysis import IntParseTable, Shift

from scm_compiler.syntax.lalr import END, TABLES

FOLDER = Path(__file__).parent
START = {"scm": "statement", "query": "start"}


class KeptTerminals(PostLex):
    """Keeps the terminals that no rule mentions, such as comments."""

    always_accept = ("NEWLINE", "SEMICOLON", "COMMENT", "UNCLOSED", "STRAY")

    def process(self, stream: Iterator[Token]) -> Iterator[Token]:
        return stream


def tables(name: str) -> dict[str, Any]:
    """The tables of a grammar, as lark makes them."""
    text = (FOLDER / f"{name}.lark").read_text(encoding="utf-8")
    start = START[name]
    lark = Lark(text, start=start, parser="lalr", lexer="basic", postlex=KeptTerminals())
    lexer, table = lark._build_lexer(), lark.parser.parser._parse_table
    (pattern,) = (scanner.pattern for scanner in lexer.scanner._mres)
    assert lexer.callback.keys() == {"WORD"}
    assert [*lark.ignore_tokens] == ["SPACE"]
    return {
        "terminals": pattern,
        "keywords": {t.pattern.value: t.name for t in lexer.callback["WORD"].scanner.terminals},
        "rules": [_rule(rule) for rule in lark.rules],
        "states": _states(table, start, {rule: rank for rank, rule in enumerate(lark.rules)}),
    }


def _rule(rule: Rule) -> tuple[str, int, list[int]]:
    plain = rule.expansion and not rule.alias and not rule.options.expand1
    assert plain, "the parser knows no empty rules, `?` or `->`"
    absent = "".join(str(int(empty)) for empty in rule.options.empty_indices)
    blanks = [len(run) for run in absent.split("0")] if "1" in absent else []
    return str(rule.origin.name), len(rule.expansion), blanks


def _states(table: IntParseTable, start: str, ranks: dict[Rule, int]) -> list[dict[str, int]]:
    """The states, numbered as they are reached from the first: lark's order is not always one."""
    numbers, states = {table.start_states[start]: 0}, []
    for state in (queue := [*numbers]):
        steps = sorted(table.states[state].items())
        if state == table.end_states[start]:
            steps = [(END, (Shift, state))]
        for _, (action, target) in steps:
            if action is Shift and target not in numbers:
                numbers[target] = len(numbers)
                queue.append(target)
        states.append(
            {
                name: numbers[target] if action is Shift else -1 - ranks[target]
                for name, (action, target) in steps
            }
        )
    return states


def text(name: str) -> str:
    """The file of the tables."""
    return json.dumps(tables(name), separators=(",", ":")) + "\n"


if __name__ == "__main__":
    for grammar in START:
        (TABLES / f"{grammar}.json").write_text(text(grammar), encoding="utf-8")
