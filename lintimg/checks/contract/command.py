"""What Lambda wants of CMD: one handler, in exec form, as the runtime reads it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from posixpath import basename

from lintimg.aws.handlers import handler_form, handler_problem
from lintimg.checks.contract.handlers import (
    command_comes_from_code,
    handler_language,
    inherited_arguments,
    is_handler,
    is_program,
    is_program_name,
)
from lintimg.checks.contract.runtime_client import has_adapter
from lintimg.checks.program import classified
from lintimg.checks.shell_form import ArrayLike, array_like, plain_words, shown
from lintimg.dockerfile.build import Step
from lintimg.dockerfile.copy import read_copy
from lintimg.dockerfile.expand import ExpansionError, expand
from lintimg.lazy import regex
from lintimg.lint.rule import Hit, HitEdit
from lintimg.lint.subject import Subject
from lintimg.model.finding import Severity
from lintimg.model.span import Span

_IDENTIFIER = regex(r"[A-Za-z_]\w*\Z")
_PASSES_ON = ("interpreter", "launcher", "server")
_SHOWN = 60


def cmd_not_exec_form(subject: Subject) -> Iterator[Hit]:
    """A hit for a CMD that Lambda's entrypoint, or the image's own, cannot use because it is no JSON array."""
    process = subject.process
    for step in (process.entrypoint, process.cmd):
        if step is None or step.instruction.json or not step.instruction.arguments:
            continue
        array = array_like(step.instruction.arguments[0].text)
        if array is not None:
            yield _malformed(subject, step, array)
            continue
        if step is not process.cmd or command_comes_from_code(subject):
            continue
        if inherited_arguments(subject) is not None:
            yield _shell_form_on_aws(subject, step)
        else:
            yield from _shell_form_elsewhere(subject, step)


def _malformed(subject: Subject, step: Step, array: ArrayLike) -> Hit:
    """The hit for what looks like a JSON array and is none."""
    instruction = step.instruction
    word = instruction.arguments[0]
    repaired = _array(array.elements)
    on_aws = step is subject.process.cmd and inherited_arguments(subject) is not None
    edits: tuple[HitEdit, ...] = ()
    if not on_aws or _is_one_handler(subject, array.elements):
        edits = (HitEdit(word.span, repaired),)
        if array.comment:
            edits += (HitEdit(Span(instruction.span.start, instruction.span.start), f"{array.comment}\n"),)
    severity: Severity | None = None if subject.target.kind == "lambda" else "warning"
    return Hit(
        word.span,
        _values(step) | {"repaired": repaired},
        edits=edits,
        variant="comment" if array.comment else "malformed",
        severity=severity,
        details={"instruction": instruction.keyword, "form": "malformed"},
    )


def _shell_form_on_aws(subject: Subject, step: Step) -> Hit:
    word = step.instruction.arguments[0]
    words = plain_words(word.text)
    details = {"instruction": "CMD", "form": "shell"}
    values = _values(step) | {"repaired": "", "example": _example(subject)}
    program = classified(words or tuple(word.text.split()[:1]))
    if is_program(program) or len(words or ()) > 1:
        variant = "adapter" if has_adapter(subject) else "program"
        return Hit(word.span, values, variant=variant, details=details)
    if words is not None and _is_one_handler(subject, words):
        repaired = _array(words)
        return Hit(
            word.span,
            values | {"repaired": repaired},
            edits=(HitEdit(word.span, repaired),),
            details=details,
        )
    return Hit(word.span, values, variant="other", details=details)


def _shell_form_elsewhere(subject: Subject, step: Step) -> Iterator[Hit]:
    """Off the AWS bases: an error where the entrypoint is not made for it, else a hint about the shell."""
    process = subject.process
    word = step.instruction.arguments[0]
    details = {"instruction": "CMD", "form": "shell"}
    entrypoint = process.entrypoint
    if entrypoint is not None and not entrypoint.instruction.json:
        return
    words = plain_words(word.text)
    if entrypoint is not None and process.entrypoint_arguments:
        program = classified(process.entrypoint_arguments)
        if program.kind not in _PASSES_ON:
            return
        edits = (HitEdit(word.span, _array(words)),) if words else ()
        yield Hit(
            word.span,
            _values(step) | {"repaired": _array(words or ("…",)), "program": program.name},
            edits=edits,
            variant="entrypoint",
            severity=None if subject.target.kind == "lambda" else "warning",
            details=details,
        )
        return


def _is_one_handler(subject: Subject, words: tuple[str, ...]) -> bool:
    language = handler_language(subject) or ""
    return (
        len(words) == 1
        and handler_problem(language, words[0]) is None
        and not is_program_name(words[0], language)
    )


def missing_handler(subject: Subject) -> Iterator[Hit]:
    """A hit when an AWS base image gets neither a CMD nor an ENTRYPOINT."""
    stage = subject.final_stage
    arguments = inherited_arguments(subject)
    if stage is None or arguments is None or arguments or subject.process.cmd is not None:
        return
    if any(d.command or d.command_given or d.entrypoint for d in subject.deployments):
        return
    if _is_base_for_others(subject) or _has_dropped(subject):
        return
    language = handler_language(subject) or "provided"
    form = handler_form(language)
    yield Hit(
        stage.instruction.head_span,
        {"example": _example(subject), "form": form.form if form is not None else "any word"},
        variant=language if language in ("dotnet", "provided", "go") else "",
        details={"language": language},
    )


def _has_dropped(subject: Subject) -> bool:
    """Whether there was a handler that an ENTRYPOINT drops, which is another rule's finding."""
    if subject.process.entrypoint is None:
        return False
    from lintimg.checks.contract.dropped_command import cmd_dropped

    return any(cmd_dropped(subject))


