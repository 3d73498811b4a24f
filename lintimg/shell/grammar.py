"""Shell grammar: lists, pipelines and compound commands (POSIX with bash's extensions)."""

from __future__ import annotations

import re

from lintimg.dockerfile.document import LogicalText
from lintimg.lazy import regex
from lintimg.shell.script import Separator, ShellWord
from lintimg.shell.simple import SimpleParser, unexpected
from lintimg.shell.syntax import Arm, Compound, Item, Items, Node, ShellSyntaxError, Simple

_END = r"(?=[ \t\r\n;&|<>()]|\Z)"
_KEYWORD = regex(
    r"(if|then|elif|else|fi|for|while|until|do|done|case|esac|select|function|coproc|time|\[\[|\{|\}|!)"
    + _END
)
_KEYWORD_STARTS = frozenset("itefwudcs[{}!")
_CLOSERS = frozenset(("then", "elif", "else", "fi", "do", "done", "esac", "}"))
_OPERATOR = regex(r"(&&|\|\||;;&|;;|;&|[;&\n])(?:[ \t\r]|\\\r?\n)*+")
_SEPARATORS: dict[str, Separator] = {"&&": "&&", "||": "||", ";": ";", "&": "&", "\n": "\n"}
_PIPE = regex(r"\|&|\|(?!\|)")
_IN = regex(rf"in{_END}")
_PARENTHESES = regex(r"[ \t]*\([ \t]*\)")
_NAME = regex(r"[^ \t\r\n;&|<>()$`'\"\\]++")
_TEST_OPERATOR = regex(r"&&|\|\||[()<>]")
_new = tuple.__new__
_ARM_END = regex(r";;&|;;|;&")


def parse_script(logical: LogicalText) -> Items:
    """The commands of a script. Raises ShellSyntaxError."""
    return _Parser(logical).parse()


