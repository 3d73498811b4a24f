"""From instructions to stages and variables."""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Mapping

from lintimg.dockerfile.arguments import FORMS
from lintimg.dockerfile.build import BaseFacts, Build, Environment, Stage, Step
from lintimg.dockerfile.document import Dockerfile, Instruction, LogicalText, Word
from lintimg.dockerfile.expand import ExpansionError, expand
from lintimg.dockerfile.mounts import read_mounts
from lintimg.dockerfile.quoting import quoted, shortened
from lintimg.dockerfile.variables import Scope, Unknown, Variables
from lintimg.lazy import NamedTuple, regex
from lintimg.model.span import Span

_DEFAULT_SHELL = ("/bin/sh", "-c")
_DEFAULT_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
"""What BuildKit sets where a base image has no PATH (moby/buildkit util/system)."""

UNKNOWN_FACTS = BaseFacts(env=None, workdir=None, entrypoint=None, cmd=None, shell=None)
"""Of an image of which nothing is known."""

_PREDEFINED: dict[str, str | None] = dict.fromkeys(
    f"{side}{what}"
    for side in ("BUILD", "TARGET")
    for what in ("PLATFORM", "OS", "OSVERSION", "ARCH", "VARIANT")
) | {"TARGETSTAGE": None}
"""Global build arguments whose values the text does not tell (docs.docker.com/reference/dockerfile, as of 2026-11-23)."""

_INSTRUCTIONS = frozenset(FORMS) - {"FROM"} | {"ONBUILD"}
_NO_BASE = Word("", Span(0, 0))
_NO_FROM = Instruction(
    -1,
    "FROM",
    Span(0, 0),
    Span(0, 0),
    1,
    1,
    (),
    (_NO_BASE,),
    False,
    (),
    LogicalText("", (0,), (0,)),
    (),
    None,
)
"""What stands for the FROM of a file that has none; no other instruction has a negative number."""
_WINDOWS = regex(r"[A-Za-z]:[\\/]|\\")
_LONGEST_PATH = 4_096


def resolve(
    document: Dockerfile,
    base_facts: Callable[[str], BaseFacts],
    target: str | None = None,
    arguments: Mapping[str, str] | None = None,
) -> Build:
    """The stage graph of `document`, with `arguments` as from --build-arg and `target` as from --target.

    `base_facts` tells what an image reference brings. Raises ValueError when `target` names no stage.
    """
    return _Resolver(document, base_facts, arguments or {}).build(target)


class _Final(NamedTuple):
    """What a stage hands on to those that build on it. BuildKit hands on the values of ARG too, but where the
    image sets the same variable the image's value holds again: `shadowed` are the names of those.
    """

    environment: Variables
    env: Variables
    shadowed: frozenset[str]
    workdir: str | None
    shell: tuple[str, ...]


class _Resolver:
    def __init__(
        self, document: Dockerfile, base_facts: Callable[[str], BaseFacts], arguments: Mapping[str, str]
    ) -> None:
        self.document = document
        self.escape = document.escape
        self.base_facts = base_facts
        self.arguments = arguments
        self.globals: dict[str, str | None] = {**_PREDEFINED}
        self.globals.update((k, v) for k, v in arguments.items() if k in _PREDEFINED)
        self.stages: list[Stage] = []
        self.names: dict[str, int] = {}
        self.finals: list[_Final] = []
        self.problems: list[str] = []

    def build(self, target: str | None) -> Build:
        groups: list[tuple[Instruction, list[Instruction]]] = []
        for instruction in self.document.instructions:
            if instruction.keyword == "FROM":
                if instruction.arguments:
                    groups.append((instruction, []))
            elif groups:
                groups[-1][1].append(instruction)
            elif instruction.keyword == "ARG":
                self.define_globals(instruction)
        for position, (start, body) in enumerate(groups or self.fragment()):
            self.add_stage(position, start, body)
        number = self.find_target(target)
        chain: list[int] = []
        at: int | None = number
        while at is not None:
            chain.append(at)
            at = self.stages[at].parent
        chain.reverse()
        return Build(
            self.document,
            tuple(self.stages),
            self.globals,
            number,
            tuple(chain),
            self.used(number),
            tuple(self.problems),
        )

    def fragment(self) -> list[tuple[Instruction, list[Instruction]]]:
        """The instructions of a file without FROM, as on a base image that is not known: pieces that other tools
        put together can be checked, too.
        """
        body = [each for each in self.document.instructions if each.keyword in _INSTRUCTIONS]
        return [(_NO_FROM, body)] if any(each.keyword != "ARG" for each in body) else []

    def find_target(self, target: str | None) -> int | None:
        if not self.stages:
            return None
        if target is None:
            return len(self.stages) - 1
        number = self.names.get(target.lower())
        if number is None:
            number = self.stage_number(target, len(self.stages))
        if number is None:
            known = ", ".join(self.names) or "none has a name"
            raise ValueError(f"the Dockerfile has no stage {target}; its stages: {known}")
        return number

    def expanded(self, word: str, environment: Environment) -> str | None:
        try:
            return expand(word, environment, self.escape)
        except ExpansionError:
            return None

    def define_globals(self, instruction: Instruction) -> None:
        for word in instruction.arguments:
            name, equals, value = word.text.partition("=")
            if name in self.arguments:
                self.globals[name] = self.arguments[name]
            elif equals:
                self.globals[name] = self.expanded(value, self.globals)
            else:
                self.globals.setdefault(name, None)

    def add_stage(self, number: int, start: Instruction, body: list[Instruction]) -> None:
        base = start.arguments[0]
        name_word = _name_word(start)
        image = self.base_image(base)
        parent = self.names.get(image.lower()) if image else None
        flag = start.flag("platform")
        platform = self.expanded(flag.value, self.globals) if flag is not None and flag.value else None
        if parent is not None:
            inherited = self.stages[parent]
            root, facts = inherited.root, inherited.base_facts
            reader = _StageReader(self, number, self.finals[parent])
        else:
            root = number
            facts = self.base_facts(image) if image else UNKNOWN_FACTS
            variables = _base_variables(facts)
            shell = facts.shell or _DEFAULT_SHELL
            reader = _StageReader(
                self, number, _Final(variables, variables, frozenset(), facts.workdir, shell)
            )
        steps = tuple([reader.read(instruction) for instruction in body])
        self.finals.append(reader.final())
        name = name_word.text.lower() if name_word else None
        self.stages.append(
            Stage(number, name, name_word, base, image, platform, parent, start, steps, root, facts)
        )
        if name is not None:
            self.names[name] = number

    def base_image(self, base: Word) -> str | None:
        """The reference that a FROM names, None when it is not known or BuildKit refuses it."""
        if base is _NO_BASE:
            return None
        try:
            image = expand(base.text, self.globals, self.escape)
        except ExpansionError as error:
            self.problems.append(f"failed to process {quoted(base.text)}: {error}")
            return None
        if image == "":
            self.problems.append(f"base name ({shortened(base.text)}) should not be blank")
        return image or None

    def used(self, target: int | None) -> frozenset[int]:
        """Every stage that building `target` builds."""
        found: set[int] = set()
        waiting = [] if target is None else [target]
        while waiting:
            number = waiting.pop()
            if number in found:
                continue
            found.add(number)
            stage = self.stages[number]
            if stage.parent is not None:
                waiting.append(stage.parent)
            for step in stage.steps:
                waiting += self.sources(step, number)
        return frozenset(found)

    def sources(self, step: Step, before: int) -> list[int]:
        instruction = step.instruction
        inner = instruction.trigger or instruction
        if not inner.flags:
            return []
        numbers = [self.names.get(mount.from_.lower()) for mount in read_mounts(inner) if mount.from_]
        if inner.keyword == "COPY":
            copied = inner.flag("from")
            if copied is not None and copied.value:
                numbers.append(self.stage_number(copied.value, before))
        return [number for number in numbers if number is not None]

    def stage_number(self, name: str, limit: int) -> int | None:
        """The stage called `name`, or with that number if it is below `limit`."""
        if name.isascii() and name.isdecimal() and len(name) < 10:
            return int(name) if int(name) < limit else None
        return self.names.get(name.lower())


