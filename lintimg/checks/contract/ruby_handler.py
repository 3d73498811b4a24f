"""How Ruby's runtime calls a handler: a method of its own, or one of a class or module itself."""

from __future__ import annotations

import re

from lintimg.lazy import NamedTuple, regex

_OWN_METHODS = regex(r"\bmodule_function\b|\bclass\s*<<|\bdefine_singleton_method\b")


class Uncallable(NamedTuple):
    """What the file lacks, and how the call fails."""

    name: str
    error: str


def uncallable(text: str, function: str) -> Uncallable | None:
    """Why `function` (`method`, or `Class.method`) of a file with this text, which defines a method of that name, cannot be called;
    None when it can, or when that is not sure.
    """
    constant, _, method = function.rpartition(".")
    if not constant:
        return None
    last = constant.rpartition("::")[2]
    if not re.search(rf"\b(?:class|module)\s+(?:\w+::)*{re.escape(last)}\b|\b{re.escape(last)}\s*=", text):
        return Uncallable(constant, f"uninitialized constant {constant}")
    if _OWN_METHODS.search(text) or not re.search(
        rf"^[ \t]*def[ \t]+{re.escape(method)}(?![\w.?!])", text, re.MULTILINE
    ):
        return None
    if re.search(rf"\bdef[ \t]+\w+\.{re.escape(method)}(?![\w?!])", text):
        return None
    return Uncallable(f"self.{method}", f"undefined method '{method}' for class {constant}")
