"""Which packages a module in Python or Node.js loads as soon as it is loaded itself."""

from __future__ import annotations

import sys

from lintimg.checks.contract.python_tree import python_tree
from lintimg.checks.tables import table
from lintimg.lazy import regex

_SEARCHES_ELSEWHERE = regex(
    r"\bsys\.path|addsitedir|__path__|zipimport|module\.paths|NODE_PATH|createRequire"
)
_REQUIRED = regex(
    r"(?m)^(?:(?:const|let|var)[ \t]+[\w$]+[ \t]*=[ \t]*require\([ \t]*|(?:const|let|var)[ \t]*\{[^{}=()]{0,500}\}[ \t]*=[ \t]*require\([ \t]*"
    r"|import[ \t]+(?:[\w$*{},\s]{1,500}?\bfrom[ \t]+)?)[\"']([^\"'./][^\"'\n]*)[\"']"
)


def imported(language: str, text: str) -> tuple[str, ...]:
    """The names, in order, of what a module with this text needs besides its language and AWS's base image: for Python
    the first part of each module, for Node.js the package. None of what it may do without, and none at all where it
    changes where packages are looked for.
    """
    if _SEARCHES_ELSEWHERE.search(text):
        return ()
    names = _python(text) if language == "python" else _javascript(text)
    known = table("runtime_modules")[language]
    return tuple(name for name in dict.fromkeys(names) if name not in known)


def _python(text: str) -> list[str]:
    import ast

    tree = python_tree(text)
    found: list[str] = []
    for node in () if tree is None else tree.body:
        if isinstance(node, ast.Import):
            found += [alias.name.partition(".")[0] for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and not node.level and node.module:
            found.append(node.module.partition(".")[0])
    removed = table("runtime_modules")["python_removed"]
    return [name for name in found if name not in sys.stdlib_module_names and name not in removed]


def _javascript(text: str) -> list[str]:
    names = []
    for match in _REQUIRED.finditer(text):
        first, _, rest = match[1].partition("/")
        if ":" in first or first in table("runtime_modules")["nodejs"]:
            continue
        names.append(f"{first}/{rest.partition('/')[0]}" if first.startswith("@") else first)
    return names
