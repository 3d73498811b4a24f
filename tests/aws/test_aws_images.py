"""Image references: which are AWS's, and what the others are for."""

from __future__ import annotations

import pytest

from lintimg.aws.base_facts import base_facts
from lintimg.aws.images import aws_base, is_build_image, is_microvm, origin, purpose, suggested_tags

DIGEST = "sha256:" + "0123456789abcdef" * 4


@pytest.mark.parametrize(
    ("reference", "language", "runtime", "form"),
    [
        ("public.ecr.aws/lambda/python:3.12", "python", "python3.12", "runtime"),
        ("amazon/aws-lambda-nodejs:12", "nodejs", "nodejs12.x", "runtime"),
        ("docker.io/amazon/aws-lambda-java:8.al2", "java", "java8.al2", "runtime"),
        ("index.docker.io/amazon/aws-lambda-python:3.9", "python", "python3.9", "runtime"),
        ("public.ecr.aws/lambda/python:3.12@" + DIGEST, "python", "python3.12", "runtime"),
        ("public.ecr.aws/lambda/ruby:3.3.2024.04.17.17", "ruby", "ruby3.3", "runtime"),
        ("public.ecr.aws/lambda/go:1", "go", "go1.x", "runtime"),
        ("public.ecr.aws/lambda/provided:al2023-arm64", "provided", "provided.al2023", "runtime"),
        ("public.ecr.aws/lambda/python", "python", None, "floating"),
        ("public.ecr.aws/lambda/python:latest", "python", None, "floating"),
        ("public.ecr.aws/lambda/python:latest-arm64", "python", None, "floating"),
        ("public.ecr.aws/lambda/python@" + DIGEST, "python", None, "digest"),
        ("public.ecr.aws/lambda/python:latest@" + DIGEST, "python", None, "digest"),
        ("public.ecr.aws/lambda/python:3", "python", None, "short"),
        ("public.ecr.aws/lambda/nodejs:20.x", "nodejs", None, "unknown"),
        ("public.ecr.aws/lambda/python:3.12-amd64", "python", None, "unknown"),
        (
            "123456789012.dkr.ecr.eu-west-1.amazonaws.com/ecr-public/lambda/python:3.9",
            "python",
            "python3.9",
            "runtime",
        ),
        (
            "123456789012.dkr.ecr.eu-west-1.amazonaws.com/docker-hub/amazon/aws-lambda-nodejs:22",
            "nodejs",
            "nodejs22.x",
            "runtime",
        ),
    ],
)
def test_aws_base(reference: str, language: str, runtime: str | None, form: str) -> None:
    base = aws_base(reference)
    assert base is not None
    assert base.language == language
    assert (base.runtime.runtime if base.runtime else None) == runtime
    assert base.form == form
    assert origin(reference) == "aws-lambda"


@pytest.mark.parametrize(
    "reference",
    [
        "python:3.12",
        "public.ecr.aws/docker/library/python:3.12",
        "public.ecr.aws/lambda/microvms:al2023-minimal",
        "public.ecr.aws/awsguru/aws-lambda-adapter:0.9.1",
        "public.ecr.aws/amazonlinux/amazonlinux:2023",
        "public.ecr.aws/x1y2z3/lambda/python:3.12",
        "ghcr.io/amazon/aws-lambda-python:3.12",
        "amazon/aws-lambda-python-extra:1",
        "123456789012.dkr.ecr.eu-west-1.amazonaws.com/lambda/python:3.12",
        "scratch",
        "not a reference",
        "",
    ],
)
def test_other_images_are_no_aws_base(reference: str) -> None:
    assert aws_base(reference) is None


def test_architecture_comes_from_the_suffix() -> None:
    arm = aws_base("public.ecr.aws/lambda/python:3.12-arm64")
    plain = aws_base("public.ecr.aws/lambda/python:3.12")
    assert arm is not None
    assert plain is not None
    assert (arm.architecture, plain.architecture) == ("arm64", None)


@pytest.mark.parametrize(
    ("reference", "expected"),
    [
        ("scratch", "scratch"),
        ("python:3.12", "other"),
        ("public.ecr.aws/sam/build-python3.12:latest", "aws-sam"),
        ("123456789012.dkr.ecr.eu-west-1.amazonaws.com/app:1", "private-ecr"),
        ("123456789012.dkr.ecr.cn-north-1.amazonaws.com.cn/app:1", "private-ecr"),
        ("123456789012.dkr.ecr-fips.us-east-1.amazonaws.com/app@" + DIGEST, "private-ecr"),
        ("123456789012.dkr-ecr.us-east-1.on.aws/app", "private-ecr"),
        ("1234.dkr.ecr.eu-west-1.amazonaws.com/app:1", "other"),
        ("", "other"),
    ],
)
def test_origin(reference: str, expected: str) -> None:
    assert origin(reference) == expected


