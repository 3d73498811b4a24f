"""LI207: ways to install or configure the Lambda Web Adapter so that it does nothing."""

from __future__ import annotations

from collections.abc import Iterator
from posixpath import dirname

from lintimg.checks.contract.runtime_client import copied_image, has_adapter
from lintimg.checks.contract.settings_in_image import Setting, image_settings
from lintimg.checks.program import Program, started_program
from lintimg.checks.tables import table
from lintimg.dockerfile.build import Step
from lintimg.dockerfile.copy import Copy, read_copy
from lintimg.dockerfile.document import Word
from lintimg.dockerfile.reference import parse_reference
from lintimg.lazy import regex
from lintimg.lint.image_files import absolute, expanded
from lintimg.lint.rule import Hit, HitEdit
from lintimg.lint.subject import Subject
from lintimg.model.span import Span

_ADAPTER_IMAGE = regex(r"(?:^|/)aws-lambda-(?:web-)?adapter\Z")
_FOLDER = "/opt/extensions"
_PORT = regex(r"(?:.*:)?(\d{1,5})\Z")


def misconfigured_web_adapter(subject: Subject) -> Iterator[Hit]:
    """Hits for a web adapter that Lambda does not find, or that asks the wrong port, and for outdated settings of it."""
    if not has_adapter(subject):
        return
    steps = list(subject.build.shipped_steps())
    for number, step in enumerate(steps):
        copy = read_copy(step.instruction)
        if copy is None or copy.from_ is None:
            continue
        image = copied_image(copy, step, subject)
        reference = parse_reference(image) if image else None
        if reference is None or not _ADAPTER_IMAGE.search(reference.name):
            continue
        others = steps[:number] + steps[number + 1 :]
        if not any(_names_folder(other, subject) for other in others):
            yield from _misplaced(copy, step, subject)
        if reference.digest is None and reference.tag in (None, "latest"):
            yield from _unpinned(step, subject, image or "")
    settings = list(image_settings(subject))
    yield from _outdated(settings)
    yield from _wrong_port(subject, settings)


def _names_folder(step: Step, subject: Subject) -> bool:
    """Whether `step` puts something into the extensions' folder, or makes it."""
    if step.instruction.keyword not in ("COPY", "ADD", "RUN", "WORKDIR"):
        return False
    texts = [step.instruction.rest.text, *(heredoc.content for heredoc in step.instruction.heredocs)]
    if any("extensions" in text for text in texts):
        return True
    copy = read_copy(step.instruction)
    if copy is None:
        return False
    destination = expanded(copy.destination.text, step.environment, subject.document.escape)
    return destination is None or destination.rstrip("/") in ("", "/opt")


def _misplaced(copy: Copy, step: Step, subject: Subject) -> Iterator[Hit]:
    written = expanded(copy.destination.text, step.environment, subject.document.escape)
    target = absolute(step.workdir, written) if written is not None else None
    if written is None or target is None or len(copy.sources) != 1:
        return
    if target == _FOLDER and (written.endswith("/") or written == "."):
        return
    if dirname(target) == _FOLDER and not written.endswith("/"):
        return
    path = copy.sources[0].text
    if path.rstrip("/*") in ("", "/opt") and target in ("/", "/opt"):
        return
    yield Hit(
        copy.destination.span,
        _values() | {"path": target},
        edits=_destination_edit(copy.destination, subject),
        variant="path",
        details={"problem": "path"},
        fix_title=f"Copy it to {_FOLDER}/lambda-adapter",
    )


def _destination_edit(word: Word, subject: Subject) -> tuple[HitEdit, ...]:
    quoted = subject.document.source.slice(word.span).startswith('"')
    path = f"{_FOLDER}/lambda-adapter"
    return (HitEdit(word.span, f'"{path}"' if quoted else path),)


