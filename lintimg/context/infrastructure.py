"""Finds the infrastructure code of a repository and what it says about Dockerfiles."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from functools import cached_property
from pathlib import Path

from lintimg.context.deployment import Deployment
from lintimg.context.names import is_dockerfile, names
from lintimg.context.placement import SourceFile
from lintimg.lazy import NamedTuple, regex

_MOST_ENTRIES = 20_000
_MOST_FOLDERS = 3_000
_MOST_CANDIDATES = 2_000
_MOST_BYTES = 256_000
_DEEPEST = 12
_TESTS: dict[str, Callable[[str], bool]] = {
    "sam": lambda text: "PackageType" in text and "Image" in text and "Resources" in text,
    "serverless": lambda text: "image" in text or "PackageType" in text,
    "terraform": lambda text: "package_type" in text or "docker_image" in text or "docker-build" in text,
    "cdk": lambda text: "DockerImage" in text or "AssetImage" in text or "asset_image" in text,
    "lambda-tools": lambda text: "package-type" in text or "docker-host-build" in text,
    "compose": lambda text: "build:" in text,
    "bake": lambda text: "target" in text,
}
"""What a file must hold to be worth parsing."""
_UNSETTLED = regex(r"DockerContext[\"']?\s*:\s*(?:[!{/]|[\"']?[^\n]*\$)")
"""A template that takes the context from elsewhere."""
_PASSED_OVER = frozenset({"vendor", "target", "dist", "obj", "third_party", "site-packages", "Pods"})
_BUILDERS = ("compose", "bake")
_JUNK = ("version control", "installed packages", "cache", "deployment output")


class _Candidate(NamedTuple):
    """A file whose name may belong to a tool; `folder` is absolute, `app` the CDK app it is part of."""

    tool: str
    folder: str
    name: str
    app: str = ""


class DeploymentIndex:
    """What the infrastructure code of one repository says. Made once per root; reads nothing until asked,
    and then parses only files that can concern the Dockerfile asked for.
    """

    def __init__(self, root: Path) -> None:
        """`root` is the repository's root."""
        self.root = os.path.abspath(root)  # noqa: PTH100
        self._texts: dict[str, str | None] = {}
        self._read: dict[tuple[str, ...], tuple[Deployment, ...]] = {}
        self._unread: dict[str, str] = {}

    def of(self, dockerfile: Path) -> tuple[Deployment, ...]:
        """The deployments of one Dockerfile, functions first, in the order of their files.

        Where code runs an image and does not say from which Dockerfile it is built, and sets a command,
        that is among them with `dockerfile` None and `function` False: nothing more is known of it. Where the repository has
        just one Dockerfile it is the one.
        """
        path = os.path.abspath(dockerfile)  # noqa: PTH100
        near = list(self._near(os.path.dirname(path)))  # noqa: PTH120
        found = [
            deployment
            for group in sorted(near, key=lambda group: group[0].tool in _BUILDERS)
            for deployment in self._deployments(group)
            if deployment.dockerfile == path
        ]
        unplaced = [
            deployment
            for group in near
            if group[0].tool not in _BUILDERS
            for deployment in self._deployments(group)
            if deployment.dockerfile is None and deployment.context is None
        ]
        if unplaced and self._dockerfiles == (path,):
            found += [deployment._replace(dockerfile=path) for deployment in unplaced]
        else:
            found += [
                deployment._replace(function=False, architecture=None, command=None, entrypoint=None)
                for deployment in unplaced
                if deployment.command_given
            ]
        return tuple(sorted(found, key=lambda deployment: not deployment.function))

    def all(self) -> tuple[Deployment, ...]:
        """Every deployment, by file and line."""
        found = [deployment for group in self._groups for deployment in self._deployments(group)]
        return tuple(sorted(found, key=lambda deployment: (deployment.path, deployment.line)))

    @cached_property
    def _walked(self) -> tuple[list[_Candidate], list[str], bool]:
        return _walk(self.root)

    @property
    def _dockerfiles(self) -> tuple[str, ...]:
        """The repository's Dockerfiles; none when the walk did not see everything."""
        _, dockerfiles, complete = self._walked
        return tuple(dockerfiles) if complete else ()

    @cached_property
    def _groups(self) -> list[tuple[_Candidate, ...]]:
        """Files to be read together: Terraform reads a folder as one, everything else stands alone."""
        single: list[tuple[_Candidate, ...]] = []
        folders: dict[str, list[_Candidate]] = {}
        for candidate in self._walked[0]:
            if candidate.tool == "terraform":
                folders.setdefault(candidate.folder, []).append(candidate)
            else:
                single.append((candidate,))
        return single + [tuple(folder) for folder in folders.values()]

    def _text(self, candidate: _Candidate) -> str | None:
        """The text of a candidate that may hold an image, None for any other."""
        path = f"{candidate.folder}/{candidate.name}"
        if path not in self._texts:
            text = read_text(path)
            if text is None and candidate.tool not in _BUILDERS and _is_huge(path, _TESTS[candidate.tool]):
                self._unread[self._relative(path)] = f"it is larger than {_MOST_BYTES // 1000} kB"
            # Of Terraform's files one may only hold the variables of another.
            worth = text is not None and (candidate.tool == "terraform" or _TESTS[candidate.tool](text))
            self._texts[path] = text if worth else None
        return self._texts[path]

    @cached_property
    def _by_folder(self) -> dict[str, list[tuple[_Candidate, ...]]]:
        """Groups that can only mean Dockerfiles in and below their folder, by folder; under "" all others."""
        found: dict[str, list[tuple[_Candidate, ...]]] = {"": []}
        for group in self._groups:
            text = self._text(group[0])
            if text is not None and _stays_inside(group[0].tool, text):
                found.setdefault(group[0].folder, []).append(group)
            elif text is not None or len(group) > 1:
                found[""].append(group)
        return found

    def _near(self, folder: str) -> Iterator[tuple[_Candidate, ...]]:
        """Groups that can mean a Dockerfile in `folder`: they stand there, or above it, or point elsewhere."""
        here = folder
        while len(here) >= len(self.root):
            yield from self._by_folder.get(here, ())
            above = os.path.dirname(here)  # noqa: PTH120
            if above == here:
                break
            here = above
        yield from self._by_folder[""]

    def _deployments(self, group: tuple[_Candidate, ...]) -> tuple[Deployment, ...]:
        key = tuple(f"{candidate.folder}/{candidate.name}" for candidate in group)
        found = self._read.get(key)
        if found is None:
            sources = [
                SourceFile(path, self._relative(path), candidate.folder, text)
                for path, candidate in zip(key, group, strict=True)
                if (text := self._text(candidate)) is not None
            ]
            worth = any(_TESTS[group[0].tool](source.text) for source in sources)
            read = self._deployed(group[0], sources) if worth else ()
            files = {source.relative: source.path for source in sources}
            found = tuple(deployment._replace(file=files.get(deployment.path, "")) for deployment in read)
            self._read[key] = found
        return found

    def _deployed(self, candidate: _Candidate, sources: list[SourceFile]) -> tuple[Deployment, ...]:
        """What one tool reads from its files; nothing from what it cannot read."""
        try:
            return tuple(_readers(candidate, sources))
        except (ValueError, RecursionError):
            if candidate.tool not in _BUILDERS:
                self._unread[sources[0].relative] = "it cannot be read"
            return ()

    @property
    def unread(self) -> tuple[tuple[str, str], ...]:
        """The files met so far that look like infrastructure code of images and were passed over, by path, and why."""
        return tuple(sorted(self._unread.items()))

    def _relative(self, path: str) -> str:
        return path[len(self.root) :].lstrip("/")


