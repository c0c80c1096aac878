"""The language server: requests of the protocol handed to `scm_compiler/editor`, and back.

Nothing is decided here: a handler finds the document, turns places into offsets, calls a function
of `editor`, and puts its answer in the protocol's types.
"""

from asyncio import TimerHandle, get_running_loop
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import PurePath
from time import monotonic
from typing import Any
from urllib.parse import unquote, urlparse

from lsprotocol import types as lsp
from pygls.exceptions import JsonRpcInvalidParams
from pygls.lsp.server import LanguageServer

from scm_compiler.diagnostics import Diagnostic, Sink, Span
from scm_compiler.editor.completion import complete
from scm_compiler.editor.document import Document, opened
from scm_compiler.editor.edit import Edit
from scm_compiler.editor.hover import hover
from scm_compiler.editor.mends import mends
from scm_compiler.editor.outline import lenses, outline
from scm_compiler.editor.places import Places
from scm_compiler.editor.renaming import renamed
from scm_compiler.syntax.parser import parse
from scm_compiler.syntax.printer import print_file
from scm_compiler.version import __version__

SEVERITY = {
    "error": lsp.DiagnosticSeverity.Error,
    "warning": lsp.DiagnosticSeverity.Warning,
    "note": lsp.DiagnosticSeverity.Information,
}
_ITEM = lsp.CompletionItemKind
_ITEMS = {
    "keyword": _ITEM.Keyword,
    "kind": _ITEM.Class,
    "node": _ITEM.Variable,
    "value": _ITEM.EnumMember,
    "question": _ITEM.Snippet,
}
_SYMBOLS = {
    "graph": lsp.SymbolKind.Module,
    "node": lsp.SymbolKind.Variable,
    "assert": lsp.SymbolKind.Boolean,
}
_OPTIONS: dict[str, Any] = {
    lsp.TEXT_DOCUMENT_RENAME: lsp.RenameOptions(prepare_provider=True),
    lsp.TEXT_DOCUMENT_COMPLETION: lsp.CompletionOptions(
        trigger_characters=[" ", ":", ">", ",", "=", "(", '"', "|"]
    ),
    lsp.TEXT_DOCUMENT_CODE_ACTION: lsp.CodeActionOptions(
        code_action_kinds=[lsp.CodeActionKind.QuickFix]
    ),
}


