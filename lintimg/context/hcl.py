"""HashiCorp's configuration language, as far as Terraform and bake files say things plainly."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from lintimg.lazy import NamedTuple, regex

_DEEPEST = 12
_NAME = regex(r"[A-Za-z_][\w-]*")
_SKIP = regex(r"(?:[ \t\r\n]+|#[^\n]*|//[^\n]*|/\*(?:[^*]|\*(?!/))*+\*/)+")
_LABEL = regex(r'[ \t]*(?:"([^"\n]*)"|([A-Za-z_][\w-]*))')
_HEREDOC = regex(r"<<[-~]?([A-Za-z_]\w*)[^\n]*\n")
_CALL = regex(r"([a-z]+)\((.*)\)\Z", re.DOTALL)


class Block(NamedTuple):
    """`type "label" "label" { … }` and what stands in it; `line` is 1-based."""

    type: str
    labels: tuple[str, ...]
    line: int
    attributes: dict[str, str]
    blocks: list[Block]

    def block(self, name: str) -> Block | None:
        """The first block called `name` in this one."""
        return next((block for block in self.blocks if block.type == name), None)


def read_blocks(text: str) -> Block:
    """The file as a block without a name. What cannot be read is passed over."""
    return _Reader(text).file()


class _Reader:
    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.line_at = 0
        self.line = 1

    def file(self) -> Block:
        top = Block("", (), 1, {}, [])
        open_blocks = [top]
        text = self.text
        while True:
            self._skip()
            if self.at >= len(text):
                return top
            if text[self.at] == "}":
                self.at += 1
                if len(open_blocks) > 1:
                    open_blocks.pop()
                continue
            name = _NAME.match(text, self.at)
            if name is None:
                self.at += 1
                continue
            begin = self.at
            self.at = name.end()
            here = open_blocks[-1]
            if self._attribute(name.group(), here):
                continue
            labels = self._labels()
            if self.at < len(text) and text[self.at] == "{" and len(open_blocks) < _DEEPEST:
                self.at += 1
                block = Block(name.group(), labels, self._line(begin), {}, [])
                here.blocks.append(block)
                open_blocks.append(block)

    def _line(self, at: int) -> int:
        self.line += self.text.count("\n", self.line_at, at)
        self.line_at = at
        return self.line

    def _skip(self) -> None:
        found = _SKIP.match(self.text, self.at)
        if found is not None:
            self.at = found.end()

    def _attribute(self, name: str, block: Block) -> bool:
        text, at = self.text, self.at
        while at < len(text) and text[at] in " \t":
            at += 1
        if text[at : at + 1] != "=" or text[at + 1 : at + 2] == "=":
            return False
        end = expression_end(text, at + 1)
        block.attributes.setdefault(name, text[at + 1 : end].strip())
        self.at = end
        return True

    def _labels(self) -> tuple[str, ...]:
        labels: list[str] = []
        while len(labels) < 4:
            found = _LABEL.match(self.text, self.at)
            if found is None:
                break
            labels.append(found[1] if found[1] is not None else found[2])
            self.at = found.end()
        while self.at < len(self.text) and self.text[self.at] in " \t":
            self.at += 1
        return tuple(labels)


def expression_end(text: str, at: int) -> int:
    """Where the expression at `at` ends: at a line end, `,` or closing bracket outside all brackets."""
    depth = 0
    while at < len(text):
        character = text[at]
        if character == '"':
            at = _string_end(text, at)
            continue
        if character == "<":
            heredoc = _HEREDOC.match(text, at)
            if heredoc is not None:
                at = _heredoc_end(text, heredoc)
                continue
        if character in "#/":
            comment = _SKIP.match(text, at)
            if comment is not None:
                if depth == 0:
                    return at
                at = comment.end()
                continue
        if character in "([{":
            depth += 1
        elif character in ")]}":
            if depth == 0:
                return at
            depth -= 1
        elif depth == 0 and character in "\n,":
            return at
        at += 1
    return at


def _string_end(text: str, at: int) -> int:
    """Behind the closing quote of the string at `at`; `${…}` may hold quotes of its own."""
    at += 1
    depth = 0
    while at < len(text):
        character = text[at]
        if character == "\\":
            at += 2
            continue
        if text.startswith("${", at):
            depth += 1
            at += 2
            continue
        if depth and character in "{}":
            depth += 1 if character == "{" else -1
        elif character == '"' and not depth:
            return at + 1
        elif character == "\n" and not depth:
            return at
        at += 1
    return at


def _heredoc_end(text: str, begin: re.Match[str]) -> int:
    end = re.compile(rf"^[ \t]*{begin[1]}[ \t]*\r?$", re.MULTILINE).search(text, begin.end())
    return end.end() if end is not None else len(text)


Lookup = Callable[[str], object]
"""What a reference such as `var.name` stands for; None when it is not known."""


def value(expression: str, lookup: Lookup, depth: int = 0) -> object:
    """A text, number, truth value, list or mapping; None for what is not known."""
    expression = expression.strip()
    if depth > _DEEPEST or not expression:
        return None
    if expression[0] == '"':
        return _text(expression, lookup, depth)
    if expression[0] == "[":
        return [value(part, lookup, depth + 1) for part in _parts(expression)]
    if expression[0] == "{":
        return dict(_pairs(expression, lookup, depth))
    if expression.isdecimal():
        return int(expression[:18])
    if expression in ("true", "false"):
        return expression == "true"
    call = _CALL.match(expression)
    if call is not None:
        # Functions that leave a path or a list what it is.
        return (
            value(call[2], lookup, depth + 1)
            if call[1] in ("abspath", "tostring", "tolist", "toset")
            else None
        )
    return lookup(expression)


def _text(expression: str, lookup: Lookup, depth: int) -> str | None:
    if _string_end(expression, 0) != len(expression):
        return None
    pieces: list[str] = []
    at = 1
    end = len(expression) - 1
    while at < end:
        if expression[at] == "\\" and at + 1 < end:
            pieces.append({"n": "\n", "t": "\t"}.get(expression[at + 1], expression[at + 1]))
            at += 2
        elif expression.startswith(("$${", "%%{"), at):
            pieces.append(expression[at + 1 : at + 3])
            at += 3
        elif expression.startswith("%{", at):
            return None
        elif expression.startswith("${", at):
            close = _closing(expression, at + 2)
            found = value(expression[at + 2 : close], lookup, depth + 1)
            if isinstance(found, bool) or not isinstance(found, str | int):
                return None
            pieces.append(str(found))
            at = close + 1
        else:
            pieces.append(expression[at])
            at += 1
    return "".join(pieces)


def _closing(text: str, at: int) -> int:
    """Where the `}` stands that closes what is open at `at`."""
    depth = 0
    while at < len(text):
        if text[at] == '"':
            at = _string_end(text, at)
            continue
        if text[at] == "{":
            depth += 1
        elif text[at] == "}":
            if depth == 0:
                return at
            depth -= 1
        at += 1
    return at


def _parts(expression: str) -> Iterator[str]:
    """The elements of a list."""
    at = 1
    while at < len(expression):
        found = _SKIP.match(expression, at)
        at = found.end() if found is not None else at
        end = expression_end(expression, at)
        part = expression[at:end].strip()
        if part:
            yield part
        if end >= len(expression) or expression[end] in ")]}":
            return
        at = end + 1


def _pairs(expression: str, lookup: Lookup, depth: int) -> Iterator[tuple[str, object]]:
    at = 1
    key = re.compile(r'(?:"([^"\n]*)"|([A-Za-z_][\w-]*))[ \t]*[=:]')
    while at < len(expression):
        found = _SKIP.match(expression, at)
        at = found.end() if found is not None else at
        name = key.match(expression, at)
        if name is None:
            if expression[at : at + 1] == ",":
                at += 1
                continue
            return
        end = expression_end(expression, name.end())
        yield name[1] or name[2], value(expression[name.end() : end], lookup, depth + 1)
        at = end
