"""LI225: caches in a home folder, which on Lambda is another one and read-only."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from posixpath import basename
from typing import Any

from lintimg.checks.asked import asked_libraries
from lintimg.checks.contract.settings_in_image import Setting, image_settings
from lintimg.checks.tables import table
from lintimg.dockerfile.build import Step
from lintimg.lazy import regex
from lintimg.lint.rule import Hit, HitEdit
from lintimg.lint.subject import ShippedRun, Subject
from lintimg.model.span import Span
from lintimg.shell.script import Command, ShellWord

_HOME = regex(r"(?:/root|/home/[^/]+|~)(?:/|$)|\$\{?HOME\b")
_WRITABLE = regex(r"/(?:tmp|mnt|dev/shm)(?:/|$)")
_PYTHON = regex(r"python[\d.]*\Z")
_CODE_ENDINGS = (".py", ".js", ".mjs", ".cjs", ".ts", ".sh")
_HANDLED_IN_CODE = regex(
    r"cache_dir|cache_folder|local_files_only|download_root|/tmp\b|/opt/|/mnt/|LAMBDA_TASK_ROOT|__file__"
)
_MOST_FILES = 60
_MOST_BYTES = 100_000
_NODE_LAUNCHERS = frozenset(("npx", "npm"))
_NPM_CACHE = "/tmp/.npm"  # noqa: S108 - a path of the image


def cache_in_home(subject: Subject) -> Iterator[Hit]:
    """A hit for each cache that a library keeps in a home folder: where it is filled, where a variable says so, or
    where the library is installed and nothing tells it of another place.
    """
    settings = {setting.name: setting for setting in image_settings(subject)}
    inherited = _inherited(subject)
    told: set[str] = set()
    named: set[str] = set()
    rows: list[Mapping[str, Any]] = table("cache_folders")["rows"]
    for row in rows:
        present = [settings[name] for name in row["variables"] if name in settings and name not in named]
        hits = [hit for setting in present for hit in _variable(row, setting, settings, subject)]
        # Some variables are many libraries'.
        named.update(str(hit.details["variable"]) for hit in hits)
        if not hits and not _settled(row, settings, inherited, subject):
            hits = list(_downloads(row, subject))
        yield from hits
        if hits or _settled(row, settings, inherited, subject):
            told.add(row["name"])
    yield from _libraries([row for row in rows if row["name"] not in told], subject)
    yield from _node(settings, inherited, subject)


def _inherited(subject: Subject) -> frozenset[str]:
    root = subject.root_stage
    known = root.base_facts.env if root is not None else None
    return frozenset(known or ())


def _settled(
    row: Mapping[str, Any], settings: Mapping[str, Setting], inherited: frozenset[str], subject: Subject
) -> bool:
    """Whether something names the folder, so that the library does not fall back to a home."""
    names = [*row["variables"], *row.get("settled_by", ())]
    if any(name in settings or name in inherited for name in names):
        return True
    home = settings.get("HOME")
    if home is not None and home.value is not None and _WRITABLE.match(home.value):
        return True
    if "unless_base" in row and row["unless_base"] in (subject.base_image or ""):
        return True
    text = subject.document.source.text
    return any(f"{name}=" in text for name in names)


def _variable(
    row: Mapping[str, Any], setting: Setting, settings: Mapping[str, Setting], subject: Subject
) -> Iterator[Hit]:
    """A variable of this library that names a home, or where it must write a folder that nobody can write to."""
    value = setting.value
    written = subject.document.source.slice(setting.value_word.span).strip("'\"")
    shown = value if value is not None else written
    at_home = bool(_HOME.match(shown))
    scratch = bool(row.get("scratch"))
    if scratch and setting.name != row["variables"][0]:
        return
    if value is None and not at_home:
        return
    if not at_home and (not scratch or _WRITABLE.match(shown)):
        return
    if not scratch and any(name in settings for name in row.get("settled_by", ())) and "/root" not in shown:
        return
    wanted = row["temporary"] if scratch else row["baked"]
    yield Hit(
        setting.value_word.span,
        {
            "variable": setting.name,
            "value": shown,
            "wanted": wanted,
            "library": row["name"],
            "what": row["what"],
        },
        (HitEdit(setting.value_word.span, wanted),),
        "scratch variable" if scratch else "shared variable" if row.get("shared") else "variable",
        details={"library": row["name"], "variable": setting.name},
    )


def _downloads(row: Mapping[str, Any], subject: Subject) -> Iterator[Hit]:
    """The first RUN that fills the cache in root's home."""
    tail = row["default"].removeprefix("~/")
    if f"{tail}" in subject.document.source.text:
        # Copied, linked or removed: somebody knows where it is.
        return
    for run in subject.shipped_runs:
        for script in run.scripts:
            for command in script.commands:
                found = fills_cache(row, command, run, subject)
                if found is None:
                    continue
                span, option = found
                edits = (
                    (HitEdit(Span(span.end, span.end), f" {option}"),)
                    if option
                    else (_setting_before(run.step, row["variables"][0], row["baked"]),)
                )
                yield Hit(
                    span,
                    {
                        "library": row["name"],
                        "what": row["what"],
                        "default": row["default"].replace("~", "/root", 1),
                        "variable": row["variables"][0],
                        "wanted": row["baked"],
                        "option": option,
                    },
                    edits,
                    "option" if option else "download",
                    severity=row.get("severity"),
                    details={"library": row["name"], "variable": row["variables"][0]},
                )
                return