def _stays_inside(tool: str, text: str) -> bool:
    """Whether a file of that text can only mean Dockerfiles in and below its own folder."""
    if tool in _BUILDERS:
        return "../" not in text
    settled = "Dockerfile" in text and "ImageUri" not in text and not _UNSETTLED.search(text)
    return tool == "sam" and ".." not in text and settled


def find_deployments(root: Path) -> tuple[Deployment, ...]:
    """Every deployment named by the files under `root`. A broken or huge file is passed over."""
    return DeploymentIndex(root).all()


def _walk(root: str) -> tuple[list[_Candidate], list[str], bool]:
    """Candidates by name, the Dockerfiles met, and whether everything was seen. Shallow folders come first."""
    passed_over = _PASSED_OVER | {
        name for name, category in names()["junk_folders"].items() if category in _JUNK
    }
    candidates: list[_Candidate] = []
    dockerfiles: list[str] = []
    level = [(root, "")]
    entries = folders = 0
    complete = True
    for _ in range(_DEEPEST):
        following: list[tuple[str, str]] = []
        for folder, outer in level:
            folders += 1
            found = _scan(folder)
            entries += len(found)
            if entries > _MOST_ENTRIES or folders > _MOST_FOLDERS or len(candidates) > _MOST_CANDIDATES:
                return candidates, dockerfiles, False
            app = folder if any(entry.name == "cdk.json" for entry in found) else outer
            for entry in found:
                if _is_folder(entry):
                    if entry.name not in passed_over and not entry.name.startswith("."):
                        following.append((f"{folder}/{entry.name}", app))
                    continue
                tool = _tool(entry.name, bool(app))
                if tool is not None:
                    candidates.append(_Candidate(tool, folder, entry.name, app))
                if is_dockerfile(entry.name) and not entry.name.endswith(".dockerignore"):
                    dockerfiles.append(f"{folder}/{entry.name}")
        level = following
    return candidates, dockerfiles, complete and not level


