"""An image as both `image` and `check --image` see it: contents, and the lines of its Dockerfile."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from lintimg.checks.built.kept import is_looked_into
from lintimg.cli.image_contents import with_contents
from lintimg.cli.options import UsageError
from lintimg.cli.output import working_directory
from lintimg.contents.metadata import is_metadata
from lintimg.image.image import Image
from lintimg.image.stack import LayerStack
from lintimg.lazy import NamedTuple
from lintimg.lint.image_veil import veiled, veiled_history
from lintimg.model.finding import DockerfileLine
from lintimg.model.image import ImageReport, PathHistory

if TYPE_CHECKING:
    from lintimg.dockerfile.build import Build


def read_build(file: str, target_stage: str | None, arguments: Mapping[str, str]) -> Build:
    """The Dockerfile at `file`, resolved with build arguments. Raises UsageError."""
    from lintimg.aws.base_facts import base_facts
    from lintimg.cli.sources import LARGEST
    from lintimg.dockerfile.lexer import parse
    from lintimg.dockerfile.resolve import resolve
    from lintimg.lint.engine import display_path
    from lintimg.text import SourceText

    directory = working_directory()
    path = directory / file
    try:
        with path.open("rb") as stream:
            data = stream.read(LARGEST + 1)
    except (OSError, ValueError) as error:
        raise UsageError(f"--dockerfile {file}: {getattr(error, 'strerror', None) or error}") from error
    if len(data) > LARGEST:
        raise UsageError(f"--dockerfile {file}: too large for a Dockerfile")
    document = parse(SourceText(display_path(path, directory), data))
    try:
        return resolve(document, base_facts, target_stage, arguments)
    except ValueError as error:
        raise UsageError(f"--dockerfile {file}: {error}") from error


_WASTED = "LI817"


class View(NamedTuple):
    """What is known of an image before rules judge it; `lines` made its layers, empty without a Dockerfile."""

    report: ImageReport
    lines: tuple[DockerfileLine | None, ...]
    notes: tuple[str, ...]


def viewed(
    image: Image,
    stack: LayerStack | None,
    report: ImageReport,
    top: int,
    base: int | None,
    build: Build | None,
) -> View:
    """`report` with the image's contents and, of the Dockerfile `build`, the lines that made its layers.

    `base` is how many layers are the base image's, None where only the Dockerfile may tell.
    """
    report = veiled(report)
    if build is None:
        report = _with_rules(report, base)
        return View(with_contents(report, image, stack, base, top), (), ())
    from lintimg.lint.layer_lines import layer_lines

    file = build.document.source.path
    found = layer_lines(image.history, len(image.layers), build, file, base)
    # Suggestions and the largest files take their lines from the layers.
    lined = zip(report.layers, found.lines, strict=True)
    report = report._replace(layers=tuple(layer._replace(dockerfile_line=line) for layer, line in lined))
    report = _with_rules(with_contents(report, image, stack, found.base, top), found.base)
    layers = tuple(
        layer if layer.dockerfile_line is None else layer._replace(from_base=False) for layer in report.layers
    )
    notes = () if found.fits else (f"the image does not look like one made from {file}: no lines are named",)
    return View(report._replace(layers=layers), found.lines, notes)


def _with_rules(report: ImageReport, base: int | None) -> ImageReport:
    """`report` whose waste names the rule that tells of it: what is the base image's, no rule does."""
    waste = tuple(
        entry._replace(rule=_WASTED)
        if entry.layer is not None and entry.layer >= (base or 0) and entry.counted_in_wasted
        else entry
        for entry in report.waste
    )
    return report._replace(waste=waste)


def with_lines(history: PathHistory, lines: Sequence[DockerfileLine | None]) -> PathHistory:
    """A path's history with the instructions that made the layers."""
    history = veiled_history(history)
    if not lines:
        return history
    steps = tuple(step._replace(dockerfile_line=lines[step.layer]) for step in history.steps)
    return history._replace(steps=steps)


def is_kept(name: bytes, size: int) -> bool:
    """Is this file of an archive that comes only once to be kept for a look into it."""
    return is_metadata(name, size) or is_looked_into(name, size)
