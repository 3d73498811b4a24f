"""The GitHub action docker/build-push-action in a workflow."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from lintimg.context.build_command import BuildCommand
from lintimg.context.command_file import CommandFile
from lintimg.lazy import regex
from lintimg.model.span import Span

_USED = regex(r"(?m)^[ \t]*(?:-[ \t]+)?uses:[ \t]*[\"']?(docker/build-push-action)@")
_INPUT = regex(
    r"(?m)^[ \t]+(push|provenance|sbom|attests|platforms|file|context|outputs|load):[ \t]*([^\n]*)$"
)
_MOST_STEPS = 100
_FALSE = ("false", "0", "")


def action_builds(file: CommandFile) -> Iterator[BuildCommand]:
    """The steps of the workflow `file` that build its Dockerfile."""
    for match in islice(_USED.finditer(file.text), _MOST_STEPS):
        inputs = _inputs(file, match.start(1))
        # Without a context the action takes the repository as it was pushed.
        context = inputs.get("context", ".")
        origin = file.origin(inputs.get("file", f"{context}/Dockerfile"), match.start(), in_shell=False)
        if origin is None:
            continue
        outputs = inputs.get("outputs", "")
        yield BuildCommand(
            file=file.path,
            words=match[1],
            span=Span(match.start(1), match.end(1)),
            context=file.folder(origin, context),
            platforms=tuple(part.strip() for part in inputs.get("platforms", "").split(",") if part.strip()),
            pushed=inputs.get("push", "false") not in _FALSE
            or "type=registry" in outputs
            or "push=true" in outputs,
            attested=_attested(file, inputs),
            certain=True,
            insert=None,
        )


def _attested(file: CommandFile, inputs: dict[str, str]) -> bool:
    """Whether the step surely leaves an attestation beside the image."""
    if inputs.get("sbom", "false") not in _FALSE:
        return True
    provenance = inputs.get("provenance")
    if provenance is not None:
        return provenance not in _FALSE and "$" not in provenance
    return file.attests_by_default and "disabled=true" not in inputs.get("attests", "")


def _inputs(file: CommandFile, offset: int) -> dict[str, str]:
    """The inputs of the step that decide what comes out."""
    start, end = file.step(offset)
    return {
        found[1]: found[2].partition(" #")[0].strip().strip("\"'")
        for found in _INPUT.finditer(file.text, start, end)
    }
