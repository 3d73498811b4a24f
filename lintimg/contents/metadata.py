"""The small files in an image that tell what is installed: which are kept while it is read, and their use."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from lintimg.contents.conda import conda_caches, conda_folders, conda_packages
from lintimg.contents.files import LARGEST, SmallFiles
from lintimg.contents.ownership import Ownership, Package, Paths
from lintimg.contents.parts import Parts
from lintimg.contents.python import Distribution, distribution, recorded_paths, top_levels
from lintimg.contents.system import SYSTEM_FOLDERS, dpkg_requirements, system_packages
from lintimg.image.entries import SYMLINK
from lintimg.image.image import Image
from lintimg.image.stack import LayerStack
from lintimg.lazy import NamedTuple

_KEPT = re.compile(
    rb"\.(?:dist|egg)-info/(?:RECORD|top_level\.txt)$"
    rb"|^(?:\.?/)?(?:var/lib/dpkg/(?:status$|status\.d/|info/[^/]+\.list$)"
    rb"|(?:var/lib/rpm|usr/lib/sysimage/rpm|usr/share/rpm)/(?:rpmdb\.sqlite|Packages(?:\.db)?)$"
    rb"|(?:usr/)?lib/apk/db/installed$)"
    rb"|(?:^|/)(?:node_modules/\.package-lock|conda-meta/[^/]+)\.json$"
)
_ENDINGS = (
    b"/RECORD",
    b"/top_level.txt",
    b".list",
    b"/status",
    b".sqlite",
    b".db",
    b"/Packages",
    b"/installed",
    b"sums",
    b"-lock.json",
)


def is_metadata(name: bytes, size: int) -> bool:
    """Is this file of an archive one of those that `read_metadata` looks into; `size` in bytes."""
    known = name.endswith(_ENDINGS) or b"/status.d/" in name or b"conda-meta/" in name
    return known and size <= LARGEST and _KEPT.search(name) is not None


class Metadata(NamedTuple):
    """Who owns which files; `system` are packages of the operating system and of conda. `sites` are the folders that Python distributions lie in."""

    python: Ownership
    system: Ownership
    sites: frozenset[bytes]
    caches: frozenset[bytes]
    """Folders that conda unpacks packages in."""
    development: frozenset[bytes]
    """Paths of node packages that npm marked as used in development only."""
    requirements: Mapping[str, frozenset[str]]
    """What system packages need, by name, as far as it is known."""


def read_metadata(image: Image, stack: LayerStack, parts: Parts) -> Metadata:
    """What the visible metadata files say; those that are damaged or not at hand say nothing."""
    names = {name for entries in stack.layers for name in entries.folders.names}
    found = {
        name: known for name in names if name.endswith(b"-info") and (known := distribution(name)) is not None
    }
    node = {name for name in names if name.endswith(b"node_modules")}
    conda = conda_folders(names)
    files = SmallFiles(image, stack, found.keys() | node | conda | (SYSTEM_FOLDERS & names))
    alive = {path.rpartition(b"/")[0] for path in files}
    distributions = [found[name] for name in sorted(found) if name in alive]
    moved = _moved(stack)
    return Metadata(
        Ownership(
            Package(parts.number(known.part), known.site + b"/" if known.site else b"", _paths(known, files))
            for known in distributions
        ),
        Ownership(
            (
                *(
                    Package(parts.number(part), b"", _at_target(paths, moved))
                    for part, paths in system_packages(files)
                ),
                *(
                    Package(parts.number(known.part), known.prefix, known.paths)
                    for known in conda_packages(files, conda)
                ),
            )
        ),
        frozenset(known.site for known in distributions),
        frozenset(conda_caches(conda)),
        frozenset(path for folder in node for path in _development(folder, files)),
        dpkg_requirements(files),
    )


def _development(folder: bytes, files: SmallFiles) -> Iterator[bytes]:
    """Npm's own list of what it put into `folder` (docs.npmjs.com, "package-lock.json", Hidden Lockfiles)."""
    content = files.read(folder + b"/.package-lock.json")
    if not content:
        return
    from json import loads

    try:
        packages = loads(content).get("packages")
    except (ValueError, RecursionError, AttributeError):
        return
    if isinstance(packages, dict):
        above = folder.removesuffix(b"node_modules")
        for path, package in packages.items():
            if isinstance(package, dict) and package.get("dev") is True:
                yield above + path.encode("utf-8", "surrogatepass")


def _moved(stack: LayerStack) -> dict[bytes, bytes]:
    """Top folders that are links, such as lib to usr/lib: lists of files go by the links."""
    moved = {}
    for entries in stack.layers:
        for index, target in entries.links.items():
            name = entries.names[index]
            if b"/" not in name and entries.types[index] == SYMLINK:
                moved[name] = target.strip(b"/")
    return moved


def _at_target(paths: Paths, moved: Mapping[bytes, bytes]) -> Paths:
    def targets() -> Iterator[bytes]:
        for path in paths():
            top, slash, rest = path.partition(b"/")
            yield moved[top] + slash + rest if top in moved else path

    return targets if moved else paths


def _paths(known: Distribution, files: SmallFiles) -> Paths:
    """What a distribution says that it has; without a RECORD, the modules of an egg."""
    record = files.read(known.folder + b"/RECORD")
    if record:
        return lambda: (known.folder + b"/RECORD", *recorded_paths(known.site, record))
    levels = files.read(known.folder + b"/top_level.txt") or b""
    return lambda: (known.folder + b"/METADATA", *top_levels(known.site, levels.split(b"\n")))
