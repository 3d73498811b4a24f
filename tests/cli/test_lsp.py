"""`lintimg lsp` as an editor speaks to it: over its standard streams."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from .conftest import CLEAN, WARNING, child_environment, write

pytest.importorskip("pygls", reason="pygls is not installed")


class _Editor:
    """Sends messages and reads what comes back, in order."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._process = subprocess.Popen(
            [sys.executable, "-m", "lintimg", "lsp"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=folder,
            env=child_environment(),
        )
        self._number = 0
        self.notes: list[dict[str, Any]] = []

    def tell(self, method: str, params: object) -> None:
        """Sends a notification."""
        self._send({"jsonrpc": "2.0", "method": method, "params": params})

    def ask(self, method: str, params: object) -> Any:
        """Sends a request; what it is answered."""
        self._number += 1
        self._send({"jsonrpc": "2.0", "id": self._number, "method": method, "params": params})
        while True:
            message = self._read()
            if message.get("id") == self._number and "method" not in message:
                assert "error" not in message, message
                return message["result"]
            self.notes.append(message)

    def wait_for(self, method: str) -> Any:
        """The parameters of the next notification of that name."""
        while True:
            for message in self.notes:
                if message.get("method") == method:
                    self.notes.remove(message)
                    return message["params"]
            self.notes.append(self._read())

    def open(self, name: str, text: str, language: str = "dockerfile") -> str:
        """Opens a document; its address."""
        uri = (self.folder / name).as_uri()
        document = {"uri": uri, "languageId": language, "version": 1, "text": text}
        self.tell("textDocument/didOpen", {"textDocument": document})
        return uri

    def diagnostics(self) -> list[dict[str, Any]]:
        """What was published next."""
        found: list[dict[str, Any]] = self.wait_for("textDocument/publishDiagnostics")["diagnostics"]
        return found

    def end(self) -> int:
        """Shuts the server down; its exit status."""
        self.ask("shutdown", None)
        self.tell("exit", None)
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        status = self._process.wait(30)
        self._process.stdin.close()
        self._process.stdout.close()
        return status

    def _send(self, message: object) -> None:
        data = json.dumps(message).encode()
        assert self._process.stdin is not None
        self._process.stdin.write(b"Content-Length: %d\r\n\r\n%s" % (len(data), data))
        self._process.stdin.flush()

    def _read(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        size = 0
        while (line := self._process.stdout.readline().strip()) or not size:
            assert line, "the server has ended"
            name, _, value = line.partition(b":")
            if name.lower() == b"content-length":
                size = int(value)
        message: dict[str, Any] = json.loads(self._process.stdout.read(size))
        return message


@pytest.fixture
def editor(tmp_path: Path) -> Iterator[_Editor]:
    """An editor that has this test's folder open."""
    editor = _Editor(tmp_path)
    workspace = [{"uri": tmp_path.as_uri(), "name": "project"}]
    editor.ask(
        "initialize", {"processId": None, "rootUri": None, "capabilities": {}, "workspaceFolders": workspace}
    )
    editor.tell("initialized", {})
    yield editor
    assert editor.end() == 0


def _change(editor: _Editor, uri: str, text: str, version: int = 2) -> None:
    editor.tell(
        "textDocument/didChange",
        {"textDocument": {"uri": uri, "version": version}, "contentChanges": [{"text": text}]},
    )


def _range(line: int, start: int, end: int) -> dict[str, Any]:
    return {"start": {"line": line, "character": start}, "end": {"line": line, "character": end}}


def _actions(editor: _Editor, uri: str, only: list[str] | None = None) -> list[dict[str, Any]]:
    context: dict[str, Any] = {"diagnostics": []} | ({} if only is None else {"only": only})
    found: list[dict[str, Any]] = editor.ask(
        "textDocument/codeAction",
        {"textDocument": {"uri": uri}, "range": _range(1, 0, 99), "context": context},
    )
    return found


def test_findings_come_and_go_while_typing(editor: _Editor) -> None:
    uri = editor.open("Dockerfile", WARNING)
    (found,) = editor.diagnostics()
    assert found["code"] == "LI402"
    assert found["severity"] == 2
    assert found["source"] == "lintimg"
    assert found["range"] == _range(1, 4, 29)
    assert "--no-cache-dir" in found["message"]
    assert found["codeDescription"]["href"].startswith("https://")
    _change(editor, uri, CLEAN)
    assert editor.diagnostics() == []
    _change(editor, uri, WARNING, 3)
    assert len(editor.diagnostics()) == 1
    editor.tell("textDocument/didClose", {"textDocument": {"uri": uri}})
    assert editor.diagnostics() == []


def test_columns_are_those_of_the_editor(editor: _Editor) -> None:
    editor.open("Dockerfile", WARNING.replace("RUN ", "RUN echo '😀' && ").replace("\n", "\r\n"))
    assert editor.diagnostics()[0]["range"]["start"] == {"line": 1, "character": 4 + len("echo '??' && ")}


def test_a_quick_fix_is_offered(editor: _Editor) -> None:
    uri = editor.open("Dockerfile", WARNING)
    (action,) = _actions(editor, uri)
    assert action["kind"] == "quickfix"
    assert action["isPreferred"]
    assert action["diagnostics"][0]["code"] == "LI402"
    (change,) = action["edit"]["documentChanges"]
    assert change["textDocument"]["uri"] == uri
    assert change["edits"] == [{"range": _range(1, 15, 15), "newText": " --no-cache-dir"}]


def test_all_safe_fixes_at_once(editor: _Editor) -> None:
    uri = editor.open("Dockerfile", WARNING)
    (action,) = _actions(editor, uri, ["source.fixAll"])
    ((edit,),) = action["edit"]["changes"].values()
    assert edit["newText"] == WARNING.replace("install", "install --no-cache-dir")
    assert not (editor.folder / "Dockerfile").exists()
    _change(editor, uri, CLEAN)
    assert _actions(editor, uri, ["source.fixAll"]) == []


def test_the_rules_page_is_shown(editor: _Editor) -> None:
    uri = editor.open("Dockerfile", WARNING)
    here = {"textDocument": {"uri": uri}, "position": {"line": 1, "character": 6}}
    text = editor.ask("textDocument/hover", here)["contents"]["value"]
    assert text.startswith("**warning LI402** pip install")
    assert "[LI402 package-cache-left](https://" in text
    assert editor.ask("textDocument/hover", {**here, "position": {"line": 0, "character": 0}}) is None


def test_the_configuration_counts_and_its_mistakes_are_told(editor: _Editor) -> None:
    write(editor.folder / ".lintimg.yaml", "ignore: [LI402]\n")
    uri = editor.open("Dockerfile", WARNING)
    assert editor.diagnostics() == []
    write(editor.folder / ".lintimg.yaml", "ignored: [LI402]\n")
    _change(editor, uri, WARNING)
    assert "did you mean ignore" in editor.wait_for("window/showMessage")["message"]


def test_other_files_are_left_alone(editor: _Editor) -> None:
    editor.open("notes.md", WARNING, "markdown")
    editor.open("api.Dockerfile", WARNING, "plaintext")
    assert editor.wait_for("textDocument/publishDiagnostics")["uri"].endswith("/api.Dockerfile")


def test_nothing_breaks_the_server(editor: _Editor) -> None:
    for number, text in enumerate(
        ["", "\r", "FROM\n", "FROM a\nRUN <<E\n", "\ufeffFROM a\r\nRUN x\r", "\x00" * 100]
    ):
        editor.open(f"{number}.Dockerfile", text)
        editor.diagnostics()
