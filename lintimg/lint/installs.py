"""Which measured packages a RUN installs, and where."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Iterator

from lintimg.aws.sizes import normalised_name, package_part
from lintimg.aws.tables import table
from lintimg.context.manifests import Dependency, ManifestFile, is_lock
from lintimg.dockerfile.build import Step
from lintimg.dockerfile.mounts import read_mounts
from lintimg.lazy import NamedTuple, regex
from lintimg.lint.image_files import absolute, expanded
from lintimg.lint.subject import ShippedRun, Subject
from lintimg.shell.packages import Operation

LIBRARY_MANAGERS = {
    "pip": "pip",
    "uv": "pip",
    "poetry": "pip",
    "pipenv": "pip",
    "npm": "npm",
    "yarn": "npm",
    "pnpm": "npm",
}
"""The managers whose packages are libraries of the function's own language, with the ecosystem of each."""
_ECOSYSTEMS = {**LIBRARY_MANAGERS, "apt": "apt", "dnf": "apt", "microdnf": "apt", "yum": "apt"}
_CPU_TORCH = regex(r"\+cpu\b|/whl/(?:nightly/)?cpu\b|torch-backend[= ]cpu\b")
_PRODUCTION = regex(
    r"--(?:production|prod|no-dev|no-default-groups|omit=dev|only=prod(?:uction)?|only=main|without=dev)\b(?!=false)|^-P$"
)
_EXTRAS = regex(r"\[([^\]]*)\]")
_MAX_MANIFESTS = 8
"""A byte over what is read of a manifest and of a lock file, so that a longer one is told from a whole one."""


class Wanted(NamedTuple):
    """One package asked for: `name` as the tables have it, `shown` as it was written, `pin` its version
    specifier, `transitive` when a lock file names it.
    """

    name: str
    shown: str
    pin: str | None
    transitive: bool


class Install(NamedTuple):
    """What one package-manager call puts into the image.

    `place` is the folder it goes to, None when that is the system or not known. `certain`: it runs in every
    build. `compiled` tells of Python bytecode, `recommends` of apt's recommended packages, `cached` of pip's downloads that
    stay in the layer. `label` names the manager for people.
    """

    ecosystem: str
    label: str
    line: int
    wanted: tuple[Wanted, ...]
    place: str | None
    certain: bool
    compiled: bool
    recommends: bool
    cached: bool


def installs(subject: Subject, run: ShippedRun, *, manifests: bool = True) -> Iterator[Install]:
    """The installations of `run` that stay in its layer, in order. Without `manifests` only packages named on
    the line count.
    """
    line_of = subject.document.source.position
    undone = _Undone(run)
    for operation in run.operations:
        ecosystem = _ECOSYSTEMS.get(operation.manager)
        if ecosystem is None or operation.action != "install":
            continue
        wanted = [
            each
            for each in _wanted(subject, run.step, operation, ecosystem, manifests=manifests)
            if undone.removed.get((ecosystem, each.name), -1) < operation.number
        ]
        if not wanted:
            continue
        command = operation.command
        yield Install(
            ecosystem=ecosystem,
            label=operation.manager if ecosystem == "apt" else ecosystem,
            line=line_of(operation.span.start).line,
            wanted=tuple(wanted),
            place=install_place(run.step, operation),
            certain=not (command.conditional or command.function or command.negated)
            and not (ecosystem == "apt" and operation.manager != "apt"),
            compiled=compiles_bytecode(run.step, operation),
            recommends=operation.manager == "apt"
            and not any(
                option.startswith("--no-install-recommends") or "Install-Recommends" in option
                for option in operation.options
            ),
            cached=_keeps_cache(run.step, operation, undone),
        )


