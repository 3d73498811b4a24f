"""What LI101 to LI104 say of base images: the ways to be wrong about them, one by one."""

from __future__ import annotations

from pathlib import Path

import pytest

from lintimg.context.deployment import Deployment
from tests.lint.helpers import lint_text

DIGEST = "sha256:24454f830cdb571e2c4ad15481119c43b3cafd48dd869a9b2945d1036d1dc68d"
LAMBDA = ("lambda", "the test")


def found(text: str, code: str, **settings: object) -> list[tuple[int, str]]:
    """Line and severity of each finding of `code`."""
    result = lint_text(text, **settings)  # type: ignore[arg-type]
    assert result.errors == ()
    return [
        (finding.location.region.start.line, finding.severity)
        for finding in result.findings
        if finding.rule == code
    ]


def deployment(
    *, entrypoint: tuple[str, ...] | None = None, command: tuple[str, ...] | None = None
) -> Deployment:
    return Deployment("sam", "template.yaml", 3, None, None, None, True, None, command, entrypoint, None)


@pytest.mark.parametrize(
    ("image", "severity"),
    [
        ("python:3.13-slim", "warning"),
        ("public.ecr.aws/docker/library/python:3.13", "warning"),
        ("docker.io/library/node:24", "warning"),
        ("public.ecr.aws/amazonlinux/amazonlinux:2023", "warning"),
        ("public.ecr.aws/sam/build-python3.12:1.140", "warning"),
        ("ghcr.io/someone/lambda-with-chromium:1", "info"),
        ("public.ecr.aws/x1y2z3/lambda-base:2", "info"),
        ("registry.example.com:5000/team/base:4", "info"),
        ("public.ecr.aws/shelf/lambda-libreoffice-base:7.6-node18-x86_64", "info"),
        ("bref/php-83:2", "info"),
        ("public.ecr.aws/lambda/python:3.14", None),
        (f"public.ecr.aws/lambda/python@{DIGEST}", None),
        (f"amazon/aws-lambda-python:3.14@{DIGEST}", None),
        ("123456789012.dkr.ecr.eu-west-1.amazonaws.com/base:3", None),
        ("123456789012.dkr.ecr.cn-north-1.amazonaws.com.cn/base:3", None),
        ("123456789012.dkr.ecr.us-east-1.amazonaws.com/ecr-public/lambda/python:3.14", None),
    ],
)
def test_whose_base_it_is(image: str, severity: str | None) -> None:
    expected = [] if severity is None else [(1, severity)]
    assert found(f'FROM {image}\nCMD ["app.handler"]\n', "LI101", declared=LAMBDA) == expected


def test_an_ordinary_file_gets_a_hint_and_an_empty_image_not_even_that() -> None:
    assert found("FROM nginx:1.29\n", "LI101") == [(1, "info")]
    assert found("FROM scratch\nCOPY rootfs/ /\n", "LI101") == []


def test_microvms_are_another_product() -> None:
    assert found("FROM public.ecr.aws/lambda/microvms:al2023-minimal\n", "LI101") == []


@pytest.mark.parametrize("kind", ["bundling", "builder"])
def test_what_only_packs_needs_no_aws_base(kind: str) -> None:
    assert found("FROM python:3.13\n", "LI101", declared=(kind, "the test")) == []


@pytest.mark.parametrize("base", ["${BASE}", "$BASE", "python:${V}", "${R}/python:3.13"])
def test_a_base_that_a_variable_hides_is_not_judged(base: str) -> None:
    text = f'ARG BASE\nARG V\nARG R\nFROM {base}\nCMD ["app.handler"]\n'
    result = lint_text(text, declared=LAMBDA, selected=["LI1"])
    assert result.findings == ()


def test_placeholders_with_blanks_are_no_images() -> None:
    text = "FROM public.ecr.aws/lambda/python:3.14\nCOPY --from=<account id>.dkr.ecr/<name> /a /b\n"
    assert lint_text(text, selected=["LI1"]).findings == ()


def test_the_alias_of_an_aws_base_is_one() -> None:
    text = (
        'FROM public.ecr.aws/lambda/python:3.8 AS Base\nFROM BASE AS next\nFROM next\nCMD ["app.handler"]\n'
    )
    assert found(text, "LI101") == []
    assert found(text, "LI103") == [(1, "warning")]
    assert found(text, "LI104") == []


