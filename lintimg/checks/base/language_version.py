"""LI109: a project that asks for another version of its language than the image has."""

from __future__ import annotations

from collections.abc import Iterator
from posixpath import basename
from typing import TYPE_CHECKING

from lintimg.aws.images import aws_base
from lintimg.aws.names import canonical_name
from lintimg.dockerfile.build import Stage, Step
from lintimg.dockerfile.reference import parse_reference
from lintimg.lazy import regex
from lintimg.lint.image_files import context_file
from lintimg.lint.rule import Hit
from lintimg.lint.subject import ShippedRun, Subject

if TYPE_CHECKING:
    from lintimg.checks.base.declared_versions import Declared

_TAG = regex(r"v?(\d+)(?:\.(\d+))?(?:\.(\d+))?(?=$|[-_.+])")
_LIMIT = 1_000_000
_LOCAL_SINCE = (1, 21)
"""From this version on Go fetches newer toolchains, and its official image forbids it (GOTOOLCHAIN=local)."""
_GO_VERBS = frozenset(("build", "install", "mod download", "get", "run", "test", "generate", "mod", "vet"))
_JAVA_BUILDS = {"maven": ("pom.xml",), "gradle": ("build.gradle.kts", "build.gradle")}
_RUNTIMES = ("mcr.microsoft.com/dotnet/aspnet", "mcr.microsoft.com/dotnet/runtime")
_SDK = "mcr.microsoft.com/dotnet/sdk"


def language_version(subject: Subject) -> Iterator[Hit]:
    """A hit for each FROM whose language is too old, or too new, for the project that is built or run on it."""
    if subject.context is None:
        return
    done: set[tuple[int, str]] = set()
    for number in sorted(subject.build.used):
        for run in subject.runs(number):
            for operation in run.operations:
                key = (number, operation.manager)
                if key in done:
                    continue
                hit = None
                if operation.manager == "go":
                    hit = _go(subject, run)
                elif operation.manager in _JAVA_BUILDS:
                    hit = _java(subject, run, operation.manager)
                elif operation.manager in ("pip", "poetry", "pdm") and operation.action == "install":
                    itself = operation.manager != "pip" or any(
                        p.text.startswith(".") for p in operation.packages
                    )
                    hit = _python(subject, run, operation.manager) if itself else None
                elif operation.manager == "dotnet":
                    hit = _dotnet(subject, run, operation.has("--self-contained", "-p:PublishSingleFile"))
                if hit is not None:
                    done.add(key)
                    yield hit


def _root(subject: Subject, number: int) -> Stage:
    return subject.build.stages[subject.build.stages[number].root]


def _image(stage: Stage) -> tuple[str, tuple[int, ...]] | None:
    """The canonical name of a stage's image and the version its tag begins with."""
    reference = parse_reference(stage.base_image) if stage.base_image else None
    found = _TAG.match(reference.tag) if reference is not None and reference.tag else None
    if (
        reference is None
        or found is None
        or "rc" in (reference.tag or "")
        or "preview" in (reference.tag or "")
    ):
        return None
    return canonical_name(reference), tuple(int(part) for part in found.groups() if part is not None)


def _text(subject: Subject, step: Step, name: str) -> tuple[str, str] | None:
    """The file `name` of the folder in which `step` runs: its path in the context, and its text."""
    context = subject.context
    path = None if context is None else context_file(subject.build, context, step, name)
    data = None if context is None or path is None else context.read(path, _LIMIT)
    return None if data is None or path is None else (path, data.decode("utf-8", "replace"))


def _hit(
    subject: Subject,
    stage: Stage,
    file: str,
    declared: str,
    has: str,
    variant: str,
    wanted: str | None = None,
) -> Hit:
    from lintimg.checks.base.base_rename import rename_base

    image = (stage.base_image or "").partition("@")[0]
    moved = image
    if wanted is not None and "@" not in (stage.base_image or ""):
        name, _, tag = image.rpartition(":")
        moved = f"{name}:{_TAG.sub(wanted, tag, count=1)}"
    edit = rename_base(subject, stage, moved) if moved != image else None
    return Hit(
        stage.base.span,
        {"image": image, "file": file, "declared": declared, "has": has, "wanted": moved},
        edits=() if edit is None else (edit,),
        variant=variant,
        details={"file": file, "declared": declared, "image": image},
    )