class _Undone:
    """What the commands of a RUN take away again, with the number of the last command that does."""

    def __init__(self, run: ShippedRun) -> None:
        self.removed: dict[tuple[str, str], int] = {}
        self.cleaned = -1
        self.cache_dropped = any(
            mount.type in ("cache", "tmpfs") for mount in read_mounts(run.step.instruction)
        )
        for operation in run.operations:
            ecosystem = _ECOSYSTEMS.get(operation.manager)
            if operation.action == "clean":
                self.cleaned = operation.number
            elif operation.action == "remove" and ecosystem is not None:
                for package in operation.packages:
                    name = _named(ecosystem, package.name, None, cpu=False).name
                    self.removed[ecosystem, name] = operation.number
        for script in run.scripts:
            for command in script.commands:
                if command.name == "rm" and any(
                    "cache" in word.raw or ".npm" in word.raw for word in command.arguments
                ):
                    self.cache_dropped = True


def _wanted(
    subject: Subject, step: Step, operation: Operation, ecosystem: str, *, manifests: bool
) -> Iterator[Wanted]:
    cpu = _names_cpu_torch(step, operation)
    for package in operation.packages:
        if package.kind not in ("name", "variable") or not package.name or "$" in package.name:
            continue
        yield _named(ecosystem, package.name, package.version, cpu=cpu)
        extras = _EXTRAS.search(package.text)
        yield from _extras(ecosystem, extras[1].split(",") if extras else (), cpu=cpu)
    if not manifests or not operation.manifests:
        return
    production = _production_only(step, operation)
    for manifest in _manifests(subject, step, operation, ecosystem):
        cpu_here = cpu or any(_CPU_TORCH.search(option) for option in manifest.options)
        for dependency in manifest.dependencies:
            if not (dependency.development and production):
                yield from _from_manifest(ecosystem, dependency, manifest, cpu=cpu_here)


def _from_manifest(
    ecosystem: str, dependency: Dependency, manifest: ManifestFile, *, cpu: bool
) -> Iterator[Wanted]:
    cpu = cpu or bool(_CPU_TORCH.search(dependency.source or ""))
    wanted = _named(ecosystem, dependency.name, dependency.version, cpu=cpu)
    yield wanted._replace(transitive=is_lock(manifest.path))
    yield from _extras(ecosystem, dependency.extras, cpu=cpu)


def _extras(ecosystem: str, extras: Iterable[str], *, cpu: bool) -> Iterator[Wanted]:
    """The packages after which extras are called, as in `transformers[torch]`."""
    for extra in extras:
        if package_part(ecosystem, extra) is not None:
            yield _named(ecosystem, extra.strip(), None, cpu=cpu)


def _named(ecosystem: str, shown: str, version: str | None, *, cpu: bool) -> Wanted:
    name = shown
    if ecosystem == "apt":
        name = table("package_sizes_apt")["aliases"].get(name, name)
    name = normalised_name(ecosystem, name)
    if ecosystem == "pip" and name == "torch" and (cpu or _CPU_TORCH.search(version or "")):
        name = shown = "torch+cpu"
    return Wanted(name, shown, version, transitive=False)


def _manifests(subject: Subject, step: Step, operation: Operation, ecosystem: str) -> Iterator[ManifestFile]:
    """The manifests `operation` reads; a lock file only where nothing else tells what is asked for."""
    names = [manifest.path for manifest in operation.manifests]
    direct = list(_read(subject, step, [name for name in names if not is_lock(name)], ecosystem))
    if direct:
        yield from direct
        return
    for manifest in _read(subject, step, [name for name in names if is_lock(name)], ecosystem):
        yield manifest
        return


def _read(subject: Subject, step: Step, names: list[str], ecosystem: str) -> Iterator[ManifestFile]:
    pending = list(names)
    seen: set[str] = set()
    while pending and len(seen) < _MAX_MANIFESTS:
        path = pending.pop(0)
        found = subject.manifest(step, path)
        if found is None or found.path in seen:
            continue
        seen.add(found.path)
        manifest = found.requirements if ecosystem == "pip" else found.manifest
        if manifest is None or manifest.ecosystem != ecosystem:
            continue
        folder = posixpath.dirname(path)
        pending += [
            posixpath.join(folder, option[3:]) for option in manifest.options if option.startswith("-r ")
        ]
        yield manifest


def _environment(step: Step, operation: Operation) -> dict[str, str | None]:
    """The variables the command sees."""
    values = dict(step.environment)
    for assignment in operation.command.environment:
        values[assignment.name] = assignment.value.value if assignment.value else ""
    return values