@pytest.mark.parametrize(
    ("tag", "severity"),
    [
        ("java:8", "warning"),
        ("java:8.al2", None),
        ("java:17.al2023", None),
        ("dotnet:5.0", "warning"),
        ("dotnet:core3.1", "warning"),
        ("dotnet:9", "warning"),
        ("dotnet:8", "warning"),
        ("dotnet:10", None),
        ("python:3.8-arm64", "warning"),
        ("python:3.10", "warning"),
        ("python:3.11", None),
        ("python:3.10.2026.01.12.05-x86_64", "warning"),
        ("ruby:3.2", "warning"),
        ("ruby:3.3.2024.04.17.17", "info"),
        ("nodejs:20", "warning"),
        ("nodejs:22", "info"),
        ("provided:al2", "warning"),
        ("provided:alami", "warning"),
        ("provided:al2023", None),
        ("go:1", "warning"),
        (f"python@{DIGEST}", None),
        (f"python:3.9@{DIGEST}", "warning"),
        ("python:99.1", None),
        ("python:latest", None),
    ],
)
def test_how_old_a_base_is(tag: str, severity: str | None) -> None:
    expected = [] if severity is None else [(1, severity)]
    assert found(f"FROM public.ecr.aws/lambda/{tag}\nCOPY a ./\n", "LI103") == expected


def test_an_old_builder_is_not_what_runs() -> None:
    text = (
        "FROM public.ecr.aws/lambda/python:3.8 AS build\nRUN make\n"
        'FROM scratch\nCOPY --from=build /code.zip /\nENTRYPOINT ["/code.zip"]\n'
    )
    assert found(text, "LI103") == []


def test_the_date_and_the_successor_are_named() -> None:
    (finding,) = lint_text("FROM amazon/aws-lambda-nodejs:12\nCOPY a ./\n", selected=["LI103"]).findings
    assert "no more patches since 2023-03-31" in finding.message
    assert "amazon/aws-lambda-nodejs:24" in finding.help
    assert finding.fix is not None
    assert finding.fix.applicability == "unsafe"


def test_a_version_that_another_image_shares_is_not_changed_behind_its_back() -> None:
    text = (
        "ARG V=3.9\nFROM python:${V}-slim AS tests\nRUN true\n"
        'FROM public.ecr.aws/lambda/python:${V}\nCMD ["app.handler"]\n'
    )
    (finding,) = lint_text(text, selected=["LI103"]).findings
    assert finding.fix is None


@pytest.mark.parametrize(
    ("base", "tag"),
    [
        ("node", "none"),
        ("registry.example.com:5000/team/app", "none"),
        ("python:latest", "latest"),
        ("public.ecr.aws/lambda/python", "none"),
        ("public.ecr.aws/lambda/python:latest-arm64", "latest"),
        ("123456789012.dkr.ecr.eu-west-1.amazonaws.com/base:latest", "latest"),
        ("--platform=linux/amd64 alpine", "none"),
    ],
)
def test_images_without_a_version(base: str, tag: str) -> None:
    (finding,) = lint_text(f"FROM {base}\nRUN true\n", selected=["LI104"]).findings
    assert finding.details["tag"] == tag


@pytest.mark.parametrize(
    "base",
    [
        "scratch",
        "node:24",
        "python:3",
        f"node@{DIGEST}",
        f"node:latest@{DIGEST}",
        "registry.example.com:5000/team/app:1",
        "tensorflow/tensorflow:2.20.0",
    ],
)
def test_images_with_a_version(base: str) -> None:
    assert lint_text(f"FROM {base}\nRUN true\n", selected=["LI104"]).findings == ()


def test_the_default_of_an_argument_is_judged_where_it_is_used() -> None:
    text = "ARG BASE=node\nFROM ${BASE} AS a\nFROM ${OTHER:-alpine} AS b\nFROM a\n"
    assert [line for line, _ in found(text, "LI104")] == [2, 3]


FUNCTION = 'FROM python:3.13-slim\nCOPY app.py ./\n{0}\nCMD ["app.handler"]\n'


