"""Which frontend a `# syntax=` directive asks for."""

from __future__ import annotations

from collections.abc import Iterable

from lintimg.dockerfile.document import Directive
from lintimg.dockerfile.reference import parse_reference

_DOCKERFILE = ("dockerfile", "dockerfile-upstream")


def is_foreign(directives: Iterable[Directive]) -> bool:
    """Whether the file is for another frontend than Docker's, whose language is not known.

    Docker's is `docker/dockerfile`, on any registry since mirrors keep the last part of the name; an image
    that is not a valid reference is none at all.
    """
    for directive in directives:
        if directive.name == "syntax":
            reference = parse_reference(directive.value.split(" ")[0])
            return reference is not None and reference.repository.rpartition("/")[2] not in _DOCKERFILE
    return False