def _on(values: dict[str, str | None], name: str) -> bool:
    return (values.get(name) or "").lower() in ("1", "true", "yes", "on", "t", "y")


def _names_cpu_torch(step: Step, operation: Operation) -> bool:
    if any(_CPU_TORCH.search(option) for option in operation.options):
        return True
    values = _environment(step, operation)
    if values.get("UV_TORCH_BACKEND") == "cpu":
        return True
    indexes = ("PIP_INDEX_URL", "PIP_EXTRA_INDEX_URL", "UV_INDEX_URL", "UV_EXTRA_INDEX_URL", "UV_INDEX")
    return any(_CPU_TORCH.search(values.get(name) or "") for name in indexes)


def _production_only(step: Step, operation: Operation) -> bool:
    """Whether development dependencies are left out."""
    if operation.manager in ("pip", "pipenv"):
        return not operation.has("--dev", "-d")
    if any(_PRODUCTION.search(option) for option in operation.options):
        return True
    values = _environment(step, operation)
    return (
        values.get("NODE_ENV") == "production"
        or values.get("NPM_CONFIG_OMIT") == "dev"
        or _on(values, "UV_NO_DEV")
    )


def compiles_bytecode(step: Step, operation: Operation) -> bool:
    """Whether an installation of Python packages leaves their bytecode. pip does so whatever PYTHONDONTWRITEBYTECODE says."""
    values = _environment(step, operation)
    if operation.manager in ("pip", "pipenv"):
        return not operation.has("--no-compile") and not _on(values, "PIP_NO_COMPILE")
    if operation.manager == "uv":
        return operation.has("--compile-bytecode", "--compile") or _on(values, "UV_COMPILE_BYTECODE")
    return operation.has("--compile")


def _option(operation: Operation, *names: str) -> str | None:
    for option in operation.options:
        name, equals, value = option.partition("=")
        if equals and name in names:
            return value
    return None


def install_place(step: Step, operation: Operation) -> str | None:
    """The folder an installation goes to, None for the system's own or one that is not known."""
    manager = operation.manager
    if _ECOSYSTEMS[manager] == "apt":
        return None
    values = _environment(step, operation)
    if manager in ("npm", "yarn", "pnpm"):
        if operation.has("-g", "--global"):
            return None
        folder = _option(operation, "--prefix", "--cwd", "-C", "--dir") or "."
        return absolute(step.workdir, folder.rstrip("/") + "/node_modules")
    target = _option(operation, "-t", "--target", "--prefix", "--root")
    if target is not None:
        folder_path = expanded(target, values) if "$" in target else target
        return None if folder_path is None else absolute(step.workdir, folder_path)
    if operation.has("--user"):
        return "/root/.local"
    program = operation.command.words[0].value or "" if operation.command.words else ""
    if (
        program.startswith("/")
        and "/bin/" in program
        and not program.startswith(("/usr/", "/bin/", "/var/lang/"))
    ):
        return program.partition("/bin/")[0]
    environment = values.get("UV_PROJECT_ENVIRONMENT") or values.get("VIRTUAL_ENV")
    if environment:
        return absolute(step.workdir, environment)
    first = (values.get("PATH") or "").partition(":")[0]
    if first.endswith("/bin") and first.count("/") > 1 and not first.startswith(("/usr/", "/var/lang/")):
        return first.removesuffix("/bin")
    if manager == "uv" and operation.verb is not None and operation.verb.value == "sync":
        return absolute(step.workdir, ".venv")
    return None


def _keeps_cache(step: Step, operation: Operation, undone: _Undone) -> bool:
    """Whether pip's download cache stays in the layer."""
    if operation.manager not in ("pip", "pipenv") or undone.cache_dropped:
        return False
    if operation.has("--no-cache-dir", "--no-cache") or undone.cleaned > operation.number:
        return False
    value = _environment(step, operation).get("PIP_NO_CACHE_DIR")
    return not value or value.lower() in ("0", "false", "off")
