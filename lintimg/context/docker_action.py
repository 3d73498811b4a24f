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
    """The steps of the workflow `file` that build its Dockerfile and push the image."""
    if "BUILDX_NO_DEFAULT_ATTESTATIONS" in file.text:
        return
    for match in islice(_USED.finditer(file.text), _MOST_STEPS):
        inputs = _inputs(file, match.start(1))
        outputs = inputs.get("outputs", "")
        if (
            inputs.get("push", "false") in _FALSE
            and "type=registry" not in outputs
            and "push=true" not in outputs
        ):
            continue
        # Without a context the action takes the repository as it was pushed.
        context = inputs.get("context", ".")
        named = inputs.get("file", f"{context}/Dockerfile")
        if not file.means(named, match.start(), in_shell=False):
            continue
        provenance = inputs.get("provenance", "true")
        if "$" in provenance or "disabled=true" in inputs.get("attests", ""):
            continue
        yield BuildCommand(
            file.path,
            match[1],
            Span(match.start(1), match.end(1)),
            tuple(part.strip() for part in inputs.get("platforms", "").split(",") if part.strip()),
            provenance not in _FALSE or inputs.get("sbom", "false") not in _FALSE,
            True,
            None,
        )


def _inputs(file: CommandFile, offset: int) -> dict[str, str]:
    """The inputs of the step that decide what comes out."""
    start, end = file.step(offset)
    return {
        found[1]: found[2].partition(" #")[0].strip().strip("\"'")
        for found in _INPUT.finditer(file.text, start, end)
    }