def _is_base_for_others(subject: Subject) -> bool:
    """Whether all that is copied in belongs to a runtime, to layers or to extensions: a base for other images."""
    destinations = []
    for step in subject.build.shipped_steps():
        copy = read_copy(step.instruction)
        if copy is None:
            continue
        if any(basename(word.text.rstrip("/")) == "bootstrap" for word in (*copy.sources, copy.destination)):
            # On the provided bases that is the function itself.
            return False
        try:
            destinations.append(
                expand(copy.destination.text, step.environment, subject.document.escape) or ""
            )
        except ExpansionError:
            destinations.append("")
    return bool(destinations) and all(path.startswith(_NO_CODE) for path in destinations)


_NO_CODE = ("/var/runtime", "/var/lang", "/opt", "/etc", "/usr", "/bin", "/lib")


def malformed_handler(subject: Subject) -> Iterator[Hit]:
    """A hit for a handler that the runtime of the image's language cannot take apart."""
    step = subject.process.cmd
    language = handler_language(subject)
    if step is None or not step.instruction.json or language is None or command_comes_from_code(subject):
        return
    words = step.instruction.arguments
    if len(words) != 1 or is_program_name(words[0].text, language):
        return
    handler = words[0].text
    problem = handler_problem(language, handler)
    form = handler_form(language)
    if problem is None or form is None:
        return
    edits: tuple[HitEdit, ...] = ()
    if problem.suggestion is not None:
        edits = (HitEdit(words[0].span, json.dumps(problem.suggestion, ensure_ascii=False)),)
    yield Hit(
        words[0].span,
        {
            "handler": shown(handler, _SHOWN),
            "reason": problem.reason,
            "error": shown(problem.error, 2 * _SHOWN),
            "form": form.form,
            "example": form.example,
            "suggestion": problem.suggestion or "",
        },
        edits=edits,
        variant="suggestion" if problem.suggestion else "variable" if problem.kind == "variable" else "",
        details={"handler": handler, "problem": problem.kind, "language": language},
    )


def wrong_cmd_arguments(subject: Subject) -> Iterator[Hit]:
    """A hit for a CMD in exec form that hands Lambda's entrypoint anything but one handler."""
    step = subject.process.cmd
    arguments = inherited_arguments(subject)
    if step is None or arguments is None or not step.instruction.json or command_comes_from_code(subject):
        return
    language = handler_language(subject) or "provided"
    words = step.instruction.arguments
    texts = tuple(word.text for word in words)
    if len(arguments) == 1 and not (texts and is_program_name(texts[0], language)):
        return
    values = {
        "cmd": shown(_array(texts), _SHOWN),
        "count": str(len(arguments)),
        "program": "",
        "example": _example(subject),
        "repaired": "",
    }
    details: dict[str, object] = {"count": len(arguments), "language": language}
    if not texts:
        yield Hit(step.instruction.keyword_span, values, variant="none", details=details)
        return
    program = classified(texts)
    if is_program(program) or is_program_name(texts[0], language):
        values["program"] = program.name or basename(texts[0])
        if has_adapter(subject):
            keyword = step.instruction.keyword_span
            yield Hit(
                words[0].span,
                values,
                edits=(HitEdit(keyword, "ENTRYPOINT"),),
                variant="adapter",
                details=details,
                fix_title="Make it the ENTRYPOINT",
            )
            return
        yield Hit(words[0].span, values, variant="program", details=details)
        return
    joined = _joined(texts, language)
    surplus = Span(words[0].span.start, words[-1].span.end)
    if joined is None:
        yield Hit(surplus, values, variant="", details=details)
        return
    repaired = _array((joined,))
    whole = step.instruction.rest.source_span(0, len(step.instruction.rest.text))
    yield Hit(
        surplus,
        values | {"repaired": repaired},
        edits=(HitEdit(whole, repaired),),
        variant="split",
        details=details,
    )


def _joined(texts: tuple[str, ...], language: str) -> str | None:
    """The handler of which `texts` are the module and the function, None when they are something else."""
    if len(texts) != 2 or language not in ("python", "nodejs", "ruby"):
        return None
    if not all(_IDENTIFIER.match(text) for text in texts):
        return None
    joined = ".".join(texts)
    return joined if is_handler(joined, language) else None


def _values(step: Step) -> dict[str, str]:
    """What messages about a CMD or ENTRYPOINT in shell form may say."""
    text = " ".join(step.instruction.arguments[0].text.split())
    return {
        "instruction": step.instruction.keyword,
        "text": shown(text, _SHOWN),
        "shell": " ".join(step.shell),
        "example": "",
        "program": "",
    }


def _example(subject: Subject) -> str:
    form = handler_form(handler_language(subject) or "provided")
    return _array((form.example if form is not None else "function",))


def _array(words: tuple[str, ...]) -> str:
    """`words` as a Dockerfile writes an exec form."""
    return json.dumps(list(words), ensure_ascii=False)
