"""Ports in EXPOSE, read as BuildKit does (moby/buildkit frontend/dockerfile/dockerfile2llb/convert_expose.go)."""

from __future__ import annotations

from collections.abc import Iterator

from lintimg.dockerfile.document import Word
from lintimg.dockerfile.expand import ExpansionError, expand
from lintimg.lazy import NamedTuple
from lintimg.lint.rule import Hit, HitEdit
from lintimg.lint.subject import Subject

_PROTOCOLS = ("tcp", "udp", "sctp")
_HIGHEST = 65_535
_SSH = 22


class _Port(NamedTuple):
    """A port as written: `word` in the source, `text` expanded, the parts of `[address:][host:]ports[/protocol]`."""

    word: Word
    text: str
    address: str
    host: str
    ports: str
    protocol: str


def expose_protocol_casing(subject: Subject) -> Iterator[Hit]:
    """LI619: a hit for each protocol that is not in lower case."""
    for port in _ports(subject):
        if port.protocol != port.protocol.lower() and port.protocol.lower() in _PROTOCOLS:
            wanted = port.word.text.replace(port.protocol, port.protocol.lower())
            edits = (HitEdit(port.word.span, wanted),) if wanted != port.word.text else ()
            yield Hit(port.word.span, {"port": port.text, "wanted": wanted}, edits=edits)


def expose_address(subject: Subject) -> Iterator[Hit]:
    """LI620: a hit for each port with an address or a port of the host."""
    for port in _ports(subject):
        if port.address or port.host:
            wanted = f"{port.ports}/{port.protocol}" if port.protocol else port.ports
            edits = (HitEdit(port.word.span, wanted),) if port.text == port.word.text else ()
            yield Hit(port.word.span, {"port": port.text, "wanted": wanted}, edits=edits)


def ssh_port(subject: Subject) -> Iterator[Hit]:
    """LI662: a hit for each port, or range of ports, that is or holds that of SSH."""
    for port in _ports(subject):
        first, _, last = port.ports.partition("-")
        numbers = (first, last or first)
        if port.protocol.lower() not in ("", "tcp") or not all(map(_is_number, numbers)):
            continue
        if int(numbers[0]) <= _SSH <= int(numbers[1]):
            yield Hit(port.word.span, {"port": port.text})


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) <= len(str(_HIGHEST))


def invalid_port(subject: Subject) -> Iterator[Hit]:
    """LI621: a hit for each port that BuildKit refuses."""
    for port in _ports(subject):
        problem = _problem(port)
        if problem:
            yield Hit(
                port.word.span,
                {"port": port.text, "protocol": port.protocol},
                variant=problem,
                details={"problem": problem},
            )


def _ports(subject: Subject) -> Iterator[_Port]:
    """The ports of all EXPOSE, those with values that are not known left out."""
    for step in subject.steps.get("EXPOSE", ()):
        for word in step.instruction.arguments:
            try:
                text = expand(word.text, step.environment, subject.document.escape)
            except ExpansionError:
                continue
            for part in (text or "").split():
                before, _, ports = part.rpartition(":")
                address, _, host = before.rpartition(":")
                ports, _, protocol = ports.partition("/")
                yield _Port(word, part, address, host, ports, protocol)


def _problem(port: _Port) -> str:
    if port.protocol and port.protocol.lower() not in _PROTOCOLS:
        return "protocol"
    bounds = []
    for text in port.ports.split("-", 1):
        if not (text.isascii() and text.isdecimal()):
            return "number"
        # A number of thousands of digits is not worth reading.
        bounds.append(int(text) if len(text) <= len(str(_HIGHEST)) + 1 else _HIGHEST + 1)
    if max(bounds) > _HIGHEST:
        return "range"
    return "order" if bounds[0] > bounds[-1] else ""