def fills_cache(
    row: Mapping[str, Any], command: Command, run: ShippedRun, subject: Subject
) -> tuple[Span, str] | None:
    """Where `command` says that it fills the cache, and the option it lacks ("" for a variable)."""
    words = [word.pieces for word in command.words]
    for pattern in row.get("commands", ()):
        at = _sequence(words, pattern)
        if at is not None:
            if any(word.partition("=")[0] in row.get("command_unless", ()) for word in words):
                return None
            if "--dry-run" in words or "--help" in words:
                return None
            return Span(command.words[at].span.start, command.words[at + len(pattern) - 1].span.end), ""
    for module, option in row.get("modules", {}).items():
        at = _sequence(words, ["-m", module])
        if at is not None and not any(word in row["command_unless"] for word in words):
            return command.words[at + 1].span, option
    pattern = row.get("calls")
    if pattern is not None and command.name is not None and _PYTHON.match(command.name):
        code, word = _code(command, run, subject)
        if re.search(pattern, code, re.DOTALL) and not re.search(row["unless"], code):
            return word.span, ""
    return None


def _sequence(words: Sequence[str], pattern: Sequence[str]) -> int | None:
    for at in range(min(len(words), 6)):
        if [basename(words[at]), *words[at + 1 : at + len(pattern)]] == list(pattern):
            return at
    return None


def _code(command: Command, run: ShippedRun, subject: Subject) -> tuple[str, ShellWord]:
    """The code that a call of Python runs, as far as it is to be seen, and the word that says so."""
    words = command.words
    for at, word in enumerate(words[1:], 1):
        if word.pieces == "-c" and at + 1 < len(words):
            return words[at + 1].pieces, words[0]
        if word.pieces.endswith(".py"):
            found = subject.manifest(run.step, word.pieces)
            data = found.data if found is not None else None
            return (data or b"")[:_MOST_BYTES].decode("utf-8", "replace"), word
        if not word.pieces.startswith("-"):
            break
    for redirect in command.redirects:
        if redirect.body is not None:
            return redirect.body.pieces, words[0]
    return "", words[0]


