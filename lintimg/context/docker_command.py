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
_GOES_ON = regex(r"[ \t]*(?:--?[a-z][\w-]*(?:[= \t]|$)|[./][\w./-]*[ \t]*$)")


class _Call(NamedTuple):
    """The options with all their values, and the words that are no options."""

    options: Mapping[str, tuple[str, ...]]
    words: tuple[str, ...]

    def last(self, *names: str) -> str | None:
        found = [value for name in names for value in self.options.get(name, ())]
        return found[-1] if found else None


def typed_builds(file: CommandFile) -> Iterator[BuildCommand]:
    """The commands of `file` that build its Dockerfile, in a file that also pushes."""
    text = file.text
    if "BUILDX_NO_DEFAULT_ATTESTATIONS" in text:
        return
    pushes = _PUSH.search(text) is not None
    for match in islice(_COMMAND.finditer(text), _MOST_COMMANDS):
        line_start = max(text.rfind("\n", 0, match.start()) + 1, match.start() - _LONGEST)
        if _TALKED_OF.search(text[line_start : match.start()]):
            continue
        call = _call(_words(_typed(text, line_start, match.end())))
        buildx = "buildx" in match[0]
        pushed = "--push" in call.options or _registry(call.last("-o", "--output"))
        loaded = "--load" in call.options or "-o" in call.options or "--output" in call.options
        classic = not buildx and _CLASSIC_BUILDER.search(text)
        if len(call.words) != 1 or classic or not (pushed or (pushes and not loaded)):
            continue
        attested = _attested(file, call)
        context, named = call.words[0], call.last("-f", "--file")
        if attested is None or not file.means(named or posixpath.join(context, "Dockerfile"), match.start()):
            continue
        asked_for = bool({"--provenance", "--sbom", "--attest"} & call.options.keys())
        platforms = tuple(filter(None, ",".join(call.options.get("--platform", ())).split(",")))
        yield BuildCommand(
            file.path,
            " ".join(match[0].split()),
            Span(match.start(), match.end()),
            platforms,
            attested,
            buildx and pushed,
            None if asked_for else match.end(),
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


def _attested(file: CommandFile, call: _Call) -> bool | None:
    """Whether the command leaves an attestation beside the image; None when a variable may decide it."""
    provenance = call.last("--provenance")
    if any(value not in ("false", "0") for value in call.options.get("--sbom", ())):
        return True
    if provenance is not None:
        known = file.spelled_out(provenance)
        return None if known is None else known.lower() not in ("false", "0")
    if "--attest" in call.options:
        return "disabled=true" not in ",".join(call.options["--attest"])
    return True
