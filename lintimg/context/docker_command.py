"""`docker build` as it is typed in scripts, Makefiles and CI files."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Mapping
from itertools import islice

from lintimg.context.build_command import BuildCommand, facts
from lintimg.context.command_file import CommandFile
from lintimg.lazy import NamedTuple, regex
from lintimg.model.span import Span

_COMMAND = regex(r"(?<![\w./-])docker[ \t]+(?:buildx[ \t]+|image[ \t]+|builder[ \t]+)?build(?=[ \t\\`])")
_TALKED_OF = regex(r"(?:^|\s)(?:#|//|@?echo\s|printf\s|Write-Host\s)")
_PUSH = regex(r"(?<![\w./-])docker[ \t]+(?:image[ \t]+)?push\b")
_CLASSIC_BUILDER = regex(r"DOCKER_BUILDKIT[\"']?\s*[=:]\s*[\"']?0")
_MOST_COMMANDS = 100
_LONGEST = 6_000
"""So many characters of one command are read."""
_PIECE = regex(
    r"(?s)(?P<space>(?:[ \t\r]|[\\`]\r?\n)+)|\"(?P<double>(?:[^\"\\]|\\.)*)\"|'(?P<single>[^']*)'"
    r"|(?P<plain>\$\{\{.*?\}\}|\$\((?:[^()]|\([^()]*\))*\)|\\.|[^\s\"';&|<>()])|(?P<break>\n)"
)
_VARIABLE = regex(r"\$(?:\w+|\(\w+\)|\{\w+\})\Z")
_GOES_ON = regex(r"[ \t]*(?:--?[a-z][\w-]*(?:[= \t]|$)|[./][\w./-]*[ \t]*$)")


class _Call(NamedTuple):
    """The options with all their values, and the words that are no options."""

    options: Mapping[str, tuple[str, ...]]
    words: tuple[str, ...]

    def last(self, *names: str) -> str | None:
        found = [value for name in names for value in self.options.get(name, ())]
        return found[-1] if found else None


def typed_builds(file: CommandFile) -> Iterator[BuildCommand]:
    """The commands of `file` that build its Dockerfile."""
    text = file.text
    for match in islice(_COMMAND.finditer(text), _MOST_COMMANDS):
        line_start = max(text.rfind("\n", 0, match.start()) + 1, match.start() - _LONGEST)
        if _TALKED_OF.search(text[line_start : match.start()]):
            continue
        words = _words(_typed(text, line_start, match.end()))
        call = _call([part for word in words for part in _replaced(file, word)])
        if len(call.words) != 1:
            continue
        context, named = call.words[0], call.last("-f", "--file")
        origin = file.origin(named or posixpath.join(context, "Dockerfile"), match.start())
        if origin is None:
            continue
        buildx = "buildx" in match[0]
        to_registry = "--push" in call.options or _registry(call.last("-o", "--output"))
        kept_local = bool({"--load", "-o", "--output"} & call.options.keys())
        asked_for = bool({"--provenance", "--sbom", "--attest"} & call.options.keys())
        classic = not buildx and _CLASSIC_BUILDER.search(text) is not None
        yield BuildCommand(
            file=file.path,
            words=" ".join(match[0].split()),
            span=Span(match.start(), match.end()),
            context=file.folder(origin, context),
            platforms=tuple(filter(None, ",".join(call.options.get("--platform", ())).split(","))),
            pushed=to_registry or (not kept_local and _PUSH.search(text) is not None),
            attested=not classic and _attested(file, call),
            certain=buildx and to_registry,
            insert=None if asked_for else match.end(),
        )


def _typed(text: str, line_start: int, start: int) -> str:
    """What follows the command's name, to the end of the text in quotes that it stands in, or of the line."""
    before = text[line_start:start].replace('"""', "").replace("'''", "").replace('\\"', "")
    rest = text[start : start + _LONGEST]
    for quote in "\"'":
        if before.count(quote) % 2:
            end = rest.find(quote)
            while end > 0 and rest[end - 1] == "\\":
                end = rest.find(quote, end + 1)
            return (rest if end < 0 else rest[:end]).replace(f"\\{quote}", quote)
    return rest


def _words(text: str) -> list[str]:
    """The words of the command that `text` goes on with."""
    found: list[str] = []
    word: list[str] | None = None
    end = 0
    while (piece := _PIECE.match(text, end)) is not None:
        end = piece.end()
        if piece["space"] or piece["break"]:
            if word is not None:
                found.append("".join(word))
            word = None
            # YAML folds lines, and no shell command begins with an option.
            if piece["break"] and not _GOES_ON.match(text[end : end + 300].partition("\n")[0]):
                break
        else:
            word = word or []
            word.append(
                next(part for part in (piece["double"], piece["single"], piece["plain"]) if part is not None)
            )
    return found if word is None else [*found, "".join(word)]


def _replaced(file: CommandFile, word: str) -> list[str]:
    """The words that a variable alone stands for, as far as the file tells."""
    value = file.spelled_out(word) if _VARIABLE.match(word) else None
    return [word] if value is None else value.split()


def _call(words: list[str]) -> _Call:
    options: dict[str, list[str]] = {}
    others: list[str] = []
    remaining = iter(words)
    for word in remaining:
        if not word.startswith("-") or word == "-":
            others.append(word)
            continue
        name, equals, value = word.partition("=")
        if not equals and name in facts()["options_with_value"]:
            value = next(remaining, "")
        options.setdefault(name, []).append(value)
    return _Call({name: tuple(values) for name, values in options.items()}, tuple(others))


def _registry(output: str | None) -> bool:
    return output is not None and ("type=registry" in output or "push=true" in output)


def _attested(file: CommandFile, call: _Call) -> bool:
    """Whether the command surely leaves an attestation beside the image where the engine can."""
    if any(value not in ("false", "0") for value in call.options.get("--sbom", ())):
        return True
    provenance = call.last("--provenance")
    if provenance is not None:
        known = file.spelled_out(provenance)
        return known is not None and known.lower() not in ("false", "0")
    return file.attests_by_default and "disabled=true" not in ",".join(call.options.get("--attest", ()))
