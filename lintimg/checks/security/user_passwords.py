"""LI511: passwords of users that a RUN sets."""

from __future__ import annotations

from collections.abc import Iterator

from lintimg.lint.rule import Hit
from lintimg.lint.subject import Subject
from lintimg.shell.script import Command, Script, ShellWord


def user_password(subject: Subject) -> Iterator[Hit]:
    """A hit for each password that is written out before chpasswd or passwd, which set it."""
    for program in ("chpasswd", "passwd"):
        for call in subject.every_command.get(program, ()):
            command = call.command
            options = [word.pieces for word in command.arguments]
            if program == "passwd" and "--stdin" not in options:
                continue
            word = _given(call.script, command)
            if word is None or word.value is None or not word.value.strip():
                continue
            user = word.value.partition(":")[0] if program == "chpasswd" else _user(options)
            if program == "chpasswd" and ":" not in word.value:
                continue
            yield Hit(word.span, {"user": user}, details={"user": user, "program": program})


def _user(options: list[str]) -> str:
    return next((option for option in options if not option.startswith("-")), "the user")


def _given(script: Script, command: Command) -> ShellWord | None:
    """The word that the command reads: of the echo before it in the pipe, or of a here-document or here-string."""
    for redirect in command.redirects:
        if redirect.operator.startswith("<<"):
            return redirect.body or redirect.target
    for other in script.commands:
        if other.pipeline == command.pipeline and other.stage == command.stage - 1:
            words = [word for word in other.arguments if not word.pieces.startswith("-")]
            return words[-1] if other.name in ("echo", "printf") and words else None
    return None
