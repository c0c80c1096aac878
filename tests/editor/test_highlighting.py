"""Every highlighter tells the words of a program apart as the grammar does."""

import json
import re
import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest
from pygments.lexers import get_lexer_for_filename

from editors.generate import FOLDER, GROUPS, SCOPES, SNIPPETS, textmate, written
from scm_compiler.compiler import check
from scm_compiler.diagnostics import Source
from scm_compiler.editor.language import FUNCTIONS, KEYWORDS, KINDS
from scm_compiler.editor.lexicon import terminals
from scm_compiler.editor.pygments_lexer import ROLES, CausalGraphLexer
from scm_compiler.kinds import BUILTIN
from scm_compiler.syntax.grammar import Parser
from scm_compiler.syntax.printer import RESERVED

from .programs import TEXTS

ROOT = Path(__file__).parents[2]
SHORT = {name: text for name, text in TEXTS.items() if len(text) < 20_000}
LARK = Parser("scm", None)

OF_TERMINAL = {
    **dict.fromkeys(("GRAPH", "ASSERT", "IDENTIFIED"), "keyword"),
    **dict.fromkeys(("DO", "GIVEN", "P", "E", "ATE"), "function"),
    **dict.fromkeys(("RIGHT", "LEFT", "BOTH", "INDEPENDENT"), "arrow"),
    **dict.fromkeys(("UNCLOSED", "STRAY"), "error"),
    "COMMENT": "comment",
    "QUOTED": "string",
    "NUMBER": "number",
    "WORD": "name",
}


def by_the_grammar(text):
    """The role of each character that is no space, by lark's tokens."""
    roles, before = {}, None
    for token in LARK.tokens(text):
        role = OF_TERMINAL.get(token.type, "sign")
        if role in {"name", "keyword", "function"} and before == "COLON":
            role = "kind"
        elif token.type == "WORD" and re.fullmatch("[0-9]+", token):
            role = "number"
        if token.type != "NEWLINE":
            roles |= {token.start + n: role for n, c in enumerate(token) if not c.isspace()}
        before = token.type
    return roles


def by_pygments(text):
    role_of = {kind: role for role, kind in ROLES.items()}
    return {
        start + n: role_of[kind]
        for start, kind, value in CausalGraphLexer().get_tokens_unprocessed(text)
        for n, character in enumerate(value)
        if not character.isspace()
    }


def by_textmate(text):
    """A reader of the part of TextMate's grammars that ours uses: lines, matches, captures."""
    role_of = {scope: role for role, scope in SCOPES.items()}
    patterns = textmate()["patterns"]
    roles, start = {}, 0
    for line in text.split("\n"):
        place = 0
        while place < len(line):
            hits = [(re.compile(p["match"]).search(line, place), p) for p in patterns]
            found = [(hit.start(), rank) for rank, (hit, _) in enumerate(hits) if hit]
            if not found:
                break
            hit, pattern = hits[min(found)[1]]
            captures = pattern.get("captures", {"0": {"name": pattern.get("name")}})
            for group, scope in captures.items():
                for at in range(*hit.span(int(group))):
                    if not line[at].isspace():
                        roles[start + at] = role_of[scope["name"]]
            place = hit.end()
        start += len(line) + 1
    return roles


@pytest.mark.parametrize("reader", [by_pygments, by_textmate])
@pytest.mark.parametrize("name", SHORT)
def test_a_highlighter_agrees_with_the_grammar(reader, name):
    text = SHORT[name].replace("\r", " ")
    found, expected = reader(text), by_the_grammar(text)
    wrong = {at: (text[at], expected.get(at), found.get(at)) for at in expected}
    assert {at: one for at, one in wrong.items() if one[1] != one[2]} == {}


