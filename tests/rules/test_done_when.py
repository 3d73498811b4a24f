"""What a new user's first Dockerfiles must be told: the rule, the line, and a remedy to type."""

from __future__ import annotations

from pathlib import Path

import pytest

from lintimg.context.infrastructure import DeploymentIndex
from lintimg.model.finding import FileLocation, Finding
from tests.lint.helpers import lint_text

_NODEJS12 = Path(__file__).parents[2] / "fixtures" / "nodejs12"


def _found(text: str, rule: str, context: Path | None = None) -> Finding:
    found = lint_text(text, context=context).findings
    findings = [finding for finding in found if finding.rule == rule]
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


_PYTHON = "FROM public.ecr.aws/lambda/python:3.13\n"
_NODEJS = "FROM public.ecr.aws/lambda/nodejs:24\nCOPY package.json package-lock.json ./\n"
_COMMAND = 'CMD ["index.handler"]\n'
_HANDLER = "def handler(event, context):\n    return event\n"
_PACKAGE = '{"dependencies": {"zod": "3.24.0"}, "devDependencies": {"jest": "29.7.0"}}\n'


@pytest.mark.parametrize(
    ("text", "files", "rule", "line", "remedy"),
    [
        (
            _PYTHON + 'COPY --chmod=0600 app.py ./\nUSER nobody\nCMD ["app.handler"]\n',
            {"app.py": _HANDLER},
            "LI224",
            2,
            "chmod",
        ),
        (
            _PYTHON
            + "COPY requirements.txt ./\nRUN pip install --no-cache-dir -r requirements.txt\n"
            + "RUN python -c \"from transformers import pipeline; pipeline('summarization')\"\n"
            + 'COPY app.py ./\nCMD ["app.handler"]\n',
            {"requirements.txt": "transformers==4.50.0\n", "app.py": _HANDLER},
            "LI225",
            4,
            "HF_HOME",
        ),
        (
            _PYTHON + 'COPY app.py model.bin ./\nRUN chown -R nobody /var/task\nCMD ["app.handler"]\n',
            {"app.py": _HANDLER, "model.bin": "0" * 3_000_000},
            "LI412",
            3,
            "--chown",
        ),
        (
            _NODEJS + "RUN npm ci\nCOPY index.js ./\n" + _COMMAND,
            {"package.json": _PACKAGE, "package-lock.json": "{}\n", "index.js": "exports.handler = 1;\n"},
            "LI407",
            3,
            "--omit=dev",
        ),
        (
            _PYTHON + 'RUN pip install --no-cache-dir torch==2.15.0\nCOPY app.py ./\nCMD ["app.handler"]\n',
            {"app.py": _HANDLER},
            "LI404",
            2,
            "https://download.pytorch.org/whl/cpu",
        ),
        (
            '# lintimg: target=lambda\nFROM mcr.microsoft.com/windows/servercore:ltsc2022\nCMD ["app.exe"]\n',
            {"app.exe": ""},
            "LI101",
            2,
            "Linux",
        ),
        (
            _PYTHON + 'COPY lib.py ./\nCMD ["app.handler"]\n',
            {"app.py": _HANDLER, "lib.py": ""},
            "LI216",
            3,
            "COPY app.py",
        ),
    ],
    ids=["0600", "model cache", "chown", "npm ci", "torch", "windows", "handler not copied"],
)
def test_mistakes_in_a_project_are_named_with_line_and_remedy(
    tmp_path: Path, text: str, files: dict[str, str], rule: str, line: int, remedy: str
) -> None:
    for name, content in files.items():
        (tmp_path / name).write_text(content, encoding="utf-8")
    finding = _found(text, rule, tmp_path)
    assert isinstance(finding.location, FileLocation)
    assert finding.location.region.start.line == line
    assert remedy in finding.help


def test_a_template_that_contradicts_the_dockerfile(tmp_path: Path) -> None:
    dockerfile = tmp_path / "Dockerfile"
    dockerfile.write_text(
        'FROM public.ecr.aws/lambda/python:3.13-x86_64\nCOPY app.py ./\nCMD ["app.handler"]\n'
    )
    (tmp_path / "app.py").write_text(_HANDLER)
    (tmp_path / "template.yaml").write_text(
        "Transform: AWS::Serverless-2016-10-31\nResources:\n  Orders:\n    Type: AWS::Serverless::Function\n"
        "    Properties:\n      PackageType: Image\n      Architectures: [arm64]\n"
        "    Metadata:\n      Dockerfile: Dockerfile\n      DockerContext: .\n"
    )
    deployments = DeploymentIndex(tmp_path).of(dockerfile)
    result = lint_text(dockerfile.read_text(), context=tmp_path, deployments=deployments)
    finding = next(each for each in result.findings if each.rule == "LI230")
    assert isinstance(finding.location, FileLocation)
    assert (Path(finding.location.path).name, finding.location.region.start.line) == ("template.yaml", 7)
    assert "x86_64" in finding.help
