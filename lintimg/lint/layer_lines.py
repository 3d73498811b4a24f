"""Which instruction of a Dockerfile made each layer of an image, by the image's history.

History entries and the shipped chain's instructions are laid side by side in order, so that as many as can be
look alike, the later ones first. What matches nothing stays unknown; what comes before the first instruction
is the base image's.
"""

from __future__ import annotations

from collections.abc import Sequence
from posixpath import normpath

from lintimg.dockerfile.build import Build, Step
from lintimg.dockerfile.copy import read_copy
from lintimg.dockerfile.expand import ExpansionError, expand
from lintimg.image.image import Step as HistoryStep
from lintimg.lazy import NamedTuple, regex
from lintimg.model.finding import DockerfileLine

_MOST = 500
"""Entries and instructions that are compared, the last ones."""
_LONGEST = 20_000
_KEYWORDS = frozenset(
    [
        "ADD",
        "ARG",
        "CMD",
        "COPY",
        "ENTRYPOINT",
        "ENV",
        "EXPOSE",
        "HEALTHCHECK",
        "LABEL",
        "MAINTAINER",
        "ONBUILD",
        "RUN",
        "SHELL",
        "STOPSIGNAL",
        "USER",
        "VOLUME",
        "WORKDIR",
    ]
)
_WRITING = ("RUN", "COPY", "ADD")
_BUILDKIT = regex(r"\s*# buildkit\s*\Z")
_ARGUMENTS = regex(r"\|(\d+) ")
_COPIED = regex(r"(?:file|dir|multi|archive):\S+ in (?P<to>.*)\Z", 16)
_ALIKE = 0.6
_NOP = "#(nop)"


class LayerLines(NamedTuple):
    """The instruction of each layer, None where it is not known. `base` is how many layers are the base image's,
    None where that is not known. `fits` tells whether the image was made from this Dockerfile, or one much like it.
    """

    lines: tuple[DockerfileLine | None, ...]
    base: int | None
    fits: bool


class _Entry(NamedTuple):
    keyword: str
    text: str
    words: frozenset[str]
    layer: int | None


class _Instruction(NamedTuple):
    keyword: str
    texts: tuple[str, ...]
    """What a history may call it."""
    words: frozenset[str]
    destinations: tuple[str, ...] | None
    """Of a COPY, as written and from the root; None where a variable hides them."""
    step: Step


def layer_lines(
    history: Sequence[HistoryStep], layers: int, build: Build, path: str, base: int | None = None
) -> LayerLines:
    """The instructions of `build`, whose file is `path`, that made the layers; `base` layers are known not to be its."""
    unknown = LayerLines((None,) * layers, base, fits=False)
    if sum(not step.empty for step in history) != layers:
        # Squashed, flattened or imported: nothing tells what is in which layer.
        return unknown
    entries = _entries(history, base or 0)[-_MOST:]
    instructions = [_instruction(step, build) for step in build.shipped_steps()][-_MOST:]
    pairs = _aligned(entries, instructions)
    writing = sum(instruction.keyword in _WRITING for instruction in instructions)
    matched = sum(instructions[second].keyword in _WRITING for _, second in pairs)
    if not pairs or 2 * matched < writing:
        return unknown
    lines: list[DockerfileLine | None] = [None] * layers
    for first, second in pairs:
        layer = entries[first].layer
        if layer is not None:
            lines[layer] = _line(build, instructions[second].step, path)
    first, second = pairs[0]
    if base is None and all(instruction.keyword not in _WRITING for instruction in instructions[:second]):
        base = sum(not step.empty for step in history) - sum(
            entry.layer is not None for entry in entries[first:]
        )
    return LayerLines(tuple(lines), base, fits=True)


def _line(build: Build, step: Step, path: str) -> DockerfileLine:
    stage = build.stages[step.stage]
    return DockerfileLine(path, step.instruction.start_line, step.instruction.end_line, stage.name)


def _entries(history: Sequence[HistoryStep], base: int) -> list[_Entry]:
    """The history above the layers of the base image."""
    found = []
    layer = -1
    for step in history:
        layer += not step.empty
        keyword, text = _normal(step.command[:_LONGEST])
        entry = _Entry(keyword, text, frozenset(text.split()), None if step.empty else layer)
        if step.empty and layer < base - 1:
            continue
        if step.empty or layer >= base:
            found.append(entry)
    return found


def _normal(command: str) -> tuple[str, str]:
    """The keyword of a history entry, and what follows it as it stood in the Dockerfile."""
    text = _BUILDKIT.sub("", command).strip()
    before, nop, after = text.partition(_NOP)
    if nop and len(before) < 200:
        text = after.strip()
    word, _, rest = text.partition(" ")
    keyword = word.upper()
    if keyword not in _KEYWORDS:
        keyword, rest = "RUN", text
    if keyword == "RUN":
        rest = _without_arguments(rest)
    return keyword, " ".join(rest.split())


