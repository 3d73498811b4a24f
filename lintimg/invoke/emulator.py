"""Where AWS's Runtime Interface Emulator is: in the image, or in a file of this machine."""

from __future__ import annotations

import os
from pathlib import Path

from docker.errors import APIError, NotFound
from docker.models.containers import Container

from lintimg.invoke.problem import InvokeError
from lintimg.lazy import NamedTuple

IN_IMAGE = "/usr/local/bin/aws-lambda-rie"
"""AWS's base images have it here (docs.aws.amazon.com/lambda/latest/dg/images-test.html)."""
MOUNTED = "/aws-lambda-rie"
_VARIABLE = "LINTIMG_RIE"
_FOLDER = "~/.aws-lambda-rie"
_NAMES = {
    "amd64": ("aws-lambda-rie", "aws-lambda-rie-x86_64"),
    "arm64": ("aws-lambda-rie-arm64", "aws-lambda-rie"),
}


class Emulator(NamedTuple):
    """The program's path in the container, and the file to mount there (None: the image has it)."""

    program: str
    file: Path | None

    @property
    def shown(self) -> str:
        """For reports."""
        return str(self.file) if self.file is not None else f"{self.program} of the image"


def find_emulator(probe: Container, given: Path | None, architecture: str) -> Emulator:
    """The emulator in the image of the unstarted container `probe`, else `given`, $LINTIMG_RIE, or a file in
    ~/.aws-lambda-rie. Raises InvokeError.
    """
    if _holds(probe, IN_IMAGE):
        return Emulator(IN_IMAGE, None)
    if given is not None:
        return Emulator(MOUNTED, _existing(given, "--rie"))
    named = os.environ.get(_VARIABLE)
    if named:
        return Emulator(MOUNTED, _existing(Path(named), f"${_VARIABLE}"))
    folder = Path(_FOLDER).expanduser()
    for name in _NAMES.get(architecture, ()):
        if (folder / name).is_file():
            return Emulator(MOUNTED, (folder / name).resolve())
    raise InvokeError(
        "the image has no Runtime Interface Emulator, and there is none in ~/.aws-lambda-rie: download aws-lambda-rie from"
        " https://github.com/aws/aws-lambda-runtime-interface-emulator/releases and name it with --rie"
    )


def _holds(probe: Container, path: str) -> bool:
    try:
        stream, _ = probe.get_archive(path)
    except NotFound:
        return False
    except APIError as error:
        raise InvokeError(f"the engine cannot look into the image: {error.explanation or error}") from error
    stream.close() if hasattr(stream, "close") else None
    return True


def _existing(path: Path, who: str) -> Path:
    if not path.expanduser().is_file():
        raise InvokeError(f"{who} {path}: no such file")
    return path.expanduser().resolve()
