"""`lintimg lsp`: the Language Server Protocol on standard input and output, for editors.

Documents are checked while they are typed: what `check - --stdin-filename FILE` would say, with the configuration, the
build context and the infrastructure code around the file.
"""

from __future__ import annotations

import gc
import os
from datetime import date
from pathlib import Path

from lsprotocol import types
from pygls.lsp.server import LanguageServer
from pygls.uris import to_fs_path

from lintimg import __version__
from lintimg.cli.lsp_values import diagnostic, in_document, page, quick_fix, touches
from lintimg.cli.options import CheckOptions, FixOptions, UsageError
from lintimg.cli.service import Outcome, check
from lintimg.lazy import NamedTuple
from lintimg.model.finding import Finding
from lintimg.model.report import Report
from lintimg.settings.configuration import ConfigurationError
from lintimg.settings.discovery import is_dockerfile_name

_LANGUAGES = frozenset(("dockerfile", "containerfile", "docker"))
_FIX_ALL = "source.fixAll.lintimg"


class _Checked(NamedTuple):
    """A document's report, its lines without line ends, and the folder that paths are relative to."""

    report: Report
    lines: tuple[str, ...]
    folder: Path


def run_lsp() -> int:
    """Serves until the editor ends it; the exit status."""
    # A server lives for hours.
    gc.enable()
    # The server closes what it is given.
    with os.fdopen(os.dup(0), "rb") as stdin, os.fdopen(os.dup(1), "wb") as stdout:
        make_server().start_io(stdin, stdout)
    return 0


def make_server() -> LanguageServer:
    """A server that is ready to start."""
    server = LanguageServer("lintimg", __version__)
    documents = _Documents(server)

    @server.feature(types.TEXT_DOCUMENT_DID_OPEN)
    def _opened(params: types.DidOpenTextDocumentParams) -> None:
        documents.update(params.text_document.uri)

    @server.feature(types.TEXT_DOCUMENT_DID_CHANGE)
    def _changed(params: types.DidChangeTextDocumentParams) -> None:
        documents.update(params.text_document.uri)

    @server.feature(types.TEXT_DOCUMENT_DID_SAVE)
    def _saved(params: types.DidSaveTextDocumentParams) -> None:
        documents.update(params.text_document.uri)

    @server.feature(types.TEXT_DOCUMENT_DID_CLOSE)
    def _closed(params: types.DidCloseTextDocumentParams) -> None:
        documents.forget(params.text_document.uri)

    @server.feature(
        types.TEXT_DOCUMENT_CODE_ACTION,
        types.CodeActionOptions(code_action_kinds=[types.CodeActionKind.QuickFix, _FIX_ALL]),
    )
    def _actions(params: types.CodeActionParams) -> list[types.CodeAction]:
        return documents.actions(params)

    @server.feature(types.TEXT_DOCUMENT_HOVER)
    def _hover(params: types.HoverParams) -> types.Hover | None:
        return documents.hover(params)

    return server


