"""A syntax tree to the commands it runs, in the order the shell reaches them."""

from __future__ import annotations

from lintimg.dockerfile.document import LogicalText
from lintimg.dockerfile.lines import part
from lintimg.lazy import NamedTuple
from lintimg.shell.grammar import parse_script
from lintimg.shell.interpreters import SHELLS, Invocation, invocation
from lintimg.shell.logical import unescaped, unquoted
from lintimg.shell.script import Assignment, Branch, Command, InnerShell, Redirect, Separator, ShellWord
from lintimg.shell.syntax import Compound, HereDocument, Item, Items, ShellSyntaxError, Simple
from lintimg.shell.wrappers import WRAPPERS, assigned, strip_wrappers

_THROUGH_LIMIT = 4
"""How many `sh -c` inside each other are read through."""

_TESTS = frozenset(("[", "[[", "((", "test", "which", "type", "hash", "grep", "egrep", "command"))
_EXPORTING = frozenset(("export", "declare", "typeset"))
_INTERPRETING = SHELLS | {"su"}
_NOTHING = LogicalText("", (0,), (0,))
_new = tuple.__new__


class Frame(NamedTuple):
    """Where in the nesting a command stands."""

    conditional: bool = False
    branches: tuple[Branch, ...] = ()
    loop: bool = False
    depth: int = 0
    function: str | None = None
    background: bool = False


_OUTERMOST = Frame()


class ScriptInput(NamedTuple):
    """A here-document that is the script of the interpreter it is attached to."""

    program: Invocation
    text: LogicalText


