"""The globs of a configuration: `*` and `?` within a name, `**` across folders, as in .gitignore."""

from __future__ import annotations

from fnmatch import fnmatchcase


def glob_matches(glob: str, path: str) -> bool:
    """Whether `path` (forward slashes) or a folder above it matches `glob`.

    A glob without a slash matches a name anywhere; with one it is relative to the configuration's folder.
    """
    text = glob.removeprefix("./").rstrip("/")
    wanted = [part for part in text.split("/") if part]
    if not wanted:
        return False
    if "/" not in text:
        wanted.insert(0, "**")
    # The positions in `wanted` that the names read so far can have reached.
    reached = _skip({0}, wanted)
    for name in path.split("/"):
        following = set()
        for at in reached:
            if at == len(wanted):
                continue
            if wanted[at] == "**":
                following.add(at)
            elif fnmatchcase(name, wanted[at]):
                following.add(at + 1)
        reached = _skip(following, wanted)
        if len(wanted) in reached:
            return True
        if not reached:
            return False
    return False


def _skip(reached: set[int], wanted: list[str]) -> set[int]:
    """`reached` and what `**` standing for no name adds."""
    result = set(reached)
    for at in reached:
        step = at
        while step < len(wanted) and wanted[step] == "**":
            step += 1
            result.add(step)
    return result
