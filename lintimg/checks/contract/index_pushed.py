"""LI231: commands outside the Dockerfile that push an index, which Lambda refuses."""

from __future__ import annotations

import os
from collections.abc import Iterator
from posixpath import relpath

from lintimg.context.build_command import BuildCommand
from lintimg.context.build_files import build_commands
from lintimg.context.locate import repository_root
from lintimg.lint.rule import Hit, HitEdit
from lintimg.lint.subject import Subject
from lintimg.lint.wording import listing
from lintimg.model.span import Span


def index_pushed(subject: Subject) -> Iterator[Hit]:
    """A hit at each command that builds this Dockerfile and pushes an index of several manifests."""
    context = subject.context
    if context is None or context.dockerfile is None:
        return
    dockerfile = os.path.abspath(context.dockerfile)  # noqa: PTH100
    root = str(repository_root(context.dockerfile))
    for command in build_commands(root, dockerfile, context.read_beside):
        several = len(command.platforms) > 1
        if not command.pushed or not (several or command.attested):
            continue
        variant = "platforms" if several else "" if command.certain else "plain"
        yield Hit(
            command.span,
            {
                "words": command.words,
                "platforms": listing(command.platforms, 4),
                "count": len(command.platforms),
                "first": command.platforms[0] if command.platforms else "",
                "option": "provenance: false" if "/" in command.words else "--provenance=false",
            },
            edits=() if several else _edits(str(context.root), command),
            variant=variant,
            severity="error" if several else None,
            details={"problem": "platforms" if several else "attestation", "command": command.words},
            path=command.file,
        )


def _edits(root: str, command: BuildCommand) -> tuple[HitEdit, ...]:
    """The option that is missing. None in a file outside the build context."""
    path = relpath(command.file, os.path.abspath(root))  # noqa: PTH100
    if command.insert is None or path.startswith(".."):
        return ()
    return (HitEdit(Span(command.insert, command.insert), " --provenance=false", path),)
