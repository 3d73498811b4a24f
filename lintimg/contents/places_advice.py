"""Advice on what lies where it should not: caches, repositories, archives, documentation."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from lintimg.contents.advice import Advice, Choice, remedies
from lintimg.contents.parts import ARCHIVES, CACHES, DOCUMENTATION, VERSION_CONTROL
from lintimg.contents.survey import Survey
from lintimg.model.image import ImageLayer

_INSTALLS = re.compile(
    r"\b(?:apt-get|apt|yum|dnf|microdnf|apk|zypper)\b[^&|;]*\b(?:install|add)\b|\bbuild-dep\b"
)
_DOWNLOADS = re.compile(r"\b(?:curl|wget)\b|^ADD\b")


def place_choices(found: Survey, layers: Sequence[ImageLayer]) -> Iterator[Choice]:
    """What to do about caches, version control, archives and documentation; `layers` are the image's."""
    own = own_layers(found)
    caches = remedies()["caches"]
    for number, part in enumerate(found.parts):
        if part.category == CACHES:
            text = caches.get(part.name, "Delete it in the RUN that makes it")
            for layer in sorted(own):
                advice = Advice(
                    f"{part.name}'s cache is in layer {layer}", text, ("LI402",), layer, part.name
                )
                yield Choice(advice, frozenset((number,)), frozenset((layer,)))
        elif part.category == VERSION_CONTROL:
            name = part.name.rpartition("/")[2]
            advice = Advice(
                f"{part.name}, the history of the sources, is in the image",
                f"Add a line **/{name} to .dockerignore",
                ("LI302",),
            )
            yield Choice(advice, frozenset((number,)), own)
    loading = frozenset(layer for layer in own if _DOWNLOADS.search(command_of(layers, layer)))
    archives = _of(found, ARCHIVES)
    if loading and archives:
        advice = Advice(
            "Archives that were downloaded are still there",
            "Delete each in the RUN that downloads it, or unpack it from a pipe: curl … | tar -xz",
            ("LI403",),
        )
        yield Choice(advice, archives, loading)
    documents = _of(found, DOCUMENTATION)
    if documents:
        advice = Advice(
            "Documentation and translations came with system packages",
            "dnf: install --setopt=install_weak_deps=0 --setopt=tsflags=nodocs; apt: exclude /usr/share/doc, man and"
            " locale in /etc/dpkg/dpkg.cfg.d before installing",
            (),
        )
        yield Choice(advice, documents, installing_layers(found, layers))


def own_layers(found: Survey) -> frozenset[int]:
    """The layers above the base image's; all where that is not known."""
    return frozenset(range(found.base or 0, len(found.of)))


def installing_layers(found: Survey, layers: Sequence[ImageLayer]) -> frozenset[int]:
    """The own layers whose instruction installs system packages."""
    return frozenset(layer for layer in own_layers(found) if _INSTALLS.search(command_of(layers, layer)))


def command_of(layers: Sequence[ImageLayer], layer: int) -> str:
    """The instruction that made a layer, as the history has it without the builder's own words."""
    text = layers[layer].command or ""
    return text.partition("#(nop) ")[2].strip() or text


def _of(found: Survey, category: str) -> frozenset[int]:
    return frozenset(number for number, part in enumerate(found.parts) if part.category == category)
