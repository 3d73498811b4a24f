"""Which names a module in Python, Node.js or Ruby has, as far as its text tells."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from lintimg.checks.contract.python_tree import python_tree
from lintimg.lazy import NamedTuple, regex

if TYPE_CHECKING:
    import ast

_DYNAMIC_PYTHON = regex(
    r"\b(?:globals|setattr|exec|vars|locals|__getattr__|__import__|import_module)\s*\(|sys\.modules|__dict__"
)
_DYNAMIC_RUBY = regex(
    r"\b(?:define_method|define_singleton_method|method_missing|alias|alias_method|eval|\w+_eval|extend|include|prepend"
    r"|def_delegators?|delegate|require_relative|load|autoload|Module\.new|Class\.new|module_eval|public_send)\b"
)
_RUBY_METHOD = regex(r"^[ \t]*(?:\w+[ \t]+)*def[ \t]+(?:\w+\.)?(\w+[?!]?)", re.MULTILINE)
_COMMENT = regex(r"^[ \t]*(?://|/\*)", re.MULTILINE)
_EXPORTING = regex(r"\bexports?\b")
_EXPORT = regex(
    r"(?:\bmodule\s*\.\s*)?\bexports\s*\.\s*(?P<member>[A-Za-z_$][\w$]*)"
    r"|\bObject\.defineProperty\(\s*(?:module\.)?exports,\s*[\"'](?P<property>[\w$]+)[\"']"
    r"|\bmodule\.exports\s*=\s*(?P<object>\{)"
    r"|\bexport\s+(?:async\s+)?(?:const|let|var|class|function\s*\*?)\s*\b(?P<declared>[A-Za-z_$][\w$]*)"
    r"|\bexport\s*\{(?P<list>[^{}]*)\}"
    r"|\bexport\s+(?P<default>default)\b"
)
_KEY = regex(r"(?:(?:async|get)\s+)?\*?[\"']?([A-Za-z_$][\w$]*)[\"']?\s*(?:[:(]|\Z)")
_TOKEN = regex(
    r"//[^\n]*|/\*.*?\*/|\"(?:[^\"\\\n]|\\.)*\"|'(?:[^'\\\n]|\\.)*'|`(?:[^`\\]|\\.)*`|[(){}\[\],/]", re.DOTALL
)
_LONGEST_OBJECT = 20_000
_EXPORTED = regex(r"(?:^|,)\s*(?:[\w$]+\s+as\s+)?([A-Za-z_$][\w$]*)\s*(?=,|$)")


_USUAL = ("handler", "lambda_handler", "lambdaHandler", "handleRequest", "main")


class ModuleNames(NamedTuple):
    """The names that a module has for whoever imports it, and those of them that are functions, in order.

    `stub`: it defines nothing of its own, as a file has that others are still to fill.
    """

    names: frozenset[str]
    functions: tuple[str, ...]
    stub: bool


def module_names(language: str, text: str) -> ModuleNames | None:
    """The names of a module with this text; None when they cannot be told."""
    if language == "python":
        return _python(text)
    if language == "nodejs":
        return _javascript(text)
    return _ruby(text)


def nearest_name(wanted: str, names: Sequence[str]) -> str | None:
    """The one of `names` that was most likely meant."""
    if len(names) == 1:
        return names[0]
    for usual in _USUAL:
        if usual in names:
            return usual
    from difflib import get_close_matches

    return next(iter(get_close_matches(wanted, names[:200], 1, 0.7)), None)


def _python(text: str) -> ModuleNames | None:
    import ast

    if _DYNAMIC_PYTHON.search(text):
        return None
    tree = python_tree(text)
    if tree is None:
        return None
    found: set[str] = set()
    functions: list[str] = []
    stub = True
    pending: list[ast.AST] = list(reversed(tree.body))
    inside: list[ast.AST] = []
    while pending:
        node = pending.pop()
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            found.add(node.name)
            stub = False
            if not isinstance(node, ast.ClassDef):
                functions.append(node.name)
            inside.append(node)
            continue
        names = _bound(node)
        if names is None:
            return None
        found.update(names)
        stub = stub and (not names or isinstance(node, (ast.Import, ast.ImportFrom)))
        pending.extend(ast.iter_child_nodes(node))
    # A function may set a name of the module.
    while inside:
        node = inside.pop()
        if isinstance(node, ast.Global):
            found.update(node.names)
        inside.extend(ast.iter_child_nodes(node))
    return ModuleNames(frozenset(found), tuple(dict.fromkeys(functions)), stub)


def _bound(node: ast.AST) -> tuple[str, ...] | None:
    """The names that a node binds; None for an import of whatever there is."""
    import ast

    if isinstance(node, ast.Name):
        return (node.id,) if isinstance(node.ctx, ast.Store) else ()
    if isinstance(node, (ast.Import, ast.ImportFrom)):
        names = tuple(alias.asname or alias.name.partition(".")[0] for alias in node.names)
        return None if "*" in names else names
    if isinstance(node, (ast.MatchAs, ast.MatchStar, ast.ExceptHandler)):
        return (node.name,) if node.name else ()
    if isinstance(node, ast.MatchMapping):
        return (node.rest,) if node.rest else ()
    alias = getattr(node, "name", None)
    return (alias.id,) if isinstance(alias, ast.Name) else ()


def _javascript(text: str) -> ModuleNames | None:
    text = _without_comments(text)
    found: list[str] = []
    recognised = 0
    for match in _EXPORT.finditer(text):
        recognised += len(_EXPORTING.findall(match.group()))
        groups = match.groupdict()
        name = groups["member"] or groups["property"] or groups["declared"] or groups["default"]
        if name:
            found.append(name)
        elif groups["object"] is not None:
            keys = _keys(text, match.end())
            if keys is None:
                return None
            found += keys
        else:
            found += _EXPORTED.findall(groups["list"])
    if recognised != len(_EXPORTING.findall(text)):
        return None
    if not found and "this" in text:
        return None
    names = tuple(dict.fromkeys(name for name in found if name != "__esModule"))
    return ModuleNames(frozenset(names), names, not names and "=>" not in text and "function" not in text)


def _keys(text: str, at: int) -> list[str] | None:
    """The keys of the object literal whose brace ends at `at`; None where they cannot all be told."""
    depth = 0
    start = at
    parts: list[str] = []
    for token in _TOKEN.finditer(text, at, at + _LONGEST_OBJECT):
        mark = token.group()
        if mark == "/":
            # A regular expression may hold any of these marks.
            return None
        if mark in "({[":
            if not depth and mark == "[" and not text[start : token.start()].strip():
                return None
            if not depth:
                parts.append(text[start : token.start()] + "(")
            depth += 1
        elif mark in ")]}":
            if not depth:
                parts.append(text[start : token.start()])
                break
            depth -= 1
            start = token.end() if not depth else start
        elif mark == "," and not depth:
            parts.append(text[start : token.start()])
            start = token.end()
    else:
        return None
    found = []
    for part in parts:
        bare = part.strip()
        key = _KEY.match(bare)
        if key is not None:
            found.append(key[1])
        elif "..." in bare:
            return None
    return found


def _without_comments(text: str) -> str:
    """`text` less the comments that begin a line."""
    kept = []
    at = 0
    for match in _COMMENT.finditer(text):
        if match.start() < at:
            continue
        line = match.group().endswith("//")
        end = text.find("\n" if line else "*/", match.end())
        if end < 0:
            break
        kept.append(text[at : match.start()])
        at = end if line else end + 2
    kept.append(text[at:])
    return "".join(kept)


def _ruby(text: str) -> ModuleNames | None:
    if _DYNAMIC_RUBY.search(text):
        return None
    names = tuple(dict.fromkeys(_RUBY_METHOD.findall(text)))
    return ModuleNames(frozenset(names), names, not names)
