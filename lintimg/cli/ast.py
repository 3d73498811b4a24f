"""`lintimg ast`: how Dockerfiles are read."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from lintimg.cli.options import UsageError, unknown
from lintimg.dockerfile.dump import document_to_json
from lintimg.dockerfile.lexer import parse
from lintimg.text import SourceText


def run_ast(files: tuple[str, ...], output: str) -> int:
    """Prints one JSON document a file; the exit status. Raises UsageError for an unreadable file."""
    if output not in ("json", "jsonl"):
        raise UsageError(unknown("--format", output, ("json", "jsonl")))
    for name in files:
        document = document_to_json(parse(SourceText(name, _read(name))))
        text = json.dumps(document, ensure_ascii=False, indent=2 if output == "json" else None)
        sys.stdout.buffer.write(text.encode("utf-8", "replace") + b"\n")
    sys.stdout.buffer.flush()
    return 0


def _read(name: str) -> bytes:
    if name == "-":
        return sys.stdin.buffer.read()
    try:
        return Path(name).read_bytes()
    except OSError as error:
        raise UsageError(f"{name}: cannot be read: {error.strerror or error}") from error