class _Documents:
    """The open documents and what was found in them."""

    def __init__(self, server: LanguageServer) -> None:
        self._server = server
        self._checked: dict[str, _Checked] = {}

    def update(self, uri: str) -> None:
        """Checks a document and tells the editor."""
        document = self._server.workspace.get_text_document(uri)
        path = _path(uri)
        name = "" if path is None else path.name
        if (document.language_id or "").lower() not in _LANGUAGES and not is_dockerfile_name(name):
            return
        folder = self._folder(path)
        text = document.source
        try:
            outcome = _check(text, path, folder)
        except (UsageError, ConfigurationError) as error:
            self._server.window_show_message(
                types.ShowMessageParams(type=types.MessageType.Error, message=f"lintimg: {error}")
            )
            self.forget(uri)
            return
        lines = tuple(line.removesuffix("\r") for line in text.split("\n"))
        self._checked[uri] = _Checked(outcome.report, lines, folder)
        self._publish(uri, [self._diagnostic(uri, finding) for finding in self._findings(uri)])

    def forget(self, uri: str) -> None:
        """Nothing is known of a document any more."""
        if self._checked.pop(uri, None) is not None:
            self._publish(uri, [])

    def actions(self, params: types.CodeActionParams) -> list[types.CodeAction]:
        """The fixes of what was found in a range, and one for all that is safe."""
        uri = params.text_document.uri
        checked = self._checked.get(uri)
        if checked is None:
            return []
        only = params.context.only
        found: list[types.CodeAction] = []
        if only is None or types.CodeActionKind.QuickFix in only:
            for finding in self._findings(uri):
                if touches(finding, params.range, checked.lines):
                    shown = self._diagnostic(uri, finding)
                    fix = quick_fix(finding, shown, checked.lines, uri, checked.folder)
                    found += [] if fix is None else [fix]
        if only is not None and any(kind == _FIX_ALL or _FIX_ALL.startswith(f"{kind}.") for kind in only):
            found += self._fix_all(uri)
        return found

    def hover(self, params: types.HoverParams) -> types.Hover | None:
        """The pages of the rules that found something at a place."""
        uri = params.text_document.uri
        checked = self._checked.get(uri)
        if checked is None:
            return None
        here = types.Range(start=params.position, end=params.position)
        pages = [
            page(finding, checked.report)
            for finding in self._findings(uri)
            if touches(finding, here, checked.lines)
        ]
        if not pages:
            return None
        return types.Hover(types.MarkupContent(types.MarkupKind.Markdown, "\n\n---\n\n".join(pages)))

    def _fix_all(self, uri: str) -> list[types.CodeAction]:
        document = self._server.workspace.get_text_document(uri)
        path = _path(uri)
        outcome = _check(document.source, path, self._folder(path), FixOptions(True, False, ()))
        fixed = (outcome.printed or b"").decode("utf-8", "replace")
        if not fixed or fixed == document.source:
            return []
        end = types.Position(line=len(document.source.split("\n")), character=0)
        whole = types.TextEdit(range=types.Range(start=types.Position(0, 0), end=end), new_text=fixed)
        return [
            types.CodeAction(
                title="Apply all safe fixes of lintimg",
                kind=_FIX_ALL,
                edit=types.WorkspaceEdit(changes={uri: [whole]}),
            )
        ]

    def _findings(self, uri: str) -> list[Finding]:
        return in_document(self._checked[uri].report)

    def _diagnostic(self, uri: str, finding: Finding) -> types.Diagnostic:
        checked = self._checked[uri]
        return diagnostic(finding, checked.report.rules.get(finding.rule), checked.lines, uri)

    def _publish(self, uri: str, diagnostics: list[types.Diagnostic]) -> None:
        self._server.text_document_publish_diagnostics(
            types.PublishDiagnosticsParams(uri=uri, diagnostics=diagnostics)
        )

    def _folder(self, path: Path | None) -> Path:
        """The editor's folder that holds the document, else the document's own."""
        roots = [_path(uri) for uri in self._server.workspace.folders]
        for root in sorted((root for root in roots if root is not None), key=lambda root: -len(root.parts)):
            if path is not None and path.is_relative_to(root):
                return root
        return Path.cwd() if path is None else path.parent


def _path(uri: str) -> Path | None:
    """Where a document lies; None for one that has not been saved yet."""
    name = to_fs_path(uri) if uri.startswith("file:") else None
    return None if name is None else Path(name)


def _check(text: str, path: Path | None, folder: Path, fixes: FixOptions | None = None) -> Outcome:
    """What `check -` says. Raises UsageError and ConfigurationError."""
    options = CheckOptions(
        paths=("-",),
        target=None,
        target_stage=None,
        build_arguments={},
        context=None,
        select=None,
        extend_select=(),
        ignore=(),
        fail_on=None,
        as_of=date.today(),
        stdin_filename=None if path is None else str(path),
        force_exclude=False,
        inline_ignores=True,
        config=None,
        use_config=True,
        exit_zero=True,
        fixes=fixes,
    )
    return check(options, folder, text.encode("utf-8", "surrogatepass"))
