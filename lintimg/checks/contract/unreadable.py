"""LI224: files that the user Lambda runs the function as cannot read."""

from __future__ import annotations

from collections.abc import Iterator
from posixpath import basename, dirname

from lintimg.checks.effects import Placed, absolute, covers, located, placed_commands, removals
from lintimg.checks.made import Made, copied, word_text
from lintimg.context.files import ContextFile
from lintimg.dockerfile.build import Step
from lintimg.dockerfile.copy import Copy, read_copy
from lintimg.dockerfile.expand import ExpansionError, expand
from lintimg.lazy import NamedTuple, regex
from lintimg.lint.rule import Hit, HitEdit
from lintimg.lint.subject import ShippedRun, Subject
from lintimg.lint.wording import listing
from lintimg.model.span import Span
from lintimg.shell.modes import Others, others
from lintimg.shell.script import ShellWord

_READ_BY_RUNTIME = ("/var/task", "/opt", "/var/runtime", "/var/lang")
_NEVER_CODE = regex(
    r"(?:^|/)(?:\.ssh|\.gnupg|\.aws|\.git|sudoers(?:\.d)?)(?:/|$)|\.(?:pem|key)$|(?:^|/)\.[^/]*$"
)
_THERE = frozenset(("/", "/var", "/opt", "~", *_READ_BY_RUNTIME))
_NOT_A_WORKDIR = frozenset(("/", "/tmp", "/var", "/usr", "/etc", "~"))  # noqa: S108 - a path of the image
_MODE_WORD = regex(r"-[rwxXst]+\Z")
_EVERYONES_EXECUTE = 0o001
_OWNERS_EXECUTE = 0o100
_OTHERS_READ = 0o004
_FOR_ALL = "u=rwX,go=rX"


class Denial(NamedTuple):
    """A path that others cannot read from some instruction on, and the hit if nothing changes that."""

    path: str
    hit: Hit


class Change(NamedTuple):
    """A chmod of one path: what it does to others, `deep` with -R; `mode` is its word."""

    path: str
    effect: Others
    deep: bool
    placed: Placed
    mode: ShellWord
    word: ShellWord


def unreadable_files(subject: Subject) -> Iterator[Hit]:
    """A hit for each mode that shuts the function's own files to the user it runs as."""
    reader = _Reader(subject)
    denials: list[Denial] = []
    for step in subject.build.shipped_steps():
        keyword = step.instruction.keyword
        if keyword in ("COPY", "ADD"):
            denials += reader.copied(step)
        elif keyword == "RUN":
            text = step.instruction.text.text
            if denials or "chmod" in text or any("chmod" in h.content for h in step.instruction.heredocs):
                denials = reader.run(subject.run(step), denials)
    seen: set[Span] = set()
    for denial in denials:
        if denial.hit.span not in seen:
            seen.add(denial.hit.span)
            yield denial.hit


