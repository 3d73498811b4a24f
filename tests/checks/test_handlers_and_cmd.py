"""What LI201 to LI204 say of CMD, ENTRYPOINT and handlers: the ways to be wrong about them."""

from __future__ import annotations

from itertools import product

import pytest

from lintimg.context.deployment import Deployment
from tests.lint.helpers import codes, lint_text

CONTRACT = ["LI201", "LI202", "LI203", "LI204"]
BASE = "FROM public.ecr.aws/lambda/python:3.14\nCOPY app.py ./\n"


def contract(text: str, **settings: object) -> list[str]:
    result = lint_text(text, selected=CONTRACT, **settings)  # type: ignore[arg-type]
    assert result.errors == ()
    return codes(result)


def deployment(**values: object) -> Deployment:
    given = Deployment("sam", "template.yaml", 3, None, None, None, True, None, None, None, None)
    return given._replace(**values)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("cmd", "expected"),
    [
        ("", ["LI202"]),
        ("CMD []", ["LI204"]),
        ("CMD app.handler", ["LI201"]),
        ("CMD ['app.handler']", ["LI201"]),
        ("CMD [app.handler]", ["LI201"]),
        ("CMD [ app.handler ]", ["LI201"]),
        ('CMD ["app.handler",]', ["LI201"]),
        ('CMD ["app.handler"', ["LI201"]),
        ("CMD [\u201capp.handler\u201d]", ["LI201"]),
        ('CMD ["app.handler"] # here', ["LI201"]),
        ("CMD exec app.handler", ["LI201"]),
        ("CMD $HANDLER", ["LI201"]),
        ("CMD python app.py", ["LI201"]),
        ('CMD ["app.handler", "x"]', ["LI204"]),
        ('CMD ["python", "app.py"]', ["LI204"]),
        ('CMD ["python app.py"]', ["LI204"]),
        ('CMD ["uvicorn", "app:app", "--port", "8080"]', ["LI204"]),
        ('CMD ["npm", "start"]', ["LI204"]),
        ('CMD ["/bin/sh", "-c", "app.handler"]', ["LI204"]),
        ('CMD ["python3.14"]', ["LI204"]),
        ('CMD ["app"]', ["LI203"]),
        ('CMD ["app.py"]', ["LI203"]),
        ('CMD ["app:handler"]', ["LI203"]),
        ('CMD ["${HANDLER}"]', ["LI203"]),
        ('CMD ["app.handler"]', []),
        ('cmd [ "app.handler" ]', []),
        ('CMD ["src/app.handler"]', []),
        ('CMD ["package.lambda.handler"]', []),
        ('CMD ["datadog_lambda.handler.handler"]', []),
        ('CMD app.handler\nCMD ["app.handler"]', []),
        ('HEALTHCHECK --interval=5m \\\n  CMD curl -f http://localhost/\nCMD ["app.handler"]', []),
        ('ENTRYPOINT ["/lambda-entrypoint.sh"]\nCMD app.handler', ["LI201"]),
        ('ENTRYPOINT ["/lambda-entrypoint.sh", "app.handler"]', []),
        ('CMD ["app.handler"]\nENTRYPOINT ["/lambda-entrypoint.sh"]', []),
    ],
)
def test_cmd_on_an_aws_base(cmd: str, expected: list[str]) -> None:
    assert contract(f"{BASE}{cmd}\n") == expected


@pytest.mark.parametrize(
    "start",
    [
        'ENTRYPOINT ["python", "app.py"]',
        'ENTRYPOINT ["./main"]',
        "ENTRYPOINT ./main",
        'ENTRYPOINT ["/entry.sh"]\nCMD ["app.handler", "x"]',
        'ENTRYPOINT ["/entry.sh"]\nCMD python app.py',
        'ENTRYPOINT []\nCMD ["python", "app.py"]',
    ],
)
def test_an_entrypoint_of_its_own_takes_what_it_likes(start: str) -> None:
    assert contract(f"{BASE}{start}\n") == []


def test_an_entrypoint_drops_the_cmd_of_the_stage_below() -> None:
    text = (
        f"{BASE}CMD app.handler\n".replace("3.14\n", "3.14 AS base\n") + 'FROM base\nENTRYPOINT ["./main"]\n'
    )
    assert contract(text) == []


def test_only_the_stage_that_ships_counts() -> None:
    text = (
        "FROM public.ecr.aws/lambda/python:3.14 AS base\nCOPY app.py ./\n"
        'FROM base AS local\nENTRYPOINT ["/rie"]\nCMD app.handler\n'
        'FROM base AS production\nCMD ["app.handler"]\n'
    )
    assert contract(text) == []
    assert contract(text, target_stage="base") == ["LI202"]


