"""Which files of the build context an image holds, and where anything else may lie."""

from __future__ import annotations

import re
from collections.abc import Iterator
from posixpath import basename, join, relpath

from lintimg.aws.images import aws_base
from lintimg.checks.bases import plain_language
from lintimg.checks.effects import Placed, placed_commands
from lintimg.checks.effects import absolute as located_word
from lintimg.checks.made import fetched
from lintimg.checks.tables import table
from lintimg.dockerfile.build import Stage, Step
from lintimg.dockerfile.copy import Copy, is_remote, read_copy
from lintimg.lazy import NamedTuple
from lintimg.lint.image_files import absolute, expanded, inside, lineage
from lintimg.lint.subject import ShippedRun, Subject
from lintimg.shell.packages import Operation
from lintimg.shell.script import Command

_MOST_STAGES = 8
"""How many stages a COPY --from is followed through."""
_SYSTEM_MANAGERS = frozenset(
    ("apt", "yum", "dnf", "microdnf", "tdnf", "apk", "zypper", "amazon-linux-extras")
)
_HARMLESS_ACTIONS = frozenset(("clean", "remove", "update", "upgrade", "configure"))
_LISTING = frozenset(("export", "lock", "config", "pip compile", "python install"))
_DOWNLOADS = ("curl", "wget", "git", "unzip", "tar", "aws")


class Contents(NamedTuple):
    """What is known of an image's files.

    `files` maps paths of the image to those of the context, as far as they were asked for; `folders` are pairs of a folder of the image and the context's
    folder that was copied there. `unknown` are paths at or below which anything may lie besides. `packages` are the language packages that are
    installed, normalised; `hidden_packages` tells that there may be more.
    """

    files: dict[str, str]
    folders: list[tuple[str, str]]
    unknown: list[str]
    packages: set[str]
    hidden_packages: bool = False

    def may_hold(self, path: str) -> bool:
        """Whether `path`, something below it, or a file of that name with an ending may lie in the image unseen."""
        return any(
            inside(path, each) or inside(each, path) or each.startswith(f"{path}.") for each in self.unknown
        )


def shipped_contents(subject: Subject, part: str) -> Contents:
    """The files of the shipped image that have `part` (in any case) in their path there, and perhaps more."""
    if subject.build.target is None:
        return _nothing()
    part = part.lower()
    if any(target is None or part in target.lower() for target in _targets(subject)):
        # What is copied under that name may have been called otherwise before.
        part = ""
    return _Reader(subject, part).stage(subject.build.target, _MOST_STAGES)


def _targets(subject: Subject) -> Iterator[str | None]:
    """Where the COPYs of all stages that take part lead, None for one that cannot be told."""
    for number in subject.build.used:
        for step in subject.build.stages[number].steps:
            copy = read_copy(step.instruction)
            if copy is not None:
                written = expanded(copy.destination.text, step.environment, subject.document.escape)
                yield None if written is None else absolute(step.workdir, written)


def _nothing() -> Contents:
    return Contents({}, [], [], set())


