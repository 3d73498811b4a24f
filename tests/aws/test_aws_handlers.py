"""Handlers as the runtimes read them."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lintimg.aws.handlers import handler_form, handler_problem, wrapped_by
from lintimg.aws.tables import table

GRAMMARS = table("handlers")["languages"]


@pytest.mark.parametrize(
    ("language", "handler"),
    [
        ("python", "app.handler"),
        ("python", "lambda_function.lambda_handler"),
        ("python", "src/main.handler"),
        ("python", "src.main.handler"),
        ("python", "a.b.c.handler"),
        ("python", "my-module.handler"),
        ("python", "import.lambda"),
        ("python", "app.Handler"),
        ("python", "timer.handler"),
        ("python", "app.émission"),
        ("python", "datadog_lambda.handler.handler"),
        ("python", "newrelic_lambda_wrapper.handler"),
        ("nodejs", "index.handler"),
        ("nodejs", "app.lambdaHandler"),
        ("nodejs", "dist/index.handler"),
        ("nodejs", "./dist/index.handler"),
        ("nodejs", "/opt/nodejs/node_modules/datadog-lambda-js/handler.handler"),
        ("nodejs", "index.handlers.main"),
        ("nodejs", "index.default"),
        ("nodejs", "src/a.b/index.handler"),
        ("java", "com.example.Handler::handleRequest"),
        ("java", "com.example.Handler"),
        ("java", "helloworld.App"),
        ("java", "EchoHandler::handleRequest"),
        ("java", "example.Outer$Inner::handleRequest"),
        ("java", "io.micronaut.function.aws.MicronautRequestHandler"),
        ("dotnet", "App::App.Function::FunctionHandler"),
        ("dotnet", "Sample::Sample.Function::FunctionHandler"),
        ("dotnet", "My.Assembly::My.Type::System.Uri Get(Int64)"),
        ("dotnet", "MyFunction"),
        ("dotnet", "MyFunction.dll"),
        ("dotnet", "My.Function"),
        ("ruby", "app.handler"),
        ("ruby", "lambda_function.LambdaFunction::Handler.process"),
        ("ruby", "lib/app.App.call"),
        ("provided", "anything at all"),
        ("provided", "bootstrap"),
        ("go", "main"),
        ("cobol", "X"),
    ],
)
def test_well_formed(language: str, handler: str) -> None:
    assert handler_problem(language, handler) is None


@pytest.mark.parametrize(
    ("language", "handler", "kind", "suggestion"),
    [
        ("python", "app", "no-function", None),
        ("python", "", "empty", None),
        ("python", "app:handler", "colon", "app.handler"),
        ("python", "src.app:handler", "colon", "src.app.handler"),
        ("python", "src/app::handler", "colon", "src/app.handler"),
        ("python", "app.py.handler", "extension", "app.handler"),
        ("python", "app.py", "file", None),
        ("python", "src/app.py", "file", None),
        ("python", "/var/task/app.handler", "path", "app.handler"),
        ("python", "./app.handler", "path", "app.handler"),
        ("python", "time.handler", "builtin-module", None),
        ("python", "json.handler", "loaded-module", None),
        ("python", "app..handler", "empty-part", None),
        ("python", ".handler", "empty-part", None),
        ("python", "app.", "empty-part", None),
        ("python", "app.my-handler", "function-name", None),
        ("python", "app.handler()", "function-name", None),
        ("python", " app.handler", "blank", "app.handler"),
        ("python", "${HANDLER}", "variable", None),
        ("python", "${MODULE}.handler", "variable", None),
        ("nodejs", "index", "no-function", None),
        ("nodejs", "dist/index", "no-function", None),
        ("nodejs", "index.js.handler", "extension", "index.handler"),
        ("nodejs", "dist/index.mjs.handler", "extension", "dist/index.handler"),
        ("nodejs", "index.js", "file", None),
        ("nodejs", "src/index.ts", "file", None),
        ("nodejs", "../index.handler", "parent-path", None),
        ("nodejs", "index:handler", "colon", "index.handler"),
        ("nodejs", "index.", "empty-part", None),
        ("nodejs", "index.handler()", "call", "index.handler"),
        ("nodejs", "$HANDLER", "variable", None),
        (
            "java",
            "com.example.Handler.handleRequest",
            "method-separator",
            "com.example.Handler::handleRequest",
        ),
        (
            "java",
            "com.example.Handler:handleRequest",
            "method-separator",
            "com.example.Handler::handleRequest",
        ),
        (
            "java",
            "com.example.Handler#handleRequest",
            "method-separator",
            "com.example.Handler::handleRequest",
        ),
        ("java", "com.example.Handler::handleRequest()", "call", "com.example.Handler::handleRequest"),
        ("java", "com/example/Handler::handleRequest", "path", None),
        ("java", "app.jar", "file", None),
        ("java", "::handleRequest", "empty-part", None),
        ("dotnet", "App:App.Function:FunctionHandler", "colon", "App::App.Function::FunctionHandler"),
        ("dotnet", "App::App.Function:FunctionHandler", "colon", "App::App.Function::FunctionHandler"),
        ("dotnet", "App::App.Function", "missing-part", None),
        ("dotnet", "App:Function", "missing-part", None),
        ("dotnet", "::App.Function::FunctionHandler", "empty-part", None),
        ("ruby", "app", "no-function", None),
        ("ruby", "app.rb.handler", "extension", "app.handler"),
        ("ruby", "app.rb", "file", None),
        ("ruby", "./app.handler", "path", "app.handler"),
        ("ruby", "app.Handler::process", "method-separator", "app.Handler.process"),
        ("ruby", "app:handler", "colon", "app.handler"),
        ("ruby", "a.b.c.d", "too-many-parts", None),
        ("ruby", "src.app.handler", "class-name", None),
    ],
)
def test_malformed(language: str, handler: str, kind: str, suggestion: str | None) -> None:
    problem = handler_problem(language, handler)
    assert problem is not None
    assert (problem.kind, problem.suggestion) == (kind, suggestion)
    assert problem.error
    assert problem.reason.endswith(".")
    assert suggestion is None or handler_problem(language, suggestion) is None


def test_error_is_what_the_runtime_says() -> None:
    problem = handler_problem("python", "app")
    assert problem is not None
    assert problem.error == "Bad handler 'app': not enough values to unpack (expected 2, got 1)"


@pytest.mark.parametrize("language", GRAMMARS)
def test_examples_are_well_formed(language: str) -> None:
    form = handler_form(language)
    assert form is not None
    assert handler_problem(language, form.example) is None


@pytest.mark.parametrize("wrapper", table("handlers")["wrappers"], ids=lambda row: row["handler"])
def test_wrappers_are_known_and_well_formed(wrapper: dict[str, str]) -> None:
    assert wrapped_by(wrapper["handler"]) == wrapper["variable"]
    language = "nodejs" if "-" in wrapper["handler"] else "python"
    assert handler_problem(language, wrapper["handler"]) is None


def test_ordinary_handler_is_no_wrapper() -> None:
    assert wrapped_by("app.handler") is None


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(sorted(GRAMMARS)), st.text(alphabet="aB.:/$#_-{}() \n\x00é1py", max_size=40))
def test_any_text_is_answered_and_suggestions_are_sound(language: str, handler: str) -> None:
    problem = handler_problem(language, handler)
    if problem is not None and problem.suggestion is not None:
        assert handler_problem(language, problem.suggestion) is None


@pytest.mark.parametrize("language", GRAMMARS)
def test_long_handlers_are_answered(language: str) -> None:
    for text in ("a." * 100_000, "a" * 200_000, "/" * 200_000, ":" * 200_000, "A." * 50_000 + "a"):
        handler_problem(language, text)
