"""What a fix changes, line by line, from the source lines that its finding carries."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from lintimg.lazy import NamedTuple
from lintimg.model.finding import Edit, Finding
from lintimg.model.span import Region
from lintimg.report.columns import lines_of


class Change(NamedTuple):
    """Lines of a file that give way to others; `line` is the first's number, 1 for a new file."""

    path: str
    line: int
    before: tuple[str, ...]
    after: tuple[str, ...]


def changes(finding: Finding) -> tuple[Change, ...]:
    """The changes of a finding's fix; empty without a fix, or where the source lines are not at hand."""
    if finding.fix is None:
        return ()
    new = [_new_file(edit) for edit in finding.fix.edits if edit.region is None]
    placed = sorted(
        ((edit.region, edit) for edit in finding.fix.edits if edit.region is not None),
        key=lambda pair: pair[0],
    )
    lines = lines_of(finding)
    changed = []
    for group in _groups(placed):
        change = _change(group, lines, finding.location.path)
        if change is None:
            return ()
        changed.append(change)
    return (*changed, *new)


def _new_file(edit: Edit) -> Change:
    return Change(edit.path, 1, (), tuple(edit.text.splitlines()))


def _groups(placed: list[tuple[Region, Edit]]) -> Iterator[list[tuple[Region, Edit]]]:
    """Edits that share a line, or stand in neighbouring ones, together."""
    group: list[tuple[Region, Edit]] = []
    for region, edit in placed:
        if group and region.start.line > max(each.end.line for each, _ in group) + 1:
            yield group
            group = []
        group.append((region, edit))
    if group:
        yield group


def _change(group: list[tuple[Region, Edit]], lines: Mapping[int, str], path: str) -> Change | None:
    first = group[0][0].start.line
    last = max(region.end.line for region, _ in group)
    if last not in lines and last > first:
        # An edit that takes a whole line ends where the next begins.
        last -= 1
    if any(edit.path != path for _, edit in group) or any(n not in lines for n in range(first, last + 1)):
        return None
    before = tuple(lines[number] for number in range(first, last + 1))
    starts, text = {}, ""
    for number, line in enumerate(before, first):
        starts[number] = len(text)
        text += f"{line}\n"
    starts[last + 1] = len(text)
    pieces: list[str] = []
    at = 0
    for region, edit in group:
        start = starts[region.start.line] + region.start.column - 1
        end = starts.get(region.end.line, len(text)) + region.end.column - 1
        if start < at:
            return None
        pieces += (text[at:start], edit.text)
        at = end
    pieces.append(text[at:])
    return _trimmed(path, first, before, tuple("".join(pieces).splitlines()))


def _trimmed(path: str, line: int, before: tuple[str, ...], after: tuple[str, ...]) -> Change:
    """Without the lines at both ends that stay as they are."""
    front = 0
    while front < min(len(before), len(after)) and before[front] == after[front]:
        front += 1
    back = 0
    while back < min(len(before), len(after)) - front and before[-1 - back] == after[-1 - back]:
        back += 1
    return Change(path, line + front, before[front : len(before) - back], after[front : len(after) - back])
