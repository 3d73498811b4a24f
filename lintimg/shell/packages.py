"""Package-manager operations: what a command installs, cleans or updates."""

from __future__ import annotations

from typing import Literal

from lintimg.lazy import NamedTuple
from lintimg.model.span import Span
from lintimg.shell.script import Command, ShellWord

Action = Literal["install", "update", "upgrade", "clean", "remove", "build", "run", "download", "configure"]
"""`install` also restores what a manifest or lock file lists; `build` compiles and may fetch on the
way (cargo build, mvn package, gradle build, dotnet publish, go build); `update` refreshes an index."""

PackageKind = Literal["name", "path", "url", "vcs", "variable", "group"]


class PackageArgument(NamedTuple):
    """One package named on the command line, e.g. `boto3[crt]>=1.34`.

    `name` is without extras and version, `version` the specifier as written ("==1.2", "@18", "~=3")
    or None; `pinned` tells that it names one version (or a digest, or a URL or path with one).
    """

    text: str
    name: str
    version: str | None
    pinned: bool
    kind: PackageKind
    span: Span


class Manifest(NamedTuple):
    """A dependency file an operation reads: named on the line (`-r req.txt`), or implied
    (`npm ci` reads package.json and a lock file: `implied`, span of the command's name).
    """

    path: str
    implied: bool
    span: Span


class Operation(NamedTuple):
    """A package-manager call.

    `manager` is the family: apt, yum, dnf, microdnf, tdnf, apk, zypper, pip, pipx, uv, poetry, pdm, pipenv,
    conda, npm, yarn, pnpm, bun, bundle, gem, go, cargo, maven, gradle, sbt, dotnet, composer, mix, swift, dart, cpanm,
    carton, leiningen, pacman, emerge, amazon-linux-extras. `program` is the
    command's name (`python3 -m pip` for a module). `verb` is the subcommand's word, two words
    joined by a blank where it has two (`pip install` of uv, `cache clean` of npm); None for a bare `yarn` or `bundle`.
    `options` are all option words with their values joined by `=` (`-o=K=V`), joined short options apart: `-qqy` gives `-qq` and `-y`.
    `number` is the place of the command among the commands of its script, from 0. `span` runs from the
    program to the last word.
    """

    manager: str
    program: str
    action: Action
    verb: ShellWord | None
    packages: tuple[PackageArgument, ...]
    manifests: tuple[Manifest, ...]
    options: tuple[str, ...]
    command: Command
    number: int
    span: Span

    def has(self, *options: str) -> bool:
        """Whether any of `options` (without value) was given."""
        return any(option.partition("=")[0] in options for option in self.options)
