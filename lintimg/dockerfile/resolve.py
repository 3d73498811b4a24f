"""From instructions to stages and variables."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Mapping

from lintimg.dockerfile.build import BaseFacts, Build, Environment, Stage, Step
from lintimg.dockerfile.document import Dockerfile, Instruction, Word
from lintimg.dockerfile.expand import ExpansionError, expand
from lintimg.dockerfile.mounts import read_mounts

_DEFAULT_SHELL = ("/bin/sh", "-c")
_UNKNOWN_FACTS = BaseFacts(env=None, workdir=None, entrypoint=None, cmd=None, shell=None)
_PREDEFINED: dict[str, str | None] = dict.fromkeys(
    f"{side}{what}" for side in ("BUILD", "TARGET") for what in ("PLATFORM", "OS", "ARCH", "VARIANT")
)
"""Global build arguments whose values the text does not tell (docs.docker.com/reference/dockerfile, as of 2026-11-23)."""

_PROXIES = ("HTTP_PROXY", "HTTPS_PROXY", "FTP_PROXY", "NO_PROXY", "ALL_PROXY")
_WINDOWS = re.compile(r"[A-Za-z]:[\\/]|\\")


class UnsetVariables(dict[str, str | None]):
    """An environment whose absent names are not known to be unset: an unknown base may set them."""

    def __contains__(self, name: object) -> bool:
        return True

    def __missing__(self, name: str) -> str | None:
        return None


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
        self.finals: list[tuple[dict[str, str | None], str | None, tuple[str, ...]]] = []

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
        for position, (start, body) in enumerate(groups):
            self.add_stage(position, start, body)
        number = self.find_target(target)
        chain: list[int] = []
        at: int | None = number
        while at is not None:
            chain.append(at)
            at = self.stages[at].parent
        chain.reverse()
        return Build(
            self.document, tuple(self.stages), self.globals, number, tuple(chain), self.used(number), ()
        )

    def find_target(self, target: str | None) -> int | None:
        if not self.stages:
            return None
        if target is None:
            return len(self.stages) - 1
        number: int | None = self.names.get(target.lower())
        if number is None and target.isdecimal() and int(target) < len(self.stages):
            number = int(target)
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
        image = self.expanded(base.text, self.globals)
        parent = self.names.get(image.lower()) if image else None
        flag = start.flag("platform")
        platform = self.expanded(flag.value, self.globals) if flag is not None and flag.value else None
        env: dict[str, str | None]
        if parent is not None:
            inherited = self.stages[parent]
            root, facts = inherited.root, inherited.base_facts
            env, workdir, shell = self.finals[parent]
        else:
            root = number
            facts = self.base_facts(image) if image else _UNKNOWN_FACTS
            env = UnsetVariables() if facts.env is None else dict(facts.env)
            workdir, shell = facts.workdir, facts.shell or _DEFAULT_SHELL
        steps = self.steps(number, body, env, workdir, shell)
        self.stages.append(
            Stage(
                number,
                name_word.text.lower() if name_word else None,
                name_word,
                base,
                image,
                platform,
                parent,
                start,
                steps,
                root,
                facts,
            )
        )
        if name_word is not None:
            self.names[name_word.text.lower()] = number

    def steps(
        self,
        number: int,
        body: list[Instruction],
        env: dict[str, str | None],
        workdir: str | None,
        shell: tuple[str, ...],
    ) -> tuple[Step, ...]:
        """The steps of a stage; leaves its final state in `finals`."""
        arguments: dict[str, str | None] = {}
        environment: dict[str, str | None] = env
        result: list[Step] = []
        for instruction in body:
            result.append(Step(instruction, number, environment, env, workdir, shell))
            keyword = instruction.keyword
            if keyword == "ENV":
                env = self.with_env(instruction, env, environment)
                environment = _merged(arguments, env)
            elif keyword == "ARG":
                arguments = self.with_arguments(instruction, arguments, environment, env)
                environment = _merged(arguments, env)
            elif keyword == "WORKDIR" and instruction.arguments:
                workdir = _joined(workdir, self.expanded(instruction.arguments[0].text, environment))
            elif keyword == "SHELL" and instruction.json and instruction.arguments:
                shell = tuple(word.text for word in instruction.arguments)
        self.finals.append((env, workdir, shell))
        return tuple(result)

    def with_env(
        self, instruction: Instruction, env: dict[str, str | None], environment: Environment
    ) -> dict[str, str | None]:
        words = instruction.arguments
        changed = _copied(env)
        for name, value in zip(words[0::3], words[1::3], strict=False):
            changed[name.text] = self.expanded(value.text, environment)
        return changed

    def with_arguments(
        self,
        instruction: Instruction,
        arguments: dict[str, str | None],
        environment: Environment,
        env: dict[str, str | None],
    ) -> dict[str, str | None]:
        changed = dict(arguments)
        for word in instruction.arguments:
            name, equals, value = word.text.partition("=")
            if name in self.arguments:
                changed[name] = self.arguments[name]
            elif equals:
                changed[name] = self.expanded(value, environment)
            elif name in self.globals:
                changed[name] = self.globals[name]
            elif name.upper() in _PROXIES or name not in env or isinstance(env, UnsetVariables):
                changed[name] = None
            environment = _merged(changed, env)
        return changed

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
        texts = [flag.value for flag in inner.flags if flag.name == "from" and flag.value]
        texts += [mount.from_ for mount in read_mounts(inner) if mount.from_]
        numbers = []
        for text in texts:
            name = self.expanded(text, step.environment) or text
            number = self.names.get(name.lower())
            if number is None and name.isdecimal() and int(name) < before:
                number = int(name)
            if number is not None and number < len(self.stages):
                numbers.append(number)
        return numbers


def _name_word(start: Instruction) -> Word | None:
    words = start.arguments
    return words[2] if len(words) == 3 and words[1].text.upper() == "AS" else None


def _copied(env: dict[str, str | None]) -> dict[str, str | None]:
    return UnsetVariables(env) if isinstance(env, UnsetVariables) else dict(env)


def _merged(arguments: dict[str, str | None], env: dict[str, str | None]) -> dict[str, str | None]:
    """ARG and ENV together; ENV wins."""
    if not arguments:
        return env
    merged = {**arguments, **env}
    return UnsetVariables(merged) if isinstance(env, UnsetVariables) else merged


def _joined(workdir: str | None, path: str | None) -> str | None:
    if path is None or _WINDOWS.match(path):
        return path
    if path.startswith("/"):
        return posixpath.normpath(path)
    return None if workdir is None else posixpath.normpath(posixpath.join(workdir, path))