def _name_word(start: Instruction) -> Word | None:
    words = start.arguments
    return words[2] if len(words) == 3 and words[1].text.upper() == "AS" else None


def _base_variables(facts: BaseFacts) -> Variables:
    """The variables that a base image sets."""
    if facts.env is None:
        return Scope(Unknown()).state
    return Scope({}).set(facts.env if "PATH" in facts.env else {**facts.env, "PATH": _DEFAULT_PATH})


def _joined(workdir: str | None, path: str | None) -> str | None:
    if path is None or _WINDOWS.match(path):
        return path
    if not path.startswith("/"):
        if workdir is None:
            return None
        path = f"{workdir}/{path}"
    # normpath keeps two slashes at the beginning, which Docker does not.
    return posixpath.normpath("/" + path.lstrip("/")) if len(path) <= _LONGEST_PATH else None


class _StageReader:
    """Follows the state of a stage from instruction to instruction."""

    def __init__(self, resolver: _Resolver, number: int, start: _Final) -> None:
        self.resolver = resolver
        self.number = number
        self.env = Scope(start.env.handed_on())
        self.environment = Scope(start.environment.handed_on())
        if start.shadowed:
            self.environment.set({name: start.env[name] for name in start.shadowed})
        self.shadowed: set[str] = set()
        self.workdir = start.workdir
        self.shell = start.shell

    def final(self) -> _Final:
        """The state after the last instruction."""
        return _Final(
            self.environment.state, self.env.state, frozenset(self.shadowed), self.workdir, self.shell
        )

    def read(self, instruction: Instruction) -> Step:
        """The step of `instruction`; the state moves on behind it."""
        environment = self.environment.state
        step = Step(instruction, self.number, environment, self.env.state, self.workdir, self.shell)
        keyword = instruction.keyword
        if keyword == "ENV":
            self.set_env(instruction, environment)
        elif keyword == "ARG":
            for word in instruction.arguments:
                self.set_argument(word)
        elif keyword == "WORKDIR" and instruction.arguments:
            path = self.resolver.expanded(instruction.arguments[0].text, environment)
            self.workdir = _joined(self.workdir, path)
        elif keyword == "SHELL" and instruction.json and instruction.arguments:
            self.shell = tuple(word.text for word in instruction.arguments)
        return step

    def set_env(self, instruction: Instruction, environment: Variables) -> None:
        expanded = self.resolver.expanded
        words = instruction.arguments
        changes: dict[str, str | None] = {}
        for name_word, value in zip(words[0::3], words[1::3], strict=False):
            name = expanded(name_word.text, environment)
            if name:
                changes[name] = expanded(value.text, environment)
        self.env.set(changes)
        self.environment.set(changes)
        self.shadowed.difference_update(changes)

    def set_argument(self, word: Word) -> None:
        name, equals, text = word.text.partition("=")
        resolver = self.resolver
        environment = self.environment.state
        value: str | None
        if name in resolver.arguments:
            value = resolver.arguments[name]
        elif equals:
            value = resolver.expanded(text, environment)
        elif name in resolver.globals:
            value = resolver.globals[name]
        elif environment.states(name):
            return
        else:
            # Unset unless the build is given a value.
            value = None
        self.environment.set({name: value})
        if self.env.state.states(name):
            self.shadowed.add(name)
