"""LI223: search paths of AWS's base images that are replaced instead of extended."""

from __future__ import annotations

from collections.abc import Iterator

from lintimg.checks.contract.settings_in_image import Setting, image_settings
from lintimg.lint.rule import Hit, HitEdit
from lintimg.lint.subject import Subject
from lintimg.lint.wording import listing
from lintimg.model.span import Span

_LANGUAGES = ("python", "nodejs", "ruby", "java", "dotnet")
_NEEDED = {
    "PATH": ("/var/lang/bin", "/usr/bin"),
    "LD_LIBRARY_PATH": ("/var/lang/lib", "/lib64", "/var/runtime"),
}
"""What of the base image's value its runtime cannot do without."""
_NODE_SDK = "/var/runtime/node_modules"
_LAYERS = "/opt/python"


def search_path_replaced(subject: Subject) -> Iterator[Hit]:
    """A hit for the last ENV of each search path that drops folders which the runtime needs."""
    base = subject.aws_base
    if base is None or base.language not in _LANGUAGES:
        return
    settings = {setting.name: setting for setting in image_settings(subject)}
    for name, needed in _NEEDED.items():
        setting = settings.get(name)
        missing = _missing(setting, needed)
        if setting is not None and missing:
            yield _hit(subject, setting, missing, f"${{{name}}}", "")
    setting = settings.get("NODE_PATH")
    if setting is not None and base.language == "nodejs":
        missing = _missing(setting, (_NODE_SDK,))
        if missing:
            # A function may bring the SDK itself.
            yield _hit(subject, setting, missing, _NODE_SDK, "node")._replace(severity="info")
    setting = settings.get("PYTHONPATH")
    if setting is not None and base.language == "python" and _uses_layers(subject):
        missing = _missing(setting, (_LAYERS,))
        if missing:
            yield _hit(subject, setting, missing, _LAYERS, "python")


def _missing(setting: Setting | None, needed: tuple[str, ...]) -> list[str]:
    """Which of `needed` the value lacks; none where it is not known."""
    if setting is None or not setting.value:
        return []
    folders = {folder.rstrip("/") for folder in setting.value.split(":")}
    return [
        folder
        for folder in needed
        # What lies in a folder of layers counts for it.
        if folder not in folders
        and not (folder == _LAYERS and any(each.startswith(folder) for each in folders))
    ]


def _uses_layers(subject: Subject) -> bool:
    """Whether the image has Python packages where layers have them."""
    return any(
        _LAYERS in step.instruction.rest.text
        for step in subject.build.shipped_steps()
        if step.instruction.keyword in ("COPY", "ADD", "RUN")
    )


def _hit(subject: Subject, setting: Setting, missing: list[str], added: str, variant: str) -> Hit:
    span = setting.value_word.span
    quoted = subject.document.source.text[span.end - 1 : span.end] in ('"', "'")
    end = span.end - quoted
    return Hit(
        span,
        {"variable": setting.name, "missing": listing(missing), "added": added, "value": setting.value},
        (HitEdit(Span(end, end), f":{added}"),),
        variant,
        details={"variable": setting.name, "missing": missing},
    )
