"""Shell grammar: lists, pipelines and compound commands, read into commands in the order they run."""

from __future__ import annotations

import re
from typing import NamedTuple, cast

from lintimg.dockerfile.document import LogicalText
from lintimg.dockerfile.lines import part
from lintimg.model.span import Span
from lintimg.shell.script import Assignment, Branch, Command, Redirect, Separator, ShellWord
from lintimg.shell.words import DEPTH_LIMIT, RawWord, UnreadableError, WordReader
from lintimg.shell.wrappers import inner_script, strip_wrappers

_BLANKS = re.compile(r"(?:[ \t\r]|\\\n)+")
_PLAIN_ARGUMENT = re.compile(
    r"[ \t]+([A-Za-z_./:=@%+,\-\[\]{}*?!~^][\w./:=@%+,\-\[\]{}*?!~^]*)(?=[ \t\n;|)]|\Z)"
)
_REDIRECT = re.compile(r"(\d*)(<<<|<<-?|<>|>>|>\||>&|<&|<(?!\()|>(?!\())|(&>>|&>)")
_ASSIGNMENT = re.compile(r"([A-Za-z_]\w*)(?:\[[^\]\s]*\])?\+?=", re.ASCII)
_OPERATOR = re.compile(r"&&|\|\||;;&|;;|;&|\|&|[;&|\n]")
_RESERVED = re.compile(
    r"(?:if|then|elif|else|fi|for|while|until|do|done|case|esac|select|function|in|[{}!]|\[\[)(?=[ \t\n\r;&|()<>]|\Z)"
)
_SKIPPED = frozenset((" ", "\t", "\r", "\\", "#"))
_FUNCTION = re.compile(r"\(\s*\)")
_CLOSERS = frozenset(("then", "elif", "else", "fi", "do", "done", "esac", "}"))


class Frame(NamedTuple):
    """Where in the nesting a command stands."""

    conditional: bool = False
    branches: tuple[Branch, ...] = ()
    loop: bool = False
    depth: int = 0
    function: str | None = None


def read_commands(logical: LogicalText) -> tuple[Command, ...]:
    """The commands of a script. Raises UnreadableError."""
    reader = _Reader(logical, 0)
    reader.script(Frame())
    return tuple(reader.commands)


