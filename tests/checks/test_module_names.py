"""Which names a module has: forms that no rule's example shows."""

from __future__ import annotations

import pytest

from lintimg.checks.contract.module_names import module_names

_PYTHON = [
    "handler = lambda event, context: 1",
    "first, (second, *handler) = values",
    "with open('x') as handler: pass",
    "for handler in handlers: pass",
    "import functions.api as handler",
    "if (handler := make()): pass",
    "match value:\n    case {'key': handler, **rest}: pass",
    "def make():\n    global handler\n    handler = 1",
    "try:\n    pass\nexcept ImportError:\n    async def handler(event, context): pass",
]
_JAVASCRIPT = [
    "exports.handler = async () => 1",
    "module.exports = { handler, other: 1 }",
    "module.exports = {\n  // the entry, in short\n  async handler(event) { return { statusCode: 200 } },\n}",
    "export const handler = middy(run)",
    "export { run as handler }",
    "export async function handler(event) {}",
    'Object.defineProperty(exports, "handler", { enumerable: true });',
]
_UNKNOWN = [
    ("python", "from functions import *"),
    ("python", "globals()['handler'] = 1"),
    ("python", "def __getattr__(name): return 1"),
    ("python", "print 'of another age'"),
    ("python", "(" * 100_000),
    ("python", "x = " + "-" * 5_000 + "1"),
    ("python", "\0"),
    ("nodejs", "export * from './functions'"),
    ("nodejs", "module.exports = require('./functions')"),
    ("nodejs", "module.exports = { ...functions, other: 1 }"),
    ("nodejs", "module.exports = { [name]: 1 }"),
    ("nodejs", "module.exports = { other: /[{]/ }"),
    ("nodejs", "module.exports = { other: 1"),
    ("nodejs", "exports[name] = 1"),
    ("ruby", "require_relative 'functions'"),
]


@pytest.mark.parametrize("text", _PYTHON)
def test_python_binds_the_name(text: str) -> None:
    names = module_names("python", text)
    assert names is not None
    assert "handler" in names.names


@pytest.mark.parametrize("text", _JAVASCRIPT)
def test_node_exports_the_name(text: str) -> None:
    names = module_names("nodejs", text)
    assert names is not None
    assert "handler" in names.names


@pytest.mark.parametrize(("language", "text"), _UNKNOWN, ids=range(len(_UNKNOWN)))
def test_what_cannot_be_told_is_not_guessed(language: str, text: str) -> None:
    assert module_names(language, text) is None


def test_names_inside_functions_and_classes_are_not_the_modules() -> None:
    names = module_names("python", "class Api:\n    def handler(self): pass\ndef make():\n    handler = 1\n")
    assert names is not None
    assert names.names == {"Api", "make"}
    assert names.functions == ("make",)


def test_a_file_that_only_imports_is_a_stub() -> None:
    names = module_names("python", "import json\nprint(json)\n")
    assert names is not None
    assert names.stub