def _unpinned(step: Step, subject: Subject, image: str) -> Iterator[Hit]:
    flag = step.instruction.flag("from")
    # A stage is LI104's: its FROM names the image.
    if flag is None or flag.value is None or subject.build.stage_called(flag.value) is not None:
        return
    yield Hit(
        flag.value_span or flag.span,
        _values() | {"image": image, "name": image.removesuffix(":latest")},
        variant="unpinned",
        severity="warning",
        details={"problem": "unpinned"},
    )


def _outdated(settings: list[Setting]) -> Iterator[Hit]:
    data = table("web_adapter")
    named = {setting.name for setting in settings}
    for setting in settings:
        for key, replacement in ((key, data[key].get(setting.name)) for key in ("deprecated", "removed")):
            if replacement is None or replacement in named:
                continue
            yield Hit(
                setting.name_word.span,
                _values() | {"variable": setting.name, "replacement": replacement},
                edits=(HitEdit(setting.name_word.span, replacement),) if key == "deprecated" else (),
                variant=key,
                severity="info" if key == "deprecated" else "warning",
                details={"problem": key, "variable": setting.name},
                fix_title=f"Write {replacement}",
                fix_applicability="safe",
            )


def _wrong_port(subject: Subject, settings: list[Setting]) -> Iterator[Hit]:
    """A hit where the started server listens on one port and the adapter asks another, both being literal."""
    process = subject.process
    step = process.cmd or process.entrypoint
    if step is None or any(deployment.command or deployment.entrypoint for deployment in subject.deployments):
        return
    program = started_program(subject)
    values = {setting.name: setting.value for setting in settings}
    asked = _asked_port(subject, values)
    if program is None or asked is None:
        return
    found = _listening_port(program, values)
    if found is None or found[0] == asked:
        return
    port, option = found
    yield Hit(
        _option_span(subject, option) or step.instruction.arguments[0].span,
        _values() | {"program": program.name, "port": str(port), "asked": str(asked)},
        variant="port",
        severity="warning",
        details={"problem": "port", "port": port, "adapter": asked},
    )


def _asked_port(subject: Subject, values: dict[str, str | None]) -> int | None:
    """The port the adapter forwards to; None when a variable hides it."""
    base = subject.root_stage.base_facts.env if subject.root_stage else None
    for name in ("AWS_LWA_PORT", "PORT"):
        if name in values or (base and name in base):
            value = values.get(name, base.get(name) if base else None)
            return int(value) if value and value.isdecimal() and len(value) < 6 else None
    port: int = table("web_adapter")["port"]
    return port


def _listening_port(program: Program, values: dict[str, str | None]) -> tuple[int, str | None] | None:
    """The port `program` listens on and the word that says so; None when that is not known."""
    row = table("web_adapter")["servers"].get(program.name)
    words = program.words[1:]
    if row is None or ("subcommand" in row and row["subcommand"] not in words):
        return None
    found: tuple[int, str | None] | None = None
    given = False
    for at, word in enumerate(words):
        option, equals, value = word.partition("=")
        if option not in row["options"]:
            continue
        given = True
        if not equals:
            value = words[at + 1] if at + 1 < len(words) else ""
        port = _PORT.match(value)
        found = None if port is None else (int(port[1]), word if equals else value)
    if given:
        return found
    if any(word in ("--uds", "--fd", "-c", "--config") or word.startswith("$") for word in words):
        return None
    variable = row["variable"]
    if variable is not None and variable in values:
        value = values[variable] or ""
        return (int(value), None) if value.isdecimal() and len(value) < 6 else None
    return None if row["default"] is None else (row["default"], None)


def _option_span(subject: Subject, word: str | None) -> Span | None:
    process = subject.process
    for step in (process.cmd, process.entrypoint):
        if step is not None and step.instruction.json and word is not None:
            for argument in step.instruction.arguments:
                if argument.text == word:
                    return argument.span
    return None


def _values() -> dict[str, str]:
    names = ("path", "image", "name", "variable", "replacement", "program", "port", "asked")
    return dict.fromkeys(names, "")
