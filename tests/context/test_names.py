from __future__ import annotations

import pytest

from lintimg.context.files import ContextFile
from lintimg.context.names import (
    dependency_file,
    find_junk,
    is_build_output,
    is_dockerfile,
    is_lock,
    is_manifest,
    is_source,
    junk_category,
    lock_of,
)


@pytest.mark.parametrize(
    ("path", "ecosystem"),
    [
        ("requirements.txt", "pip"),
        ("app/requirements-dev.txt", "pip"),
        ("dev-requirements.txt", "pip"),
        ("requirements/base.txt", "pip"),
        ("Pipfile.lock", "pip"),
        ("uv.lock", "pip"),
        ("src/package.json", "npm"),
        ("pnpm-lock.yaml", "npm"),
        ("Gemfile", "gem"),
        ("x.gemspec", "gem"),
        ("build.gradle.kts", "maven"),
        ("gradle/libs.versions.toml", "maven"),
        ("App.csproj", "nuget"),
        ("go.sum", "go"),
        ("Cargo.toml", "cargo"),
        ("composer.json", "composer"),
        ("environment.yml", "conda"),
        (".npmrc", None),
        ("mvnw", None),
        ("constraints.txt", None),
        ("app.py", None),
        ("notes.txt", None),
        ("tsconfig.json", None),
    ],
)
def test_manifests_by_name(path: str, ecosystem: str | None) -> None:
    assert is_manifest(path) == ecosystem


def test_what_package_managers_read_besides() -> None:
    for path in (
        ".yarnrc.yml",
        "gradlew",
        ".cargo/config.toml",
        "a/.bundle/config",
        "global.json",
        "App.sln",
    ):
        found = dependency_file(path)
        assert found is not None
        assert found.role == "configuration"
    assert dependency_file("config.toml") is None
    assert is_lock("yarn.lock")
    assert not is_lock("package.json")


def test_the_lock_files_of_a_manifest_stand_beside_it() -> None:
    assert lock_of("app/package.json")[:2] == ("app/package-lock.json", "app/npm-shrinkwrap.json")
    assert lock_of("go.mod") == ("go.sum",)
    assert lock_of("App.csproj") == ("packages.lock.json",)
    assert lock_of("pom.xml") == ()


def test_source_and_dockerfiles() -> None:
    assert is_source("a/b.py")
    assert is_source("Program.CS")
    assert not is_source("entrypoint.sh")
    assert not is_source("Makefile")
    for name in (
        "Dockerfile",
        "a/dockerfile.dev",
        "api.Dockerfile",
        "Containerfile",
        "Dockerfile.dockerignore",
    ):
        assert is_dockerfile(name)
    assert not is_dockerfile("docker.py")


def test_what_builds_make_may_be_absent() -> None:
    for path in ("bin/Release/lambda-publish", "target/*.jar", "app.jar", "dist", "Dist/index.js"):
        assert is_build_output(path)
    for path in ("src/app.py", "requirements.txt", "binary"):
        assert not is_build_output(path)


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        (".git/objects/ab", (".git", "version control")),
        ("web/node_modules/x/test/a.js", ("web/node_modules", "installed packages")),
        ("src/__pycache__/a.pyc", ("src/__pycache__", "cache")),
        ("a.pyc", ("a.pyc", "cache")),
        (".env", (".env", "credentials")),
        (".env.production", (".env.production", "credentials")),
        (".env.example", None),
        (".aws/credentials", (".aws", "credentials")),
        ("infra/.terraform/x", ("infra/.terraform", "deployment output")),
        ("cdk.out/asset.1/index.js", ("cdk.out", "deployment output")),
        ("tests/test_a.py", ("tests", "tests")),
        ("pkg.egg-info/PKG-INFO", ("pkg.egg-info", "cache")),
        ("src/app.py", None),
        ("certs/global-bundle.pem", None),
        ("node_modules", None),
    ],
)
def test_junk(path: str, expected: tuple[str, str] | None) -> None:
    assert junk_category(path) == expected


def test_junk_is_summed_by_its_topmost_folder_the_biggest_first() -> None:
    files = [
        ContextFile(path, size, 0o644, link=False)
        for path, size in [
            ("node_modules/a/b.js", 10),
            ("node_modules/c.js", 5),
            (".env", 3),
            ("app.py", 100),
            ("my/env/pyvenv.cfg", 1),
            ("my/env/lib/x.py", 50),
        ]
    ]
    assert [tuple(junk) for junk in find_junk(files)] == [
        ("my/env", "installed packages", 51, 2),
        ("node_modules", "installed packages", 15, 2),
        (".env", "credentials", 3, 1),
    ]