@pytest.mark.parametrize(
    ("reference", "expected"),
    [
        ("golang:1.24-alpine", "build"),
        ("docker.io/library/golang", "build"),
        ("public.ecr.aws/docker/library/maven:3-eclipse-temurin-21", "build"),
        ("rust:1.90", "build"),
        ("mcr.microsoft.com/dotnet/sdk:8.0", "build"),
        ("public.ecr.aws/sam/build-nodejs20.x", "build"),
        ("lambci/lambda:build-python3.8", "build"),
        ("lambci/lambda:python3.8", None),
        ("mcr.microsoft.com/dotnet/aspnet:8.0", None),
        ("public.ecr.aws/sam/emulation-python3.12", "emulation"),
        ("public.ecr.aws/lambda/microvms:al2023-minimal", "microvm"),
        ("public.ecr.aws/lambda/python:3.12", None),
        ("example/golang", None),
        ("swift:6.0-slim", None),
    ],
)
def test_purpose(reference: str, expected: str | None) -> None:
    assert purpose(reference) == expected
    assert is_build_image(reference) == (expected == "build")
    assert is_microvm(reference) == (expected == "microvm")


@pytest.mark.parametrize(
    ("reference", "tags"),
    [
        ("amazon/aws-lambda-nodejs:12", ("nodejs:24",)),
        ("public.ecr.aws/lambda/nodejs:20.x", ("nodejs:20", "nodejs:24")),
        ("public.ecr.aws/lambda/python", ("python:3.14",)),
        ("public.ecr.aws/lambda/go", ("provided:al2023",)),
        ("public.ecr.aws/lambda/provided:al2023", ()),
    ],
)
def test_suggested_tags(reference: str, tags: tuple[str, ...]) -> None:
    base = aws_base(reference)
    assert base is not None
    assert suggested_tags(base) == tags


def test_every_aws_base_has_the_same_start() -> None:
    for reference in ("public.ecr.aws/lambda/python:3.12", "amazon/aws-lambda-provided:al2"):
        facts = base_facts(reference)
        assert facts.entrypoint == ("/lambda-entrypoint.sh",)
        assert facts.cmd == ()
        assert facts.workdir == "/var/task"
        assert facts.env is not None
        assert facts.env["LAMBDA_TASK_ROOT"] == "/var/task"
        assert facts.env["PATH"] == "/var/lang/bin:/usr/local/bin:/usr/bin/:/bin:/opt/bin"


def test_variables_of_unknown_value_are_none() -> None:
    dotnet = base_facts("public.ecr.aws/lambda/dotnet:8").env
    python = base_facts("python:3.12-slim").env
    assert dotnet is not None
    assert python is not None
    assert dotnet["DOTNET_VERSION"] is None
    assert python["PYTHON_VERSION"] is None
    assert "PYTHON_VERSION" not in (base_facts("debian:12").env or {})


def test_scratch_has_only_the_default_path() -> None:
    facts = base_facts("scratch")
    assert facts.env == {"PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"}
    assert (facts.workdir, facts.entrypoint, facts.cmd) == ("/", (), ())


@pytest.mark.parametrize(
    ("reference", "workdir", "entrypoint", "cmd"),
    [
        ("python:3.12", "/", (), ("python3",)),
        ("docker.io/library/python", "/", (), ("python3",)),
        ("node:22-alpine", "/", ("docker-entrypoint.sh",), ("node",)),
        ("golang:1.24-alpine", "/go", (), ("/bin/sh",)),
        ("php:8.4-fpm", "/var/www/html", ("docker-php-entrypoint",), ("php-fpm",)),
        ("nginx", "/", ("/docker-entrypoint.sh",), ("nginx", "-g", "daemon off;")),
        ("eclipse-temurin:21-jre", "/", None, None),
        ("public.ecr.aws/amazonlinux/amazonlinux:2023", "/", (), ("/bin/bash",)),
    ],
)
def test_official_images(
    reference: str, workdir: str, entrypoint: tuple[str, ...] | None, cmd: tuple[str, ...] | None
) -> None:
    facts = base_facts(reference)
    assert (facts.workdir, facts.entrypoint, facts.cmd) == (workdir, entrypoint, cmd)


@pytest.mark.parametrize(
    "reference",
    [
        "example/python:3.12",
        "python:3.12-windowsservercore-ltsc2022",
        "python:2.7",
        "node:8",
        "nginx:1.13-alpine",
        "123456789012.dkr.ecr.eu-west-1.amazonaws.com/python:1",
        "bad reference",
    ],
)
def test_unknown_images_have_unknown_facts(reference: str) -> None:
    assert base_facts(reference) == (None, None, None, None, None)