class _Reader:
    def __init__(self, logical: LogicalText, depth: int) -> None:
        self.logical = logical
        self.text = logical.text
        self.at = 0
        self.commands: list[Command] = []
        self.words = WordReader(self.text, self.substitution, self.backquoted)
        self.before: Separator = ""
        self.pipelines = 0
        self.constructs = 0
        self.depth = depth
        self.frame = Frame()
        self.exports: tuple[Assignment, ...] = ()
        self.heredocs: list[tuple[str, bool]] = []
        self.memo: dict[int, int] = {}

    # --- characters -----------------------------------------------------------------------------

    def skip_blanks(self) -> None:
        """Blanks, continuations and a comment."""
        text, at = self.text, self.at
        if text[at : at + 1] not in _SKIPPED:
            return
        found = _BLANKS.match(text, at)
        if found is not None:
            self.at = at = found.end()
        if text.startswith("#", at) and (at == 0 or text[at - 1] in " \t\n;&|()\r"):
            end = text.find("\n", at)
            self.at = len(text) if end < 0 else end

    def skip_lines(self) -> None:
        """Blanks, comments and line ends."""
        while True:
            self.skip_blanks()
            if not self.text.startswith("\n", self.at):
                return
            self.line_end()

    def line_end(self) -> None:
        self.at += 1
        for name, tabs in self.heredocs:
            self.heredoc_body(name, tabs)
        self.heredocs = []

    def heredoc_body(self, name: str, tabs: bool) -> None:
        while self.at < len(self.text):
            end = self.text.find("\n", self.at)
            line = self.text[self.at : end if end >= 0 else len(self.text)]
            self.at = end + 1 if end >= 0 else len(self.text)
            if (line.lstrip("\t") if tabs else line).rstrip("\r") == name:
                return

    def enter(self) -> None:
        self.depth += 1
        if self.depth > DEPTH_LIMIT:
            raise UnreadableError("it is nested too deeply")

    def reserved(self) -> str:
        """The reserved word at the position, or ""."""
        found = _RESERVED.match(self.text, self.at)
        return found[0] if found is not None else ""

    def expect(self, word: str) -> None:
        self.skip_lines()
        if self.reserved() != word:
            raise UnreadableError(f"{word} is missing")
        self.at += len(word)

    # --- lists ----------------------------------------------------------------------------------

    def script(self, frame: Frame) -> None:
        self.items(frame)
        self.skip_lines()
        if self.at < len(self.text):
            raise UnreadableError(f"{self.text[self.at]!r} stands where a command is expected")

    def items(self, frame: Frame) -> None:
        """And-or lists up to a closing character or reserved word, which is left in place."""
        self.enter()
        while True:
            self.skip_lines()
            if self.at >= len(self.text) or self.text[self.at] == ")" or self.text.startswith(";;", self.at):
                break
            if self.text.startswith(";&", self.at) or self.reserved() in _CLOSERS:
                break
            first = len(self.commands)
            self.and_or(frame)
            self.skip_blanks()
            found = _OPERATOR.match(self.text, self.at)
            operator = found[0] if found else ""
            if operator in (";;", ";&", ";;&"):
                break
            if operator == "\n":
                self.before = "\n"
                continue
            if operator in (";", "&"):
                self.at += 1
                self.before = cast("Separator", operator)
                if operator == "&":
                    self.commands[first:] = [c._replace(background=True) for c in self.commands[first:]]
            elif self.at < len(self.text) and self.text[self.at] != ")" and self.reserved() not in _CLOSERS:
                raise UnreadableError(f"{self.text[self.at]!r} stands where a command is expected")
        self.depth -= 1

    def and_or(self, frame: Frame) -> None:
        inner = frame
        while True:
            self.pipeline(inner)
            self.skip_blanks()
            operator = self.text[self.at : self.at + 2]
            if operator not in ("&&", "||"):
                return
            self.at += 2
            inner = frame._replace(conditional=True) if operator == "||" else frame
            self.skip_lines()
            self.before = cast("Separator", operator)

    def pipeline(self, frame: Frame) -> None:
        negated = False
        while self.reserved() == "!":
            negated = not negated
            self.at += 1
            self.skip_blanks()
        number = self.pipelines
        self.pipelines += 1
        first = len(self.commands)
        stages: list[tuple[int, int]] = []
        while True:
            start = len(self.commands)
            self.command(frame)
            stages.append((start, len(self.commands)))
            self.skip_blanks()
            if self.text.startswith("||", self.at) or not self.text.startswith("|", self.at):
                break
            operator = "|&" if self.text.startswith("|&", self.at) else "|"
            self.at += len(operator)
            self.skip_lines()
            self.before = cast("Separator", operator)
        if len(stages) > 1 or negated:
            depth = frame.depth
            for position, (start, end) in enumerate(stages):
                for index in range(start, end):
                    command = self.commands[index]
                    if command.depth == depth and command.stages == 1:
                        self.commands[index] = command._replace(
                            pipeline=number, stage=position, stages=len(stages), negated=negated
                        )
        else:
            for index in range(first, len(self.commands)):
                command = self.commands[index]
                if command.pipeline < 0:
                    self.commands[index] = command._replace(pipeline=number)

    # --- commands -------------------------------------------------------------------------------

    def command(self, frame: Frame) -> None:
        self.skip_blanks()
        text, at = self.text, self.at
        if at >= len(text):
            raise UnreadableError("it ends where a command is expected")
        if text[at] == "(":
            if text.startswith("((", at):
                end = self.words.arithmetic_command_end(at + 2)
                if end:
                    self.emit([RawWord(at, end, None, "(())", quoted=False)], [], [], at, end, frame)
                    self.at = end
                    return self.redirects()
            self.at += 1
            self.items(frame)
            self.close(")")
            return self.redirects()
        word = self.reserved()
        if not word or word == "in":
            return self.simple(frame)
        self.enter()
        self.at += len(word)
        if word == "{":
            self.items(frame)
            self.expect("}")
        elif word == "if":
            self.if_command(frame)
        elif word in ("while", "until"):
            self.items(frame._replace(loop=True))
            self.body(frame)
        elif word in ("for", "select"):
            self.for_command(frame)
        elif word == "case":
            self.case_command(frame)
        elif word == "function":
            self.function(frame)
        elif word == "[[":
            self.test_command(at, frame)
        else:
            raise UnreadableError(f"{word} stands where a command is expected")
        self.depth -= 1
        return self.redirects()

    def close(self, character: str) -> None:
        self.skip_lines()
        if not self.text.startswith(character, self.at):
            raise UnreadableError(f"{character} is missing")
        self.at += 1

    def redirects(self) -> None:
        """Redirections after a compound command."""
        while True:
            self.skip_blanks()
            if self.redirect() is None:
                return

    def if_command(self, frame: Frame) -> None:
        construct = self.constructs
        self.constructs += 1
        arm = 0
        self.items(frame)
        while True:
            self.expect("then")
            self.before = ";"
            self.items(self.arm(frame, construct, arm))
            arm += 1
            self.skip_lines()
            word = self.reserved()
            self.at += len(word)
            if word == "elif":
                self.items(frame._replace(conditional=True))
            elif word == "else":
                self.before = ";"
                self.items(self.arm(frame, construct, arm))
                self.expect("fi")
                return
            elif word == "fi":
                return
            else:
                raise UnreadableError("fi is missing")

    def arm(self, frame: Frame, construct: int, arm: int) -> Frame:
        return frame._replace(conditional=True, branches=(*frame.branches, Branch(construct, arm)))

    def body(self, frame: Frame) -> None:
        self.expect("do")
        self.before = ";"
        self.items(frame._replace(conditional=True, loop=True))
        self.expect("done")

    def for_command(self, frame: Frame) -> None:
        self.skip_blanks()
        if self.text.startswith("((", self.at):
            end = self.words.arithmetic_command_end(self.at + 2)
            if not end:
                raise UnreadableError("the for loop is not closed")
            self.at = end
        else:
            if self.words.read(self.at) is None:
                raise UnreadableError("for names no variable")
            self.at = self.words.read(self.at).end  # type: ignore[union-attr]
            self.skip_lines()
            if self.reserved() == "in":
                self.at += 2
                while True:
                    self.skip_blanks()
                    word = self.word(frame)
                    if word is None:
                        break
        self.skip_blanks()
        if self.text.startswith(";", self.at):
            self.at += 1
        self.skip_lines()
        if self.reserved() == "{":
            self.at += 1
            self.items(frame._replace(conditional=True, loop=True))
            self.expect("}")
            return
        self.body(frame)

    def case_command(self, frame: Frame) -> None:
        self.skip_blanks()
        if self.word(frame) is None:
            raise UnreadableError("case has no word")
        self.expect("in")
        construct = self.constructs
        self.constructs += 1
        arm = 0
        while True:
            self.skip_lines()
            if self.reserved() == "esac":
                self.at += 4
                return
            if self.text.startswith("(", self.at):
                self.at += 1
            while True:
                self.skip_blanks()
                if self.word(frame) is None:
                    raise UnreadableError("a case pattern is missing")
                self.skip_blanks()
                if not self.text.startswith("|", self.at):
                    break
                self.at += 1
            self.close(")")
            self.before = ";"
            self.items(self.arm(frame, construct, arm))
            arm += 1
            self.skip_lines()
            for ending in (";;&", ";;", ";&"):
                if self.text.startswith(ending, self.at):
                    self.at += len(ending)
                    break
            else:
                self.expect("esac")
                return

    def function(self, frame: Frame) -> None:
        self.skip_blanks()
        name = self.words.read(self.at)
        if name is None:
            raise UnreadableError("a function has no name")
        self.at = name.end
        self.skip_blanks()
        found = _FUNCTION.match(self.text, self.at)
        if found:
            self.at = found.end()
        self.function_body(frame, name.pieces)

    def function_body(self, frame: Frame, name: str) -> None:
        self.skip_lines()
        self.enter()
        self.command(frame._replace(conditional=True, function=name))
        self.depth -= 1

    def test_command(self, start: int, frame: Frame) -> None:
        words = [RawWord(start, start + 2, "[[", "[[", quoted=False)]
        while True:
            self.skip_lines()
            if self.at >= len(self.text):
                raise UnreadableError("]] is missing")
            word = self.word(frame)
            if word is None:
                operator = re.compile(r"&&|\|\||[()<>|&;]").match(self.text, self.at)
                end = operator.end() if operator else self.at + 1
                word = RawWord(self.at, end, self.text[self.at : end], self.text[self.at : end], quoted=False)
                self.at = end
            words.append(word)
            if word.value == "]]" and not word.quoted:
                break
        self.emit(words, [], [], start, self.at, frame)

    def word(self, frame: Frame) -> RawWord | None:
        outer, self.frame = self.frame, frame
        word = self.words.read(self.at)
        self.frame = outer
        if word is not None:
            self.at = word.end
        return word

    def redirect(self) -> Redirect | None:
        found = _REDIRECT.match(self.text, self.at)
        if found is None:
            return None
        start = self.at
        operator = found[2] or found[3]
        self.at = found.end()
        self.skip_blanks()
        word = self.words.read(self.at)
        if word is None:
            raise UnreadableError(f"{operator} has no target")
        self.at = word.end
        target: ShellWord | None = self.shell_word(word)
        if operator in ("<<", "<<-"):
            self.heredocs.append(
                (
                    word.value if word.value is not None else self.text[word.start : word.end],
                    operator == "<<-",
                )
            )
            target = None
        return Redirect(
            operator, int(found[1]) if found[1] else None, target, self.logical.source_span(start, word.end)
        )

    def simple(self, frame: Frame) -> None:
        start = self.at
        end = start
        assignments: list[Assignment] = []
        words: list[RawWord] = []
        redirects: list[Redirect] = []
        while True:
            if words:
                # Most words are plain and separated by blanks: take them without the slower look at each.
                plain = _PLAIN_ARGUMENT.match(self.text, self.at)
                if plain is not None:
                    end = self.at = plain.end()
                    text = plain[1]
                    words.append(RawWord(plain.start(1), end, text, text, quoted=False))
                    continue
            self.skip_blanks()
            redirect = self.redirect()
            if redirect is not None:
                redirects.append(redirect)
                end = self.at
                continue
            if not words:
                assignment = self.assignment(frame)
                if assignment is not None:
                    assignments.append(assignment)
                    end = self.at
                    continue
            word = self.word(frame)
            if word is None:
                break
            words.append(word)
            end = word.end
            if len(words) == 1 and not word.quoted and self.text.startswith("(", self.at):
                found = _FUNCTION.match(self.text, self.at)
                if found is not None:
                    self.at = found.end()
                    return self.function_body(frame, word.pieces)
            elif len(words) == 1 and self.text.startswith(" (", self.at):
                found = _FUNCTION.match(self.text, self.at + 1)
                if found is not None:
                    self.at = found.end()
                    return self.function_body(frame, word.pieces)
        if end == start:
            raise UnreadableError(f"{self.text[self.at : self.at + 1]!r} stands where a command is expected")
        return self.emit(words, assignments, redirects, start, end, frame)

    def assignment(self, frame: Frame) -> Assignment | None:
        found = _ASSIGNMENT.match(self.text, self.at)
        if found is None:
            return None
        start = self.at
        self.at = found.end()
        if self.text.startswith("(", self.at):
            self.at += 1
            while True:
                self.skip_lines()
                if self.word(frame) is None:
                    break
            self.close(")")
            return Assignment(found[1], None, self.logical.source_span(start, self.at))
        word = self.word(frame)
        value = None if word is None else self.shell_word(word)
        return Assignment(found[1], value, self.logical.source_span(start, self.at))

    # --- substitutions --------------------------------------------------------------------------

    def substitution(self, at: int) -> int:
        """Reads the commands of a substitution from `at`; the offset behind its parenthesis."""
        known = self.memo.get(at)
        if known is not None:
            return known
        saved = (self.at, self.before, self.heredocs, self.pipelines)
        self.at, self.before, self.heredocs = at, "", []
        self.items(self.frame._replace(depth=self.frame.depth + 1))
        self.close(")")
        end = self.at
        self.at, self.before, self.heredocs, _ = saved
        self.memo[at] = end
        return end

    def backquoted(self, start: int, end: int) -> None:
        """Reads a backquoted command; one with escapes inside is passed over."""
        if start in self.memo or "\\" in self.text[start:end]:
            return
        self.memo[start] = end
        self.nested(part(self.logical, start, end), self.frame._replace(depth=self.frame.depth + 1))

    def nested(self, logical: LogicalText, frame: Frame) -> None:
        self.enter()
        reader = _Reader(logical, self.depth)
        reader.pipelines, reader.constructs = self.pipelines, self.constructs
        reader.before, reader.exports = self.before, self.exports
        reader.script(frame)
        self.pipelines, self.constructs = reader.pipelines, reader.constructs
        self.commands += reader.commands
        self.depth -= 1

    # --- results --------------------------------------------------------------------------------

    def shell_word(self, word: RawWord) -> ShellWord:
        return ShellWord(
            self.text[word.start : word.end],
            word.value,
            word.pieces,
            word.quoted,
            self.logical.source_span(word.start, word.end),
        )

    def emit(
        self,
        raw: list[RawWord],
        assignments: list[Assignment],
        redirects: list[Redirect],
        start: int,
        end: int,
        frame: Frame,
    ) -> None:
        words = [self.shell_word(word) for word in raw]
        wrappers, skipped, given = strip_wrappers(words) if words else ((), 0, ())
        script = inner_script(words[skipped:])
        if script is not None:
            logical = _unquoted(self.logical, raw[skipped + script])
            if logical is not None:
                try:
                    self.nested(logical, frame)
                except UnreadableError:
                    pass
                else:
                    self.before = ""
                    return
        name = None
        if len(words) > skipped:
            value = words[skipped].value
            name = value.rpartition("/")[2] if value is not None else None
        self.commands.append(
            Command(
                name=name,
                words=tuple(words[skipped:]),
                wrappers=wrappers,
                assignments=tuple(assignments),
                redirects=tuple(redirects),
                statement=self.logical.source_span(start, end),
                before=self.before,
                negated=False,
                background=False,
                conditional=frame.conditional,
                branches=frame.branches,
                loop=frame.loop,
                pipeline=-1,
                stage=0,
                stages=1,
                depth=frame.depth,
                function=frame.function,
                environment=(*self.exports, *assignments, *given),
            )
        )
        self.before = ""
        if name == "export" and not frame.conditional and frame.depth == 0:
            self.exports += exported(words[skipped + 1 :])