class Flattener:
    """Collects `commands`, `inputs` and the `inner` shells from scripts."""

    def __init__(self) -> None:
        self.commands: list[Command] = []
        self.inputs: list[ScriptInput] = []
        self.inner: list[InnerShell] = []
        self._through: list[tuple[int, Invocation]] = []
        self._own: set[int] = set()
        self._logical = _NOTHING
        self._strings: tuple[LogicalText, ...] = ()
        self._pipelines = 0
        self._constructs = 0
        self._exports: dict[str, Assignment] = {}
        self._variables: dict[str, Assignment] = {}
        self._environment: tuple[Assignment, ...] = ()
        self._level = 0
        self._wrappers: tuple[str, ...] = ()

    def add_script(self, logical: LogicalText) -> None:
        """Adds the commands of a shell text. Raises ShellSyntaxError, and then nothing was added."""
        items = parse_script(logical)
        self._logical = logical
        self._items(items, _OUTERMOST, "")

    def add_exec(self, words: tuple[ShellWord, ...], strings: tuple[LogicalText, ...]) -> None:
        """Adds the command of an exec form; `strings` are the texts of its words."""
        self._strings = strings
        statement = words[0].span._replace(end=words[-1].span.end)
        node = Simple((), words, (), (), statement)
        self._items((Item("", (node,), (), negated=False, background=False),), _OUTERMOST, "")

    @property
    def whole(self) -> Invocation | None:
        """The shell whose `-c` text is all that was added, None when there is more or less than one."""
        found = None
        for level in range(_THROUGH_LIMIT if self._through else 0):
            here = [called for at, called in self._through if at == level]
            if level in self._own or len(here) != 1:
                break
            found = here[0]
        return found

    def _items(self, items: Items, frame: Frame, before: Separator) -> None:
        """Adds a list; `before` is what connects its first command to what came before."""
        decisive: bool | None = None
        guarded = False
        for number, item in enumerate(items):
            connector = item.before if number else before
            if item.before not in ("&&", "||"):
                guarded, decisive = False, None
            elif item.before == "&&" and not guarded and _tests(items[number - 1]):
                # The test decides whether this runs, unless the script fails without it.
                if decisive is None:
                    decisive = _is_decisive(items, number)
                guarded = not decisive
            inner = frame
            if guarded or item.before == "||" or item.background:
                inner = frame._replace(
                    conditional=frame.conditional or guarded or item.before == "||",
                    background=frame.background or item.background,
                )
            nodes = item.commands
            if len(nodes) == 1 and isinstance(nodes[0], Simple):
                self._pipelines += 1
                self._simple(nodes[0], item, 0, inner, connector)
            else:
                self._pipeline(item, inner, connector)

    def _pipeline(self, item: Item, frame: Frame, before: Separator) -> None:
        self._pipelines += 1
        pipeline = self._pipelines - 1
        for stage, node in enumerate(item.commands):
            connector = item.pipes[stage - 1] if stage else before
            if isinstance(node, Simple):
                self._simple(node, item, stage, frame, connector, pipeline)
            else:
                self._compound(node, frame, connector)

    def _compound(self, node: Compound, frame: Frame, before: Separator) -> None:
        self._substitutions(node.inner, frame)
        self._heredocs(node.redirects, frame)
        kind = node.kind
        if kind in ("(", "{"):
            exports = dict(self._exports) if kind == "(" else None
            self._items(node.arms[0].body, frame, before)
            if exports is not None:
                self._restore(exports)
        elif kind == "function":
            self._items(node.arms[0].body, frame._replace(function=node.name or ""), "")
        elif kind == "while":
            inner = frame._replace(loop=True)
            (arm,) = node.arms
            if arm.condition is not None:
                self._items(arm.condition, inner, before)
            self._items(arm.body, inner._replace(conditional=True), ";" if arm.condition else before)
        else:
            self._branches(node, frame, before)

    def _branches(self, node: Compound, frame: Frame, before: Separator) -> None:
        construct = self._constructs
        self._constructs += 1
        inside = frame._replace(conditional=True)
        for number, arm in enumerate(node.arms):
            if arm.condition is not None:
                self._items(arm.condition, inside if number else frame, ";" if number else before)
            branches = (*frame.branches, Branch(construct, arm.number))
            self._items(arm.body, inside._replace(branches=branches), ";")

    def _substitutions(self, inner: tuple[Items, ...], frame: Frame) -> None:
        for items in inner:
            exports = dict(self._exports)
            self._items(items, frame._replace(depth=frame.depth + 1), "")
            self._restore(exports)

    def _restore(self, exports: dict[str, Assignment]) -> None:
        if exports != self._exports:
            self._exports = exports
            self._environment = tuple(exports.values())

    def _heredocs(self, redirects: tuple[Redirect | HereDocument, ...], frame: Frame) -> tuple[Redirect, ...]:
        """`redirects` with their here-documents' bodies, whose substitutions are added."""
        done: list[Redirect] = []
        for redirect in redirects:
            if isinstance(redirect, Redirect):
                done.append(redirect)
                continue
            self._substitutions(redirect.inner, frame)
            start, end = redirect.body
            text = self._logical.text[start:end]
            value = text if redirect.quoted or not ("$" in text or "`" in text or "\\" in text) else None
            body = ShellWord(text, value, text, redirect.quoted, self._logical.source_span(start, end))
            done.append(Redirect(redirect.operator, redirect.descriptor, None, redirect.span, body))
        return tuple(done)

    def _simple(
        self,
        node: Simple,
        item: Item,
        stage: int,
        frame: Frame,
        before: Separator,
        pipeline: int | None = None,
    ) -> None:
        if pipeline is None:
            pipeline = self._pipelines - 1
        if node.inner:
            self._substitutions(node.inner, frame)
        redirects: tuple[Redirect, ...] = ()
        if node.redirects:
            redirects = self._heredocs(node.redirects, frame)
        words = node.words
        name: str | None = None
        wrappers = self._wrappers
        environment = self._environment
        if words:
            name = _base_name(words[0])
            skipped = 0
            if node.assignments:
                environment += node.assignments
            if name in WRAPPERS:
                own, skipped, variables = strip_wrappers(words)
                wrappers += own
                words = words[skipped:]
                environment += variables
                name = _base_name(words[0])
            if name is not None:
                if name in _INTERPRETING:
                    outer, self._wrappers = self._wrappers, wrappers
                    read = self._read_through(node, skipped, frame, before, environment)
                    self._wrappers = outer
                    if read:
                        return
                elif name in _EXPORTING:
                    self._export(words)
            if redirects and any(type(redirect) is HereDocument for redirect in node.redirects):
                self._script_input(node, words)
        elif node.assignments:
            self._assign(node.assignments)
        self._own.add(self._level)
        self.commands.append(
            _new(
                Command,
                (
                    name,
                    words,
                    wrappers,
                    node.assignments,
                    redirects,
                    node.span,
                    before,
                    item.negated,
                    frame.background,
                    frame.conditional,
                    frame.branches,
                    frame.loop,
                    pipeline,
                    stage,
                    len(item.commands),
                    frame.depth,
                    frame.function,
                    environment,
                ),
            )
        )

    def _read_through(
        self,
        node: Simple,
        skipped: int,
        frame: Frame,
        before: Separator,
        environment: tuple[Assignment, ...],
    ) -> bool:
        """Adds the commands of `sh -c TEXT` in its place; False when there is none or it cannot be read."""
        called = invocation([word.pieces for word in node.words[skipped:]])
        if called is None or called.script is None or self._level >= _THROUGH_LIMIT:
            return False
        place = skipped + called.script
        text = self._strings[place] if self._strings else unquoted(self._logical, node.words[place])
        if text is None:
            return False
        try:
            items = parse_script(text)
        except ShellSyntaxError:
            return False
        kept = (self._logical, self._strings, dict(self._exports))
        self._logical, self._strings = text, ()
        self._restore({assignment.name: assignment for assignment in environment})
        self._through.append((self._level, called))
        self._level += 1
        first = len(self.commands)
        self._items(items, frame, before)
        self._level -= 1
        self.inner.append(InnerShell(first, len(self.commands), called.options))
        self._logical, self._strings = kept[:2]
        self._restore(kept[2])
        return True

    def _script_input(self, node: Simple, words: tuple[ShellWord, ...]) -> None:
        """Notes the here-document that an interpreter without a script of its own reads."""
        called = invocation([word.pieces for word in words])
        if called is None or not called.standard_input:
            return
        for redirect in reversed(node.redirects):
            if isinstance(redirect, HereDocument) and not redirect.descriptor:
                text = part(self._logical, *redirect.body)
                self.inputs.append(ScriptInput(called, text if redirect.quoted else unescaped(text, "\\$`")))
                return

    def _assign(self, assignments: tuple[Assignment, ...]) -> None:
        for assignment in assignments:
            self._variables[assignment.name] = assignment
            if assignment.name in self._exports:
                self._exports[assignment.name] = assignment
                self._environment = tuple(self._exports.values())

    def _export(self, words: tuple[ShellWord, ...]) -> None:
        if words[0].raw != "export" and not any(
            word.raw.startswith("-") and "x" in word.raw for word in words[1:]
        ):
            return
        for word in words[1:]:
            assignment = assigned(word) or self._variables.get(word.raw)
            if assignment is not None:
                self._exports[assignment.name] = assignment
        self._environment = tuple(self._exports.values())


def _base_name(word: ShellWord) -> str | None:
    value = word.value
    return value.rpartition("/")[2] if value is not None and "/" in value else value


def _tests(item: Item) -> bool:
    """Whether a pipeline only asks a question."""
    node = item.commands[-1]
    return isinstance(node, Simple) and bool(node.words) and _base_name(node.words[0]) in _TESTS


def _is_decisive(items: Items, number: int) -> bool:
    """Whether the script fails when item `number` is not reached: its and-or list is the last and has no `||`."""
    return all(item.before == "&&" for item in items[number:])