@pytest.mark.parametrize(
    ("image", "handler"),
    [
        ("nodejs:24", "dist/index.handler"),
        ("nodejs:24", "src/app.default.handler"),
        ("nodejs:24", "node_modules/datadog-lambda-js/dist/handler.handler"),
        ("java:25", "com.example.App::handleRequest"),
        ("java:25", "com.example.App"),
        ("dotnet:10", "App::App.Function::FunctionHandler"),
        ("dotnet:10", "App"),
        ("ruby:4.0", "app.handler"),
        ("ruby:4.0", "lambda_function.LambdaFunction::Handler.process"),
        ("provided:al2023", "anything"),
        ("provided:al2023", "node"),
        ("go:1", "main"),
    ],
)
def test_odd_but_valid_handlers(image: str, handler: str) -> None:
    assert contract(f'FROM public.ecr.aws/lambda/{image}\nCOPY a ./\nCMD ["{handler}"]\n') == []


@pytest.mark.parametrize(
    "text",
    [
        'FROM bref/php-83:2\nCOPY . /var/task\nCMD ["public/index.php"]\n',
        (
            "FROM python:3.14-slim\nCOPY --from=public.ecr.aws/awsguru/aws-lambda-adapter:0.9.1 /lambda-adapter "
            "/opt/extensions/lambda-adapter\nCMD exec uvicorn --port=$PORT main:app\n"
        ),
        (
            "FROM python:3.14-slim\nCOPY --from=public.ecr.aws/awsguru/aws-lambda-adapter:0.9.1 /lambda-adapter "
            "/opt/extensions/lambda-adapter\nCMD uvicorn main:app\n"
        ),
        'FROM golang:1.25 AS build\nFROM scratch\nCOPY --from=build /main /\nENTRYPOINT ["/main"]\n',
        (
            "FROM public.ecr.aws/lambda/python:3.14\nRUN pip install -t /asset -r requirements.txt\n"
            'CMD ["echo", "ready"]\n'
        ),
        "FROM mcr.microsoft.com/windows/nanoserver:ltsc2022\nCMD app.exe --serve\n",
    ],
)
def test_a_cmd_that_is_no_handler_and_need_not_be_one(text: str) -> None:
    assert contract(text) == []


@pytest.mark.parametrize("cmd", ["", "CMD app.handler", 'CMD ["app"]', 'CMD ["python", "app.py"]'])
@pytest.mark.parametrize(
    "given", [{"command": ("app.handler",)}, {"command_given": True}, {"entrypoint": ("/start",)}]
)
def test_a_command_in_infrastructure_code_stands_for_cmd(cmd: str, given: dict[str, object]) -> None:
    assert contract(f"{BASE}{cmd}\n", deployments=(deployment(**given),)) == []


def test_a_function_without_a_command_still_needs_the_cmd() -> None:
    both = (deployment(command=("app.handler",)), deployment())
    assert contract(f"{BASE}CMD app.handler\n", deployments=both) == ["LI201"]
    assert contract(BASE, deployments=(deployment(),)) == ["LI202"]


def test_the_same_list_is_wrong_behind_any_entrypoint() -> None:
    text = "FROM python:3.14-slim\nENTRYPOINT [\"/entry.sh\"]\nCMD ['app.handler']\n"
    result = lint_text(text, selected=CONTRACT)
    assert [(f.rule, f.severity) for f in result.findings] == [("LI201", "warning")]


def test_a_shell_test_is_no_list() -> None:
    assert contract("FROM alpine:3.22\nCMD [ -f /ready ] && exec /serve\n") == []


def test_findings_name_the_word() -> None:
    (finding,) = lint_text(f'{BASE}CMD  [ "app.py.handler" ]\n', selected=CONTRACT).findings
    region = finding.location.region
    assert (region.start, region.end) == ((3, 8), (3, 24))


def test_hostile_commands_are_read_in_reasonable_time() -> None:
    parts = ("[", '"', "'", ",", "\\", "a", " ", "$", "#", "]", "\u201c")
    for pair in product(parts, repeat=2):
        text = "".join(pair) * 3_000
        for keyword in ("CMD", "ENTRYPOINT"):
            assert lint_text(f"{BASE}{keyword} {text}\n", selected=CONTRACT).errors == ()
            assert lint_text(f"{BASE}{keyword} [{text}]\n", selected=CONTRACT).errors == ()
