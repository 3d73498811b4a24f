"""A report with an image as large ones are, and names that try to break out of a page."""

from __future__ import annotations

from lintimg.model.finding import (
    DockerfileLine,
    Edit,
    FileLocation,
    Finding,
    Fix,
    Saving,
    SourceLine,
    ZipFit,
)
from lintimg.model.image import (
    ContentCategory,
    ContentItem,
    ImageConfig,
    ImageLayer,
    ImageReport,
    ImageSize,
    Suggestion,
    TreeNode,
    Verdict,
    Waste,
)
from lintimg.model.report import Report

from .sample import CACHE, FULL, finding, region

EVIL = "</script><img src=x onerror=\"document.title='broken'\">"
_MB = 1_000_000

_COMMANDS = (
    ("ADD file:4b1f in / ", 120 * _MB, 0, None),
    ("RUN dnf install -y gcc gcc-c++ make && dnf clean all", 310 * _MB, 305 * _MB, 4),
    ("COPY requirements.txt ./", 1200, 0, 5),
    ("RUN pip install -r requirements.txt", 1800 * _MB, 160 * _MB, 6),
    ("RUN rm -rf /root/.cache && dnf remove -y gcc gcc-c++ make", 2 * _MB, 0, 7),
    (f"COPY . {EVIL}", 95 * _MB, 0, 8),
)


def _layer(number: int, command: str, size: int, wasted: int, line: int | None) -> ImageLayer:
    place = None if line is None else DockerfileLine("app/Dockerfile", line, line)
    return ImageLayer(
        number, f"sha256:{number}", None, None, size, None, 10, command, line is None, wasted, place
    )


LAYERS = tuple(_layer(number, *values) for number, values in enumerate(_COMMANDS))
_TOTAL = sum(size for _, size, _, _ in _COMMANDS)
_WASTED = sum(wasted for _, _, wasted, _ in _COMMANDS)

CONTENTS = (
    ContentCategory(
        "python packages",
        1_600 * _MB,
        (
            ContentItem("torch", "2.8.0", 900 * _MB, (3,)),
            ContentItem("triton", "3.4.0", 310 * _MB, (3,)),
            ContentItem("scipy", "1.16.0", 110 * _MB, (3,)),
            ContentItem("numpy", "2.3.0", 60 * _MB, (3,)),
        ),
        12,
    ),
    ContentCategory("base image", 120 * _MB, (ContentItem("glibc", "2.34", 15 * _MB, (0,)),), 300),
    ContentCategory("function code", 95 * _MB, (ContentItem(EVIL, None, 90 * _MB, (5,)),), 1),
    ContentCategory("other files", _TOTAL - _WASTED - 1_815 * _MB, (), 0),
)

TREE = TreeNode(
    "/",
    _TOTAL - _WASTED,
    4000,
    (0, 1, 3, 5),
    (
        TreeNode(
            "/var",
            1_700 * _MB,
            3000,
            (3, 5),
            (
                TreeNode("/var/lang", 1_600 * _MB, 2000, (3,), (), 0),
                TreeNode(f"/var/{EVIL}", 60 * _MB, 2, (5,), (), 0),
            ),
            4,
        ),
        TreeNode("/usr", 100 * _MB, 900, (0,), (), 0),
    ),
    9,
)

PICTURED = ImageReport(
    reference="registry.example.com/shop/classify:1.4",
    source="archive",
    manifest_digest=None,
    os="linux",
    architecture="amd64",
    verdict=Verdict(True, ()),
    config=ImageConfig(cmd=("app.handler",)),
    size=ImageSize(_TOTAL, None, None, 10_737_418_240, _TOTAL / 10_737_418_240, _TOTAL - _WASTED, _WASTED),
    layers=LAYERS,
    contents=CONTENTS,
    waste=(
        Waste("deleted", "LI801", ("/usr/libexec/gcc/x", EVIL), 2100, 305 * _MB, 1, 4, True),
        Waste("deleted", "LI801", ("/root/.cache/pip/http-v2",), 41, 160 * _MB, 3, 4, True),
    ),
    suggestions=(
        Suggestion(
            "Install and remove the compilers in one RUN, or build in an earlier stage",
            Saving(305 * _MB, "measured"),
            ("LI403",),
            DockerfileLine("app/Dockerfile", 4, 4),
            None,
        ),
        Suggestion(
            "Leave pip's cache out: --no-cache-dir",
            Saving(160 * _MB, "measured"),
            ("LI402",),
            DockerfileLine("app/Dockerfile", 6, 6),
            None,
        ),
    ),
    zip=ZipFit(False, 1_800 * _MB, 262_144_000),
    tree=TREE,
)


def _evil() -> Finding:
    place = FileLocation(f"{EVIL}/Dockerfile", EVIL, region(2, 3, 2, 6), (SourceLine(2, EVIL),))
    fix = Fix(EVIL, "unsafe", (Edit(place.path, region(2, 3, 2, 6), EVIL), Edit(EVIL, None, EVIL)))
    return finding("", 0, 0, severity="error")._replace(
        message=EVIL, help=EVIL, location=place, dockerfile=place.path, fix=fix
    )


PAGE: Report = FULL._replace(
    rules={
        "LI402": CACHE._replace(
            rationale="What pip downloads stays in the layer.\n\nNothing reads it again.",
            url="https://example.com/LI402",
            references=("https://example.com/caching", f"javascript:{EVIL}"),
        )
    },
    findings=(*FULL.findings, _evil()),
    images=(PICTURED,),
)
"""Everything that the page can show."""