class Session:
    """The requests of one editor, answered.

    Args:
        server: Knows which documents are open.
    """

    def __init__(self, server: LanguageServer) -> None:
        self._server = server
        self._waiting: dict[str, TimerHandle] = {}
        self._took = 0.0

    def opened(self, params: lsp.DidOpenTextDocumentParams) -> None:
        """Say what there is to say of a program that was opened."""
        self._tell(params.text_document.uri)

    def changed(self, params: lsp.DidChangeTextDocumentParams) -> None:
        """Say it again, once nothing was typed for as long as it took the last time."""
        uri = params.text_document.uri
        self._forget(uri)
        self._waiting[uri] = get_running_loop().call_later(self._took, self._tell, uri)

    def _forget(self, uri: str) -> None:
        waiting = self._waiting.pop(uri, None)
        if waiting is not None:
            waiting.cancel()

    def _tell(self, uri: str) -> None:
        begun = monotonic()
        at = self._at(uri)
        found = [
            lsp.Diagnostic(
                range=at.range(finding.span or Span(0, 0)),
                message="\n".join(filter(None, (finding.message(), finding.remedy))),
                severity=SEVERITY[finding.severity],
                code=finding.code,
                source="scmc",
                related_information=[
                    lsp.DiagnosticRelatedInformation(at.location(label.span), label.text)
                    for label in finding.labels()
                ],
            )
            for finding in at.document.report.diagnostics
        ]
        told = lsp.PublishDiagnosticsParams(uri=uri, diagnostics=found)
        self._server.text_document_publish_diagnostics(told)
        self._took = monotonic() - begun

    def closed(self, params: lsp.DidCloseTextDocumentParams) -> None:
        """Take back what was said of a program."""
        self._forget(params.text_document.uri)
        told = lsp.PublishDiagnosticsParams(uri=params.text_document.uri, diagnostics=[])
        self._server.text_document_publish_diagnostics(told)

    def hover(self, params: lsp.HoverParams) -> lsp.Hover | None:
        """What there is to say of a place."""
        at, offset = self._place(params)
        found = hover(at.document, offset)
        if found is None:
            return None
        content = lsp.MarkupContent(lsp.MarkupKind.Markdown, found.markdown)
        return lsp.Hover(content, at.range(found.span))

    def definition(self, params: lsp.DefinitionParams) -> list[lsp.Location]:
        """Where the node at a place is declared."""
        at, offset = self._place(params)
        mention = at.document.mention(offset)
        same = [m for m in at.document.mentions if mention and m.name == mention.name]
        return [at.location(m.span) for m in same if m.declares]

    def references(self, params: lsp.ReferenceParams) -> list[lsp.Location]:
        """Where the node at a place is named."""
        at, offset = self._place(params)
        mention = at.document.mention(offset)
        if mention is None:
            return []
        declared = params.context.include_declaration
        return [at.location(s) for s in at.document.places(mention.name, declared=declared)]

    def prepare_rename(self, params: lsp.PrepareRenameParams) -> lsp.Range | None:
        """What would be renamed."""
        at, offset = self._place(params)
        mention = at.document.mention(offset)
        return at.range(mention.span) if mention else None

    def rename(self, params: lsp.RenameParams) -> lsp.WorkspaceEdit:
        """Another name for the node at a place."""
        at, offset = self._place(params)
        try:
            return at.change(renamed(at.document, offset, params.new_name))
        except ValueError as wrong:
            raise JsonRpcInvalidParams(str(wrong)) from wrong

    def complete(self, params: lsp.CompletionParams) -> list[lsp.CompletionItem]:
        """What may be typed at a place."""
        at, offset = self._place(params)
        return [
            lsp.CompletionItem(
                label=found.text.strip(),
                kind=_ITEMS[found.sort],
                documentation=lsp.MarkupContent(lsp.MarkupKind.Markdown, found.detail),
                text_edit=lsp.TextEdit(at.range(found.span), found.text),
                sort_text=f"{rank:05}",
            )
            for rank, found in enumerate(complete(at.document, offset))
        ]

    def format(self, params: lsp.DocumentFormattingParams) -> list[lsp.TextEdit]:
        """The canonical text; nothing while a statement cannot be read."""
        at = self._at(params.text_document.uri)
        document, sink = at.document, Sink()
        program = parse(document.source, sink)
        text = "" if program.broken else print_file(program)
        if not text or text == document.text:
            return []
        return at.edits([Edit(Span(0, len(document.text)), text)])

    def symbols(self, params: lsp.DocumentSymbolParams) -> list[lsp.DocumentSymbol]:
        """The outline."""
        at = self._at(params.text_document.uri)
        return [
            lsp.DocumentSymbol(
                name=entry.name,
                detail=entry.detail,
                kind=_SYMBOLS[entry.sort],
                range=at.range(entry.span),
                selection_range=at.range(entry.place),
            )
            for entry in outline(at.document)
        ]

    def actions(self, params: lsp.CodeActionParams) -> list[lsp.CodeAction]:
        """The mends of what is reported of a range."""
        at = self._at(params.text_document.uri)
        start, end = at.offset(params.range.start), at.offset(params.range.end)
        found: list[lsp.CodeAction] = []
        for finding in at.document.report.diagnostics:
            span = finding.span or Span(0, len(at.document.text))
            if span.start <= end and start <= span.end:
                found += self._mends(at, finding, params.context.diagnostics)
        return found

    def _mends(
        self, at: "_Open", finding: Diagnostic, told: Iterable[lsp.Diagnostic]
    ) -> list[lsp.CodeAction]:
        place = at.range(finding.span or Span(0, 0))
        ours = [one for one in told if one.code == finding.code and one.range == place]
        return [
            lsp.CodeAction(
                title=mend.title,
                kind=lsp.CodeActionKind.QuickFix,
                diagnostics=ours,
                edit=at.change(mend.edits),
                is_preferred=rank == 0,
            )
            for rank, mend in enumerate(mends(at.document, finding))
        ]

    def lenses(self, params: lsp.CodeLensParams) -> list[lsp.CodeLens]:
        """The counts of the graph; a click on them asks the editor for its picture."""
        at = self._at(params.text_document.uri)
        return [
            lsp.CodeLens(
                at.range(lens.span), lsp.Command(lens.text, "scmc.showGraph", arguments=[at.uri])
            )
            for lens in lenses(at.document)
        ]

    def _place(self, params: Any) -> tuple["_Open", int]:  # noqa: ANN401  (each has a position)
        at = self._at(params.text_document.uri)
        return at, at.offset(params.position)

    def _at(self, uri: str) -> "_Open":
        text = self._server.workspace.get_text_document(uri).source
        encoding = str(self._server.workspace.position_encoding or "utf-16")
        name = PurePath(unquote(urlparse(uri).path)).name or "program.scm"
        return _Open(uri, opened(text, name), Places(text, _plain(encoding)))