def _scan(folder: str) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as entries:
            return sorted(entries, key=lambda entry: entry.name)
    except OSError:
        return []


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir(follow_symlinks=False)
    except OSError:
        return False


def _tool(name: str, in_cdk_app: bool) -> str | None:
    """Which tool a file so called may belong to."""
    lower = name.lower()
    stem, _, ending = lower.rpartition(".")
    if ending in ("yaml", "yml"):
        if stem.startswith(("docker-compose", "compose")) or stem.endswith("docker-compose"):
            return "compose"
        return "serverless" if stem.startswith("serverless") else "sam"
    if ending == "tf":
        return "terraform"
    if ending == "template":
        return "sam"
    if ending == "json":
        if lower == "aws-lambda-tools-defaults.json":
            return "lambda-tools"
        if stem.startswith("docker-bake"):
            return "bake"
        marked = any(
            word in stem for word in ("template", "cloudformation", "cfn", "sam", "stack", "serverless")
        )
        return "sam" if marked else None
    if ending == "hcl":
        return "bake" if stem.startswith("docker-bake") else None
    if in_cdk_app and ending in ("ts", "mts", "js", "mjs", "cjs", "py", "java", "kt", "cs", "go"):
        return None if lower.endswith((".d.ts", ".test.ts", ".spec.ts")) else "cdk"
    return None


def read_source(path: str) -> bytes | None:
    """The content of a file of infrastructure code of at most 256 kB; None for anything else."""
    # Plain calls of the system: a repository has hundreds of candidates, and most hold a few lines.
    try:
        status = os.stat(path)  # noqa: PTH116
        if status.st_size > _MOST_BYTES or status.st_mode & 0o170000 != 0o100000:
            return None
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_BINARY", 0))
    except (OSError, ValueError):
        return None
    try:
        return os.read(descriptor, _MOST_BYTES + 1)
    except OSError:
        return None
    finally:
        os.close(descriptor)


def _is_huge(path: str, worth: Callable[[str], bool]) -> bool:
    """Whether a file is too big, but begins like one that is worth parsing."""
    try:
        status = os.stat(path)  # noqa: PTH116
        if status.st_size <= _MOST_BYTES or status.st_mode & 0o170000 != 0o100000:
            return False
        with open(path, "rb") as file:  # noqa: PTH123
            return worth(file.read(_MOST_BYTES).decode("utf-8", "replace"))
    except (OSError, ValueError):
        return False


def read_text(path: str) -> str | None:
    """A text of at most 256 kB; None for anything else."""
    data = read_source(path)
    return None if data is None or b"\0" in data else data.decode("utf-8-sig", "replace")


def _readers(candidate: _Candidate, sources: list[SourceFile]) -> Iterable[Deployment] | Iterator[Deployment]:
    source = sources[0]
    if candidate.tool == "terraform":
        from lintimg.context import terraform

        return terraform.read(sources)
    if candidate.tool == "cdk":
        from lintimg.context import cdk

        return cdk.read(source, candidate.app)
    if candidate.tool == "compose":
        from lintimg.context import compose

        return compose.read(source)
    if candidate.tool == "bake":
        from lintimg.context import bake

        return bake.read(source)
    if candidate.tool == "lambda-tools":
        from lintimg.context import lambda_tools

        return lambda_tools.read(source)
    # A file called serverless.yaml may be a SAM template: .NET's tools call theirs so.
    from lintimg.context import sam, serverless

    is_template = "AWS::Serverless" in source.text or "AWS::Lambda" in source.text
    return sam.read(source) if is_template and "PackageType" in source.text else serverless.read(source)