class _Reader:
    """Reads the stages of one build, each once."""

    def __init__(self, subject: Subject, part: str) -> None:
        self._subject = subject
        self._part = part
        self._done: dict[int, Contents] = {}
        self._open: set[int] = set()

    def stage(self, number: int, depth: int) -> Contents:
        """What `stage` holds at its end, stages it builds on included."""
        found = self._done.get(number)
        if found is not None:
            return found
        contents = _nothing()
        if depth == 0 or number in self._open:
            # A stage may be told to copy from itself.
            contents.unknown.append("/")
            return contents
        self._open.add(number)
        hidden = False
        for each in lineage(self._subject.build, number):
            for step in self._subject.build.stages[each].steps:
                copy = read_copy(step.instruction)
                if copy is not None:
                    hidden = self._copied(contents, copy, step, depth) or hidden
                elif step.instruction.keyword == "RUN":
                    hidden = self._run(contents, self._subject.run(step)) or hidden
        self._open.discard(number)
        result = contents._replace(hidden_packages=hidden)
        self._done[number] = result
        return result

    def _copied(self, contents: Contents, copy: Copy, step: Step, depth: int) -> bool:
        """Adds what a COPY brings; whether it may bring packages that nobody can name."""
        escape = self._subject.document.escape
        written = expanded(copy.destination.text, step.environment, escape)
        target = None if written is None else absolute(step.workdir, written)
        if written is None or target is None:
            contents.unknown.append("/")
            return False
        several = len(copy.sources) + len(copy.heredocs) > 1
        into = several or written.endswith(("/", "/.")) or written == "."
        for heredoc in copy.heredocs:
            contents.files[join(target, heredoc.name) if into else target] = ""
        hidden = False
        for word in copy.sources:
            source = expanded(word.text, step.environment, escape)
            if source is None or is_remote(source) or copy.parents:
                contents.unknown.append(target)
            elif copy.from_ is not None:
                hidden = self._from_stage(contents, copy.from_, source, target, depth) or hidden
            elif copy.keyword == "ADD" and ".t" in source:
                # An archive is unpacked.
                contents.unknown.append(target)
            else:
                self._from_context(contents, copy, source, target)
        return hidden

    def _from_context(self, contents: Contents, copy: Copy, source: str, target: str) -> None:
        context = self._subject.context
        match = None if context is None else context.match(source, copy.exclude)
        if context is None or match is None or context.truncated or (match.missing and not match.ignored):
            contents.unknown.append(target)
            return
        paths = {file.path for file in match.files}
        contents.folders.extend((target, root) for root in match.roots if root not in paths)
        for file in match.files:
            if not file.link and self._part not in file.path.lower():
                continue
            root = next((r for r in match.roots if inside(file.path, r) or not r), file.path)
            if file.link:
                rest = relpath(file.path, root or ".")
                contents.unknown.append(target if rest == "." else join(target, rest))
            elif file.path == root:
                contents.files[join(target, basename(file.path))] = file.path
                contents.files[target] = file.path
            else:
                contents.files[join(target, relpath(file.path, root or "."))] = file.path

    def _from_stage(self, contents: Contents, name: str, source: str, target: str, depth: int) -> bool:
        stage = self._subject.build.stage_called(name)
        if stage is None:
            # Extensions and layers: what goes to /opt are packages at most.
            if not inside(target, "/opt"):
                contents.unknown.append(target)
            return True
        origin = absolute("/", source)
        if origin is None or "*" in source or not self._is_plain(stage):
            contents.unknown.append(target)
            return True
        held = self.stage(stage.number, depth - 1)
        for path, file in held.files.items():
            if inside(path, origin):
                rest = relpath(path, origin)
                if rest == ".":
                    contents.files[join(target, basename(path))] = file
                    contents.files[target] = file
                else:
                    contents.files[join(target, rest)] = file
        for folder, root in held.folders:
            if inside(folder, origin):
                contents.folders.append((_joined(target, relpath(folder, origin)), root))
            elif inside(origin, folder):
                contents.folders.append((target, join(root, relpath(origin, folder))))
        for path in held.unknown:
            if inside(path, origin):
                contents.unknown.append(_joined(target, relpath(path, origin)))
            elif inside(origin, path):
                contents.unknown.append(target)
        contents.packages.update(held.packages)
        return held.hidden_packages

    def _is_plain(self, stage: Stage) -> bool:
        image = self._subject.build.stages[stage.root].base_image
        return image is not None and (aws_base(image) is not None or plain_language(image) is not None)

    def _run(self, contents: Contents, run: ShippedRun) -> bool:
        """Adds what a RUN may make; whether it installs packages that nobody can name."""
        if any(script.unread for script in run.scripts):
            contents.unknown.append("/")
            return True
        hidden = False
        operations = {operation.command.statement.start: operation for operation in run.operations}
        for placed in placed_commands(run):
            operation = operations.get(placed.command.statement.start)
            contents.unknown.extend(_redirected(placed))
            if operation is None:
                contents.unknown.extend(_made(placed))
            elif operation.manager not in _SYSTEM_MANAGERS and operation.action not in _HARMLESS_ACTIONS:
                hidden = self._installed(contents, operation, run.step) or hidden
        return hidden

    def _installed(self, contents: Contents, operation: Operation, step: Step) -> bool:
        """Adds the packages of one installation; whether there may be more."""
        if operation.verb is not None and operation.verb.pieces in _LISTING:
            return False
        if operation.action != "install" or operation.manager not in (
            "pip",
            "uv",
            "npm",
            "yarn",
            "pnpm",
            "gem",
            "bundle",
        ):
            contents.unknown.append("/")
            return True
        if (
            operation.manager == "uv"
            and operation.verb is not None
            and operation.verb.pieces not in ("pip install", "pip sync")
        ):
            # Commands of a project install the project.
            if not operation.has("--no-install-project", "--no-install-workspace"):
                contents.unknown.append("/")
            return True
        hidden = False
        for package in operation.packages:
            if package.kind not in ("name", "group"):
                contents.unknown.append("/")
            contents.packages.add(_normalised(package.name))
        for manifest in operation.manifests:
            found = self._subject.manifest(step, manifest.path)
            read = (
                None
                if found is None
                else found.requirements
                if operation.manager in ("pip", "uv")
                else found.manifest
            )
            if read is None:
                hidden = True
                continue
            if (
                found is not None
                and operation.manager in ("npm", "yarn", "pnpm")
                and _has_hooks(found.data or b"")
            ):
                contents.unknown.append("/")
            if any(option.startswith(("-e", "--editable", "-r", "--requirement")) for option in read.options):
                contents.unknown.append("/")
            for dependency in read.dependencies:
                contents.packages.add(_normalised(dependency.name))
                if (
                    operation.manager in ("pip", "uv")
                    and dependency.source
                    and not dependency.source.startswith("http")
                ):
                    contents.unknown.append("/")
        return hidden


