"""What the commands of a RUN do to the file system, as far as their words tell."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping
from fnmatch import fnmatchcase
from posixpath import join, normpath

from lintimg.dockerfile.build import Environment, Step
from lintimg.dockerfile.expand import ExpansionError, expand
from lintimg.dockerfile.mounts import Mount, read_mounts
from lintimg.lazy import NamedTuple, regex
from lintimg.lint.subject import ShippedRun
from lintimg.model.span import Span
from lintimg.shell.packages import Operation
from lintimg.shell.removal import removed_paths
from lintimg.shell.script import Command

_VARIABLE = regex(r"\$(\w+|\(\))")
_HOME = regex(
    r"^(?:/root|/home/[^/]+)(?=/|$)|^/(?!tmp/|var/|dev/|opt/).*?(?=/\.(?:cache|npm|local|yarn|composer|m2)(?:/|$))"
)
_FILTERS = frozenset(
    ("-name", "-iname", "-path", "-ipath", "-wholename", "-regex", "-iregex", "-newer", "-mtime", "-size")
)
_SCAN_LIMIT = 500
HOME = "~"


class Placed(NamedTuple):
    """A command, the folder it runs in (None when not known) and the variables it sees."""

    command: Command
    directory: str | None
    variables: Mapping[str, str | None]


class Removal(NamedTuple):
    """A path that a command removes: absolute or under `~`, perhaps with a glob; `filtered`: only some of what is
    below it. `span` is the word.
    """

    path: str
    filtered: bool
    command: Command
    span: Span


def placed_commands(run: ShippedRun) -> Iterator[Placed]:
    """The commands of a RUN in order, each with the folder that `cd` left it in."""
    directory = run.step.workdir
    variables: dict[str, str | None] = dict(run.step.environment)
    for script in run.scripts:
        for command in script.commands:
            if not command.words:
                for assignment in command.assignments:
                    value = assignment.value
                    variables[assignment.name] = "" if value is None else expanded(value.pieces, variables)
            yield Placed(command, directory, variables)
            if command.name in ("cd", "pushd") and not command.depth:
                arguments = [word for word in command.arguments if not word.pieces.startswith("-")]
                directory = absolute(arguments[0].pieces, directory, variables) if arguments else HOME


def expanded(pieces: str, variables: Mapping[str, str | None]) -> str | None:
    """A shell word's text with its variables replaced, None when one of them is not known."""
    if "$" not in pieces:
        return pieces
    result: list[str] = []
    at = 0
    for match in _VARIABLE.finditer(pieces):
        name = match[1]
        value = HOME if name == "HOME" and "HOME" not in variables else variables.get(name)
        if value is None:
            return None
        result += (pieces[at : match.start()], value)
        at = match.end()
    result.append(pieces[at:])
    return "".join(result)


def absolute(pieces: str, directory: str | None, variables: Mapping[str, str | None]) -> str | None:
    """The path a shell word means, `~` standing for every home folder; None when it cannot be told."""
    text = expanded(pieces, variables)
    if not text:
        return None
    return located(text, directory)


def located(path: str, directory: str | None) -> str | None:
    """`path` as seen from `directory`, normalised, home folders written `~`."""
    if not path.startswith(("/", HOME)):
        if directory is None:
            return None
        path = join(directory, path)
    path = normpath(path).replace("//", "/")
    if path.startswith(HOME):
        return HOME + path[len(path.partition("/")[0]) :]
    if "/." in path or path.startswith(("/root", "/home/")):
        return _HOME.sub(HOME, path, count=1)
    return path


def removals(placed: Placed, following: Command | None = None) -> Iterator[Removal]:
    """What `rm`, `find … -delete` and their like remove; `following` is the next command of the script."""
    command = placed.command
    found = removed_paths(command)
    if command.name == "find":
        if not found and following is not None and following.pipeline == command.pipeline:
            found = _piped_to_rm(command, following)
        filtered = not _FILTERS.isdisjoint(word.pieces for word in command.words)
    else:
        filtered = False
    for text, span in found:
        path = absolute(text, placed.directory, placed.variables)
        if path is not None:
            yield Removal(path, filtered, command, span)


