"""A report that has something of everything, made by hand: no rule's wording changes it."""

from __future__ import annotations

from lintimg.model.finding import (
    DockerfileLine,
    Edit,
    FileLocation,
    Finding,
    Fix,
    ImageLocation,
    Problem,
    Related,
    Saving,
    SourceLine,
    Suppressed,
    Suppression,
    ZipFit,
)
from lintimg.model.image import (
    ContentCategory,
    ContentItem,
    ImageConfig,
    ImageLayer,
    ImageReport,
    ImageSize,
    PathHistory,
    PathStep,
    Suggestion,
    TreeNode,
    Verdict,
    Waste,
)
from lintimg.model.report import (
    Estimate,
    EstimatePart,
    FileReport,
    Report,
    RuleInfo,
    StageInfo,
    ToolInfo,
)
from lintimg.model.span import Position, Region


def region(line: int, column: int, end_line: int, end_column: int) -> Region:
    return Region(Position(line, column), Position(end_line, end_column))


def finding(
    text: str, start: int, end: int, *, line: int = 4, severity: str = "warning", **more: object
) -> Finding:
    """A finding on the characters `start` to `end` (0-based) of a line."""
    values: dict[str, object] = {
        "rule": "LI402",
        "severity": severity,
        "message": "pip install leaves its cache in ~/.cache/pip.",
        "help": "Add --no-cache-dir.",
        "fingerprint": "9f2c4a7be01d3356",
        "location": FileLocation(
            "app/Dockerfile", None, region(line, start + 1, line, end + 1), (SourceLine(line, text),)
        ),
        "dockerfile": "app/Dockerfile",
        **more,
    }
    return Finding(**values)  # type: ignore[arg-type]


CACHE = RuleInfo(
    code="LI402",
    name="package-cache-left",
    title="Package manager leaves its cache in the image",
    family="size",
    default_severity="warning",
    description="{program} leaves {cache} in this layer.",
    rationale="Dead weight.",
    help="Clean the cache in the same RUN.",
    tags=("size",),
    references=("https://pip.pypa.io/en/stable/topics/caching/",),
    equivalents={"hadolint": ({"code": "DL3042", "when": {"manager": "pip"}}, {"code": "DL3059"})},
    url="https://example.com/LI402",
)

_TEXT = "RUN pip install -r requirements.txt"

FULL = Report(
    tool=ToolInfo("lintimg", "0.1.0", "2026-11-23", "2026-11-23"),
    files=(
        FileReport(
            path="app/Dockerfile",
            kind="lambda",
            evidence=("line 1: final stage is FROM public.ecr.aws/lambda/python:3.12",),
            context="app",
            final_base="public.ecr.aws/lambda/python:3.12",
            aws_base=True,
            runtime="python3.12",
            stages=(
                StageInfo(0, "build", "public.ecr.aws/lambda/python:3.12", 1, False),
                StageInfo(1, None, "public.ecr.aws/lambda/python:3.12", 3, True),
            ),
            estimate=Estimate(
                700_000_000,
                812_000_000,
                950_000_000,
                (EstimatePart(4, "pip: torch", 600_000_000), EstimatePart(None, "base", 212_000_000)),
            ),
            zip=ZipFit(False, 690_000_000, 262_144_000),
        ),
        FileReport("tool.Dockerfile", "generic", (), None, None, None, None, (), None, None),
    ),
    rules={"LI402": CACHE},
    findings=(
        finding(
            _TEXT,
            4,
            35,
            related=(Related("app/Dockerfile", region(3, 1, 3, 5), "the stage begins here"),),
            details={"manager": "pip", "packages": ("a", "b"), "count": 2},
            saving=Saving(41_000_000, "estimated"),
            fix=Fix(
                "Keep no cache",
                "safe",
                (
                    Edit("app/Dockerfile", region(4, 16, 4, 16), " --no-cache-dir"),
                    Edit("app/.dockerignore", None, ".git\n"),
                ),
            ),
        ),
        finding("RUN pip install ü", 4, 17, line=9, severity="info"),
    ),
    suppressed=(Suppressed(finding(_TEXT, 4, 35, line=12), Suppression("inline", "measured: it pays")),),
    errors=(
        Problem("path", "no such file or folder", path="missing"),
        Problem("rule", "rule LI999 crashed", path="app/Dockerfile", line=3, rule="LI999"),
    ),
    exit_status=2,
)

IMAGE = ImageReport(
    reference="app:latest",
    source="engine",
    manifest_digest=None,
    os="linux",
    architecture="amd64",
    verdict=Verdict(True, ()),
    config=ImageConfig(cmd=("app.handler",), labels={"b": "2", "a": "1"}),
    size=ImageSize(5, None, None, 10_737_418_240, 0.0, 4, 1),
    layers=(
        ImageLayer(
            0, "sha256:0", None, None, 5, None, 1, "COPY", True, 1, DockerfileLine("Dockerfile", 4, 6)
        ),
    ),
    contents=(ContentCategory("python packages", 4, (ContentItem("torch", None, 4),)),),
    waste=(Waste("deleted", "LI801", ("/a",), 1, 1, 0, 1, True),),
    suggestions=(
        Suggestion("x", Saving(1, "measured"), ("LI402",), DockerfileLine("Dockerfile", 4, 6), None),
    ),
    zip=ZipFit(True, 4, 262_144_000),
    why=PathHistory(
        "/a", True, 1, 2, (PathStep(0, 1, 1, 0, 0, 0, "COPY", DockerfileLine("Dockerfile", 4, 6)),)
    ),
    tree=TreeNode("/", 4, 1, (0,), (TreeNode("/a", 4, 1, (0,), (), 0),), 0),
)
"""An image that has something of everything."""


def image_finding(location: ImageLocation) -> Finding:
    """A finding in an image, which no Dockerfile is known of."""
    return finding("", 0, 0)._replace(location=location, dockerfile=None)
