"""Runs the rules for built images over one of them and makes findings of their hits."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from lintimg.lazy import NamedTuple
from lintimg.lint.built import BuiltImage, ImageCheck, ImageHit
from lintimg.lint.fingerprint import Fingerprints
from lintimg.lint.rule import Rule
from lintimg.lint.selection import Selection
from lintimg.model.finding import (
    SEVERITIES,
    DockerfileLine,
    Finding,
    ImageLocation,
    LayerReference,
    Problem,
    Severity,
)
from lintimg.text import path_text, printable

_SHOWN = 200
"""Characters of a value in a message: names in an image may be of any length."""


class ImageSettings(NamedTuple):
    """How an image is to be checked; `severities` are the user's overrides by code."""

    selection: Selection
    severities: Mapping[str, Severity]
    find_check: Callable[[str], ImageCheck]


class ImageResult(NamedTuple):
    """What checking one image gave. `deciding` are the errors, selected or not, of `ImageRules.deciding`."""

    findings: tuple[Finding, ...]
    deciding: tuple[Finding, ...]
    errors: tuple[Problem, ...]


def lint_image(
    subject: BuiltImage,
    settings: ImageSettings,
    deciding: frozenset[str] = frozenset(),
    lines: Sequence[DockerfileLine | None] = (),
) -> ImageResult:
    """Checks a built image. A rule that crashes becomes an entry in `errors`.

    `deciding` are the codes that tell whether Lambda takes the image: they run whether selected or not.
    `lines` are the instructions that made its layers, where known.
    """
    maker = _Maker(subject, settings, lines)
    findings: list[Finding] = []
    decided: list[Finding] = []
    errors: list[Problem] = []
    for rule in settings.selection.rules:
        if rule.family != "image" or subject.kind not in rule.applies_to:
            continue
        wanted = settings.selection.runs(rule)
        if not wanted and rule.code not in deciding:
            continue
        try:
            made = [(maker.make(rule, hit), hit) for hit in settings.find_check(rule.check or "")(subject)]
        except Exception as error:  # noqa: BLE001 - one rule's bug must not hide the others' findings
            message = f"rule {rule.code} crashed ({type(error).__name__}: {error}); please report it"
            errors.append(Problem("rule", message, image=subject.image.reference, rule=rule.code))
            continue
        if wanted:
            findings += (found for found, hit in made if settings.selection.keeps(rule, hit.details))
        if rule.code in deciding:
            decided += (found for found, hit in made if (hit.severity or rule.severity) == "error")
    return ImageResult(tuple(sorted(findings, key=_order)), tuple(decided), tuple(errors))


def _order(finding: Finding) -> tuple[object, ...]:
    """The worst first, then by code; the hits of a rule stay in their order."""
    return (SEVERITIES.index(finding.severity), finding.rule)


class _Maker:
    def __init__(
        self, subject: BuiltImage, settings: ImageSettings, lines: Sequence[DockerfileLine | None]
    ) -> None:
        self._image = subject.image
        self._severities = settings.severities
        self._lines = lines
        self._fingerprints = Fingerprints(_name(subject.image.reference))

    def make(self, rule: Rule, hit: ImageHit) -> Finding:
        """The finding `hit` is. Raises KeyError when a template needs a value the hit lacks."""
        values = {key: _shown(value) for key, value in hit.values.items()}
        path = None if hit.path is None else path_text(hit.path)
        layer = None
        if hit.layer is not None:
            stored = self._image.layers[hit.layer]
            layer = LayerReference(hit.layer, stored.digest or stored.diff_id)
        line = self._lines[hit.layer] if hit.layer is not None and hit.layer < len(self._lines) else None
        return Finding(
            rule=rule.code,
            severity=self._severities.get(rule.code) or hit.severity or rule.severity,
            message=rule.messages[hit.variant if hit.variant in rule.messages else ""].format_map(values),
            help=rule.helps[hit.variant if hit.variant in rule.helps else ""].format_map(values),
            fingerprint=self._fingerprints.make(rule.code, None, path or hit.variant),
            location=ImageLocation(self._image.reference, layer, path, line),
            dockerfile=None if line is None else line.path,
            details=hit.details,
            saving=hit.saving,
        )


def _name(reference: str) -> str:
    """The reference without its tag or digest: a new build's finding is the same finding."""
    name = reference.partition("@")[0]
    front, colon, tag = name.rpartition(":")
    return front if colon and "/" not in tag else name


def _shown(value: object) -> str:
    text = printable(str(value))
    return text if len(text) <= _SHOWN else f"{text[: _SHOWN - 1]}…"
