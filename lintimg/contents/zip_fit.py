"""Would the function fit a zip package: its code and dependencies, without the base image."""

from __future__ import annotations

from lintimg.contents.parts import CODE, CONDA, DOTNET, GEMS, JARS, MODELS, NODE, PROGRAMS, PYTHON, Part
from lintimg.contents.survey import Survey
from lintimg.model.finding import ZipFit

_DEPENDENCIES = frozenset((PYTHON, NODE, GEMS, CONDA))
_CODE = frozenset((CODE, MODELS, PROGRAMS, JARS, DOTNET))
_PLACES = ("/var/task", "/opt")
_RUNTIMES = (b"var/lang", b"var/runtime", b"opt/conda")
"""Where packages are the base image's in the lowest layers, and the function's in those above."""
_SYSTEM = b"usr/lib/python3"
_INSTALLERS = frozenset(("pip", "setuptools", "wheel"))


def zip_fit(found: Survey, limit: int) -> ZipFit:
    """The bytes that a zip package would hold, against `limit` (bytes, unzipped)."""
    # Without a known base, the lowest layer is surely its.
    base = found.base or 0
    size = sum(
        count
        for (number, layer), count in found.bytes.items()
        if layer >= base and _is_functions(found.parts[number], layer >= max(base, 1))
    )
    return ZipFit(size <= limit, size, limit)


def _is_functions(part: Part, above: bool) -> bool:
    """Is it the function's, which lies `above` the base image's layers, or may lie among them."""
    if part.category in _DEPENDENCIES:
        own = not part.path.startswith(_SYSTEM) and (above or not part.path.startswith(_RUNTIMES))
        return own and part.name not in _INSTALLERS
    if part.category in _CODE:
        return not part.name.startswith("/usr/")
    return part.name.startswith(_PLACES)