def _libraries(rows: list[Mapping[str, Any]], subject: Subject) -> Iterator[Hit]:
    """Installed libraries that will write to a home folder for want of a better one."""
    rows = [row for row in rows if row.get("packages")]
    if not rows:
        return
    told: set[str] = set()
    code: str | None = None
    for asked in asked_libraries(subject):
        if asked.ecosystem != "pip":
            continue
        for row in rows:
            if asked.name not in row["packages"] or row["name"] in told:
                continue
            told.add(row["name"])
            if "brought" in row and re.search(row["brought"], _instructions(subject), re.IGNORECASE):
                continue
            code = _sources(subject) if code is None else code
            if any(name in code for name in row["variables"]):
                continue
            if not row.get("scratch") and _HANDLED_IN_CODE.search(code):
                continue
            if row.get("needs_code") and (
                not re.search(row["calls"], code, re.DOTALL) or re.search(row["unless"], code)
            ):
                continue
            yield Hit(
                asked.span,
                {
                    "library": asked.name,
                    "what": row["what"],
                    "where": f" ({asked.manifest})" if asked.manifest else "",
                    "default": row["default"],
                    "variable": row["variables"][0],
                    "wanted": row["temporary"],
                },
                _setting_at_end(subject, row["variables"][0], row["temporary"]),
                "scratch library" if row.get("scratch") else "library",
                severity=None if row.get("scratch") or re.search(row["calls"], code, re.DOTALL) else "info",
                details={"library": asked.name, "variable": row["variables"][0]},
            )


def _instructions(subject: Subject) -> str:
    """The text of the instructions that fill the image, without what they install from a list."""
    return "\n".join(
        step.instruction.rest.text
        for step in subject.build.shipped_steps()
        if step.instruction.keyword in ("COPY", "ADD", "RUN", "ENV", "WORKDIR")
    )


def _sources(subject: Subject) -> str:
    """The function's own code as far as the context is known, for words that tell of a cache folder."""
    context = subject.context
    if context is None:
        return ""
    found: list[str] = []
    for file in context.files:
        if file.path.endswith(_CODE_ENDINGS) and "node_modules/" not in file.path:
            data = context.read(file.path, _MOST_BYTES)
            found.append((data or b"").decode("utf-8", "replace"))
            if len(found) >= _MOST_FILES:
                break
    return "\n".join(found)


def _node(settings: Mapping[str, Setting], inherited: frozenset[str], subject: Subject) -> Iterator[Hit]:
    """The programs of npm as what the image starts: it writes logs and a cache below HOME."""
    process = subject.process
    step = process.entrypoint or process.cmd
    words = process.entrypoint_arguments or process.cmd_arguments
    if step is None or not words or not step.instruction.json:
        return
    if basename(words[0]) not in _NODE_LAUNCHERS:
        return
    names = {name.upper() for name in (*settings, *inherited)}
    home = settings.get("HOME")
    if names & {"NPM_CONFIG_CACHE", "NPM_CONFIG_LOGS_DIR"} or (home is not None and home.value):
        return
    yield Hit(
        step.instruction.arguments[0].span,
        {"program": basename(words[0]), "variable": "NPM_CONFIG_CACHE", "wanted": _NPM_CACHE},
        (_setting_before(step, "NPM_CONFIG_CACHE", _NPM_CACHE),),
        "npm",
        details={"library": "npm", "variable": "NPM_CONFIG_CACHE"},
    )


def _setting_before(step: Step, name: str, value: str) -> HitEdit:
    at = step.instruction.span.start
    return HitEdit(Span(at, at), f"ENV {name}={value}\n")


def _setting_at_end(subject: Subject, name: str, value: str) -> tuple[HitEdit, ...]:
    """An ENV before what the final stage starts."""
    process = subject.process
    steps = [
        step
        for step in (process.entrypoint, process.cmd)
        if step is not None and step.stage == subject.build.target
    ]
    if not steps:
        return ()
    first = min(steps, key=lambda step: step.instruction.span.start)
    return (_setting_before(first, name, value),)