def _plain(encoding: str) -> str:
    """The name of an encoding, whether it was a string or a member of an enumeration."""
    return encoding.rpartition(".")[2].replace("Utf", "utf-")


class _Open:
    """An open document, with its places in the protocol's terms."""

    def __init__(self, uri: str, document: Document, places: Places) -> None:
        self.uri, self.document, self._places = uri, document, places

    def offset(self, position: lsp.Position) -> int:
        return self._places.offset(position.line, position.character)

    def range(self, span: Span) -> lsp.Range:
        start, end = (lsp.Position(*self._places.place(o)) for o in (span.start, span.end))
        return lsp.Range(start, end)

    def location(self, span: Span) -> lsp.Location:
        return lsp.Location(self.uri, self.range(span))

    def edits(self, edits: Iterable[Edit]) -> list[lsp.TextEdit]:
        return [lsp.TextEdit(self.range(edit.span), edit.text) for edit in edits]

    def change(self, edits: Iterable[Edit]) -> lsp.WorkspaceEdit:
        return lsp.WorkspaceEdit(changes={self.uri: self.edits(edits)})


def server() -> LanguageServer:
    """A server that waits for its editor."""
    full = lsp.TextDocumentSyncKind.Full
    made = LanguageServer("scmc", __version__, text_document_sync_kind=full)
    session = Session(made)
    answers: dict[str, Callable[[Any], Any]] = {
        lsp.TEXT_DOCUMENT_DID_OPEN: session.opened,
        lsp.TEXT_DOCUMENT_DID_CHANGE: session.changed,
        lsp.TEXT_DOCUMENT_DID_CLOSE: session.closed,
        lsp.TEXT_DOCUMENT_HOVER: session.hover,
        lsp.TEXT_DOCUMENT_DEFINITION: session.definition,
        lsp.TEXT_DOCUMENT_DECLARATION: session.definition,
        lsp.TEXT_DOCUMENT_REFERENCES: session.references,
        lsp.TEXT_DOCUMENT_PREPARE_RENAME: session.prepare_rename,
        lsp.TEXT_DOCUMENT_RENAME: session.rename,
        lsp.TEXT_DOCUMENT_COMPLETION: session.complete,
        lsp.TEXT_DOCUMENT_FORMATTING: session.format,
        lsp.TEXT_DOCUMENT_DOCUMENT_SYMBOL: session.symbols,
        lsp.TEXT_DOCUMENT_CODE_ACTION: session.actions,
        lsp.TEXT_DOCUMENT_CODE_LENS: session.lenses,
    }
    for name, answer in answers.items():
        markable = partial(answer)  # pygls marks what it is given, and a method takes no mark
        made.feature(name, _OPTIONS.get(name))(markable)
    return made
