"""The programs that read a script: shells with their options, and others."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from lintimg.lazy import NamedTuple, regex

SHELLS = frozenset(("sh", "bash", "dash", "ash", "ksh", "zsh"))
_OTHERS = regex(
    r"(?:python|pypy|perl|ruby|node|nodejs|php|lua|tclsh|groovy|Rscript|pwsh|powershell|deno|bun)[\d.]*$"
)
_SHEBANG = regex(r"#![ \t]*(\S+)[ \t]*([^\r\n]*)")

_LETTERS = {
    "a": "allexport",
    "C": "noclobber",
    "e": "errexit",
    "E": "errtrace",
    "f": "noglob",
    "n": "noexec",
    "T": "functrace",
    "u": "nounset",
    "v": "verbose",
    "x": "xtrace",
}
"""Letters of `set` and their long names, https://www.gnu.org/software/bash/manual/bash.html#The-Set-Builtin."""
_NAMES = {name: letter for letter, name in _LETTERS.items()}


class Invocation(NamedTuple):
    """A call of an interpreter. `script` is the place of the text that `-c` runs, among the words;
    `standard_input` tells that the script comes from there.
    """

    program: str
    options: frozenset[str]
    script: int | None
    standard_input: bool


def program_name(path: str) -> str:
    """The base name of a program in lower case, without `.exe`; Windows paths are understood."""
    return re.split(r"[/\\]", path)[-1].lower().removesuffix(".exe")


def invocation(words: Sequence[str]) -> Invocation | None:
    """How `words` (values, or what can be told of them) call an interpreter; None for another program."""
    name = words[0].rpartition("/")[2]
    if name == "su":
        return _switched_user(words)
    if name not in SHELLS:
        if not _OTHERS.match(name):
            return None
        operands = [
            word for word in words[1:] if word.startswith("-") is False or word in ("-c", "-e", "-m", "-r")
        ]
        return Invocation(name, frozenset(), None, standard_input=not operands)
    options: set[str] = set()
    command = False
    at = 1
    while at < len(words):
        word = words[at]
        if word in ("-", "--"):
            at += 1
            break
        if len(word) < 2 or word[0] not in "-+":
            break
        at += 1
        if word.startswith("--"):
            # --rcfile and --init-file take a file; `-o` sets an option by name.
            at += word in ("--rcfile", "--init-file")
            continue
        for letter in word[1:]:
            if letter == "c":
                command = True
            elif letter in "oO":
                if at < len(words) and letter == "o" and word[0] == "-":
                    options |= _both(words[at])
                at += 1
            elif word[0] == "-":
                options |= _both(letter)
    script = at if command and at < len(words) else None
    return Invocation(
        name, frozenset(options), script, standard_input=not command and (at >= len(words) or "s" in options)
    )


def _switched_user(words: Sequence[str]) -> Invocation | None:
    """`su USER -c TEXT`."""
    for at, word in enumerate(words[1:-1], 1):
        if word in ("-c", "--command", "-lc"):
            return Invocation("sh", frozenset(), at + 1, standard_input=False)
    return None


@lru_cache(maxsize=32)
def shell_of(shell: tuple[str, ...]) -> Invocation | None:
    """The shell that a SHELL instruction names, also behind another program (`env bash -c`); None when it names none."""
    for at, word in enumerate(shell):
        if program_name(word) in SHELLS:
            return invocation([program_name(word), *shell[at + 1 :], ""])
    return None


def shebang(text: str) -> Invocation | None:
    """The interpreter of a script's `#!` line, None without one."""
    found = _SHEBANG.match(text)
    if found is None:
        return None
    words = [found[1].rpartition("/")[2], *found[2].split()]
    if words[0] == "env":
        del words[0]
        while len(words) > 1 and (words[0].startswith("-") or "=" in words[0]):
            del words[0]
        if not words:
            return Invocation("env", frozenset(), None, standard_input=True)
    called = invocation([words[0].rpartition("/")[2], *words[1:]])
    return called or Invocation(words[0].rpartition("/")[2], frozenset(), None, standard_input=True)


def _both(option: str) -> frozenset[str]:
    """A `set` option by its letter and by its name."""
    other = _LETTERS.get(option) or _NAMES.get(option)
    return frozenset((option, other)) if other else frozenset((option,))
