"""LI520: downloads over http that nothing checks."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from lintimg.checks.security.remote_scripts import is_run_at_once
from lintimg.checks.security.remote_sources import CHECKING
from lintimg.lazy import regex
from lintimg.lint.rule import Hit, HitEdit
from lintimg.lint.subject import PlacedCommand, Subject
from lintimg.model.span import Span

_HOST = regex(r"http://([A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*\.[A-Za-z]{2,})(?:[:/]|\Z)")
_INSIDE = (
    ".local",
    ".localhost",
    ".internal",
    ".intranet",
    ".lan",
    ".corp",
    ".home",
    ".test",
    ".svc",
    ".arpa",
)
_NOT_FETCHED = (
    "-x",
    "--proxy",
    "--preproxy",
    "-e",
    "--referer",
    "-H",
    "--header",
    "-d",
    "--data",
    "-A",
    "--user-agent",
)
_SENDING = ("-I", "--head", "-d", "--data", "-F", "--form", "-T", "--upload-file", "--spider")


def plain_download(subject: Subject) -> Iterator[Hit]:
    """A hit for each file that curl or wget fetches from a server on the internet without TLS, and no RUN checks."""
    for program in ("curl", "wget"):
        for call in subject.every_command.get(program, ()):
            words = call.command.words
            if any(word.pieces in _SENDING for word in words) or not any(
                "http://" in word.pieces for word in words
            ):
                continue
            if is_run_at_once(call.script, call.command):
                continue
            for before, word in pairwise(words):
                host = _HOST.match(word.pieces)
                if host is None or host[1].lower().endswith(_INSIDE) or before.pieces in _NOT_FETCHED:
                    continue
                if _checked(subject, call):
                    break
                start = word.span.start + max(word.raw.find("http://"), 0)
                exact = subject.document.source.slice(Span(start, start + 4)) == "http"
                yield Hit(
                    Span(start, word.span.end - (word.raw[-1:] in "\"'")),
                    {"source": word.pieces.partition("?")[0], "program": program},
                    edits=(HitEdit(Span(start, start + 4), "https"),) if exact else (),
                    details={"host": host[1].lower(), "program": program},
                )


def _checked(subject: Subject, call: PlacedCommand) -> bool:
    """Whether the RUN of `call` or a later one of its stage checks sums or signatures."""
    step = call.run.step
    return any(
        run.step.instruction.number >= step.instruction.number
        and any(
            CHECKING.fullmatch(command.name or "") for script in run.scripts for command in script.commands
        )
        for run in subject.runs(step.stage)
    )
