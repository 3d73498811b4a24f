"""ELF files for examples, with nothing in them but what a loader wants to know."""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence
from typing import Any

_MACHINES = {"amd64": 62, "arm64": 183, "arm": 40, "386": 3}
_LOAD, _DYNAMIC, _INTERPRETER = 1, 2, 3
_NEEDED, _STRTAB, _STRSZ = 1, 5, 10
_STRINGS, _NEEDS, _DEFINES, _DYNAMIC_SECTION = 3, 0x6FFFFFFE, 0x6FFFFFFD, 6
_HEADER, _PROGRAM = 64, 56


def elf_bytes(row: Mapping[str, Any]) -> bytes:
    """A 64-bit ELF file for `machine` (amd64) with an `interpreter`, `needed` libraries, and the versions that
    it `requires` and `defines`.
    """
    strings = _Strings()
    needed = [strings.add(name) for name in row.get("needed", ())]
    requires, defines = list(row.get("requires", ())), list(row.get("defines", ()))
    need = _verneed(strings, requires)
    offered = _verdef(strings, defines)
    interpreter = str(row["interpreter"]).encode() + b"\0" if "interpreter" in row else b""
    programs = 2 + bool(interpreter)
    parts: list[tuple[str, int, bytes]] = []
    at = _HEADER + _PROGRAM * programs
    dynamic_size = 16 * (len(needed) + 3)
    table = bytes(strings.data)
    starts = {}
    for name, data in (
        ("interpreter", interpreter),
        ("strings", table),
        ("need", need),
        ("offered", offered),
    ):
        starts[name] = at
        parts.append((name, at, data))
        at += len(data) + -len(data) % 8
    dynamic = b"".join(struct.pack("<QQ", _NEEDED, name) for name in needed)
    dynamic += struct.pack("<QQQQQQ", _STRTAB, starts["strings"], _STRSZ, len(table), 0, 0)
    starts["dynamic"] = at
    parts.append(("dynamic", at, dynamic))
    at += dynamic_size
    names = b"\0.dynstr\0.gnu.version_r\0.gnu.version_d\0.dynamic\0.shstrtab\0"
    parts.append(("names", at, names))
    starts["names"] = at
    at += len(names) + -len(names) % 8
    sections = [
        (b"", 0, 0, 0, 0, 0),
        (b".dynstr", _STRINGS, starts["strings"], len(table), 0, 0),
        (b".gnu.version_r", _NEEDS, starts["need"], len(need), 1, 1 if requires else 0),
        (b".gnu.version_d", _DEFINES, starts["offered"], len(offered), 1, len(defines)),
        (b".dynamic", _DYNAMIC_SECTION, starts["dynamic"], dynamic_size, 1, 0),
        (b".shstrtab", _STRINGS, starts["names"], len(names), 0, 0),
    ]
    identity = b"\x7fELF\x02\x01\x01" + bytes(9)
    machine = _MACHINES[row.get("machine", "amd64")]
    header = identity + struct.pack(
        "<HHIQQQIHHHHHH", 3, machine, 1, 0, _HEADER, at, 0, _HEADER, _PROGRAM, programs, 64, len(sections), 5
    )
    program = _segment(_LOAD, 0, at) + _segment(_DYNAMIC, starts["dynamic"], dynamic_size)
    if interpreter:
        program += _segment(_INTERPRETER, starts["interpreter"], len(interpreter))
    out = bytearray(at)
    out[: len(header)] = header
    out[_HEADER : _HEADER + len(program)] = program
    for _, start, data in parts:
        out[start : start + len(data)] = data
    for title, kind, start, size, link, info in sections:
        where = names.index(b"\0" + title + b"\0") + 1 if title else 0
        entry = 16 if kind == _DYNAMIC_SECTION else 0
        out += struct.pack("<IIQQQQIIQQ", where, kind, 2, start, start, size, link, info, 8, entry)
    return bytes(out)


class _Strings:
    def __init__(self) -> None:
        self.data = bytearray(b"\0")

    def add(self, text: str) -> int:
        at = len(self.data)
        self.data += text.encode() + b"\0"
        return at


def _segment(kind: int, start: int, size: int) -> bytes:
    return struct.pack("<IIQQQQQQ", kind, 4, start, start, start, size, size, 8)


def _verneed(strings: _Strings, versions: Sequence[str]) -> bytes:
    """All versions as those of one library."""
    if not versions:
        return b""
    data = struct.pack("<HHIII", 1, len(versions), strings.add("libc.so.6"), 16, 0)
    for number, version in enumerate(versions, 1):
        following = 16 if number < len(versions) else 0
        data += struct.pack("<IHHII", 0, 0, number, strings.add(version), following)
    return data


def _verdef(strings: _Strings, versions: Sequence[str]) -> bytes:
    data = b""
    for number, version in enumerate(versions, 1):
        following = 28 if number < len(versions) else 0
        data += struct.pack("<HHHHIII", 1, 0, number, 1, 0, 20, following)
        data += struct.pack("<II", strings.add(version), 0)
    return data
