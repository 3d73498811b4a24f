"""LI808, LI815 and LI816: files that Lambda's user cannot read, must not have, or will not find."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from lintimg.checks.built.program import encoded
from lintimg.image.elf import MAGIC
from lintimg.image.entries import FILE, FOLDER, HARD_LINK, META
from lintimg.image.inodes import Place
from lintimg.image.numbers import number
from lintimg.image.tree import FileTree
from lintimg.lint.built import BuiltImage, ImageHit
from lintimg.lint.wording import size
from lintimg.model.finding import Severity
from lintimg.text import path_text

_CODE = (
    b".py",
    b".pyc",
    b".js",
    b".mjs",
    b".cjs",
    b".rb",
    b".jar",
    b".class",
    b".so",
    b".node",
    b".dll",
    b".json",
    b".php",
)
_SYSTEM = (
    b"usr",
    b"bin",
    b"sbin",
    b"lib",
    b"lib64",
    b"etc",
    b"root",
    b"proc",
    b"sys",
    b"dev",
    b"run",
    b"tmp",
    b"home",
)
_EXTENSIONS = b"opt/extensions"
_MOST_EXTENSIONS = 10
"""As many as the runtime interface registers (aws/aws-lambda-runtime-interface-emulator, MaxAgentsAllowed)."""
_PLACES = (b"tmp", b"root", b"home")
_LEAST_PAYLOAD = 1_000_000
_CACHES = (
    b"/.cache/pip/",
    b"/.npm/",
    b"/.cache/uv/",
    b"/.cargo/registry/",
    b"/.cache/yarn/",
    b"/.m2/",
    b"/.gradle/",
    b"/.nuget/",
)


def unreadable(subject: BuiltImage) -> Iterator[ImageHit]:
    """A hit for each layer and kind of what others than its owner may not read, where a function looks."""
    tree = subject.tree
    if tree is None:
        return
    roots = tuple(root + b"/" for root in _roots(subject))
    groups: dict[tuple[int, str], list[bytes]] = {}
    for path, place in _closed(tree):
        if not path.startswith(roots) and path + b"/" not in roots:
            continue
        kind = tree.type(place)
        mode = tree.mode(place)
        if kind == FOLDER:
            groups.setdefault((place.layer, "folder"), []).append(path)
        elif kind in (FILE, HARD_LINK) and not mode & 0o004:
            what = "code" if path.endswith(_CODE) else "file"
            groups.setdefault((place.layer, what), []).append(path)
    for (layer, problem), paths in sorted(groups.items()):
        first = min(paths, key=lambda path: (path.count(b"/"), path))
        place = tree.paths[first]
        severity: Severity | None = "warning" if problem == "file" else None
        yield ImageHit(
            {
                "path": path_text(first),
                "mode": f"{tree.mode(place):04o}",
                "more": f" and {len(paths) - 1:,} more" if len(paths) > 1 else "",
            },
            variant=problem,
            severity=severity,
            details={"problem": problem, "files": len(paths)},
            layer=layer,
            path=first,
        )


def _closed(tree: FileTree) -> Iterator[tuple[bytes, Place]]:
    """The visible entries that not everybody may read, or look into where they are folders."""
    for layer, entries in enumerate(tree.stack.layers):
        metas, names = entries.metas, entries.names
        # Few modes are in a layer, and in most layers none of those looked for.
        fields = [metas[at : at + 8] for at in range(0, len(metas), META)]
        modes = {field: number(field) for field in set(fields)}
        hidden = {field for field, mode in modes.items() if not mode & 0o004}
        found = [index for index, field in enumerate(fields) if field in hidden] if hidden else []
        if any(not mode & 0o001 for mode in modes.values()):
            at = entries.types.find(FOLDER)
            while at >= 0:
                mode = modes[fields[at]]
                if mode & 0o004 and not mode & 0o001:
                    found.append(at)
                at = entries.types.find(FOLDER, at + 1)
        for index in found:
            if tree.paths.get(names[index]) == Place(layer, index):
                yield names[index], Place(layer, index)


def _roots(subject: BuiltImage) -> tuple[bytes, ...]:
    """Where a function's own files are: the task root, /opt, and its working directory."""
    found = [b"var/task", b"opt"]
    for folder in (subject.environment.get("LAMBDA_TASK_ROOT", ""), subject.config.working_dir):
        path = encoded(folder).rstrip(b"/")
        if path and path.partition(b"/")[0] not in _SYSTEM:
            found.append(path)
    return tuple(dict.fromkeys(found))


