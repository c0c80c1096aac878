"""The language server, spoken to as an editor does: over every example and golden program."""

import json
import subprocess
import sys

import pytest

from scm_compiler.cli.main import main
from scm_compiler.compiler import check
from scm_compiler.diagnostics import Source, Span
from scm_compiler.editor.edit import Edit, edited
from scm_compiler.editor.places import Places
from tests.editor.programs import BAD_TEXTS, TEXTS

URI = "file:///tmp/program.scm"


def test_without_its_package_the_verb_says_what_to_install(monkeypatch, capsys):
    monkeypatch.setattr("scm_compiler.cli.lsp.find_spec", lambda _: None)
    assert main(["lsp"]) == 2
    assert 'pip install "scm-compiler[editor]"' in capsys.readouterr().err


class Editor:
    """An editor at the other end of the pipes."""

    def __init__(self):
        command = [sys.executable, "-m", "scm_compiler", "lsp"]
        pipe, nowhere = subprocess.PIPE, subprocess.DEVNULL
        self.process = subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=nowhere)
        self.count = 0
        self.told = None
        self.version = 0

    def send(self, **content):
        body = json.dumps({"jsonrpc": "2.0"} | content).encode()
        self.process.stdin.write(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
        self.process.stdin.flush()

    def read(self):
        length = 0
        while (line := self.process.stdout.readline().strip()) != b"":
            name, _, value = line.partition(b": ")
            length = int(value) if name == b"Content-Length" else length
        return json.loads(self.process.stdout.read(length))

    def ask(self, method, **params):
        self.count += 1
        self.send(id=self.count, method=method, params=params)
        while True:
            message = self.read()
            if message.get("id") == self.count:
                return message
            self.take(message)

    def take(self, message):
        if message.get("method") == "textDocument/publishDiagnostics":
            self.told = message["params"]

    def open(self, text):
        """Open a program, or put another text in its place, and take what is said of it."""
        self.version += 1
        document = {"uri": URI, "version": self.version}
        if self.version == 1:
            document |= {"languageId": "scm", "text": text}
            self.send(method="textDocument/didOpen", params={"textDocument": document})
        else:
            changes = {"textDocument": document, "contentChanges": [{"text": text}]}
            self.send(method="textDocument/didChange", params=changes)
        self.told = None
        while self.told is None:
            self.take(self.read())
        return self.told["diagnostics"]

    def about(self, method, **params):
        found = self.ask(f"textDocument/{method}", textDocument={"uri": URI}, **params)
        return found.get("result", found.get("error"))


@pytest.fixture(scope="module")
def editor():
    pytest.importorskip("pygls")
    found = Editor()
    with found.process:
        able = {"textDocument": {"rename": {"prepareSupport": True}}}
        began = found.ask("initialize", processId=None, rootUri=None, capabilities=able)
        assert began["result"]["capabilities"]["renameProvider"] == {"prepareProvider": True}
        found.send(method="initialized", params={})
        yield found
        found.ask("shutdown")
        found.send(method="exit")
        assert found.process.wait(timeout=10) == 0


def applied(text, changes):
    """A text after edits of the protocol, read anew."""
    places = Places(text)

    def offset(place):
        return places.offset(place["line"], place["character"])

    edits = [
        Edit(Span(offset(e["range"]["start"]), offset(e["range"]["end"])), e["newText"])
        for e in changes
    ]
    return edited(text, edits)


@pytest.mark.parametrize("name", TEXTS)
def test_what_is_reported_is_what_check_reports(editor, name):
    text = TEXTS[name]
    found = editor.open(text)
    expected = check(Source("program.scm", text))[1].diagnostics
    assert [one["code"] for one in found] == [one.code for one in expected]


@pytest.mark.parametrize("name", [name for name in BAD_TEXTS if name != "E111_garbage"])
def test_the_edit_of_a_code_action_makes_its_error_go_away(editor, name):
    text = BAD_TEXTS[name]
    for finding in editor.open(text):
        context = {"diagnostics": [finding]}
        for action in editor.about("codeAction", range=finding["range"], context=context):
            if not action["diagnostics"]:
                continue
            after = applied(text, action["edit"]["changes"][URI])
            said = (finding["code"], finding["message"].partition("\n")[0])
            assert times(after, said) < times(text, said), action["title"]


def times(text, said):
    report = check(Source("program.scm", text))[1]
    return [(one.code, one.message()) for one in report.diagnostics].count(said)


def test_a_program_is_read_and_changed(editor):
    text = 'A, "7 up" : binary\r\nA  -> "7 up" # 𝕏\r\n"7 up"->A\r\n'
    editor.open(text)
    place = {"line": 1, "character": 7}
    declared = [{"uri": URI, "range": between(0, 3, 0, 9)}]
    assert editor.about("definition", position=place) == declared
    assert editor.about("declaration", position=place) == declared
    places = editor.about("references", position=place, context={"includeDeclaration": True})
    assert len(places) == 3
    assert editor.about("prepareRename", position=place) == between(1, 6, 1, 12)
    change = editor.about("rename", position=place, newName="B")["changes"][URI]
    assert applied(text, change) == "A, B : binary\r\nA  -> B # 𝕏\r\nB->A\r\n"
    refused = editor.about("rename", position=place, newName="A")
    assert refused["message"] == "there is a node `A` already"
    assert "causes `A`" in editor.about("hover", position=place)["contents"]["value"]
    (edit,) = editor.about("formatting", options={"tabSize": 4, "insertSpaces": True})
    assert edit["newText"] == 'A, "7 up" : binary\nA      -> "7 up"  # 𝕏\n"7 up" -> A\n'
    items = editor.about("completion", position={"line": 2, "character": 8})
    assert [item["label"] for item in items] == ["A", "*"]
    assert [one["name"] for one in editor.about("documentSymbol")] == ["A", "7 up"]
    editor.open("A, B : binary\nA -> B\n")
    (lens,) = editor.about("codeLens")
    assert lens["command"]["title"] == "2 labels, 1 edge, 2 levels"


def between(*numbers):
    first, unit, last, other = numbers
    return {"start": {"line": first, "character": unit}, "end": {"line": last, "character": other}}


def test_the_server_waits_for_neither_torch_nor_numpy():
    pytest.importorskip("pygls")
    code = "import sys, scm_compiler.cli.language_server; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert {"torch", "numpy", "networkx"}.isdisjoint(done.stdout.split())
