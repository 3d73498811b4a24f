"""LI501: variables of the image and of the build that hold a secret."""

from __future__ import annotations

from collections.abc import Iterator

from lintimg.dockerfile.build import Step
from lintimg.dockerfile.expand import variable_names
from lintimg.lint.image_files import expanded
from lintimg.lint.rule import Hit
from lintimg.lint.secret_names import NamedSecret, is_harmless, is_placeholder, named_secrets
from lintimg.lint.subject import Subject
from lintimg.model.finding import Severity


def secret_variable(subject: Subject) -> Iterator[Hit]:
    """A hit for each ENV and ARG that is named after a secret and holds one, or will."""
    for secret in named_secrets(subject.document):
        found = _judged(subject, secret)
        if found is None:
            continue
        variant, severity = found
        keyword = secret.instruction.keyword
        cloud = secret.strength == "cloud" and subject.target.kind == "lambda" and keyword == "ENV"
        yield Hit(
            secret.name_word.span._replace(end=secret.name_word.span.start + len(secret.name)),
            {
                "variable": secret.name,
                "instruction": keyword,
                "given": "what --build-arg gives it"
                if keyword == "ARG"
                else "the argument it takes its value from",
                "store": _store(subject),
            },
            variant="role" if cloud and variant in ("", "argument") else variant,
            severity=severity,
            details={"variable": secret.name, "instruction": keyword, "value": variant or "given"},
        )


def _store(subject: Subject) -> str:
    if subject.target.kind == "lambda":
        return "the function's configuration or AWS Secrets Manager"
    return "the environment the container is started in"


def _judged(subject: Subject, secret: NamedSecret) -> tuple[str, Severity] | None:
    """The variant and the severity of what is set, None where it is no secret."""
    cloud, weak = secret.strength == "cloud", secret.strength == "weak"
    if secret.value is None:
        return None if weak else ("absent", "warning" if cloud or _is_used(subject, secret) else "info")
    step = _step(subject, secret.number)
    text, escape = secret.value.text, subject.document.escape
    if secret.instruction.keyword == "ENV" and "$" in text:
        if weak or step is None or step.stage not in subject.build.chain:
            return None
        given = _declared(subject)
        if any(name in given for name, _ in variable_names(text, escape)):
            return "argument", "error" if cloud else "warning"
        return ("empty", "info") if expanded(text, step.environment, escape) == "" else None
    value = expanded(text, subject.build.global_arguments if step is None else step.environment, escape)
    if value is None:
        return None
    if not value.strip():
        return None if weak else ("empty", "info")
    if is_harmless(secret.name, secret.strength, value):
        return None
    if is_placeholder(value):
        return None if weak else ("placeholder", "info")
    return "", "error" if cloud else "info" if weak else "warning"


def _is_used(subject: Subject, secret: NamedSecret) -> bool:
    """Whether a RUN of a shipped stage names the argument: then its value surely stands in the image's history."""
    step = _step(subject, secret.number)
    return (
        step is not None
        and step.stage in subject.build.chain
        and any(
            later.instruction.keyword == "RUN"
            and later.instruction.number > secret.number
            and (
                f"${secret.name}" in later.instruction.rest.text
                or f"${{{secret.name}" in later.instruction.rest.text
            )
            for later in subject.build.stages[step.stage].steps
        )
    )


def _declared(subject: Subject) -> frozenset[str]:
    """The names of all arguments."""
    return frozenset(
        word.text.partition("=")[0]
        for instruction in subject.document.instructions
        if instruction.keyword == "ARG"
        for word in instruction.arguments
    )


def _step(subject: Subject, number: int) -> Step | None:
    for stage in subject.build.stages:
        for step in stage.steps:
            if step.instruction.number == number:
                return step
    return None
