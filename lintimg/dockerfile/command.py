"""What the shipped image starts: ENTRYPOINT and CMD."""

from __future__ import annotations

from lintimg.dockerfile.build import Build, Process, Step


def process(build: Build) -> Process:
    """ENTRYPOINT and CMD in force at the end of the shipped chain, by Docker's inheritance rules:
    a stage that sets ENTRYPOINT drops a CMD it inherited, one that it sets itself stays.
    """
    entrypoint: Step | None = None
    cmd: Step | None = None
    base = build.stages[build.chain[0]].base_facts if build.chain else None
    base_entrypoint = base.entrypoint if base else None
    base_cmd = base.cmd if base else None
    dropped = False
    for number in build.chain:
        own_cmd: Step | None = None
        own_entrypoint: Step | None = None
        for step in build.stages[number].steps:
            if step.instruction.keyword == "CMD":
                own_cmd = step
            elif step.instruction.keyword == "ENTRYPOINT":
                own_entrypoint = step
        if own_entrypoint is not None:
            entrypoint, cmd, dropped = own_entrypoint, None, True
        if own_cmd is not None:
            cmd = own_cmd
    if cmd is not None:
        cmd_arguments: tuple[str, ...] | None = _arguments(cmd)
    else:
        cmd_arguments = () if dropped else base_cmd
    return Process(
        entrypoint,
        cmd,
        base_entrypoint if entrypoint is None else _arguments(entrypoint),
        cmd_arguments,
    )


def _arguments(step: Step) -> tuple[str, ...]:
    words = tuple(word.text for word in step.instruction.arguments)
    return words if step.instruction.json else (*step.shell, " ".join(words))
