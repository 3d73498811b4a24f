"""What an ELF file needs: a processor, a loader, libraries, versions of the C library. Any bytes give an answer or None."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any, cast

from lintimg.lazy import NamedTuple

MAGIC = b"\x7fELF"
_WINDOW = 1 << 16
_MOST_SECTIONS, _MOST_ENTRIES, _MOST_VERSIONS = 2000, 2000, 500
"""More than any library has: a made-up count must not keep us."""
_MACHINES = {
    "EM_X86_64": "amd64",
    "EM_AARCH64": "arm64",
    "EM_386": "386",
    "EM_ARM": "arm",
    "EM_PPC64": "ppc64le",
    "EM_S390": "s390x",
    "EM_RISCV": "riscv64",
}
_SYSTEMS = ("ELFOSABI_SYSV", "ELFOSABI_LINUX")


class Elf(NamedTuple):
    """An ELF file. `machine` is named as images name architectures; `versions` are those it needs of libraries,
    such as GLIBC_2.34, `defined` those it offers itself.
    """

    machine: str
    interpreter: str | None
    needed: tuple[str, ...]
    versions: tuple[str, ...]
    defined: tuple[str, ...]


def read_elf(read: Callable[[int, int], bytes | None], size: int) -> Elf | None:
    """The ELF file of `size` bytes that `read` gives (at most so many, from where on); None where it is none."""
    head = read(_WINDOW, 0)
    if head is None or not head.startswith(MAGIC):
        return None
    from elftools.elf.elffile import ELFFile

    try:
        return _parsed(ELFFile(cast("Any", _Window(read, head, size))))
    except Exception:  # noqa: BLE001 - the library raises whatever a damaged file makes it stumble over
        return None


def _parsed(file: Any) -> Elf | None:
    machine = _MACHINES.get(file["e_machine"], str(file["e_machine"]).removeprefix("EM_").lower())
    interpreter = None
    needed: tuple[str, ...] = ()
    if file.num_segments() <= _MOST_SECTIONS:
        for segment in file.iter_segments():
            kind = segment["p_type"]
            if kind == "PT_INTERP" and segment["p_filesz"] < 4096:
                interpreter = segment.get_interp_name()
            elif kind == "PT_DYNAMIC":
                tags = islice(segment.iter_tags("DT_NEEDED"), _MOST_ENTRIES)
                needed = tuple(tag.needed for tag in tags)
    versions: tuple[str, ...] = ()
    defined: tuple[str, ...] = ()
    if file.num_sections() <= _MOST_SECTIONS:
        versions = tuple(_names(file.get_section_by_name(".gnu.version_r")))
        defined = tuple(_names(file.get_section_by_name(".gnu.version_d")))
    return Elf(machine, interpreter, needed, versions, defined)


def _names(section: Any) -> Iterator[str]:
    if section is None:
        return
    for _, entries in islice(section.iter_versions(), _MOST_ENTRIES):
        yield from (entry.name for entry in islice(entries, _MOST_VERSIONS))


class _Window(io.RawIOBase):
    """A file that is read in pieces as they are asked for; the last one and the first stay."""

    def __init__(self, read: Callable[[int, int], bytes | None], head: bytes, size: int) -> None:
        self._read = read
        self._size = size
        self._head = head
        self._piece, self._start = head, 0
        self._at = 0

    def seekable(self) -> bool:
        return True

    def readable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = 0) -> int:
        self._at = max(offset + (0, self._at, self._size)[whence], 0)
        return self._at

    def read(self, size: int = -1) -> bytes:
        size = _WINDOW if size < 0 else min(size, 1 << 20)
        at = self._at
        if at + size <= len(self._head):
            data = self._head[at : at + size]
        else:
            if not self._start <= at <= at + size <= self._start + len(self._piece):
                self._piece, self._start = self._read(max(size, _WINDOW), at) or b"", at
            data = self._piece[at - self._start : at - self._start + size]
        self._at += len(data)
        return data