def _joined(folder: str, rest: str) -> str:
    return folder if rest == "." else join(folder, rest)


def _normalised(name: str) -> str:
    return name.lower().replace("_", "-").replace(".", "-")


def _has_hooks(package: bytes) -> bool:
    """Whether installing this package.json runs scripts of its own."""
    return any(b'"%s"' % hook in package for hook in (b"install", b"postinstall", b"preinstall", b"prepare"))


def _redirected(placed: Placed) -> Iterator[str]:
    for redirect in placed.command.redirects:
        if ">" in redirect.operator and redirect.target is not None:
            path = located_word(redirect.target.pieces, placed.directory, placed.variables)
            if path is None or not path.startswith("/dev/"):
                yield path or "/"


def _made(placed: Placed) -> Iterator[str]:
    """Where a command may make files: nowhere for most, anywhere ("/") for those that nobody knows."""
    command = placed.command
    if not command.words:
        return
    data = table("harmless_commands")
    name = command.name
    if name in data["commands"]:
        return
    words = [word.pieces for word in command.arguments]
    if name is not None and name.startswith("python") and _is_harmless_python(words):
        return
    if name == "find":
        yield from _found(words, data["find_actions"])
    elif name in ("cp", "mv", "ln", "install"):
        yield _destination(command, placed, words)
    elif name in _DOWNLOADS:
        paths = [made.path for made in fetched(placed)]
        if name in ("curl", "wget") or paths:
            yield from paths
        elif not (name in ("tar", "unzip") and any(word in ("-t", "-l") for word in words)):
            yield "/"
    else:
        yield "/"


def _is_harmless_python(words: list[str]) -> bool:
    """Whether a call of Python only looks, fetches data or compiles what is there."""
    data = table("harmless_commands")
    if words[:1] == ["-m"]:
        return words[1:2] != [] and words[1] in data["modules"]
    if words[:1] == ["-c"]:
        return len(words) > 1 and re.search(data["writing_code"], words[1]) is None
    return words in (["--version"], ["-V"])


def _found(words: list[str], actions: list[str]) -> Iterator[str]:
    harmless = table("harmless_commands")["commands"]
    for at, word in enumerate(words):
        if word in actions and (words[at + 1 : at + 2] or [""])[0] not in harmless:
            yield "/"


def _destination(command: Command, placed: Placed, words: list[str]) -> str:
    if (
        any(word in ("-t", "-d") or word.startswith(("--target-directory", "--directory")) for word in words)
        or not words
    ):
        return "/"
    return located_word(command.arguments[-1].pieces, placed.directory, placed.variables) or "/"
