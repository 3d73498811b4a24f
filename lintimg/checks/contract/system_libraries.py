"""LI235: packages that need a library, a program or a compiler of the system which nothing brings."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from lintimg.aws.images import aws_base
from lintimg.aws.names import canonical_name
from lintimg.checks.asked import Asked, asked_libraries, dependency_span
from lintimg.checks.bases import without_digest
from lintimg.checks.tables import table
from lintimg.dockerfile.build import Stage, Step
from lintimg.dockerfile.copy import Copy, is_remote, read_copy
from lintimg.dockerfile.reference import parse_reference
from lintimg.lazy import regex
from lintimg.lint.image_files import absolute, expanded, inside, steps_of
from lintimg.lint.rule import Hit, HitEdit, HitRelated
from lintimg.lint.subject import ShippedRun, Subject
from lintimg.text import SourceText

_SYSTEM_FOLDERS = ("/opt", "/usr", "/lib", "/lib64", "/bin", "/var/lang", "/var/task/lib", "/var/task/bin")
_OTHER_ORIGINS = (
    "-i",
    "--index-url",
    "--index",
    "--default-index",
    "--extra-index-url",
    "-f",
    "--find-links",
    "--no-index",
    "--no-deps",
)
_INDEX_VARIABLES = ("PIP_INDEX_URL", "PIP_EXTRA_INDEX_URL", "PIP_FIND_LINKS", "UV_INDEX_URL", "UV_INDEX")
_SCRIPTS = frozenset(
    ("sh", "bash", "source", ".", "make", "ansible-playbook", "conda", "mamba", "micromamba", "nix-env")
)
_NUMBER = regex(r"(?:==|~=|===)\s*(\d+)(?:\.(\d+))?")
_LIBRARIES = regex(r"lib64/|/usr/lib|\.so\b|ldd |auditwheel|LD_LIBRARY_PATH")
_SYSTEM_MANAGERS = frozenset(("apt", "dnf", "microdnf", "yum"))
_SOURCES = (".py", ".js", ".ts", ".txt")
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
        if _is_left_behind(subject, asked, row, names):
            yield _hit(
                subject, asked, row, subject.base_image or "", _system(subject.base_image) or "", "left"
            )
            continue
        stage = _stage(subject, asked, row)
        system = None if stage is None else _system(stage.base_image)
        if stage is None or system is None or system not in row.get("systems", ("amazon", "debian")):
            continue
        if _is_served(asked, row, names) or any(mark in text for mark in row["marks"]):
            continue
        if not _may_be_brought(subject, stage, row["marks"], from_context=row["kind"] != "compiled"):
            yield _hit(subject, asked, row, stage.base_image or "", system, row["kind"])


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
        or asked.operation.has(*_OTHER_ORIGINS)
        or any(asked.run.step.environment.get(name) for name in _INDEX_VARIABLES)
    )


def _may_be_brought(subject: Subject, root: Stage, marks: Iterable[str], *, from_context: bool) -> bool:
    """Whether anything in the stages on `root` may bring what is needed without naming it."""
    for stage in subject.build.stages:
        if stage.root != root.number:
            continue
        for step in stage.steps:
            copy = read_copy(step.instruction)
            if copy is not None and _copy_may_bring(subject, copy, step, from_context=from_context):
                return True
        if any(_run_may_bring(run) for run in subject.runs(stage.number)):
            return True
    if subject.context is None or not from_context:
        return False
    files = subject.context.files
    if subject.context.truncated or len(files) > _MOST_FILES:
        return True
    paths = [file.path.lower() for file in files if not file.path.endswith(_SOURCES)]
    return any(mark.strip() in path for path in paths for mark in marks)


def _copy_may_bring(subject: Subject, copy: Copy, step: Step, *, from_context: bool) -> bool:
    target = expanded(copy.destination.text, step.environment, subject.document.escape)
    folder = None if target is None else absolute(step.workdir, target)
    if folder is None or any(is_remote(word.text) for word in copy.sources):
        return True
    if inside(folder, "/opt/extensions") or "astral-sh/uv" in (copy.from_ or ""):
        return False
    external = copy.from_ is not None and subject.build.stage_called(copy.from_) is None
    if folder == "/" or external or any(inside(folder, each) for each in _SYSTEM_FOLDERS):
        return True
    # A folder of which nobody knows what it holds.
    unknown = subject.context is None and copy.from_ is None and from_context
    return unknown and any("." not in word.text[1:] for word in copy.sources)


def _run_may_bring(run: ShippedRun) -> bool:
    """Whether a RUN takes files from elsewhere, runs a script, or installs more than its words name."""
    if any("from=" in (flag.value or "") for flag in run.instruction.flags):
        return True
    for operation in run.operations:
        if operation.manager in _SYSTEM_MANAGERS and any(p.kind != "name" for p in operation.packages):
            return True
    return any(
        script.unread
        or any(
            command.name is None or command.name in _SCRIPTS or command.words[0].pieces.startswith((".", "/"))
            for command in script.commands
        )
        for script in run.scripts
    )


def _is_left_behind(subject: Subject, asked: Asked, row: dict[str, Any], names: set[str]) -> bool:
    """Whether the package is compiled in a build stage that has its library, and only the package is taken along."""
    root = subject.root_stage
    if "library" not in row or root is None or asked.run.step.stage in subject.build.chain:
        return False
    if _system(root.base_image) is None or _is_served(asked, row, names):
        return False
    build = subject.build
    builder = build.stages[build.stages[asked.run.step.stage].root]
    brings = any(mark in _text(subject, builder.number) for mark in row["marks"])
    if not brings and _system(builder.base_image) is not None:
        # It is not even compiled.
        return False
    if _LIBRARIES.search(subject.document.source.text):
        return False
    here = "".join(_text(subject, number) for number in build.chain)
    if any(mark in here for mark in row["library_marks"]):
        return False
    return not _may_be_brought(subject, root, row["library_marks"], from_context=True)


def _text(subject: Subject, number: int) -> str:
    """The instructions of a stage and those it builds on, in lower case."""
    return "\n".join(step.instruction.rest.text for step in steps_of(subject.build, number)).lower()


def _hit(subject: Subject, asked: Asked, row: dict[str, Any], image: str, system: str, variant: str) -> Hit:
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
            "library": row.get("library", ""),
            "alternative": alternative or "",
        },
        edits=edits,
        variant=variant,
        severity="warning" if variant == "started" else None,
        details={"package": asked.name, "needs": row["needs"], "kind": variant},
        path=asked.manifest,
        related=(HitRelated(asked.operation.span, "installed here"),) if asked.manifest is not None else (),
    )