class _Reader:
    def __init__(self, subject: Subject) -> None:
        self.subject = subject
        self.workdir = _final_workdir(subject)
        self.programs = _programs(subject, self.workdir)
        self.build_only = _started_while_building(subject) - {basename(path) for path in self.programs}

    def matters(self, path: str) -> bool:
        """Whether the function reads what stands at `path`, as far as can be told."""
        if path in self.programs:
            return True
        if _NEVER_CODE.search(path) or basename(path) in self.build_only:
            return False
        folders = _READ_BY_RUNTIME + (() if self.workdir in _NOT_A_WORKDIR else (self.workdir,))
        return any(path == folder or path.startswith(f"{folder}/") for folder in folders)

    def copied(self, step: Step) -> Iterator[Denial]:
        copy = read_copy(step.instruction)
        if copy is None:
            return
        made = [each for each in copied(step, self.subject) if self.matters(each.path)]
        if not made:
            return
        if copy.chmod is None:
            yield from self._by_modes(step, copy, made)
            return
        try:
            mode = expand(copy.chmod, step.environment)
        except ExpansionError:
            return
        effect = None if mode is None else others(mode)
        flag = step.instruction.flag("chmod")
        if mode is None or effect is None or flag is None or effect.special:
            return
        denies = effect.read is False and effect.search is not True
        shut = effect.search_folders is False and any(self._has_folders(each, copy) for each in made)
        made_shut = effect.search_folders is False and self._makes_folder(step, made[0], copy)
        if denies or shut or made_shut:
            span = flag.value_span or flag.span
            closed = shut or made_shut or any(each.folder for each in made)
            runs = not mode[-3:].isdecimal() or int(mode[-3]) & 1
            wanted = ("0" if mode.startswith("0") else "") + ("755" if closed or runs else "644")
            variant = "copy" if denies else "copied folder"
            values = {"mode": mode, "what": listing([_shown(each) for each in made]), "wanted": wanted}
            for each in made:
                yield Denial(
                    each.path,
                    Hit(
                        span,
                        values,
                        (HitEdit(span, wanted),),
                        variant,
                        # Older builders give such folders 0755.
                        severity=None if denies or shut else "warning",
                        details={"mode": mode},
                    ),
                )

    def _has_folders(self, made: Made, copy: Copy) -> bool:
        """Whether a source is known to hold folders, which its mode then shuts."""
        context = self.subject.context
        if context is None or made.source is None or copy.from_ is not None:
            return False
        match = context.match(made.source, copy.exclude)
        return match.is_directory and any(
            "/" in file.path[len(root) :].lstrip("/") for root in match.roots[:1] for file in match.files
        )

    def _makes_folder(self, step: Step, made: Made, copy: Copy) -> bool:
        """Whether the destination lies in a folder that is made on the way: since BuildKit 0.21 the mode holds for
        that one too (moby#49851). Where anything before it may have made the folder the answer is no.
        """
        target = word_text(copy.destination, step) or ""
        folder = located(target, step.workdir) if target.endswith(("/", "/.")) else dirname(made.path)
        if not folder or folder in _THERE or self.workdir == folder:
            return False
        name = basename(folder)
        for before in self.subject.build.shipped_steps():
            if before.instruction.number >= step.instruction.number:
                break
            if before.instruction.keyword in ("RUN", "WORKDIR", "COPY", "ADD", "VOLUME") and (
                name in before.instruction.text.text
                or any(name in h.content for h in before.instruction.heredocs)
            ):
                return False
        return step.workdir is not None and not covers(folder, located(step.workdir, None) or "/")

    def _by_modes(self, step: Step, copy: Copy, made: list[Made]) -> Iterator[Denial]:
        """Files whose own mode, which COPY keeps, shuts others out."""
        context = self.subject.context
        if context is None or copy.from_ is not None:
            return
        shut: list[tuple[Made, list[ContextFile]]] = []
        whole: list[ContextFile] = []
        for each in made:
            if each.source is None:
                continue
            files = context.match(each.source, copy.exclude).files
            whole += files
            closed = [file for file in files if _is_shut(file)]
            if closed:
                shut.append((each, closed))
        if not shut:
            return
        closed = [file for _, files in shut for file in files]
        folder = any(each.folder for each in made)
        executable = any(file.mode & _OWNERS_EXECUTE for file in whole)
        wanted = "755" if folder or executable or self._makes_folder(step, made[0], copy) else "644"
        end = step.instruction.keyword_span.end
        hit = Hit(
            shut[0][0].span,
            {
                "what": listing([file.path for file in closed]),
                "mode": f"{closed[0].mode & 0o777:04o}",
                "wanted": wanted,
            },
            (HitEdit(Span(end, end), f" --chmod={wanted}"),),
            "file" if len(closed) == 1 else "files",
            # The next checkout may have other modes.
            severity="warning",
            details={"mode": f"{closed[0].mode & 0o777:04o}", "files": [file.path for file in closed[:20]]},
        )
        for each, _ in shut:
            yield Denial(each.path, hit)

    def run(self, run: ShippedRun, denials: list[Denial]) -> list[Denial]:
        """The denials that hold after `run`."""
        for placed in placed_commands(run):
            for removal in removals(placed):
                denials = [denial for denial in denials if not covers(removal.path, denial.path)]
            changes = _changes(placed)
            if changes is None:
                # Modes are changed in a way that cannot be followed.
                denials = []
                continue
            for change in changes:
                denials = self._after(change, denials)
        return denials

    def _after(self, change: Change, denials: list[Denial]) -> list[Denial]:
        effect = change.effect
        if effect.read or effect.search:
            denials = [
                denial
                for denial in denials
                if not (covers(change.path, denial.path) if change.deep else _same(change.path, denial.path))
            ]
        command = change.placed.command
        if effect.special or command.conditional or command.function or not self._concerned(change):
            return denials
        if effect.read is False and effect.search is not True:
            variant = "chmod"
            wanted = _opened(change.mode.pieces)
        elif effect.search_folders is False and effect.read is not False and self._is_folder(change):
            variant = "folder"
            wanted = _FOR_ALL if change.deep else "755"
        else:
            return denials
        edits = (HitEdit(change.mode.span, wanted),) if wanted and not change.mode.quoted else ()
        hit = Hit(
            change.mode.span,
            {"mode": change.mode.pieces, "what": change.word.raw, "wanted": wanted or "o+rX"},
            edits,
            variant,
            details={"mode": change.mode.pieces},
        )
        return [*denials, Denial(change.path, hit)]

    def _concerned(self, change: Change) -> bool:
        """Whether a chmod meets files of the function."""
        if self.matters(change.path):
            return True
        deep = change.deep and "*" not in change.path
        return deep and change.path != "/" and any(covers(change.path, path) for path in self.programs)

    def _is_folder(self, change: Change) -> bool:
        raw = change.word.raw
        if "*" in raw:
            return False
        return (
            raw.endswith(("/", "/."))
            or raw in (".", "./")
            or change.path
            in (
                "/var/task",
                "/opt",
                self.workdir,
            )
        )


