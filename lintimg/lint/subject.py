"""What a check looks at: one Dockerfile with everything known around it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from lintimg.aws.images import AwsBase, aws_base
from lintimg.context.build_context import BuildContext
from lintimg.context.deployment import Deployment
from lintimg.dockerfile.build import Build, Process, Stage, Step
from lintimg.dockerfile.command import process
from lintimg.dockerfile.document import Dockerfile, Instruction
from lintimg.lazy import NamedTuple
from lintimg.lint.image_files import context_file, expanded
from lintimg.lint.manifest_files import FoundManifest
from lintimg.lint.policy import Policy
from lintimg.model.finding import Kind, ZipFit
from lintimg.model.report import Estimate
from lintimg.shell.operations import operations
from lintimg.shell.packages import Operation
from lintimg.shell.run import read_run
from lintimg.shell.script import Command, Script

if TYPE_CHECKING:
    from lintimg.lint.secret_values import SecretValue
    from lintimg.lint.veil import Veil


class Target(NamedTuple):
    """What the Dockerfile is for. `certain`: it is a function beyond doubt (flag, configuration,
    AWS base with a handler, infrastructure code). `evidence` are sentences for people.
    """

    kind: Kind
    certain: bool
    evidence: tuple[str, ...]


class Prediction(NamedTuple):
    """How the sizes of a file are worked out: of the image, and of a zip package. Both give None where
    nothing is known.
    """

    image: Callable[[Subject], Estimate | None]
    zip: Callable[[Subject], ZipFit | None]


class ShippedRun(NamedTuple):
    """A RUN with its step, its scripts and their package operations."""

    step: Step
    scripts: tuple[Script, ...]
    operations: tuple[Operation, ...]

    @property
    def instruction(self) -> Instruction:
        """The RUN itself, also where it is ONBUILD's."""
        return self.step.instruction.trigger or self.step.instruction


class PlacedOperation(NamedTuple):
    """A package-manager call and the RUN it stands in."""

    run: ShippedRun
    operation: Operation


class PlacedCommand(NamedTuple):
    """A command, and the RUN and the script it stands in."""

    run: ShippedRun
    script: Script
    command: Command


class Subject:
    """One Dockerfile under check. Lazy: what no rule asks for is never read."""

    def __init__(
        self,
        build: Build,
        target: Target,
        context: BuildContext | None,
        deployments: tuple[Deployment, ...],
        policy: Policy,
        prediction: Prediction,
    ) -> None:
        """`context` is None when the build context is not known."""
        self.build = build
        self.target = target
        self.context = context
        self.deployments = deployments
        self.policy = policy
        self._prediction = prediction
        self._runs: dict[int, ShippedRun] = {}
        self._manifests: dict[tuple[int, str], FoundManifest | None] = {}

    @property
    def document(self) -> Dockerfile:
        """The parsed file."""
        return self.build.document

    @cached_property
    def process(self) -> Process:
        """What the shipped image starts."""
        return process(self.build)

    @property
    def final_stage(self) -> Stage | None:
        """The stage that is shipped."""
        return None if self.build.target is None else self.build.stages[self.build.target]

    @cached_property
    def root_stage(self) -> Stage | None:
        """The first stage of the shipped chain, the one whose FROM names an image."""
        return self.build.stages[self.build.chain[0]] if self.build.chain else None

    @cached_property
    def base_image(self) -> str | None:
        """The image at the root of the shipped chain, None when a variable hides it."""
        return self.root_stage.base_image if self.root_stage else None

    @cached_property
    def aws_base(self) -> AwsBase | None:
        """The AWS Lambda base image at the root of the shipped chain."""
        return aws_base(self.base_image) if self.base_image else None

    @cached_property
    def steps(self) -> Mapping[str, tuple[Step, ...]]:
        """The steps of all stages in order, by keyword."""
        found: dict[str, list[Step]] = {}
        for stage in self.build.stages:
            for step in stage.steps:
                found.setdefault(step.instruction.keyword, []).append(step)
        return {keyword: tuple(steps) for keyword, steps in found.items()}

    def run(self, step: Step) -> ShippedRun:
        """The scripts and operations of a RUN."""
        key = step.instruction.number
        found = self._runs.get(key)
        if found is None:
            scripts = read_run(step.instruction, step.shell, self.document.escape)
            found = ShippedRun(step, scripts, tuple(op for s in scripts for op in operations(s)))
            self._runs[key] = found
        return found

    def manifest(self, step: Step, path: str) -> FoundManifest | None:
        """The file of the context that stands at `path` of the image when `step` runs, None when there is none
        or no context is known.
        """
        if self.context is None:
            return None
        key = (step.instruction.number, path)
        if key not in self._manifests:
            expanded_path = expanded(path, step.environment, self.document.escape)
            found = (
                None if expanded_path is None else context_file(self.build, self.context, step, expanded_path)
            )
            self._manifests[key] = None if found is None else FoundManifest(self.context, found)
        return self._manifests[key]

    def runs(self, stage: int) -> Iterator[ShippedRun]:
        """The RUNs of one stage."""
        for step in self.build.stages[stage].steps:
            if step.instruction.keyword == "RUN":
                yield self.run(step)

    @cached_property
    def shipped_runs(self) -> tuple[ShippedRun, ...]:
        """The RUNs of the shipped chain in order."""
        return tuple(self.run(s) for s in self.build.shipped_steps() if s.instruction.keyword == "RUN")

    @cached_property
    def every_run(self) -> tuple[ShippedRun, ...]:
        """The RUNs of all stages in order, those that ONBUILD keeps for later included."""
        return tuple(
            self.run(step) for stage in self.build.stages for step in stage.steps if _runs(step.instruction)
        )

    @cached_property
    def every_operation(self) -> Mapping[str, tuple[PlacedOperation, ...]]:
        """The package-manager calls of all stages in order, by manager."""
        found: dict[str, list[PlacedOperation]] = {}
        for run in self.every_run:
            for operation in run.operations:
                found.setdefault(operation.manager, []).append(PlacedOperation(run, operation))
        return {manager: tuple(calls) for manager, calls in found.items()}

    @cached_property
    def every_command(self) -> Mapping[str, tuple[PlacedCommand, ...]]:
        """The commands of all stages in order, by name."""
        found: dict[str, list[PlacedCommand]] = {}
        for run in self.every_run:
            for script in run.scripts:
                for command in script.commands:
                    if command.name is not None:
                        found.setdefault(command.name, []).append(PlacedCommand(run, script, command))
        return {name: tuple(calls) for name, calls in found.items()}

    @cached_property
    def secrets(self) -> Sequence[SecretValue]:
        """What gives itself away as a secret by its form, anywhere in the file."""
        from lintimg.lint.secret_values import secret_values

        return secret_values(self.document.source.text)

    @cached_property
    def veil(self) -> Veil:
        """What hides the secrets of the file from reports."""
        from lintimg.lint.secret_names import secret_places
        from lintimg.lint.veil import Veil

        return Veil(self.document.source, self.secrets, secret_places(self.document))

    @cached_property
    def estimate(self) -> Estimate | None:
        """The predicted image size, None when nothing is known of it."""
        return self._prediction.image(self)

    @cached_property
    def zip_fit(self) -> ZipFit | None:
        """Whether the function would fit a zip, None when that cannot be told."""
        return self._prediction.zip(self)


def _runs(instruction: Instruction) -> bool:
    return instruction.keyword == "RUN" or (
        instruction.trigger is not None and instruction.trigger.keyword == "RUN"
    )
