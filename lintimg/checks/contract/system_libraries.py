"""LI235: packages that need a library, a program or a compiler of the system which nothing brings."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from lintimg.aws.images import aws_base
from lintimg.aws.names import canonical_name
from lintimg.checks.asked import Asked, asked_libraries, dependency_span
from lintimg.checks.bases import without_digest
from lintimg.checks.tables import table
from lintimg.dockerfile.build import Stage
from lintimg.dockerfile.copy import is_remote, read_copy
from lintimg.dockerfile.reference import parse_reference
from lintimg.lazy import regex
from lintimg.lint.image_files import absolute, expanded, inside
from lintimg.lint.rule import Hit, HitEdit, HitRelated
from lintimg.lint.subject import Subject
from lintimg.text import SourceText

_SYSTEM_FOLDERS = ("/opt", "/usr", "/lib", "/lib64", "/bin", "/var/lang", "/var/task/lib", "/var/task/bin")
_OTHER_ORIGINS = (
    "index-url",
    "find-links",
    "-i",
    "-f",
    "--index",
    "--extra-index-url",
    "--no-index",
    "--no-deps",
)
_INDEX_VARIABLES = ("PIP_INDEX_URL", "PIP_EXTRA_INDEX_URL", "PIP_FIND_LINKS", "UV_INDEX_URL", "UV_INDEX")
_SCRIPTS = frozenset(
    ("sh", "bash", "source", ".", "make", "ansible-playbook", "conda", "mamba", "micromamba", "nix-env")
)
_NUMBER = regex(r"(?:==|~=|===)\s*(\d+)(?:\.(\d+))?")
_MOST_FILES = 20_000
_LANGUAGES = frozenset(("python", "nodejs"))


def missing_system_library(subject: Subject) -> Iterator[Hit]:
    """A hit for each package that is surely without what it needs of the system."""
    found: dict[tuple[str, str | None], Asked] = {}
    names: set[str] = set()
    for asked in asked_libraries(subject):
        names.add(asked.name)
        if asked.name in table("system_libraries")["packages"].get(asked.ecosystem, ()):
            found.setdefault((asked.name, asked.manifest), asked)
    if not found:
        return
    text = subject.document.source.text.lower()
    for asked in found.values():
        row = table("system_libraries")["packages"][asked.ecosystem][asked.name]
        stage = _stage(subject, asked, row)
        system = None if stage is None else _system(stage.base_image)
        if stage is None or system is None or system not in row.get("systems", ("amazon", "debian")):
            continue
        if _is_served(asked, row, names) or any(mark in text for mark in row["marks"]):
            continue
        if not _may_be_brought(subject, stage, row["marks"], from_context=row["kind"] != "compiled"):
            yield _hit(subject, asked, row, stage.base_image or "", system)


def _stage(subject: Subject, asked: Asked, row: dict[str, Any]) -> Stage | None:
    """The root of the stage that has to hold what is needed: where it is compiled, or the one that is shipped."""
    if row["kind"] == "compiled":
        return subject.build.stages[subject.build.stages[asked.run.step.stage].root]
    return subject.root_stage


def _system(image: str | None) -> str | None:
    """The system of an image that is known to hold next to nothing, None for any other."""
    if image is None:
        return None
    base = aws_base(image)
    if base is not None:
        return "amazon" if base.runtime is not None and base.language in _LANGUAGES else None
    reference = parse_reference(image)
    if reference is None or "slim" not in (reference.tag or ""):
        return None
    return "debian" if canonical_name(reference) in ("python", "node") else None


def _is_served(asked: Asked, row: dict[str, Any], names: set[str]) -> bool:
    """Whether another package, an extra, an older version or another origin does without the system."""
    if names.intersection(row.get("packages", ())):
        return True
    extras = set(asked.dependency.extras) if asked.dependency is not None else set()
    if asked.dependency is None:
        written = next((p.text for p in asked.operation.packages if p.span == asked.span), "")
        extras = set(written.partition("[")[2].partition("]")[0].replace(" ", "").split(","))
    if extras.intersection(row.get("extras", ())):
        return True
    number = _NUMBER.search(asked.version or "")
    if "from" in row and number is not None and (int(number[1]), int(number[2] or 0)) < tuple(row["from"]):
        return True
    if row["kind"] != "compiled":
        return False
    elsewhere = asked.dependency is not None and asked.dependency.source is not None
    return (
        elsewhere
        or any(word in option for option in asked.operation.options for word in _OTHER_ORIGINS)
        or any(asked.run.step.environment.get(name) for name in _INDEX_VARIABLES)
    )


def _may_be_brought(subject: Subject, root: Stage, marks: Iterable[str], *, from_context: bool) -> bool:
    """Whether anything in the stages on `root` may bring what is needed without naming it."""
    build = subject.build
    for stage in build.stages:
        if stage.root != root.number:
            continue
        for step in stage.steps:
            copy = read_copy(step.instruction)
            if copy is not None:
                target = expanded(copy.destination.text, step.environment, subject.document.escape)
                folder = None if target is None else absolute(step.workdir, target)
                if folder is None or any(is_remote(word.text) for word in copy.sources):
                    return True
                if inside(folder, "/opt/extensions"):
                    continue
                external = copy.from_ is not None and build.stage_called(copy.from_) is None
                if folder == "/" or external or any(inside(folder, each) for each in _SYSTEM_FOLDERS):
                    return not (external and "astral-sh/uv" in (copy.from_ or ""))
                if (
                    subject.context is None
                    and from_context
                    and any("." not in w.text[1:] for w in copy.sources)
                ):
                    return True
        for run in subject.runs(stage.number):
            if any("from=" in (flag.value or "") for flag in run.instruction.flags):
                return True
            if any(
                package.kind != "name"
                for op in run.operations
                for package in op.packages
                if op.manager in ("apt", "dnf", "microdnf", "yum")
            ):
                return True
            for script in run.scripts:
                if script.unread or any(
                    command.name is None
                    or command.name in _SCRIPTS
                    or command.words[0].pieces.startswith((".", "/"))
                    for command in script.commands
                ):
                    return True
    if subject.context is None or not from_context:
        return False
    files = subject.context.files
    return (
        subject.context.truncated
        or len(files) > _MOST_FILES
        or any(
            mark.strip() in file.path.lower()
            for file in files
            for mark in marks
            if not file.path.endswith((".py", ".js", ".ts", ".txt"))
        )
    )


def _hit(subject: Subject, asked: Asked, row: dict[str, Any], image: str, system: str) -> Hit:
    span = asked.span
    edits: tuple[HitEdit, ...] = ()
    alternative = row.get("alternative")
    if asked.manifest is not None and asked.dependency is not None and subject.context is not None:
        source = SourceText(asked.manifest, subject.context.read(asked.manifest) or b"")
        span = dependency_span(source, asked.dependency)
        if alternative and asked.manifest.endswith(".txt") and "--hash=" not in source.text:
            edits = (HitEdit(span, alternative, asked.manifest),)
    elif alternative and subject.document.source.slice(span).lower().startswith(asked.name):
        edits = (HitEdit(span._replace(end=span.start + len(asked.name)), alternative),)
    return Hit(
        span,
        {
            "package": asked.name,
            "needs": row["needs"],
            "error": row["error"],
            "image": without_digest(image),
            "advice": row["advice"][system],
            "alternative": alternative or "",
        },
        edits=edits,
        variant=row["kind"],
        severity="warning" if row["kind"] == "started" else None,
        details={"package": asked.name, "needs": row["needs"], "kind": row["kind"]},
        path=asked.manifest,
        related=(HitRelated(asked.operation.span, "installed here"),) if asked.manifest is not None else (),
    )