def _changes(placed: Placed) -> list[Change] | None:
    """What a command changes modes of; None when it does so in a way that cannot be followed."""
    command = placed.command
    if command.name != "chmod":
        others_call = any(word.pieces == "chmod" or "chmod " in word.pieces for word in command.words)
        return None if others_call else []
    deep = False
    operands: list[ShellWord] = []
    for word in command.arguments:
        text = word.pieces
        if text.startswith("-") and not _MODE_WORD.match(text):
            if text.startswith("--reference"):
                return None
            deep = deep or text == "--recursive" or (not text.startswith("--") and "R" in text)
        else:
            operands.append(word)
    effect = others(operands[0].pieces) if operands else None
    if effect is None:
        return None
    found = []
    for word in operands[1:]:
        path = absolute(word.pieces, placed.directory, placed.variables)
        if path is None or "{" in path:
            return None
        found.append(Change(path, effect, deep, placed, operands[0], word))
    return found


def _same(pattern: str, path: str) -> bool:
    if pattern == path:
        return True
    return "*" in pattern and dirname(pattern) == dirname(path) and covers(pattern, path)


def _opened(mode: str) -> str | None:
    """An octal `mode` with the owner's rights to read and execute given to all, None for a symbolic one."""
    if not mode.isdecimal():
        return None
    bits = int(mode, 8)
    rights = (bits >> 6) & 5
    return f"{bits | rights << 3 | rights:0{len(mode)}o}"


def _is_shut(file: ContextFile) -> bool:
    return (
        not file.link
        and not file.mode & (_OTHERS_READ | _EVERYONES_EXECUTE)
        and not _NEVER_CODE.search(file.path)
    )


def _shown(made: Made) -> str:
    return made.source or basename(made.path) or made.path


def _final_workdir(subject: Subject) -> str:
    workdir = "/"
    if subject.build.chain:
        facts = subject.build.stages[subject.build.chain[0]].base_facts
        workdir = facts.workdir or "/"
    step = subject.build.last("WORKDIR")
    if step is not None and step.instruction.arguments:
        path = None
        try:
            path = expand(step.instruction.arguments[0].text, step.environment)
        except ExpansionError:
            path = None
        workdir = (located(path, step.workdir) if path else None) or "/"
    return located(workdir, None) or "/"


def _programs(subject: Subject, workdir: str) -> frozenset[str]:
    """Where the words of ENTRYPOINT and CMD that are files may stand."""
    process = subject.process
    found: set[str] = set()
    for words in (process.entrypoint_arguments, process.cmd_arguments):
        for word in (words or ())[:20]:
            if word.startswith(("/", "./")):
                path = located(word, workdir)
                if path is not None:
                    found.add(path)
            elif "/" not in word and " " not in word:
                found.update(f"{folder}/{word}" for folder in ("/usr/local/bin", "/usr/bin", "/bin"))
    return frozenset(found)


def _started_while_building(subject: Subject) -> set[str]:
    """The names of files that RUNs start: nothing the function needs to read, by all appearances."""
    found: set[str] = set()
    for run in subject.shipped_runs:
        for script in run.scripts:
            for command in script.commands:
                if command.name == "chmod":
                    continue
                words = (
                    command.words[:2] if command.name in ("sh", "bash", "source", ".") else command.words[:1]
                )
                found.update(basename(word.pieces) for word in words)
    return found
