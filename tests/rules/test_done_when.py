"""What a new user's first Dockerfiles must be told: the rule, the line, and a remedy to type."""

from __future__ import annotations

from pathlib import Path

import pytest

from lintimg.model.finding import Finding
from tests.lint.helpers import lint_text

_NODEJS12 = Path(__file__).parents[2] / "fixtures" / "nodejs12"


def _found(text: str, rule: str) -> Finding:
    findings = [finding for finding in lint_text(text).findings if finding.rule == rule]
    assert len(findings) == 1
    return findings[0]


def test_the_nodejs12_fixture_is_deprecated_and_its_command_right() -> None:
    result = lint_text((_NODEJS12 / "Dockerfile").read_bytes(), context=_NODEJS12)
    deprecated = [finding for finding in result.findings if finding.rule == "LI103"]
    assert [finding.severity for finding in deprecated] == ["warning"]
    assert "2023-03-31" in deprecated[0].message
    assert deprecated[0].location.region.start == (2, 6)
    assert not [finding for finding in result.findings if finding.rule.startswith("LI2")]


@pytest.mark.parametrize(
    ("text", "rule", "line", "remedy"),
    [
        (
            'FROM public.ecr.aws/lambda/python:3.14\nWORKDIR /app\nCOPY . .\nCMD ["app.handler"]\n',
            "LI211",
            2,
            "LAMBDA_TASK_ROOT",
        ),
        (
            'FROM public.ecr.aws/lambda/nodejs:16\nCOPY index.js ./\nCMD ["index.handler"]\n',
            "LI103",
            1,
            "nodejs:24",
        ),
        (
            'FROM public.ecr.aws/lambda/python:3.12\nRUN yum install -y git\nCMD ["app.handler"]\n',
            "LI205",
            2,
            "dnf",
        ),
        (
            'FROM public.ecr.aws/lambda/python:3.14\nCOPY app.py ./\nENTRYPOINT ["python", "app.py"]\n',
            "LI206",
            3,
            "app.handler",
        ),
        (
            'FROM python:3.12-slim\n# lintimg: target=lambda\nCOPY app.py ./\nCMD ["app.handler"]\n',
            "LI102",
            1,
            "awslambdaric",
        ),
        ("FROM public.ecr.aws/lambda/python:3.14\nCMD ['app.handler']\n", "LI201", 2, 'CMD ["app.handler"]'),
    ],
    ids=["app folder", "deprecated", "yum", "entrypoint", "no client", "single quotes"],
)
def test_first_mistakes_are_named_with_line_and_remedy(text: str, rule: str, line: int, remedy: str) -> None:
    finding = _found(text, rule)
    assert finding.location.region.start.line == line
    assert remedy in finding.help
