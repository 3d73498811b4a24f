"""What each instruction puts into an image, as far as text, context and measured sizes tell."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice

from lintimg.aws.sizes import PackagePart, package_part, with_dependencies
from lintimg.aws.tables import table
from lintimg.dockerfile.build import Step
from lintimg.dockerfile.copy import Copy, is_remote, read_copy
from lintimg.lazy import NamedTuple
from lintimg.lint.image_files import absolute, expanded, inside, steps_of
from lintimg.lint.installs import Install, installs
from lintimg.lint.subject import Subject

MEGABYTE = 1_000_000

_ARCHIVES = (".tar.gz", ".tgz", ".tar.xz", ".txz", ".tar.bz2", ".tbz2", ".tar.zst")
_MAX_STAGES = 200
"""Each stage is read with all that it builds on, so time grows with the square of their number."""

_MAX_DEPTH = 6
_MAX_CONTRIBUTIONS = 2_000
_MAX_MANIFEST_INSTALLS = 100
"""Bounds on absurd files; real ones stay far below."""
_UNMEASURED = {"pip": (2, 30), "npm": (1, 15), "apt": (3, 40)}
"""Likely and high megabytes of a package that was never measured."""
_UNMEASURED_TRANSITIVE = (0.3, 3)
_OTHER_MAJOR = 0.3
_SAME_MAJOR = 0.6
_HIGH = 1.5


class Contribution(NamedTuple):
    """Bytes from one instruction. `kind` is "code" for files of the context, "packages" for a language's
    packages, "system" for the operating system's and "cache" for what an installer leaves behind.

    `parts` are measured packages, to be counted once in an image; the bounds are what comes besides.
    `scale` is how much of their measured size is sure, `compiled` and `recommends` what is added to it.
    `place` is the folder it lands in, None when not known.
    """

    line: int
    what: str
    kind: str
    low: int
    likely: int
    high: int
    place: str | None
    parts: tuple[PackagePart, ...] = ()
    scale: float = 0.0
    compiled: bool = False
    recommends: bool = False
    ecosystem: str = ""


def contributions(subject: Subject, stage: int) -> Sequence[Contribution]:
    """What the instructions that make up `stage` add to its root image, in order; nothing for a file of absurdly many stages."""
    if len(subject.build.stages) > _MAX_STAGES:
        return ()
    return _Collector(subject).stage(stage, _MAX_DEPTH)


class _Collector:
    """Gathers contributions; a stage that is copied from many times is read once."""

    def __init__(self, subject: Subject) -> None:
        self.subject = subject
        self._stages: dict[int, list[Contribution]] = {}
        self._sizes: dict[tuple[str, tuple[str, ...]], tuple[int, int]] = {}
        self._manifests_left = _MAX_MANIFEST_INSTALLS

    def stage(self, number: int, depth: int) -> list[Contribution]:
        """The contributions to a stage, at most as many as an image can sensibly have."""
        found = self._stages.get(number)
        if found is None:
            self._stages[number] = []  # a stage that copies from itself gets nothing
            found = self._stages[number] = list(islice(self._steps(number, depth), _MAX_CONTRIBUTIONS))
        return found

    def _steps(self, number: int, depth: int) -> Iterator[Contribution]:
        for step in steps_of(self.subject.build, number):
            keyword = step.instruction.keyword
            if keyword == "RUN":
                run = self.subject.run(step)
                if not run.operations:
                    continue
                for install in installs(self.subject, run, manifests=self._manifests_left > 0):
                    self._manifests_left -= 1
                    yield from _installed(self.subject, install)
            elif keyword in ("COPY", "ADD"):
                copy = read_copy(step.instruction)
                if copy is not None:
                    yield from self._copied(step, copy, depth)

    def _copied(self, step: Step, copy: Copy, depth: int) -> Iterator[Contribution]:
        escape = self.subject.document.escape
        line = step.instruction.start_line
        destination = expanded(copy.destination.text, step.environment, escape)
        place = None if destination is None else absolute(step.workdir, destination)
        for word in copy.sources:
            source = expanded(word.text, step.environment, escape)
            if source is None or is_remote(source):
                continue
            if copy.from_ is not None:
                yield from self._from_stage(copy.from_, source, line, place, depth)
                continue
            count, size = self._context(source, copy.exclude)
            if not count:
                continue
            grows = copy.keyword == "ADD" and source.endswith(_ARCHIVES)
            files = f" ({count} files)" if count > 1 else ""
            yield Contribution(
                line,
                f"{copy.keyword} {source}{files}",
                "code",
                size,
                size * 3 if grows else size,
                size * 6 if grows else size,
                place,
            )

    def _context(self, source: str, exclude: tuple[str, ...]) -> tuple[int, int]:
        """How many files and bytes a source brings from the context."""
        if self.subject.context is None:
            return 0, 0
        key = (source, exclude)
        found = self._sizes.get(key)
        if found is None:
            matched = self.subject.context.match(source, exclude)
            found = self._sizes[key] = (len(matched.files), matched.bytes)
        return found

    def _from_stage(
        self, name: str, source: str, line: int, place: str | None, depth: int
    ) -> Iterator[Contribution]:
        """What COPY --from brings: whatever plainly landed in `source` of the other stage. Nothing of it is sure."""
        stage = self.subject.build.stage_called(name)
        wanted = absolute("/", source)
        if stage is None or wanted is None or depth == 0:
            return
        for each in self.stage(stage.number, depth - 1):
            landed = each.place
            if landed is None:
                # The interpreter's own folders: taken along when they are what is copied.
                system = "site-packages" in wanted or wanted in ("/", "/usr/local", "/usr")
                if each.kind == "packages" and system:
                    yield each._replace(line=line, low=0, scale=0.0)
            elif inside(landed, wanted):
                yield each._replace(line=line, low=0, place=place, scale=0.0)
            elif each.kind == "code" and inside(wanted, landed):
                # A part of a copied folder: at most all of it.
                yield each._replace(line=line, low=0, likely=0, place=place)


def _installed(subject: Subject, install: Install) -> Iterator[Contribution]:
    kind = "system" if install.ecosystem == "apt" else "packages"
    low = likely = high = unmeasured = 0
    for wanted in install.wanted:
        part = package_part(install.ecosystem, wanted.name)
        if part is None:
            guess = _UNMEASURED_TRANSITIVE if wanted.transitive else _UNMEASURED[install.ecosystem]
            unmeasured += 1
            likely += int(guess[0] * MEGABYTE)
            high += int(guess[1] * MEGABYTE)
            continue
        parts = with_dependencies(install.ecosystem, (wanted.name,))
        sure = install.certain and (kind == "packages" or _bare_debian(subject))
        yield Contribution(
            install.line,
            f"{install.label}: {wanted.shown}",
            kind,
            low=0,
            likely=0,
            high=0,
            place=install.place,
            parts=tuple(parts.values()),
            scale=_sure_share(install.ecosystem, wanted.name, wanted.pin) if sure else 0.0,
            compiled=install.compiled,
            recommends=install.recommends,
            ecosystem=install.ecosystem,
        )
        if install.cached and install.ecosystem == "pip":
            yield _cache(install.line, parts)
    if unmeasured:
        what = (
            f"{install.ecosystem}: {unmeasured} {'package' if unmeasured == 1 else 'packages'} not measured"
        )
        yield Contribution(install.line, what, kind, low, likely, high, install.place)


def _cache(line: int, parts: dict[str, PackagePart]) -> Contribution:
    """What pip keeps of its downloads; the same packages as `parts`, with the compressed size."""
    downloads = tuple(
        part._replace(name=part.name + " (cache)", unpacked=part.download, bytecode=0, recommended=0)
        for part in parts.values()
    )
    return Contribution(line, "pip cache", "cache", 0, 0, 0, None, parts=downloads, ecosystem="pip cache")


def _bare_debian(subject: Subject) -> bool:
    """Whether the base image is known to hold next to nothing of what apt could install."""
    image = subject.base_image or ""
    name = image.rpartition("/")[2]
    return name.startswith(("debian:", "ubuntu:")) or "-slim" in name


def _sure_share(ecosystem: str, name: str, pin: str | None) -> float:
    """How much of a package's measured size another of its versions surely has too."""
    measured = table(f"package_sizes_{ecosystem}")["packages"][name].get("version", "")
    digits = "".join(c if c.isdigit() else " " for c in pin or "").split()
    if not digits:
        return _SAME_MAJOR
    return _SAME_MAJOR if digits[0] == measured.partition(".")[0] else _OTHER_MAJOR


def total(part: PackagePart, *, compiled: bool, recommends: bool) -> int:
    """The likely bytes of a measured package."""
    return part.unpacked + (part.bytecode if compiled else 0) + (part.recommended if recommends else 0)


def upper(likely: int) -> int:
    """What `likely` bytes of packages may be at most with another version."""
    return int(likely * _HIGH)