def _without_arguments(text: str) -> str:
    """A RUN's text without the build arguments in front of it, and without the shell."""
    if _ARGUMENTS.match(text):
        found = min(
            (at for shell in ("/bin/sh -c ", "/bin/bash ", "-c ") if (at := text.find(shell)) >= 0),
            default=-1,
        )
        text = text[found:] if found >= 0 else text
    front, shell, rest = text.partition(" -c ")
    return rest if shell and len(front.split()) <= 6 and "sh" in front else text


def _instruction(step: Step, build: Build) -> _Instruction:
    instruction = step.instruction
    keyword = instruction.keyword
    text = " ".join(instruction.rest.text[:_LONGEST].split())
    texts = [text]
    destinations: tuple[str, ...] | None = ()
    escape = build.document.escape
    if keyword == "RUN":
        if instruction.json:
            texts.append(_without_arguments(" ".join(word.text for word in instruction.arguments)))
        texts += [" ".join(heredoc.content.split()) for heredoc in instruction.heredocs]
        words = frozenset(" ".join(texts).split())
    elif (copy := read_copy(instruction)) is not None:
        written = _expanded(copy.destination.text, step, escape)
        destinations = None if written is None else (_path(written, ""), _path(written, step.workdir or "/"))
        sources = [_expanded(word.text, step, escape) for word in copy.sources]
        words = frozenset(source for source in sources if source is not None)
    elif keyword == "WORKDIR" and instruction.arguments:
        written = _expanded(instruction.arguments[0].text, step, escape)
        destinations = None if written is None else (_path(written, ""), _path(written, step.workdir or "/"))
        words = frozenset(text.split())
    else:
        expanded = [_expanded(word.text, step, escape) or word.text for word in instruction.arguments]
        words = frozenset([*text.split(), *expanded])
    return _Instruction(keyword, tuple(texts), words, destinations, step)


def _expanded(text: str, step: Step, escape: str) -> str | None:
    try:
        return expand(text, step.environment, escape)
    except ExpansionError:
        return None


def _path(text: str, folder: str) -> str:
    """A path without closing slash, below `folder` unless it is absolute."""
    text = text.replace("\\", "/")
    return normpath(text if text.startswith("/") or not folder else f"{folder}/{text}")


def _likeness(entry: _Entry, instruction: _Instruction) -> float:
    """How much alike they are, from 0 for not at all to 2 for word by word."""
    if entry.keyword != instruction.keyword:
        return 0
    if instruction.keyword in ("COPY", "ADD"):
        return _copies_alike(entry, instruction)
    if instruction.keyword == "WORKDIR":
        if instruction.destinations is None:
            return _ALIKE
        return 2 if _path(entry.text, "") in instruction.destinations else 0
    if entry.text in instruction.texts:
        return 2
    if instruction.keyword == "RUN":
        if entry.text.startswith("/dev/pipes/") and instruction.step.instruction.heredocs:
            return _ALIKE
        share = _share(entry.words, instruction.words)
        return share if share >= _ALIKE else 0
    share = _share(_plain(entry.words), _plain(instruction.words))
    return share if share >= 0.5 else 0


def _copies_alike(entry: _Entry, instruction: _Instruction) -> float:
    words = [word for word in entry.text.split() if not word.startswith("--")]
    if " ".join(words) in instruction.texts:
        return 2
    classic = _COPIED.match(entry.text)
    if classic is not None:
        to, sources = classic["to"], None
    else:
        to = words[-1] if words else ""
        sources = frozenset(words[:-1])
    if instruction.destinations is not None and _path(to, "") not in instruction.destinations:
        return 0
    alike = _ALIKE if instruction.destinations is None else 1.0
    if sources is not None:
        same = _share(sources, instruction.words)
        # Without a word in common it is another instruction with the same destination.
        return alike + same if same or not instruction.words else 0
    return alike


def _share(first: frozenset[str], second: frozenset[str]) -> float:
    """The share of words that both have, of all that either has: Dice's coefficient."""
    total = len(first) + len(second)
    return 2 * len(first & second) / total if total else 1.0


def _plain(words: frozenset[str]) -> frozenset[str]:
    """Words without what JSON and quotes put around them."""
    return frozenset(part for word in words for part in word.strip('[],"').replace('"', " ").split())


def _aligned(entries: Sequence[_Entry], instructions: Sequence[_Instruction]) -> list[tuple[int, int]]:
    """Pairs of numbers in order whose likenesses add up to the most; of several such lists the latest."""
    rows = [[0.0] * (len(instructions) + 1)]
    scores: list[list[float]] = []
    for entry in entries:
        above, row, likeness = rows[-1], [0.0], []
        for number, instruction in enumerate(instructions):
            alike = _likeness(entry, instruction)
            likeness.append(alike)
            row.append(max(above[number + 1], row[-1], above[number] + alike))
        rows.append(row)
        scores.append(likeness)
    pairs = []
    first, second = len(entries), len(instructions)
    while first and second:
        alike = scores[first - 1][second - 1]
        if alike and rows[first][second] == rows[first - 1][second - 1] + alike:
            first, second = first - 1, second - 1
            pairs.append((first, second))
        elif rows[first][second] == rows[first - 1][second]:
            first -= 1
        else:
            second -= 1
    return pairs[::-1]
