"""Which part of the image a folder's files belong to; found once a folder, from its parent's rule."""

from __future__ import annotations

import re

from lintimg.contents.metadata import Metadata
from lintimg.contents.parts import (
    CACHES,
    CODE,
    GEMS,
    NODE,
    OTHER,
    PROGRAMS,
    PYTHON,
    RUNTIME,
    SYSTEM,
    Part,
    Parts,
)
from lintimg.contents.places import CACHE_FILES, RECORDS, by_place, by_suffix, runtime
from lintimg.contents.python import SITES, source_of
from lintimg.image.entries import Entries
from lintimg.lazy import NamedTuple

_STICKY, _INHERITED, _SITE, _NODE, _PLAIN = range(5)
"""What a folder hands down: its part whatever comes; its part unless something better is known; that it
holds Python distributions, or node packages; nothing."""

_GEM = re.compile(rb"^(.+)-(\d[^-]*)(?:-[a-z].*)?$")
_NAMED = 1 << 18
"""Bytes from which a file outside of packages is listed by itself; smaller ones go by their folder."""
PROGRAM = 1 << 20
"""Bytes from which an executable outside of packages is listed by itself."""
_EXECUTABLE = 0o111
_NO_CODE = (b"", b"root", b"tmp", b"home", b"usr", b"opt")


class Rule(NamedTuple):
    """`part` is that of all files in the folder; where it is 0, `default` is that of files with nothing special."""

    part: int
    kind: int
    default: int
    python: bool = False
    """Is it in a folder that holds Python distributions."""
    listed: bool = False
    """May a list of files know those in the folder one by one."""