@pytest.mark.skipif(shutil.which("vim") is None, reason="Vim reads its own syntax files")
def test_vim_agrees_with_the_grammar(tmp_path):
    syntax = FOLDER / "vim/syntax/scmc.vim"
    texts = {name: text for name, text in SHORT.items() if name not in {"E111_garbage"}}
    script = [f"source {syntax}", "set encoding=utf-8 nofixeol synmaxcol=0 redrawtime=20000"]
    for name, text in texts.items():
        program = tmp_path / name
        program.write_text(text.replace("\r", " "), "utf-8", newline="\n")
        script += [
            f"edit! ++enc=utf-8 {program}",
            "unlet! b:current_syntax",
            f"source {syntax}",
            "let out = []",
            "for g:l in range(1, line('$'))",
            "call add(out, join(map(range(1, len(getline(g:l))), "
            "{_, c -> synIDattr(synID(g:l, c, 0), 'name')}), ' '))",
            "endfor",
            f"call writefile(out, '{program}.out')",
        ]
    (tmp_path / "run.vim").write_text("\n".join(["syntax on", *script, "qa!"]))
    command = ["vim", "-u", "NONE", "-i", "NONE", "-N", "-es", "-S", str(tmp_path / "run.vim")]
    subprocess.run(command, timeout=30, check=False, stdin=subprocess.DEVNULL)
    assert set(GROUPS) == set(ROLES)
    for name, text in texts.items():
        assert as_vim_says(text.replace("\r", " "), tmp_path / f"{name}.out") == {}, name


def as_vim_says(text, said):
    """Where Vim's role of a character is not that of the grammar."""
    expected, wrong, start = by_the_grammar(text), {}, 0
    for line, groups in zip(text.split("\n"), said.read_text("utf-8").split("\n"), strict=False):
        names, byte = groups.split(" "), 0
        for at, character in enumerate(line):
            role = expected.get(start + at)
            found = names[byte].removeprefix("scmc").lower() if byte < len(names) else ""
            if role is not None and role != found:
                wrong[start + at] = (character, role, found)
            byte += len(character.encode())
        start += len(line) + 1
    return wrong


def test_what_stands_in_the_folder_is_what_the_lists_give():
    for path, text in written().items():
        assert (FOLDER / path).read_text("utf-8") == text, "run python -m editors.generate"


def test_the_lists_are_those_of_the_grammar():
    assert set(terminals()) == LARK.terminals - {"NEWLINE"} or set(terminals()) == LARK.terminals
    assert {*KEYWORDS, *FUNCTIONS} == set(RESERVED)
    words = {text for text in terminals().values() if text.isalpha()}
    assert words == set(RESERVED)
    assert set(KINDS) == set(BUILTIN)


@pytest.mark.parametrize("name", SNIPPETS)
def test_a_snippet_is_a_statement_of_a_program(name):
    body = re.sub(r"\$\{\d+:([^}]*)\}", r"\1", SNIPPETS[name][0])
    before = {"graph": "A:binary\n", "every": "A:binary\nI:image(3,8,8)\n"}
    needed = "A, B, C : binary\nA -> B -> C\n"
    given = "" if name in {"binary", "categorical", "image"} else before.get(name, needed)
    report = check(Source("s.scm", given + body))[1]
    assert report.ok, report


def test_a_program_is_not_taken_for_scheme():
    text = TEXTS["celeba_g1"]
    assert (
        CausalGraphLexer.analyse_text(text) > 0.5 > CausalGraphLexer.analyse_text("(define x 1)")
    )
    assert type(get_lexer_for_filename("a.scm", "(define x 1)")).__name__ == "SchemeLexer"


def test_the_lexer_is_registered():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    place = f"{CausalGraphLexer.__module__}:{CausalGraphLexer.__name__}"
    assert project["entry-points"]["pygments.lexers"] == {"scmc": place}


def test_the_extension_names_files_that_are_there():
    manifest = json.loads((FOLDER / "vscode/package.json").read_text("utf-8"))
    gives = manifest["contributes"]
    paths = [
        manifest["main"],
        *(language["configuration"] for language in gives["languages"]),
        *(entry["path"] for entry in (*gives["grammars"], *gives["snippets"])),
    ]
    assert all((FOLDER / "vscode" / path).is_file() for path in paths)
