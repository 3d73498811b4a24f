"""LI222: a handler that cannot be called as the runtime calls it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lintimg.checks.contract.handler_file import NamedHandler, named_handlers
from lintimg.checks.contract.handler_function import handler_text, looked_up
from lintimg.checks.contract.python_tree import python_tree
from lintimg.lint.rule import Hit
from lintimg.lint.subject import Subject

_NO_CALLBACK_SINCE = 24
"""From Node.js 24 on the runtime refuses handlers that declare three parameters (Runtime.CallbackHandlerDeprecated)."""
_PASSED = 2
"""What Python's and Node.js's runtimes pass: the event and the context."""


def handler_signature(subject: Subject) -> Iterator[Hit]:
    """A hit for each handler whose parameters do not fit the runtime's call."""
    if subject.context is None:
        return
    for handler in named_handlers(subject):
        found = handler_text(subject, handler)
        if found is None:
            continue
        file, text = found
        function = looked_up(handler)
        variant: str | None = None
        if handler.language == "python":
            variant = _python(text, function)
        elif handler.language == "ruby":
            variant = _ruby(text, function)
        elif _refuses_callbacks(subject) and handler.function == function:
            variant = _javascript(text, function)
        if variant is not None:
            yield _hit(handler, file, function, variant)


def _hit(handler: NamedHandler, file: str, function: str, variant: str) -> Hit:
    return Hit(
        handler.span,
        {"handler": handler.text, "file": file, "function": function},
        variant=variant,
        details={"handler": handler.text, "file": file, "problem": variant},
        path=handler.path,
    )


def _refuses_callbacks(subject: Subject) -> bool:
    runtime = subject.aws_base.runtime if subject.aws_base is not None else None
    major = runtime.tag.partition(".")[0] if runtime is not None else ""
    return major.isdecimal() and int(major) >= _NO_CALLBACK_SINCE


def _python(text: str, function: str) -> str | None:
    import ast

    tree = python_tree(text)
    if tree is None:
        return None
    # The name may be bound anew, and by other means than a definition.
    if len(
        re.findall(rf"\b{re.escape(function)}\s*(?:=(?!=)|:)|\b(?:as|import)\s+{re.escape(function)}\b", text)
    ):
        return None
    found = [
        node
        for node in tree.body
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and node.name == function
    ]
    if len(found) != 1 or found[0].decorator_list:
        return None
    node = found[0]
    if isinstance(node, ast.AsyncFunctionDef):
        return "async"
    arguments = node.args
    positional = len(arguments.posonlyargs) + len(arguments.args)
    if positional < _PASSED and arguments.vararg is None:
        return "few"
    required = positional - len(arguments.defaults)
    if required > _PASSED or any(default is None for default in arguments.kw_defaults):
        return "many"
    return None


def _javascript(text: str, function: str) -> str | None:
    name = re.escape(function)
    definition = re.compile(
        rf"(?:\bexports\s*\.\s*{name}\s*=|\bexport\s+(?:const|let|var)\s+{name}\s*=|\bexport\s+(?:async\s+)?function\s+(?={name}\s*\())"
        rf"\s*(?:async\b\s*)?(?:function\b\s*)?(?:[\w$]+\s*)?\(([^(){{}}\[\]=.]*)\)\s*(?:=>|\{{)"
    )
    found = definition.findall(text)
    if len(found) != 1 or len(re.findall(rf"\b{name}\s*=(?![=>])", text)) > 1:
        return None
    parameters = [part.strip() for part in found[0].split(",")]
    return "callback" if len([part for part in parameters if part]) > _PASSED else None


def _ruby(text: str, function: str) -> str | None:
    found = re.findall(
        rf"(?m)^[ \t]*def[ \t]+(?:self\.)?{re.escape(function)}(?![\w?!=])[ \t]*(\(([^()\n]*)\)|[^(\n;#]*$)",
        text,
    )
    if len(found) != 1:
        return None
    whole, inner = found[0]
    written = (inner if whole.startswith("(") else whole).strip()
    parameters = [part.strip() for part in written.split(",") if part.strip()]
    if any(part.startswith(("*", "&", "...")) for part in parameters):
        return None
    keywords = {part.partition(":")[0] for part in parameters if re.match(r"\w+:", part)}
    if not keywords:
        return None if len(parameters) == 1 else "keywords"
    required = {part[:-1] for part in parameters if re.fullmatch(r"\w+:", part)}
    if (
        not {"event", "context"} <= keywords
        or required - {"event", "context"}
        or len(keywords) < len(parameters)
    ):
        return "keywords"
    return None