def _go(subject: Subject, run: ShippedRun) -> Hit | None:
    stage = _root(subject, run.step.stage)
    image = _image(stage)
    if image is None or image[0] != "golang" or len(image[1]) < 2:
        return None
    if "GOTOOLCHAIN" in run.instruction.rest.text or _sets(subject, run.step.stage, "GOTOOLCHAIN"):
        return None
    from lintimg.checks.base.declared_versions import go_version

    found = _text(subject, run.step, "go.mod")
    declared = go_version(found[1]) if found is not None else None
    if found is None or declared is None:
        return None
    has = image[1]
    if has < _LOCAL_SINCE or declared.version[: len(has)] <= has[: len(declared.version)]:
        return None
    # A tag without a patch number is the newest one.
    if len(has) == 2 and declared.version[:2] <= has:
        return None
    wanted = ".".join(map(str, declared.version[:2]))
    return _hit(subject, stage, found[0], declared.text, ".".join(map(str, has)), "go", wanted)


def _sets(subject: Subject, stage: int, name: str) -> bool:
    """Whether an ENV or ARG of the stage sets the variable."""
    return any(
        name in step.instruction.rest.text
        for step in subject.build.stages[stage].steps
        if step.instruction.keyword in ("ENV", "ARG")
    )


def _java(subject: Subject, run: ShippedRun, manager: str) -> Hit | None:
    from lintimg.checks.base.declared_versions import java_version
    from lintimg.checks.bases import plain_language

    stage, image = subject.root_stage, subject.base_image
    if stage is None or image is None:
        return None
    base = aws_base(image)
    if base is not None:
        if base.language != "java" or base.runtime is None:
            return None
        has = int(base.runtime.tag.partition(".")[0])
    else:
        found = _image(stage)
        if (
            found is None
            or plain_language(image) != "java"
            or found[0] in ("maven", "gradle", "tomcat", "jetty")
        ):
            return None
        has = found[1][0]
    for name in _JAVA_BUILDS[manager]:
        file = _text(subject, run.step, name)
        declared = java_version(basename(name), file[1]) if file is not None else None
        if file is not None and declared is not None:
            if declared.version[0] <= has or "release" in run.instruction.rest.text:
                return None
            # 8 is called 1.8 in places; below it nothing is compiled any more.
            return _hit(subject, stage, file[0], declared.text, str(has), "java", None)
    return None


def _python(subject: Subject, run: ShippedRun, manager: str) -> Hit | None:
    stage = _root(subject, run.step.stage)
    base = aws_base(stage.base_image or "")
    if base is not None:
        tag = base.runtime.tag if base.runtime is not None and base.language == "python" else ""
        parts = tag.split(".")
        has = (int(parts[0]), int(parts[1])) if len(parts) > 1 and parts[1].isdecimal() else None
    else:
        image = _image(stage)
        has = (
            (image[1][0], image[1][1])
            if image is not None and image[0] == "python" and len(image[1]) > 1
            else None
        )
    from lintimg.checks.base.declared_versions import excludes, python_requirement

    found = _text(subject, run.step, "pyproject.toml")
    requirement = python_requirement(found[1]) if found is not None and has is not None else None
    if found is None or has is None or requirement is None or not excludes(requirement, has):
        return None
    return _hit(
        subject,
        stage,
        found[0],
        requirement,
        f"{has[0]}.{has[1]}",
        "poetry" if manager == "poetry" else "python",
    )


def _dotnet(subject: Subject, run: ShippedRun, own: bool) -> Hit | None:
    declared = _framework(subject)
    if declared is None:
        return None
    file, framework = declared
    builder = _root(subject, run.step.stage)
    sdk = _image(builder)
    if sdk is not None and sdk[0] == _SDK and sdk[1][0] < framework.version[0]:
        return _hit(subject, builder, file, framework.text, str(sdk[1][0]), "sdk")
    stage = subject.root_stage
    if stage is None or own or stage.base_image is None:
        return None
    base = aws_base(stage.base_image)
    if base is not None:
        if base.language != "dotnet" or base.runtime is None or not base.runtime.tag[:1].isdecimal():
            return None
        has = int(base.runtime.tag.partition(".")[0])
    else:
        image = _image(stage)
        if image is None or image[0] not in _RUNTIMES:
            return None
        has = image[1][0]
    rolls = any(_sets(subject, number, "DOTNET_ROLL_FORWARD") for number in subject.build.chain)
    if framework.version[0] <= has or rolls:
        return None
    return _hit(subject, stage, file, framework.text, str(has), "dotnet")


def _framework(subject: Subject) -> tuple[str, Declared] | None:
    """The target framework that all project files of the context agree on, tests left out."""
    from lintimg.checks.base.declared_versions import framework_version

    context = subject.context
    files = (
        [file.path for file in context.files if file.path.endswith((".csproj", ".fsproj"))] if context else []
    )
    found: dict[str, Declared] = {}
    for path in files[:50]:
        if "test" in path.lower():
            continue
        data = context.read(path, _LIMIT) if context is not None else None
        declared = framework_version((data or b"").decode("utf-8", "replace"))
        if declared is None:
            return None
        found[path] = declared
    if len({declared.text for declared in found.values()}) != 1 or len(files) > 50:
        return None
    path = min(found)
    return path, found[path]
