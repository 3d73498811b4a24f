"""The edit that moves a stage to another base image."""

from __future__ import annotations

from lintimg.dockerfile.build import Stage
from lintimg.dockerfile.document import Word
from lintimg.lazy import regex
from lintimg.lint.rule import HitEdit
from lintimg.lint.subject import Subject
from lintimg.model.span import Span

_PLAIN_VARIABLE = regex(r"\$(?:\{(\w+)\}|(\w+))")


def rename_base(subject: Subject, stage: Stage, image: str) -> HitEdit | None:
    """The edit that makes `stage` start from `image`: in its FROM, or in the ARG whose default decides.

    None where a variable's value comes from elsewhere or serves another image too, where a RUN calls
    a package manager that `image` lacks and no renaming mends that, and where the runtime would look for the code elsewhere.
    """
    # Imported here: few files have a base that is to be left.
    from lintimg.checks.contract.package_manager import strands
    from lintimg.checks.contract.task_root import loses_handler

    if strands(subject, stage, image) or loses_handler(subject, image):
        return None
    written = stage.base.text
    if written == stage.base_image:
        return HitEdit(stage.base.span, image)
    variables = list(_PLAIN_VARIABLE.finditer(written))
    if len(variables) != 1 or written.count("$") != 1:
        return None
    found = variables[0]
    before, after = written[: found.start()], written[found.end() :]
    if not (image.startswith(before) and image.endswith(after) and len(image) > len(before) + len(after)):
        return None
    value = image[len(before) : len(image) - len(after)]
    name = found[1] or found[2]
    for other in subject.build.stages:
        names = {match[1] or match[2] for match in _PLAIN_VARIABLE.finditer(other.base.text)}
        if name in names and other.base.text != written:
            return None
    return _default_edit(subject, name, stage, before, after, value)


def _default_edit(
    subject: Subject, name: str, stage: Stage, before: str, after: str, value: str
) -> HitEdit | None:
    """The edit of the default of the global ARG `name`, if that default is what `stage` starts from."""
    word = _global_default(subject, name)
    if word is None:
        return None
    default = word.text.partition("=")[2]
    bare = default.strip("\"'")
    if not bare or before + bare + after != stage.base_image:
        return None
    start = word.span.start + len(name) + 1 + default.index(bare)
    span = Span(start, start + len(bare))
    return HitEdit(span, value) if subject.document.source.slice(span) == bare else None


def _global_default(subject: Subject, name: str) -> Word | None:
    """The last word `name=…` of an ARG before the first FROM."""
    found = None
    for instruction in subject.document.instructions:
        if instruction.keyword == "FROM":
            break
        if instruction.keyword == "ARG":
            for word in instruction.arguments:
                if word.text.partition("=")[0] == name and "=" in word.text:
                    found = word
    return found
