"""What the rules on built images say, AWS's emulator confirms: images that they refuse do not answer, good ones do."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import pytest

from tests.cli.conftest import Run

from .conftest import Lambda
from .stand_in import FOREIGN, NAME

pytestmark = [
    pytest.mark.engine,
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]

_CODE = "def handler(event, context):\n    return {'got': event}\n"
_ENTRY = '#!/bin/sh\nexec /lambda-entrypoint.sh "$@"\n'


class _Bad(NamedTuple):
    rule: str
    lines: str
    files: Mapping[str, str] = {}
    modes: Mapping[str, int] = {}


_BAD = {
    "shell form": _Bad("LI805", "COPY app.py ./\nCMD app.handler"),
    "not executable": _Bad(
        "LI806",
        'COPY app.py ./\nCOPY entry.sh /\nENTRYPOINT ["/entry.sh"]\nCMD ["app.handler"]',
        {"entry.sh": _ENTRY},
    ),
    "carriage returns": _Bad(
        "LI806",
        'COPY app.py ./\nCOPY entry.sh /\nENTRYPOINT ["/entry.sh"]\nCMD ["app.handler"]',
        {"entry.sh": _ENTRY.replace("\n", "\r\n")},
        {"entry.sh": 0o755},
    ),
    "no such program": _Bad("LI806", 'COPY app.py ./\nENTRYPOINT ["/entry.sh"]\nCMD ["app.handler"]'),
    "deleted handler": _Bad("LI807", 'COPY app.py ./\nRUN rm app.py\nCMD ["app.handler"]'),
    "another function": _Bad("LI807", 'COPY app.py ./\nCMD ["app.main"]'),
    "unreadable code": _Bad("LI808", 'COPY app.py ./\nCMD ["app.handler"]', {}, {"app.py": 0o600}),
    "deleted working directory": _Bad(
        "LI810", 'COPY app.py ./\nCMD ["app.handler"]\nWORKDIR /srv/app\nRUN cd / && rm -rf /srv'
    ),
    "a note among the extensions": _Bad(
        "LI815", 'COPY app.py ./\nCOPY app.py /opt/extensions/\nCMD ["app.handler"]'
    ),
}


def _codes(run: Run, image: str) -> tuple[dict[str, str], bool | None]:
    report = run("image", image, "--format", "json").report
    found = {finding["rule"]: finding["severity"] for finding in report["findings"]}
    return found, report["images"][0]["verdict"]["lambda_accepts"]


@pytest.mark.parametrize("name", _BAD)
def test_what_cannot_start(function: Lambda, run: Run, name: str) -> None:
    bad = _BAD[name]
    image = function.build(f"FROM {NAME}\n{bad.lines}\n", {"app.py": _CODE, **bad.files}, bad.modes)
    found, accepts = _codes(run, image)
    assert found.get(bad.rule) == "error"
    assert accepts is False


@pytest.mark.parametrize(
    "name", ["shell form", "not executable", "carriage returns", "deleted handler", "unreadable code"]
)
def test_the_emulator_agrees(function: Lambda, name: str) -> None:
    bad = _BAD[name]
    image = function.build(f"FROM {NAME}\n{bad.lines}\n", {"app.py": _CODE, **bad.files}, bad.modes)
    assert function.invoke(image)["verdict"] != "ok"


@pytest.mark.parametrize(
    ("base", "lines"),
    [
        (NAME, 'COPY app.py ${LAMBDA_TASK_ROOT}/\nCMD ["app.handler"]'),
        # The classic builder makes the working directory again for CMD.
        (NAME, 'COPY app.py ./\nWORKDIR /srv/app\nRUN cd / && rm -rf /srv\nCMD ["app.handler"]'),
        (NAME, 'COPY app.py ./\nCOPY entry.sh /\nENTRYPOINT ["/entry.sh"]\nCMD ["app.handler"]'),
        (FOREIGN, 'WORKDIR /srv\nCOPY app.py ./\nENTRYPOINT ["/bin/cat"]\nCMD ["app.py"]'),
    ],
)
def test_good_images_are_left_alone(function: Lambda, run: Run, base: str, lines: str) -> None:
    files = {"app.py": _CODE, "entry.sh": _ENTRY}
    found, accepts = _codes(run, function.build(f"FROM {base}\n{lines}\n", files, {"entry.sh": 0o755}))
    assert set(found.values()) <= {"info"}
    assert accepts in ((True,) if base == NAME else (None,))
