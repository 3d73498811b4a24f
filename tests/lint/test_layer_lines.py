"""Which line made which layer, by histories as builders write them."""

from __future__ import annotations

from lintimg.aws.base_facts import base_facts
from lintimg.dockerfile.lexer import parse
from lintimg.dockerfile.resolve import resolve
from lintimg.image.image import Step
from lintimg.lint.layer_lines import LayerLines, layer_lines
from lintimg.text import SourceText

_DOCKERFILE = """\
FROM public.ecr.aws/lambda/python:3.12 AS build
RUN make out
FROM public.ecr.aws/lambda/python:3.12
ARG FOLDER=lib
ENV MODE=prod
WORKDIR /srv
RUN mkdir -p /opt/${FOLDER} && \\
    echo "done"
COPY --link requirements.txt .
RUN pip install -r requirements.txt
COPY --from=build /out ./out
COPY src/ ${LAMBDA_TASK_ROOT}/
CMD ["app.handler"]
"""
_BASE = [
    Step("ADD file:1 in /", "", empty=False),
    Step("ADD file:2 in /", "", empty=False),
    Step("WORKDIR /var/task", "", empty=True),
    Step('ENTRYPOINT ["/lambda-entrypoint.sh"]', "", empty=True),
]
_BUILDKIT = [
    *_BASE,
    Step("ARG FOLDER=lib", "buildkit.dockerfile.v0", empty=True),
    Step("ENV MODE=prod", "buildkit.dockerfile.v0", empty=True),
    Step("WORKDIR /srv", "buildkit.dockerfile.v0", empty=False),
    Step(
        'RUN |1 FOLDER=lib /bin/sh -c mkdir -p /opt/${FOLDER} &&     echo "done" # buildkit', "", empty=False
    ),
    Step("COPY --link requirements.txt . # buildkit", "", empty=False),
    Step("RUN |1 FOLDER=lib /bin/sh -c pip install -r requirements.txt # buildkit", "", empty=False),
    Step("COPY /out ./out # buildkit", "", empty=False),
    Step("COPY src/ /var/task/ # buildkit", "", empty=False),
    Step('CMD ["app.handler"]', "", empty=True),
]
_CLASSIC = [
    *_BASE,
    Step("/bin/sh -c #(nop)  ARG FOLDER=lib", "", empty=True),
    Step("/bin/sh -c #(nop)  ENV MODE=prod", "", empty=True),
    Step("/bin/sh -c #(nop) WORKDIR /srv", "", empty=True),
    Step('|1 FOLDER=lib /bin/sh -c mkdir -p /opt/${FOLDER} &&     echo "done"', "", empty=False),
    Step("/bin/sh -c #(nop) COPY file:0af in /srv/ ", "", empty=False),
    Step("|1 FOLDER=lib /bin/sh -c pip install -r requirements.txt", "", empty=False),
    Step("/bin/sh -c #(nop) COPY file:1af in ./out ", "", empty=False),
    Step("/bin/sh -c #(nop) COPY dir:2af in /var/task/ ", "", empty=False),
    Step('/bin/sh -c #(nop)  CMD ["app.handler"]', "", empty=True),
]


def _found(text: str, history: list[Step], layers: int | None = None, base: int | None = None) -> LayerLines:
    build = resolve(parse(SourceText("Dockerfile", text.encode())), base_facts, None, {})
    count = sum(not step.empty for step in history) if layers is None else layers
    return layer_lines(history, count, build, "Dockerfile", base)


def _lines(found: LayerLines) -> list[int | None]:
    return [None if line is None else line.line for line in found.lines]


def test_buildkit() -> None:
    found = _found(_DOCKERFILE, _BUILDKIT)
    assert _lines(found) == [None, None, 6, 7, 9, 10, 11, 12]
    assert found.base == 2
    line = found.lines[3]
    assert line is not None
    assert (line.path, line.end_line) == ("Dockerfile", 8)


def test_the_classic_builder() -> None:
    found = _found(_DOCKERFILE, _CLASSIC)
    assert _lines(found) == [None, None, 7, 9, 10, 11, 12]
    assert found.base == 2


def test_other_builders_write_the_instruction_itself() -> None:
    history = [
        *_BASE,
        Step('RUN mkdir -p /opt/${FOLDER} && echo "done"', "", empty=False),
        Step("COPY requirements.txt .", "", empty=False),
        Step("RUN pip install -r requirements.txt", "", empty=False),
        Step("COPY --from=build /out ./out", "", empty=False),
        Step("COPY src/ ${LAMBDA_TASK_ROOT}/", "", empty=False),
    ]
    assert _lines(_found(_DOCKERFILE, history)) == [None, None, 7, 9, 10, 11, 12]


def test_here_documents() -> None:
    text = "FROM python\nRUN <<EOF\nset -e\npip install x\nEOF\nCOPY <<A <<B /etc/\na\nA\nb\nB\nRUN <<EOF\n#!/usr/bin/env python3\nEOF\n"
    history = [
        Step("debian", "", empty=False),
        Step("RUN /bin/sh -c set -e\npip install x\n # buildkit", "", empty=False),
        Step("COPY <<A <<B /etc/ # buildkit", "", empty=False),
        Step("RUN /bin/sh -c /dev/pipes/EOF # buildkit", "", empty=False),
    ]
    assert _lines(_found(text, history)) == [None, 2, 6, 11]


def test_equal_instructions_are_the_latest_that_fit() -> None:
    text = "FROM python\nRUN apt-get update\nCOPY a /a\n"
    history = [
        Step("/bin/sh -c apt-get update", "", empty=False),
        Step("/bin/sh -c apt-get update", "", empty=False),
        Step("/bin/sh -c #(nop) COPY file:1 in /a ", "", empty=False),
    ]
    found = _found(text, history)
    assert _lines(found) == [None, 2, 3]
    assert found.base == 1


def test_what_does_not_fit_stays_unknown() -> None:
    other = "FROM python\nRUN a\nRUN b\nCOPY c /d\n"
    assert not _found(other, _BUILDKIT).fits
    squashed = _found(_DOCKERFILE, _BUILDKIT, layers=1)
    assert squashed.lines == (None,)
    assert not squashed.fits
    assert _lines(_found(_DOCKERFILE, [])) == []
    changed = _DOCKERFILE.replace("COPY --from=build /out ./out\n", "RUN a new line\n")
    assert _lines(_found(changed, _BUILDKIT)) == [None, None, 6, 7, 9, 10, None, 12]


def test_a_known_base_is_never_the_dockerfiles() -> None:
    text = "FROM python\nRUN apt-get update\n"
    history = [Step("/bin/sh -c apt-get update", "", empty=False)] * 2
    assert _lines(_found(text, history, base=1)) == [None, 2]
    assert _lines(_found(text, history, base=2)) == [None, None]
