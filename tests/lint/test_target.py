"""Whose file it is: what counts as evidence and what does not."""

from __future__ import annotations

import pytest

from lintimg.aws.handlers import looks_like_handler
from lintimg.context.deployment import Deployment

from .helpers import lint_text

_AWS = "FROM public.ecr.aws/lambda/python:3.14\n"
_FILES = {
    "an AWS base": ("lambda", _AWS + 'CMD ["app.handler"]\n'),
    "an AWS base through an alias": ("lambda", "FROM public.ecr.aws/lambda/python:3.14 AS Base\nFROM base\n"),
    "an AWS base from an argument": ("lambda", "ARG BASE=public.ecr.aws/lambda/python:3.14\nFROM ${BASE}\n"),
    "an AWS base that starts a program": ("lambda", _AWS + 'ENTRYPOINT ["python", "x.py"]\n'),
    "the web adapter": (
        "lambda",
        "FROM debian:12\nCOPY --from=public.ecr.aws/awsguru/aws-lambda-adapter:0.9.1 /lambda-adapter /opt/extensions/lambda-adapter\n",
    ),
    "a runtime client": ("lambda", "FROM node:24\nRUN npm install aws-lambda-ric\n"),
    "a handler": ("lambda", 'FROM python:3.14\nCMD ["app.handler"]\n'),
    "a Java handler on a company's base": (
        "lambda",
        'FROM ghcr.io/acme/base:1\nCMD ["com.acme.Fn::handleRequest"]\n',
    ),
    "the task root": ("lambda", "FROM amazonlinux:2023\nCOPY main.py ${LAMBDA_TASK_ROOT}/\n"),
    "another maker's base": ("lambda", 'FROM bref/php-83:2\nCMD ["public/index.php"]\n'),
    "words in comments": (
        "generic",
        '# our lambda handler\nFROM python:3.14-slim\nEXPOSE 8080\nCMD ["uvicorn", "main:app"]\n',
    ),
    "a MicroVM": ("generic", 'FROM public.ecr.aws/lambda/microvms:al2023-minimal\nCMD ["/app/server"]\n'),
    "a script": ("generic", 'FROM python:3.14\nCMD ["app.py"]\n'),
    "a configuration file": ("generic", 'FROM mongo:8\nCMD ["mongod.conf"]\n'),
    "a handler behind another entry point": (
        "generic",
        'FROM python:3.14\nENTRYPOINT ["python"]\nCMD ["app.handler"]\n',
    ),
    "a static binary": ("generic", 'FROM scratch\nCOPY main /main\nENTRYPOINT ["/main"]\n'),
    "an AWS base in a builder only": ("generic", f"{_AWS}FROM debian:12\nCOPY --from=0 /x /x\n"),
    "CDK's bundling": (
        "bundling",
        'FROM public.ecr.aws/sam/build-python3.14\nRUN pip install -r r.txt -t /asset\nCMD ["echo"]\n',
    ),
    "bundling beside a handler": (
        "bundling",
        _AWS + 'RUN pip install -r r.txt --target /asset\nCMD ["app.handler"]\n',
    ),
    "a zip from scratch": (
        "bundling",
        f'{_AWS.strip()} AS b\nRUN zip -r /code.zip .\nFROM scratch\nCOPY --from=b /code.zip /\nENTRYPOINT ["/code.zip"]\n',
    ),
    "a layer": ("builder", _AWS + "RUN pip install -t /opt/python boto3 && zip -r9 /tmp/layer.zip /opt\n"),
    "an echo that is no bundling": ("generic", 'FROM debian:12\nCMD ["echo", "usage"]\n'),
}


@pytest.mark.parametrize(("kind", "text"), _FILES.values(), ids=_FILES)
def test_kind(kind: str, text: str) -> None:
    report = lint_text(text, rules=()).report
    assert report.kind == kind
    assert report.evidence


def test_evidence_names_the_line() -> None:
    assert lint_text("# x\n" + _AWS, rules=()).report.evidence == (
        "line 2: final stage is FROM public.ecr.aws/lambda/python:3.14",
    )


def test_a_declared_target_stands() -> None:
    report = lint_text(_AWS, rules=(), declared=("generic", "--target")).report
    assert (report.kind, report.evidence) == ("generic", ("--target says target generic",))


def test_infrastructure_code_is_evidence() -> None:
    function = Deployment(
        "sam", "template.yaml", 7, "/x/Dockerfile", "/x", None, True, None, None, None, None
    )
    report = lint_text(
        'FROM scratch\nENTRYPOINT ["/main"]\n', rules=(), deployments=(function, function)
    ).report
    assert report.kind == "lambda"
    assert report.evidence == ("template.yaml:7: sam deploys it as a function (1 more such places)",)


@pytest.mark.parametrize(
    "word",
    [
        "app.handler",
        "src/app.handler",
        "a.b.c.handler",
        "index.handler",
        "Asm::Ns.Type::Method",
        "lib.Mod::Cls.process",
    ],
)
def test_handlers(word: str) -> None:
    assert looks_like_handler(word)


@pytest.mark.parametrize(
    "word",
    [
        "app",
        "./app.handler",
        "/app.handler",
        "app.py",
        "server.js",
        "nginx.conf",
        "python3.14",
        "start.sh",
        "a b.c",
        "",
    ],
)
def test_no_handlers(word: str) -> None:
    assert not looks_like_handler(word)