def extensions(subject: BuiltImage) -> Iterator[ImageHit]:
    """Hits for what lies in /opt/extensions and is no extension, and for more of them than Lambda registers."""
    tree = subject.tree
    if tree is None or _EXTENSIONS not in tree.folders:
        return
    files = []
    for path, place in tree.below(_EXTENSIONS):
        if path.rpartition(b"/")[0] == _EXTENSIONS and tree.type(place) in (FILE, HARD_LINK):
            files.append(path)
            problem = _extension_problem(tree, place)
            if problem is not None:
                yield ImageHit(
                    {"path": path_text(path), "mode": f"{tree.mode(place):04o}"},
                    variant=problem,
                    details={"problem": problem},
                    layer=place.layer,
                    path=path,
                )
    if len(files) > _MOST_EXTENSIONS:
        yield ImageHit(
            {"count": str(len(files))}, variant="many", details={"problem": "many", "count": len(files)}
        )


def _extension_problem(tree: FileTree, place: Place) -> str | None:
    if not tree.mode(place) & 0o001:
        return "mode"
    head = tree.read(place, 4096)
    if head is None or head.startswith(MAGIC):
        return None
    if not head.startswith(b"#!"):
        return "no-program"
    return "crlf" if head.split(b"\n", 1)[0].endswith(b"\r") else None


def payload(subject: BuiltImage) -> Iterator[ImageHit]:
    """A hit for each of /tmp, /root and /home that holds files of a weight."""
    tree = subject.tree
    if tree is None:
        return
    found: dict[bytes, dict[bytes, int]] = {}
    layers: dict[bytes, dict[int, int]] = {}
    for path, place in _below(tree, _PLACES):
        if tree.type(place) != FILE or any(cache in b"/" + path for cache in _CACHES):
            continue
        top = path.partition(b"/")[0]
        count = tree.stack.bytes_of(place)
        below = b"/".join(path.split(b"/")[: 3 if top == b"home" else 2])
        sizes = found.setdefault(top, {})
        sizes[below] = sizes.get(below, 0) + count
        by_layer = layers.setdefault(top, {})
        by_layer[place.layer] = by_layer.get(place.layer, 0) + count
    for top, sizes in sorted(found.items()):
        total = sum(sizes.values())
        if total < _LEAST_PAYLOAD:
            continue
        largest = max(sizes, key=lambda path: (sizes[path], path))
        yield ImageHit(
            {"folder": f"/{top.decode()}", "bytes": size(total), "largest": path_text(largest)},
            variant=top.decode(),
            details={"bytes": total, "folder": f"/{top.decode()}"},
            layer=max(layers[top], key=lambda layer: layers[top][layer]),
            path=largest,
        )


def _below(tree: FileTree, tops: Sequence[bytes]) -> Iterator[tuple[bytes, Place]]:
    """The visible entries in any of these folders of the root, found by folder: a layer has far fewer of them."""
    for layer, entries in enumerate(tree.stack.layers):
        folders = entries.folders
        wanted = [name.partition(b"/")[0] in tops for name in folders.names]
        if not any(wanted):
            continue
        shown = tree.stack.shown(layer)
        for index, folder in enumerate(folders.of):
            if wanted[folder] and shown[index]:
                yield entries.names[index], Place(layer, index)
