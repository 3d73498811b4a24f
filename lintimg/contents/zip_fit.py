"""Would the function fit a zip package: its code and dependencies, without the base image."""

from __future__ import annotations

from lintimg.contents.parts import CODE, DOTNET, GEMS, JARS, MODELS, NODE, PROGRAMS, PYTHON, Part
from lintimg.contents.survey import Survey
from lintimg.model.finding import ZipFit

_DEPENDENCIES = frozenset((PYTHON, NODE, GEMS))
_CODE = frozenset((CODE, MODELS, PROGRAMS, JARS, DOTNET))
_PLACES = ("/var/task", "/opt")
_RUNTIMES = (b"var/lang", b"var/runtime", b"usr/lib/python3", b"opt/conda")
"""Where packages belong to the runtime or the system; a zip package gets them from Lambda."""
_INSTALLERS = frozenset(("pip", "setuptools", "wheel"))


def zip_fit(found: Survey, limit: int) -> ZipFit:
    """The bytes that a zip package would hold, against `limit` (bytes, unzipped)."""
    size = sum(
        count
        for (number, layer), count in found.bytes.items()
        if layer >= (found.base or 0) and _is_functions(found.parts[number])
    )
    return ZipFit(size <= limit, size, limit)


def _is_functions(part: Part) -> bool:
    if part.category in _DEPENDENCIES:
        return part.name not in _INSTALLERS and not part.path.startswith(_RUNTIMES)
    if part.category in _CODE:
        return not part.name.startswith("/usr/")
    return part.name.startswith(_PLACES)