class FolderRules:
    """The rules of an image's folders."""

    def __init__(self, metadata: Metadata, parts: Parts, working_dir: bytes) -> None:
        """`working_dir`, from the root and without leading slash, is where the code is if not in /var/task."""
        self._metadata = metadata
        self._parts = parts
        self._code = {b"var/task", working_dir} - set(_NO_CODE)
        self._rules = {b"": Rule(0, _PLAIN, self._number(OTHER, "/"), listed=True)}

    def of_folder(self, folder: bytes) -> Rule:
        """The rule of a folder, relative to the root."""
        rules = self._rules
        missing = []
        while folder not in rules:
            missing.append(folder)
            folder = folder.rpartition(b"/")[0]
        rule = rules[folder]
        for name in reversed(missing):
            rule = rules[name] = self._child(rule, name)
        return rule

    def of_file(self, rule: Rule, entries: Entries, index: int) -> int:
        """The part of a file in a folder whose rule names none."""
        name = entries.names[index]
        if rule.listed:
            metadata = self._metadata
            python = metadata.python.of_file
            system = metadata.system.of_file
            source = source_of(name)
            owner = python(name) or system(name) or python(source) or system(source)
            if owner:
                return owner
        size = entries.sizes[index]
        category = by_suffix(name)
        if category is None:
            if size < PROGRAM or not entries.mode(index) & _EXECUTABLE or b"." in name.rpartition(b"/")[2]:
                return rule.default
            category = PROGRAMS
        elif category == CACHES:
            folder, _, base = name.rpartition(b"/")
            if folder != RECORDS and not folder.endswith(b"/cache"):
                return rule.default
            return self._number(CACHES, CACHE_FILES[base.rpartition(b".")[2].lower()])
        elif self._parts.all[rule.default].category == SYSTEM:
            return rule.default
        listed = name if size >= _NAMED else name.rpartition(b"/")[0]
        return self._number(category, _text(listed))

    def _child(self, parent: Rule, folder: bytes) -> Rule:
        rule = self._rule(parent, folder)
        known = rule.part or rule.kind == _STICKY
        lists = self._metadata
        if known or (lists.python.of_folder(folder) != 0 and lists.system.of_folder(folder) != 0):
            return rule
        return rule._replace(listed=True)

    def _rule(self, parent: Rule, folder: bytes) -> Rule:
        if parent.kind == _STICKY:
            return parent
        head, _, base = folder.rpartition(b"/")
        place = by_place(folder)
        if place is not None:
            return self._whole(_STICKY, *place)
        if folder in self._metadata.caches:
            return self._whole(_STICKY, CACHES, "conda")
        if folder == RECORDS:
            return Rule(0, _PLAIN, self._number(SYSTEM, _text(folder)))
        if folder in self._metadata.sites or base in SITES:
            default = parent.default
            if folder in self._code:
                default = self._number(CODE, _text(folder))
            elif base in SITES:
                default = self._number(PYTHON, _text(folder))
            return Rule(0, _SITE, default, python=True, listed=True)
        owned = self._owned(parent, folder, base)
        if owned is not None:
            return owned
        name = runtime(folder)
        if name is not None:
            return self._whole(_INHERITED, RUNTIME, name)
        if base == b"node_modules":
            return Rule(self._number(NODE, _text(folder)), _NODE, 0)
        if parent.kind == _NODE:
            return self._node(parent, head, base, folder)
        gem = _GEM.match(base) if head.endswith(b"/gems") else None
        if gem is not None:
            part = Part(GEMS, _plain(gem[1]), folder, _plain(gem[2]))
            return Rule(self._parts.number(part), _INHERITED, 0)
        if parent.kind == _INHERITED:
            return parent
        return Rule(0, _PLAIN, self._default(parent, head, folder), parent.python)

    def _owned(self, parent: Rule, folder: bytes, base: bytes) -> Rule | None:
        """What the lists of packages say of the folder, if they do."""
        metadata = self._metadata
        owner = metadata.python.of_folder(folder) if parent.python else None
        if owner:
            return Rule(owner, _INHERITED, 0, python=True)
        if owner == 0 or (parent.python and parent.kind != _INHERITED and base == b"__pycache__"):
            return Rule(0, _PLAIN, parent.default, python=True, listed=True)
        # What a distribution has below its folder is its own, whoever else lists it.
        inside = parent.python and parent.kind == _INHERITED
        system = None if inside else metadata.system.of_folder(folder)
        if system is not None:
            default = self._default(parent, folder.rpartition(b"/")[0], folder)
            return Rule(system, _PLAIN, default, parent.python)
        if base == b"__pycache__" and parent.kind == _PLAIN and (parent.part or parent.listed):
            # The scripts of system packages compile their modules, which no list tells.
            return parent
        if parent.kind == _SITE and self._parts.all[parent.default].category == PYTHON:
            return Rule(self._number(PYTHON, _plain(base)), _INHERITED, 0, python=True)
        return None

    def _node(self, parent: Rule, head: bytes, base: bytes, folder: bytes) -> Rule:
        if base == b".cache":
            return self._whole(_STICKY, CACHES, "node_modules/.cache")
        if base.startswith(b"@"):
            return Rule(parent.part, _NODE, 0)
        if base.startswith(b"."):
            return Rule(parent.part, _INHERITED, 0)
        scope = head.rpartition(b"/")[2]
        name = scope + b"/" + base if scope.startswith(b"@") else base
        return Rule(self._parts.number(Part(NODE, _plain(name), folder)), _INHERITED, 0)

    def _default(self, parent: Rule, head: bytes, folder: bytes) -> int:
        """Code goes by the first folder in it, other files by the first two folders of their path."""
        if folder in self._code or head in self._code:
            return self._number(CODE, _text(folder))
        if parent.default and self._parts.all[parent.default].category == CODE:
            return parent.default
        if folder.count(b"/") < 2:
            return self._number(OTHER, _text(folder))
        return parent.default or self._number(OTHER, _text(b"/".join(folder.split(b"/", 2)[:2])))

    def _whole(self, kind: int, category: str, name: str) -> Rule:
        return Rule(self._number(category, name), kind, 0)

    def _number(self, category: str, name: str) -> int:
        return self._parts.number(Part(category, name))


def _plain(name: bytes) -> str:
    return name.decode("utf-8", "surrogateescape")


def _text(path: bytes) -> str:
    return "/" + _plain(path)
