"""Package managers as data: their verbs, the options that take a value, the manifests they read.

As of 2026-11; sources: each manager's own `--help` and manual.
"""

from __future__ import annotations

from typing import NamedTuple

from lintimg.shell.packages import Action


class Manager(NamedTuple):
    """One program. `verbs` maps a subcommand (of up to three words) to what it does; `bare` is what the
    program does without one, `other` with a word that is no verb. `valued` are options followed by a value.
    `manifests` is what an install without packages reads.
    """

    family: str
    verbs: dict[str, Action]
    valued: frozenset[str] = frozenset()
    bare: Action | None = None
    other: Action | None = None
    manifests: tuple[str, ...] = ()


def _verbs(**groups: str) -> dict[str, Action]:
    found: dict[str, Action] = {}
    for action, words in groups.items():
        for word in words.split(","):
            found[word.strip()] = action  # type: ignore[assignment]
    return found


def _options(text: str) -> frozenset[str]:
    return frozenset(text.split())


_APT = Manager(
    "apt",
    _verbs(
        install="install, reinstall, build-dep",
        update="update",
        upgrade="upgrade, dist-upgrade, full-upgrade, safe-upgrade",
        clean="clean, autoclean, distclean",
        remove="remove, purge, autoremove, autopurge",
        download="download, source",
    ),
    _options("-o --option -t --target-release --default-release -c --config-file -a --host-architecture"),
)
_RPM_VERBS = _verbs(
    install="install, localinstall, groupinstall, reinstall, builddep, group install, module install, in, swap",
    update="makecache, check-update",
    upgrade="update, upgrade, upgrade-minimal, distro-sync",
    clean="clean",
    remove="remove, erase, autoremove",
    download="download",
    configure="config-manager, module enable, module disable, module reset, repolist, list, info, search, copr, versionlock",
)
_RPM_OPTIONS = _options(
    "-c --config -d -e -x --exclude --enablerepo --disablerepo --repo --repoid --installroot --releasever --setopt "
    "--nodocs=unused --forcearch --advisory --cacheonly=unused -R --randomwait"
)
_APK = Manager(
    "apk",
    _verbs(
        install="add",
        update="update",
        upgrade="upgrade, fix",
        remove="del",
        clean="cache clean, cache purge",
        download="fetch",
        configure="info, search, policy",
    ),
    _options(
        "-t --virtual -X --repository -p --root --arch --cache-dir --keys-dir --repositories-file --wait"
    ),
)
_ZYPPER = Manager(
    "zypper",
    _verbs(
        install="install, in, source-install, si",
        update="refresh, ref",
        upgrade="update, up, dist-upgrade, dup, patch",
        clean="clean, cc",
        remove="remove, rm",
        configure="addrepo, ar, removerepo, rr, modifyrepo, mr",
    ),
    _options("-t --type -r --repo -c --catalog -R --root"),
)
_PIP_OPTIONS = _options(
    "-r --requirement -c --constraint -t --target -i --index-url --extra-index-url -f --find-links --prefix --root "
    "--platform --python-version --implementation --abi --only-binary --no-binary --trusted-host --proxy --retries "
    "--timeout --cache-dir --cert --client-cert --log --src --progress-bar --upgrade-strategy -d --dest -w --wheel-dir "
    "--global-option --install-option --config-settings -C --use-feature --exists-action -e --editable --python "
    "--report --group --index --index-strategy --default-index --python-platform --override -p --link-mode --resolution "
    "--prerelease --exclude-newer --build-constraint"
)
_PIP = Manager(
    "pip",
    _verbs(
        install="install",
        download="download",
        build="wheel",
        remove="uninstall",
        clean="cache purge, cache remove",
        configure="config, list, freeze, show, check, debug, cache dir, cache info, cache list, hash, index",
    ),
    _PIP_OPTIONS,
)
_UV = Manager(
    "uv",
    _verbs(
        install="pip install, pip sync, sync, add, tool install",
        build="build",
        remove="pip uninstall, remove, tool uninstall",
        clean="cache clean, cache prune, clean",
        run="run, tool run",
        configure="export, lock, venv, init, python, pip compile, pip freeze, pip list, python install, self, version, cache dir, tree",
    ),
    _PIP_OPTIONS
    | _options(
        "--extra --package --only-group --with --env-file --directory --project -o --output-file --format"
    ),
    manifests=("pyproject.toml", "uv.lock"),
)
_NPM = Manager(
    "npm",
    _verbs(
        install="install, i, in, ins, inst, add, ci, clean-install, ic, install-clean, install-ci-test, cit, install-test, it",
        upgrade="update, up, upgrade",
        clean="cache clean, cache clear, cache rm, cache verify",
        remove="uninstall, remove, rm, r, un, prune, dedupe",
        build="rebuild, pack",
        run="run, run-script, start, test, t, exec, x, restart",
        configure="config, set, c, link, init, version, audit, view, ls, list, whoami, login, publish, pkg",
    ),
    _options(
        "--prefix --registry --cache --userconfig --tag --omit --only --loglevel --workspace -w --include --unsafe-perm=unused --network-timeout"
    ),
    manifests=("package.json", "package-lock.json"),
)
_YARN = Manager(
    "yarn",
    _verbs(
        install="install, add, global add, workspaces focus, import",
        upgrade="upgrade, up, upgrade-interactive",
        clean="cache clean, cache clear",
        remove="remove, global remove, autoclean",
        run="run, start, test, exec, dlx, node, workspace, workspaces",
        build="build, pack",
        configure="config, set, plugin, link, init, version, policies, cache dir, cache list, --version",
    ),
    _options(
        "--cwd --registry --cache-folder --modules-folder --network-timeout --network-concurrency --mutex --global-folder --use-yarnrc --prefix"
    ),
    bare="install",
    other="run",
    manifests=("package.json", "yarn.lock"),
)
_PNPM = Manager(
    "pnpm",
    _verbs(
        install="install, i, add, fetch, deploy, ci, install-test, it",
        upgrade="update, up, upgrade",
        clean="store prune",
        remove="remove, rm, uninstall, un, prune, dedupe",
        run="run, start, test, exec, dlx, nx, turbo",
        build="build, pack, rebuild",
        configure="config, set, env, link, setup, init, store path",
    ),
    _options(
        "--dir -C --filter -F --store-dir --registry --reporter --loglevel --config --virtual-store-dir"
    ),
    other="run",
    manifests=("package.json", "pnpm-lock.yaml"),
)
_POETRY = Manager(
    "poetry",
    _verbs(
        install="install, add, sync, self add, self install",
        upgrade="update",
        clean="cache clear",
        remove="remove",
        run="run",
        build="build",
        configure="config, export, lock, init, env, check, version, self, show, publish, shell",
    ),
    _options(
        "-C --directory --without --with --only -E --extras -f --format -o --output -P --project --source -G --group"
    ),
    manifests=("pyproject.toml", "poetry.lock"),
)
_PDM = Manager(
    "poetry",
    _verbs(
        install="install, sync, add",
        upgrade="update",
        clean="cache clear",
        run="run",
        build="build",
        configure="config, export, lock, use, self, venv",
    ),
    _options("-p --project -G --group -d=unused -L --lockfile -o --output"),
    manifests=("pyproject.toml", "pdm.lock"),
)
_PIPENV = Manager(
    "pipenv",
    _verbs(
        install="install, sync",
        upgrade="update, upgrade",
        remove="uninstall, clean",
        run="run",
        configure="lock, requirements, check, graph, verify, shell",
    ),
    _options(
        "--python --categories -r --requirementstxt -i --index --pypi-mirror -e --editable --extra-pip-args"
    ),
    manifests=("Pipfile", "Pipfile.lock"),
)
_CONDA = Manager(
    "conda",
    _verbs(
        install="install, create, env create, env update",
        upgrade="update, upgrade, update-all",
        clean="clean",
        remove="remove, uninstall, env remove",
        run="run",
        configure="config, init, activate, info, list, env export, shell, build",
    ),
    _options(
        "-n --name -p --prefix -c --channel -f --file --solver --experimental-solver --override-channels=unused --revision --subdir --platform -r --root-prefix --rc-file"
    ),
)
_BUNDLE = Manager(
    "bundle",
    _verbs(
        install="install, add",
        upgrade="update",
        remove="clean, remove",
        run="exec",
        download="package, pack, cache",
        configure="config, check, lock, show, info, list, init, binstubs, env, version, platform",
    ),
    _options("-j --jobs --path --without --with --gemfile --retry --binstubs --standalone --shebang"),
    bare="install",
    manifests=("Gemfile", "Gemfile.lock"),
)
_GEM = Manager(
    "gem",
    _verbs(
        install="install, i",
        upgrade="update",
        clean="cleanup",
        remove="uninstall",
        build="build",
        configure="sources, list, env, environment, which, push, query, specification",
    ),
    _options(
        "-v --version -i --install-dir -n --bindir -s --source --platform -P --trust-policy -p --http-proxy --build-root -g --file --without"
    ),
)
_GO = Manager(
    "go",
    _verbs(
        install="mod download, mod tidy, mod vendor, get, install",
        build="build, test, run, generate, vet, tool",
        clean="clean",
        configure="env, version, mod init, mod edit, mod verify, work, fmt, list, doc",
    ),
    _options(
        "-C -o -ldflags -tags -mod -modfile -gcflags -asmflags -p -buildmode -compiler -overlay -pkgdir -trimpath=unused -run -timeout --ldflags --tags"
    ),
    manifests=("go.mod", "go.sum"),
)
_CARGO = Manager(
    "cargo",
    _verbs(
        install="install, fetch, add, binstall",
        build="build, b, check, c, test, t, rustc, clippy, bench, doc, lambda build, chef cook, zigbuild, leptos build, component build, xtask",
        run="run, r",
        clean="clean, cache",
        download="vendor",
        configure="new, init, update, generate-lockfile, chef prepare, --version, version, metadata, tree",
    ),
    _options(
        "--version --vers --git --branch --tag --rev --path --root --index --registry -F --features --bin --bins=unused --target --target-dir "
        "--manifest-path -p --package --profile -j --jobs --color --message-format -Z --config --recipe-path --output-format --compiler --example"
    ),
    manifests=("Cargo.toml", "Cargo.lock"),
)
_MAVEN = Manager(
    "maven",
    {},
    _options(
        "-f --file -s --settings -P --activate-profiles -pl --projects -T --threads -D -gs --global-settings -l --log-file -rf --resume-from"
    ),
    other="build",
    manifests=("pom.xml",),
)
_GRADLE = Manager(
    "gradle",
    {},
    _options(
        "-p --project-dir -b --build-file -g --gradle-user-home -x --exclude-task -I --init-script -c --settings-file -D -P --console --max-workers --project-cache-dir"
    ),
    bare="run",
    other="build",
    manifests=("build.gradle", "settings.gradle"),
)
_DOTNET = Manager(
    "dotnet",
    _verbs(
        install="restore, tool install, tool restore, add, workload install, workload restore",
        build="build, publish, pack, test, run, msbuild, lambda package, tool run",
        clean="nuget locals, clean",
        configure="new, nuget, sln, tool list, tool update, --version, --info, dev-certs, ef, sonarscanner, list",
    ),
    _options(
        "-c --configuration -o --output -r --runtime -f --framework -s --source --configfile --packages -v --verbosity -a --arch --os --version --tool-path --add-source -p --version-suffix -l --logger --filter --interactive=unused"
    ),
    manifests=("*.csproj",),
)
_COMPOSER = Manager(
    "composer",
    _verbs(
        install="install, i, update, u, upgrade, require, create-project, global require, global install",
        clean="clear-cache, clearcache, cc",
        remove="remove",
        build="dump-autoload, dumpautoload",
        run="run-script, run, exec, test",
        configure="config, global config, self-update, selfupdate, show, validate, init, diagnose, audit, check-platform-reqs",
    ),
    _options("-d --working-dir --prefer-install=unused"),
    manifests=("composer.json", "composer.lock"),
)

