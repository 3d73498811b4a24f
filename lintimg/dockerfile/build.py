"""A Dockerfile resolved: stages, variables, and what is shipped."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from lintimg.dockerfile.document import Dockerfile, Instruction, Word
from lintimg.lazy import NamedTuple

Environment = Mapping[str, str | None]
"""Variables visible to an instruction; None for one whose value the text does not tell."""


class Step(NamedTuple):
    """An instruction in its stage and the state of the build just before it.

    `environment` holds ARG and ENV values together, as expansion and RUN see them: what was set last
    holds, and a stage built on another inherits both; `env` only what the image keeps. `workdir` is absolute, or None when unknown.
    `shell` is the SHELL in force.
    """

    instruction: Instruction
    stage: int
    environment: Environment
    env: Environment
    workdir: str | None
    shell: tuple[str, ...]


class BaseFacts(NamedTuple):
    """What a base image brings, as far as the caller knows; `env` None means unknown. A variable that maps
    to None may be set, to a value that is not known.
    """

    env: Environment | None
    workdir: str | None
    entrypoint: tuple[str, ...] | None
    cmd: tuple[str, ...] | None
    shell: tuple[str, ...] | None


class Stage(NamedTuple):
    """One FROM and what follows it; `number` counts from 0.

    `base` is the image word as written, `base_image` the expanded reference (None when it depends
    on a variable without value), `parent` the number of the stage it builds on when the base is a
    stage. `platform` is the expanded --platform value. `base_facts` are those of its root image. A file without
    FROM is one stage on a base that is not known, its `instruction` with the number -1.
    """

    number: int
    name: str | None
    name_word: Word | None
    base: Word
    base_image: str | None
    platform: str | None
    parent: int | None
    instruction: Instruction
    steps: tuple[Step, ...]
    root: int
    base_facts: BaseFacts


class Build(NamedTuple):
    """The stage graph. `target` is None when there is no stage; `chain` are the numbers of the
    shipped chain, root first, target last; `used` every stage the target needs to be built.
    `problems` are BuildKit's messages about base images that it refuses whatever they are.
    """

    document: Dockerfile
    stages: tuple[Stage, ...]
    global_arguments: Environment
    target: int | None
    chain: tuple[int, ...]
    used: frozenset[int]
    problems: tuple[str, ...]

    def shipped_steps(self) -> Iterator[Step]:
        """The steps of the shipped chain in the order they run (FROM lines not included)."""
        for index in self.chain:
            yield from self.stages[index].steps

    def last(self, keyword: str) -> Step | None:
        """The last shipped step with `keyword`, the one that counts for CMD and its like."""
        found = None
        for step in self.shipped_steps():
            if step.instruction.keyword == keyword:
                found = step
        return found

    def stage_called(self, name: str) -> Stage | None:
        """The stage a `--from=name` means: by name (any case) or by number."""
        for stage in reversed(self.stages):
            if stage.name is not None and stage.name.lower() == name.lower():
                return stage
        if name.isdecimal() and int(name) < len(self.stages):
            return self.stages[int(name)]
        return None


class Process(NamedTuple):
    """What the shipped image starts.

    `entrypoint` and `cmd` are the steps that set them, None when no shipped step does (or when a
    later ENTRYPOINT in another stage of the chain, or in the final one, dropped an inherited CMD).
    The `…_arguments` are the resulting argument vectors with the base image's taken into account:
    shell forms wrapped in the stage's shell, `()` for none, None for not known.
    """

    entrypoint: Step | None
    cmd: Step | None
    entrypoint_arguments: tuple[str, ...] | None
    cmd_arguments: tuple[str, ...] | None