def exported(words: list[ShellWord]) -> tuple[Assignment, ...]:
    """The NAME=value words of an export."""
    found = []
    for word in words:
        match = _ASSIGNMENT.match(word.raw)
        if match is None:
            continue
        start = word.span.start + match.end()
        value = None if word.value is None else word.value[match.end() :]
        rest = ShellWord(
            word.raw[match.end() :],
            value,
            word.pieces[match.end() :],
            word.quoted,
            Span(min(start, word.span.end), word.span.end),
        )
        found.append(Assignment(match[1], rest, word.span))
    return tuple(found)


def _unquoted(logical: LogicalText, word: RawWord) -> LogicalText | None:
    """The text inside a word that is one quoted string, with its way back; None for another word."""
    text = logical.text[word.start : word.end]
    quote = text[:1]
    if len(text) < 2 or quote not in "'\"" or text[-1] != quote:
        return part(logical, word.start, word.end) if word.value is not None and not word.quoted else None
    inner = text[1:-1]
    if quote in inner.replace(f"\\{quote}", "") or (quote == "'" and "'" in inner):
        return None
    if quote == "'" or "\\" not in inner:
        return part(logical, word.start + 1, word.end - 1)
    characters: list[str] = []
    starts: list[int] = []
    sources: list[int] = []
    at = 0
    while at < len(inner):
        if inner[at] == "\\" and inner[at + 1 : at + 2] in ("$", "`", '"', "\\"):
            at += 1
        starts.append(len(characters))
        sources.append(logical.source_offset(word.start + 1 + at))
        characters.append(inner[at])
        at += 1
    return LogicalText("".join(characters), tuple(starts), tuple(sources))
