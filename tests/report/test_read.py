"""Saved reports read back: nothing is lost, and what is no report is told apart in one sentence."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lintimg.model.finding import DockerfileLine, ImageLocation, LayerReference
from lintimg.model.invoke import Cause, Difference, Invocation, InvokeReport, Limits, Spread
from lintimg.model.report import Report
from lintimg.report.compare import compare
from lintimg.report.decode import DecodeError
from lintimg.report.formats import FORMATS, render
from lintimg.report.invoke import FORMATS_OF_INVOKE, render_invoke
from lintimg.report.read import read_report

from .sample import FULL, IMAGE, image_finding

_PLACE = ImageLocation("app:latest", LayerReference(0, None), "/a", DockerfileLine("Dockerfile", 4, 6))
WHOLE = compare(
    FULL._replace(images=(IMAGE,), findings=(*FULL.findings, image_finding(_PLACE))),
    FULL._replace(findings=FULL.findings[:1]),
)
INVOKE = InvokeReport(
    image="app",
    emulator="image",
    command=("/entry", "app.handler"),
    limits=Limits(128, 512, 3.0, "x86_64"),
    verdict="handler-error",
    cause=Cause("LI225", "It fails.", "Mend it.", "OSError", 3),
    difference=Difference("ok", "Works elsewhere."),
    invocations=(Invocation("{}", "handler-error", 200, "{}", 2, 1.5, 2.25),),
    init=10.0,
    first=1.5,
    following=Spread(1.0, 2.0, 3.0),
    peak_memory=1000,
    read_bytes=None,
    log=("line",),
    failed_expectations=(),
    exit_status=1,
)


def _json(report: Report = WHOLE) -> str:
    return render("json", report, colour=False, width=80)


def _read(text: str) -> Report:
    report = read_report(text.encode())
    assert isinstance(report, Report)
    return report


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_is_the_same_from_a_saved_report(name: str) -> None:
    read = _read(_json())
    assert render(name, read, colour=True, width=70) == render(name, WHOLE, colour=True, width=70)


@pytest.mark.parametrize("name", FORMATS_OF_INVOKE)
def test_an_invocation_comes_back(name: str) -> None:
    saved = render_invoke("json", INVOKE, colour=False, width=80)
    read = read_report(saved.encode())
    assert isinstance(read, InvokeReport)
    assert render_invoke(name, read, colour=True, width=70) == render_invoke(
        name, INVOKE, colour=True, width=70
    )


def test_a_byte_order_mark_does_no_harm() -> None:
    assert isinstance(read_report(b"\xef\xbb\xbf" + _json().encode()), Report)


def test_what_a_later_minor_version_says_is_kept_or_ignored() -> None:
    data = json.loads(_json())
    data["schema_version"] = "1.9"
    data["new"] = data["findings"][0]["new"] = {"a": [1]}
    data["findings"][0]["severity"] = "fatal"
    data["files"][0]["kind"] = "mixed"
    report = _read(json.dumps(data))
    assert report.findings[0].severity == "warning"
    assert str(report.files[0].kind) == "mixed"
    for name in FORMATS:
        render(name, report, colour=False, width=80)


def test_a_report_from_before_a_key_came_is_read() -> None:
    data = json.loads(_json())
    del data["since"]
    del data["findings"][0]["location"]["line_hash"]
    del data["images"][0]["tree"]
    assert len(_read(json.dumps(data)).findings) == 3


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "is no JSON: Expecting value at line 1, column 1"),
        (b"{", "is no JSON"),
        (b"\xff", "is no UTF-8 text"),
        (b"[" * 100_000, "is no JSON that can be read"),
        (b'{"a": ' + b"1" * 5000 + b"}", "is no JSON that can be read"),
        (b"[]", "is no report of lintimg: write one with --format json=FILE"),
        (b'{"schema_version": 1}', "is no report of lintimg: write one"),
        (b'{"schema_version": "2.0"}', "has schema version 2.0, and this lintimg reads 1.x: use a newer one"),
        (b'{"schema_version": "1.0"}', "is no report of lintimg: tool is missing"),
        (b'{"schema_version": "1.0", "invocations": []}', "is no report of lintimg: image is missing"),
    ],
)
def test_what_is_no_report(data: bytes, message: str) -> None:
    with pytest.raises(DecodeError) as raised:
        read_report(data)
    assert str(raised.value).startswith(message)


@pytest.mark.parametrize(
    ("keys", "value", "message"),
    [
        (("summary",), [], "summary is no object"),
        (("rules",), {"LI1": 1}, "rules is no object of rules"),
        (("suppressed",), {}, "suppressed is no list"),
        (("files", 0, "path"), None, "files[0].path is not text"),
        (("files", 0, "estimate", "low"), 1.5, "files[0].estimate.low is no whole number"),
        (("findings", 0, "saving", "bytes"), 10**30, "findings[0].saving.bytes is too large"),
        (("findings", 0, "location", "span", "start", "line"), 0, "start is not 1 or more"),
        (("findings", 0, "location", "span", "start", "line"), 9, "findings[0].location.span ends before"),
        (("findings", 0, "fix", "edits"), "x", "findings[0].fix.edits is no list"),
        (("findings", 0, "location", "kind"), "image", "findings[0].location.image is missing"),
        (("images", 0, "layers", 0, "bytes"), True, "images[0].layers[0].bytes is not a number"),
    ],
)
def test_the_place_of_what_is_wrong(keys: tuple[str | int, ...], value: object, message: str) -> None:
    data = json.loads(_json())
    holder: Any = data
    for key in keys[:-1]:
        holder = holder[key]
    holder[keys[-1]] = value
    with pytest.raises(DecodeError) as raised:
        _read(json.dumps(data))
    assert message in str(raised.value)


_VALUES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-1, 3),
    st.sampled_from([2**40, 10**400, 1e300, float("nan"), -1.5]),
    st.sampled_from(
        ["", "\ud800", "\x1b[31m", "`", "</script>", "a" * 300, "::error::", "\n/close", "image"]
    ),
    st.sampled_from([[], {}, [[]], {"a": "\udfff"}]),
)


def _places(value: object) -> list[tuple[Any, Any]]:
    """Every holder and key of plain data."""
    if isinstance(value, dict):
        return [(value, key) for key in value] + [p for item in value.values() for p in _places(item)]
    if isinstance(value, list):
        return [(value, at) for at in range(len(value))] + [p for item in value for p in _places(item)]
    return []


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_no_report_breaks_a_format(data: st.DataObject) -> None:
    """Whatever is changed in a report: it is refused with a sentence, or every format can be written."""
    report = json.loads(_json())
    for _ in range(data.draw(st.integers(1, 3))):
        holder, key = data.draw(st.sampled_from(_places(report)))
        holder[key] = data.draw(_VALUES)
    try:
        read = read_report(json.dumps(report).encode())
    except DecodeError:
        return
    assert isinstance(read, Report)
    for name in FORMATS:
        render(name, read, colour=False, width=80).encode("utf-8", "replace")
        render(name, compare(read, FULL), colour=False, width=80)