MANAGERS: dict[str, Manager] = {
    "apt-get": _APT,
    "apt": _APT,
    "aptitude": _APT,
    "yum": Manager("yum", _RPM_VERBS, _RPM_OPTIONS),
    "amazon-linux-extras": Manager("yum", _verbs(install="install", configure="enable, disable, list, info")),
    "dnf": Manager("dnf", _RPM_VERBS, _RPM_OPTIONS),
    "dnf5": Manager("dnf", _RPM_VERBS, _RPM_OPTIONS),
    "tdnf": Manager("dnf", _RPM_VERBS, _RPM_OPTIONS),
    "microdnf": Manager("microdnf", _RPM_VERBS, _RPM_OPTIONS),
    "apk": _APK,
    "zypper": _ZYPPER,
    "pip": _PIP,
    "uv": _UV,
    "npm": _NPM,
    "cnpm": _NPM,
    "npx": Manager("npm", {}, _options("-p --package -c --call"), other="run"),
    "yarn": _YARN,
    "yarnpkg": _YARN,
    "pnpm": _PNPM,
    "pnpx": Manager("pnpm", {}, frozenset(), other="run"),
    "poetry": _POETRY,
    "pdm": _PDM,
    "pipenv": _PIPENV,
    "conda": _CONDA,
    "mamba": _CONDA,
    "micromamba": _CONDA,
    "bundle": _BUNDLE,
    "bundler": _BUNDLE,
    "gem": _GEM,
    "go": _GO,
    "cargo": _CARGO,
    "mvn": _MAVEN,
    "mvnw": _MAVEN,
    "gradle": _GRADLE,
    "gradlew": _GRADLE,
    "dotnet": _DOTNET,
    "composer": _COMPOSER,
    "composer.phar": _COMPOSER,
}

MODULES = frozenset(("pip", "poetry", "pipenv", "uv", "pdm"))
"""What `python -m` runs as the program of the same name."""
