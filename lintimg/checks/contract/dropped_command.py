"""LI212: a CMD that an ENTRYPOINT of a later stage drops."""

from __future__ import annotations

from collections.abc import Iterator
from posixpath import basename

from lintimg.aws.handlers import looks_like_handler
from lintimg.checks.contract.handlers import is_handler
from lintimg.checks.program import classified
from lintimg.dockerfile.build import Step
from lintimg.lazy import regex
from lintimg.lint.image_files import shipped_file
from lintimg.lint.rule import Hit, HitEdit, HitRelated
from lintimg.lint.subject import Subject
from lintimg.model.span import Span

_PASSES_ON = regex(
    r"awslambdaric\Z|aws[-_]lambda[-_]ric\Z|AWSLambda\Z|lambda-entrypoint\.sh\Z|aws-lambda-rie\Z"
)
_ARGUMENTS = regex(r"\$(?:[@*1]|\{(?:@|\*|1)\W)")
_LIMIT = 500_000


def cmd_dropped(subject: Subject) -> Iterator[Hit]:
    """A hit for an ENTRYPOINT that waits for arguments which only a stage below its own gives."""
    process = subject.process
    step = process.entrypoint
    if step is None or process.cmd is not None or not step.instruction.json:
        return
    if any(d.command or d.command_given or d.entrypoint for d in subject.deployments):
        return
    dropped = _dropped(subject, step)
    if dropped is None or not _waits(subject, process.entrypoint_arguments or (), dropped):
        return
    source = subject.document.source
    written = source.slice(dropped.instruction.span)
    end = step.instruction.span.end
    edits = () if "\n" in written else (HitEdit(Span(end, end), f"\n{written}"),)
    program = basename((process.entrypoint_arguments or ("",))[0])
    yield Hit(
        step.instruction.keyword_span,
        {
            "command": written,
            "program": program,
            "line": source.position(dropped.instruction.span.start).line,
        },
        edits=edits,
        details={"program": program},
        related=(HitRelated(dropped.instruction.keyword_span, "The CMD that is dropped"),),
    )


def _dropped(subject: Subject, entrypoint: Step) -> Step | None:
    """The CMD that held in the stages below that of `entrypoint`."""
    found: Step | None = None
    for number in subject.build.chain:
        if number == entrypoint.stage:
            break
        for step in subject.build.stages[number].steps:
            if step.instruction.keyword == "CMD":
                found = step
            elif step.instruction.keyword == "ENTRYPOINT" and found is not None and found.stage != number:
                found = None
    return found if found is not None and found.instruction.json and found.instruction.arguments else None


def _waits(subject: Subject, words: tuple[str, ...], dropped: Step) -> bool:
    """Whether the program does nothing without arguments."""
    if not words:
        return False
    if any(_PASSES_ON.search(word) for word in words[-1:]):
        return True
    path = words[-1]
    if classified(words).kind not in ("script", "interpreter") and not path.endswith(".sh"):
        return False
    if subject.context is not None and path.startswith("/"):
        file = shipped_file(subject.build, subject.context, path)
        data = None if file is None else subject.context.read(file, _LIMIT)
        if data is not None:
            return _ARGUMENTS.search(data.decode("utf-8", "replace")) is not None
    arguments = dropped.instruction.arguments
    handler = arguments[0].text
    if len(arguments) != 1 or not path.endswith(".sh") or not looks_like_handler(handler):
        return False
    return subject.aws_base is None or is_handler(handler, subject.aws_base.language)