@pytest.mark.parametrize(
    "line",
    [
        'ENTRYPOINT ["/usr/local/bin/python", "-m", "awslambdaric"]',
        'RUN pip install awslambdaric\nENTRYPOINT ["python", "-m", "awslambdaric"]',
        "COPY --from=public.ecr.aws/awsguru/aws-lambda-adapter:0.9.1 /lambda-adapter /opt/extensions/lambda-adapter",
        'COPY main /main\nENTRYPOINT ["/main"]',
        'COPY entry.sh /\nENTRYPOINT ["/entry.sh"]',
        'COPY --from=public.ecr.aws/lambda/python:3.13 /var/runtime /var/runtime\nENTRYPOINT ["/var/runtime/bootstrap"]',
        "COPY --chmod=755 bootstrap /var/runtime/bootstrap",
    ],
)
def test_what_brings_a_client(line: str) -> None:
    assert found(FUNCTION.format(line), "LI102", declared=LAMBDA) == []


@pytest.mark.parametrize(
    ("line", "severity"),
    [
        ("RUN true", "error"),
        ("RUN pip install boto3==1.40.0", "error"),
        ("COPY requirements.txt ./\nRUN pip install -r requirements.txt", "warning"),
        ("RUN curl -o x https://example.com/x", "warning"),
        ("COPY --from=ghcr.io/acme/tools:1 /opt/tools /opt/tools", "warning"),
        ("ADD https://example.com/x.tar.gz /opt/", "warning"),
        # The emulator is for a developer's machine and no client.
        (
            "COPY --from=public.ecr.aws/lambda/python:3.13 /usr/local/bin/aws-lambda-rie /usr/local/bin/",
            "error",
        ),
    ],
)
def test_how_sure_it_is_that_none_is_there(line: str, severity: str) -> None:
    assert found(FUNCTION.format(line), "LI102", declared=LAMBDA) == [(1, severity)]


def test_it_is_no_error_while_nobody_says_that_this_is_a_function() -> None:
    assert found(FUNCTION.format("RUN true"), "LI102") == [(1, "warning")]


def test_a_base_of_unknown_content_is_not_judged() -> None:
    text = 'FROM ghcr.io/acme/base:1\nCOPY app.py ./\nCMD ["app.handler"]\n'
    assert found(text, "LI102", declared=LAMBDA) == []


def test_the_deployment_may_start_something_else() -> None:
    settings = {"deployments": (deployment(entrypoint=("/start",)),)}
    assert found(FUNCTION.format("RUN true"), "LI102", **settings) == []


@pytest.mark.parametrize(
    ("manifest", "content", "expected"),
    [
        ("requirements.txt", "requests\n", [(1, "error")]),
        ("requirements.txt", "requests\nawslambdaric==3.1.1\n", []),
        ("pyproject.toml", '[project]\ndependencies = ["awslambdaric>=3"]\n', []),
    ],
)
def test_manifests_are_read(
    tmp_path: Path, manifest: str, content: str, expected: list[tuple[int, str]]
) -> None:
    (tmp_path / manifest).write_text(content)
    (tmp_path / "app.py").write_text("import web\n")
    text = (
        f"FROM python:3.13-slim\nCOPY {manifest} app.py ./\nRUN pip install -r requirements.txt\n"
        'CMD ["python", "app.py"]\n'
    )
    assert found(text, "LI102", declared=LAMBDA, context=tmp_path) == expected


def test_the_script_that_starts_is_read(tmp_path: Path) -> None:
    text = 'FROM python:3.13-slim\nCOPY . ./\nENTRYPOINT ["./entry.sh"]\nCMD ["app.handler"]\n'
    script = tmp_path / "entry.sh"
    script.write_text('#!/bin/sh\nexec python -m awslambdaric "$@"\n')
    assert found(text, "LI102", declared=LAMBDA, context=tmp_path) == []
    script.write_text('#!/bin/sh\nexec python "$@"\n')
    assert found(text, "LI102", declared=LAMBDA, context=tmp_path) == [(1, "error")]


@pytest.mark.parametrize("program", ['["dotnet", "App.dll"]', '["java", "-jar", "app.jar"]'])
def test_what_is_inside_an_assembly_or_a_jar_is_out_of_sight(program: str) -> None:
    text = (
        "FROM maven:3.9 AS build\nCOPY pom.xml ./\nRUN mvn package\n"
        f"FROM eclipse-temurin:21\nCOPY --from=build /app ./\nENTRYPOINT {program}\n"
    )
    assert found(text, "LI102", declared=LAMBDA) == []