class _Parser(SimpleParser):
    """Methods return what they read and the offset behind it."""

    def parse(self) -> Items:
        items, at = self._list(0)
        if at < self._length:
            raise ShellSyntaxError(unexpected(self.text, at))
        if self._pending:
            raise ShellSyntaxError(f"the here-document {self._pending[0].delimiter} is not closed")
        return items

    def _commands_of(self, logical: LogicalText) -> Items:
        return _Parser(logical, self._depth).parse()

    def _commands_until_parenthesis(self, at: int) -> tuple[Items, int]:
        items, at = self._list(at)
        if self.text[at : at + 1] != ")":
            raise ShellSyntaxError("( is not closed" if at >= self._length else unexpected(self.text, at))
        return items, at

    def _list(self, at: int) -> tuple[Items, int]:
        """Pipelines up to a closing parenthesis, a closing reserved word, `;;` or the end."""
        text, length = self.text, self._length
        items: list[Item] = []
        before: Separator = ""
        first = 0
        at = self._lines(at)
        while at < length and text[at] not in ");":
            keyword = _KEYWORD.match(text, at) if text[at] in _KEYWORD_STARTS else None
            if keyword is not None and keyword[1] in _CLOSERS:
                break
            if keyword is None and text[at] != "(":
                node: Node
                node, at = self._simple(at)
                if at < length and text[at] in "|#(":
                    node, at = self._behind_simple(node, at)
                    item, at = self._piped(node, at, before, negated=False)
                else:
                    item = _new(Item, (before, (node,), (), False, False))
            else:
                item, at = self._pipeline(at, before, keyword)
            items.append(item)
            found = _OPERATOR.match(text, at)
            if found is None:
                if at < length and text[at] != ")" and not self._closes(at):
                    raise ShellSyntaxError(unexpected(text, at))
                before = ";"
                continue
            before = _SEPARATORS.get(found[1], "")
            if not before:
                break
            if before == "&":
                items[first:] = [item._replace(background=True) for item in items[first:]]
            if before not in ("&&", "||"):
                first = len(items)
            # Here-documents start at a line's end, which `_lines` has to see.
            at = found.end() if before != "\n" else at
            if at < length and text[at] in "\n#":
                at = self._lines(at)
        if before in ("&&", "||"):
            raise ShellSyntaxError(unexpected(text, at))
        return tuple(items), at

    def _expect_command(self, at: int) -> int:
        """The offset of the command that must follow an operator."""
        at = self._lines(at)
        if at >= self._length or self._closes(at):
            raise ShellSyntaxError(unexpected(self.text, at))
        return at

    def _closes(self, at: int) -> bool:
        keyword = _KEYWORD.match(self.text, at)
        return keyword is not None and keyword[1] in _CLOSERS

    def _pipeline(self, at: int, before: Separator, keyword: re.Match[str] | None) -> tuple[Item, int]:
        text = self.text
        negated = False
        while keyword is not None and keyword[1] in ("!", "coproc", "time"):
            following = self._blanks(keyword.end())
            if keyword[1] == "!":
                negated = not negated
            elif text[following : following + 1] != "(" and not self._starts_compound(following):
                # `time cmd` runs a command: the word is kept as its wrapper.
                break
            at = following
            keyword = _KEYWORD.match(text, at)
        node, at = self._command(at, keyword)
        return self._piped(node, at, before, negated=negated)

    def _piped(self, node: Node, at: int, before: Separator, *, negated: bool) -> tuple[Item, int]:
        """The pipeline that starts with `node`, whose rest is at `at`."""
        text = self.text
        nodes = [node]
        pipes: list[Separator] = []
        found = _PIPE.match(text, at)
        while found is not None:
            pipes.append("|&" if found[0] == "|&" else "|")
            at = self._expect_command(found.end())
            node, at = self._command(at, _KEYWORD.match(text, at))
            nodes.append(node)
            found = _PIPE.match(text, at)
        return Item(before, tuple(nodes), tuple(pipes), negated, background=False), at

    def _starts_compound(self, at: int) -> bool:
        keyword = _KEYWORD.match(self.text, at)
        return keyword is not None and keyword[1] not in _CLOSERS

    def _command(self, at: int, keyword: re.Match[str] | None) -> tuple[Node, int]:
        """A command. The offset returned, here and for every command, is behind the blanks that follow."""
        if keyword is not None and keyword[1] not in ("coproc", "time"):
            node, at = self._compound(at, keyword[1])
        elif self.text[at : at + 1] == "(":
            node, at = self._parenthesis(at)
        else:
            simple, at = self._simple(at)
            return self._behind_simple(simple, at)
        return node, self._blanks(at)

    def _behind_simple(self, simple: Simple, at: int) -> tuple[Node, int]:
        """`simple`, or the function that it turns out to define by the parentheses at `at`."""
        character = self.text[at : at + 1]
        if character == "(" and len(simple.words) == 1 and not simple.assignments:
            found = _PARENTHESES.match(self.text, at)
            if found is not None:
                return self._function_body(found.end(), simple.words[0].raw)
        return simple, self._blanks(at) if character == "#" else at

    def _compound(self, at: int, keyword: str) -> tuple[Node, int]:
        if keyword == "[[":
            return self._test(at)
        self._enter()
        outer, self._inner = self._inner, []
        arms, name, at = self._body(keyword, at + len(keyword))
        redirects, at = self._redirects(at)
        inner, self._inner = self._inner, outer
        self._depth -= 1
        kind = "while" if keyword in ("until", "for", "select") else keyword
        return Compound(kind, tuple(arms), name, redirects, tuple(inner)), at

    def _body(self, keyword: str, at: int) -> tuple[list[Arm], str | None, int]:
        """The arms of a compound command whose first word ends at `at`, the name of a function."""
        if keyword == "{":
            items, at = self._block(at)
            return [Arm(None, items, 0)], None, self._expect("}", at)
        if keyword == "if":
            arms, at = self._if(at)
            return arms, None, at
        if keyword in ("while", "until"):
            condition, at = self._block(at)
            body, at = self._do(at)
            return [Arm(condition, body, 0)], None, at
        if keyword in ("for", "select"):
            body, at = self._for(at)
            return [Arm(None, body, 0)], None, at
        if keyword == "case":
            arms, at = self._case(at)
            return arms, None, at
        if keyword == "function":
            found = _NAME.match(self.text, self._blanks(at))
            if found is None:
                raise ShellSyntaxError("a function has no name")
            parentheses = _PARENTHESES.match(self.text, found.end())
            node, at = self._function_command(parentheses.end() if parentheses else found.end())
            return [Arm(None, (Item("", (node,), (), negated=False, background=False),), 0)], found[0], at
        raise ShellSyntaxError(f"{keyword} stands where a command is expected")

    def _block(self, at: int) -> tuple[Items, int]:
        """A list that must not be empty."""
        items, at = self._list(at)
        if not items:
            raise ShellSyntaxError(unexpected(self.text, at))
        return items, at

    def _expect(self, word: str, at: int) -> int:
        keyword = _KEYWORD.match(self.text, at)
        if keyword is None or keyword[1] != word:
            raise ShellSyntaxError(f"{word} is missing")
        return keyword.end()

    def _do(self, at: int) -> tuple[Items, int]:
        at = self._lines(at)
        opener, closer = ("{", "}") if self.text[at : at + 1] == "{" else ("do", "done")
        body, at = self._block(self._expect(opener, at))
        return body, self._expect(closer, at)

    def _if(self, at: int) -> tuple[list[Arm], int]:
        arms: list[Arm] = []
        while True:
            condition, at = self._block(at)
            body, at = self._block(self._expect("then", at))
            arms.append(Arm(condition, body, len(arms)))
            keyword = _KEYWORD.match(self.text, at)
            word = keyword[1] if keyword is not None else ""
            at += len(word)
            if word == "elif":
                continue
            if word == "else":
                body, at = self._block(at)
                arms.append(Arm(None, body, len(arms)))
                return arms, self._expect("fi", at)
            if word == "fi":
                return arms, at
            raise ShellSyntaxError("fi is missing")

    def _for(self, at: int) -> tuple[Items, int]:
        text = self.text
        at = self._blanks(at)
        if text.startswith("((", at):
            end = self._arithmetic(at + 2)
            if end is None:
                raise ShellSyntaxError("(( is not closed")
            at = end
        else:
            found = _NAME.match(text, at)
            if found is None:
                raise ShellSyntaxError("for names no variable")
            at = self._lines(found.end())
            found = _IN.match(text, at)
            if found is not None:
                read = self._word(self._blanks(found.end()))
                at = found.end()
                while read is not None:
                    at = read[1]
                    read = self._word(self._blanks(at))
        at = self._blanks(at)
        return self._do(at + 1 if text[at : at + 1] == ";" else at)

    def _case(self, at: int) -> tuple[list[Arm], int]:
        text = self.text
        read = self._word(self._blanks(at))
        if read is None:
            raise ShellSyntaxError("case has no word")
        found = _IN.match(text, self._lines(read[1]))
        if found is None:
            raise ShellSyntaxError("in is missing")
        at = found.end()
        arms: list[Arm] = []
        number = 0
        while True:
            at = self._lines(at)
            keyword = _KEYWORD.match(text, at)
            if keyword is not None and keyword[1] == "esac":
                return arms, keyword.end()
            body, at = self._list(self._patterns(at))
            arms.append(Arm(None, body, number))
            ending = _ARM_END.match(text, at)
            if ending is None:
                return arms, self._expect("esac", at)
            # `;&` and `;;&` go on to the next arm: the two do not exclude each other.
            number += ending[0] == ";;"
            at = ending.end()

    def _patterns(self, at: int) -> int:
        """The patterns of an arm and their closing parenthesis."""
        text = self.text
        if text[at : at + 1] == "(":
            at += 1
        while True:
            read = self._word(self._blanks(at))
            if read is None:
                raise ShellSyntaxError("a pattern of case is missing")
            at = self._blanks(read[1])
            character = text[at : at + 1]
            at += 1
            if character == ")":
                return at
            if character != "|":
                raise ShellSyntaxError("a pattern of case is not closed")

    def _function_command(self, at: int) -> tuple[Node, int]:
        at = self._lines(at)
        return self._command(at, _KEYWORD.match(self.text, at))

    def _function_body(self, at: int, name: str) -> tuple[Node, int]:
        self._enter()
        node, at = self._function_command(at)
        self._depth -= 1
        body = (Item("", (node,), (), negated=False, background=False),)
        return Compound("function", (Arm(None, body, 0),), name, (), ()), at

    def _parenthesis(self, at: int) -> tuple[Node, int]:
        """A subshell, or an arithmetic command."""
        outer, self._inner = self._inner, []
        if self.text.startswith("((", at):
            end = self._arithmetic(at + 2)
            if end is not None:
                inner, self._inner = self._inner, outer
                raw = self.text[at:end]
                words = (
                    ShellWord("((", "((", "((", False, self._span(at, at + 2)),
                    ShellWord(raw[2:-2], None, raw[2:-2], False, self._span(at + 2, end - 2)),
                )
                span = self._span(at, end)
                redirects, end = self._redirects(end)
                return Simple((), words, redirects, tuple(inner), span), end
        self._enter()
        items, closing = self._commands_until_parenthesis(at + 1)
        if not items:
            raise ShellSyntaxError(unexpected(self.text, closing))
        self._depth -= 1
        redirects, at = self._redirects(closing + 1)
        inner, self._inner = self._inner, outer
        return Compound("(", (Arm(None, items, 0),), None, redirects, tuple(inner)), at

    def _test(self, start: int) -> tuple[Node, int]:
        """`[[ … ]]`."""
        text = self.text
        outer, self._inner = self._inner, []
        words = [ShellWord("[[", "[[", "[[", False, self._span(start, start + 2))]
        at = start + 2
        while True:
            at = self._lines(at)
            read = self._regular_expression(at) if words[-1].raw == "=~" else self._word(at)
            if read is None:
                found = _TEST_OPERATOR.match(text, at)
                if found is None:
                    raise ShellSyntaxError("]] is missing")
                word, at = (
                    ShellWord(found[0], found[0], found[0], False, self._span(at, found.end())),
                    found.end(),
                )
            else:
                word, at = read
            words.append(word)
            if word.raw == "]]":
                break
        span = self._span(start, at)
        redirects, at = self._redirects(at)
        inner, self._inner = self._inner, outer
        return Simple((), tuple(words), redirects, tuple(inner), span), at

    def _regular_expression(self, at: int) -> tuple[ShellWord, int] | None:
        """The right side of `=~`, where parentheses and bars belong to the word."""
        text, start = self.text, at
        level = 0
        pieces: list[str] = []
        known = True
        while at < self._length:
            character = text[at]
            if character in "()":
                level += 1 if character == "(" else -1
                if level < 0:
                    break
            elif character in "\n;" or (character in " \t\r&" and level == 0):
                break
            read = None if character in "()|<>& \t" else self._word(at)
            if read is None:
                pieces.append(character)
                at += 1
            else:
                pieces.append(read[0].pieces)
                known = known and read[0].value is not None
                at = read[1]
        if at == start:
            return None
        joined = "".join(pieces)
        return ShellWord(text[start:at], joined if known else None, joined, False, self._span(start, at)), at