def _piped_to_rm(find: Command, following: Command) -> tuple[tuple[str, Span], ...]:
    if not any(word.pieces == "rm" for word in following.words):
        return ()
    folders = []
    for word in find.arguments:
        if word.pieces.startswith(("-", "(", "!")):
            break
        folders.append((f"{word.pieces.rstrip('/')}/*", word.span))
    return tuple(folders)


def covers(removed: str, path: str) -> bool:
    """Whether removing `removed` (a glob) takes `path` away, or all that lies in it."""
    folder, _, last = removed.rpartition("/")
    if last in ("*", ".*", "**"):
        removed = folder or "/"
    elif "*" in last and folder == path:
        return True
    if removed in (path, "/"):
        return True
    if "*" not in removed and "?" not in removed and "[" not in removed:
        return path.startswith(f"{removed}/")
    parts = path.split("/")
    return any(fnmatchcase("/".join(parts[: end + 1]), removed) for end in range(1, len(parts)))


def exclusive(one: Command, other: Command) -> bool:
    """Whether the two stand in different arms of the same `if` or `case`."""
    if not one.branches or not other.branches:
        return False
    arms = dict(one.branches)
    return any(arms.get(branch.construct, branch.arm) != branch.arm for branch in other.branches)


def follows(later: Command, earlier: Command) -> bool:
    """Whether `later` can run after `earlier` in the same RUN; functions count as running at any time."""
    if exclusive(later, earlier):
        return False
    if later.function != earlier.function:
        return True
    return later.statement.start >= earlier.statement.end


class Cleanings:
    """Commands that clean, in the order they run."""

    def __init__(self, commands: Iterable[Command]) -> None:
        """`commands` in any order."""
        found = {command.statement.start: command for command in commands}
        self._starts = sorted(found)
        self._commands = [found[start] for start in self._starts]
        self._functions = [command for command in self._commands if command.function is not None]

    def reach(self, command: Command) -> bool:
        """Whether one of them can run after `command`. In a RUN of absurd length the answer may be a yes too many."""
        first = bisect_left(self._starts, command.statement.end)
        later = self._commands[first : first + _SCAN_LIMIT]
        if any(follows(other, command) for other in later) or len(later) == _SCAN_LIMIT:
            return True
        if command.function is not None:
            return any(follows(other, command) for other in self._commands[:_SCAN_LIMIT])
        return any(follows(other, command) for other in self._functions[:_SCAN_LIMIT])


def mounted(step: Step) -> list[str]:
    """Where a RUN has cache or tmpfs mounts: nothing below is kept in its layer."""
    return [
        path
        for mount in read_mounts(step.instruction)
        if mount.type in ("cache", "tmpfs") and mount.target
        for path in [_mount_target(mount, step.environment, step.workdir)]
        if path is not None
    ]


def _mount_target(mount: Mount, environment: Environment, workdir: str | None) -> str | None:
    try:
        target = expand(mount.target or "", environment)
    except ExpansionError:
        return None
    return located(target, workdir) if target else None


def variable(operation: Operation, step: Step, name: str) -> tuple[bool, str | None]:
    """Whether the variable `name` is set where `operation` runs, and its value (None: not known)."""
    for assignment in reversed(operation.command.environment):
        if assignment.name == name:
            return True, "" if assignment.value is None else assignment.value.value
    # An environment over an unknown base claims to hold every name; what the file sets is among its keys.
    if name in step.environment.keys():  # noqa: SIM118
        return True, step.environment[name]
    return False, None


def option_value(operation: Operation, *names: str) -> str | None:
    """The value given with one of the options `names`, None when there is none."""
    for option in operation.options:
        name, equals, value = option.partition("=")
        if equals and name in names:
            return value
    return None
