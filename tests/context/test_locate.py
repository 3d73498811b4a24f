from __future__ import annotations

from pathlib import Path

import pytest

from lintimg.context.build_context import BuildContext, ContextCache
from lintimg.context.deployment import Deployment
from lintimg.context.locate import locate_context, repository_root
from lintimg.dockerfile.build import BaseFacts, Build
from lintimg.dockerfile.lexer import parse
from lintimg.dockerfile.resolve import resolve
from lintimg.text import SourceText


def build_of(text: str) -> Build:
    return resolve(
        parse(SourceText("Dockerfile", text.encode())), lambda _: BaseFacts(None, None, None, None, None)
    )


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    (tmp_path / ".git").mkdir()
    for name in ("services/api/app.py", "services/api/requirements.txt", "shared/lib.py", "docker/run.py"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("x")
    return tmp_path


def deployment(dockerfile: Path | None, context: Path | None, *, function: bool = True) -> Deployment:
    return Deployment(
        "sam",
        "template.yaml",
        1,
        str(dockerfile) if dockerfile else None,
        str(context) if context else None,
        None,
        function,
        None,
        None,
        None,
        None,
    )


def locate(dockerfile: Path, text: str, given: Path | None = None, *found: Deployment) -> Path | None:
    context = locate_context(dockerfile, build_of(text), given, found)
    return context.root if context is not None else None


def test_the_repository_root_is_where_git_is(repository: Path, tmp_path: Path) -> None:
    assert repository_root(repository / "services" / "api" / "Dockerfile") == repository
    assert repository_root(repository) == repository
    (repository / "services" / ".git").write_text("gitdir: elsewhere")
    assert repository_root(repository / "services" / "api") == repository / "services"


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        (["template.yaml", "services/package.json"], "."),
        (["services/samconfig.toml", "main.tf"], "services"),
        (["package.json", "services/api/notes.txt"], "."),
        (["services/pyproject.toml", "package.json"], "services"),
        ([".gitignore", "services/api/pyproject.toml", "services/api/compose.yaml"], "."),
        (["infra", "services/api/pyproject.toml"], "."),
        (["notes.txt"], "services/api"),
    ],
)
def test_without_git_a_project_begins_at_its_infrastructure_or_manifest(
    tmp_path: Path, files: list[str], expected: str
) -> None:
    dockerfile = tmp_path / "services" / "api" / "Dockerfile"
    dockerfile.parent.mkdir(parents=True)
    dockerfile.touch()
    for name in files:
        (tmp_path / name).touch()
    assert repository_root(dockerfile) == tmp_path / expected


def test_no_project_begins_at_home_or_above(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = tmp_path / "home"
    folder = home / "app"
    folder.mkdir(parents=True)
    (home / "package.json").touch()
    (tmp_path / "template.yaml").touch()
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("USERPROFILE", str(home))
    assert repository_root(folder) == folder


def test_a_given_context_is_taken_as_it_is(repository: Path) -> None:
    assert locate(repository / "Dockerfile", "FROM a\n", repository / "shared") == repository / "shared"


@pytest.mark.parametrize(
    ("copies", "expected"),
    [
        ("COPY app.py requirements.txt ./", "services/api"),
        ("COPY services/api/app.py .\nCOPY . .", "."),
        ("COPY shared ./shared", "."),
        ("COPY api/app.py .", "services"),
        ('COPY ["app.py", "./"]', "services/api"),
        ("ARG F=app.py\nCOPY $F .", "services/api"),
        ("ARG F\nCOPY ${F:-app}.py .", None),
        ("COPY app.py nope.py ./", None),
        ("COPY req*.txt ./", "services/api"),
        ("COPY *.jar ./", None),
        ("COPY lib*.jar shared/ ./", "."),
        ("COPY . .", "services/api"),
        ("ADD ./ /var/task/", "services/api"),
        ("RUN true", None),
        ("COPY --from=x nope.py /\nCOPY app.py .", "services/api"),
        ("ADD https://example.com/nope.tar /\nCOPY app.py .", "services/api"),
        ("COPY <<E /x\nhi\nE\nCOPY app.py .", "services/api"),
        ("ADD https://example.com/a /a", None),
        ("COPY ../../shared/lib.py .", "."),
    ],
)
def test_where_the_sources_are(repository: Path, copies: str, expected: str | None) -> None:
    found = locate(repository / "services" / "api" / "Dockerfile", f"FROM a AS x\nFROM b\n{copies}\n")
    assert found == (None if expected is None else repository / expected)


def test_a_source_of_a_variable_without_value_is_no_evidence(repository: Path) -> None:
    def unknown(_: str) -> BaseFacts:
        return BaseFacts({"ROOT": None}, None, None, None, None)

    text = b"FROM a\nCOPY $ROOT/nope .\nCOPY app.py .\n"
    build = resolve(parse(SourceText("Dockerfile", text)), unknown)
    context = locate_context(repository / "services" / "api" / "Dockerfile", build, None, ())
    assert context is not None
    assert context.root == repository / "services" / "api"


def test_nothing_above_the_repository_is_looked_at(repository: Path) -> None:
    (repository / "services" / ".git").mkdir()
    assert locate(repository / "services" / "api" / "Dockerfile", "FROM a\nCOPY shared .\n") is None


def test_stages_that_are_not_built_are_no_evidence(repository: Path) -> None:
    text = "FROM a AS other\nCOPY nope .\nFROM b\nCOPY app.py .\n"
    assert locate(repository / "services" / "api" / "Dockerfile", text) == repository / "services" / "api"


@pytest.mark.parametrize(
    ("names", "known"),
    [
        (["Dockerfile"], False),
        (["Dockerfile", "entrypoint.sh", "README.md"], False),
        (["Dockerfile", "package.json"], True),
        (["Dockerfile", "main.go"], True),
        (["Dockerfile", "src/index.ts"], True),
        (["Dockerfile", "node_modules/index.js"], False),
        (["Dockerfile", ".hidden/index.js"], False),
    ],
)
def test_a_whole_context_must_look_like_a_project(tmp_path: Path, names: list[str], known: bool) -> None:
    for name in names:
        path = tmp_path / "function" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("x")
    found = locate(tmp_path / "function" / "Dockerfile", "FROM a\nCOPY . .\n")
    assert found == (tmp_path / "function" if known else None)


def test_a_folder_that_only_keeps_dockerfiles_is_no_context(repository: Path) -> None:
    assert locate(repository / "docker" / "Dockerfile", "FROM a\nCOPY . .\n") is None


def test_infrastructure_code_names_the_context(repository: Path) -> None:
    dockerfile = repository / "docker" / "Dockerfile"
    text = "FROM a\nCOPY nope .\n"
    given = deployment(dockerfile, repository)
    assert locate(dockerfile, text, None, given) == repository
    assert locate(dockerfile, text, None, deployment(dockerfile, None)) is None
    assert locate(dockerfile, text, None, deployment(dockerfile, repository / "gone")) is None
    assert locate(dockerfile, text, None, deployment(repository / "Dockerfile", repository)) is None


def test_of_several_contexts_the_one_with_the_sources_wins(repository: Path) -> None:
    dockerfile = repository / "docker" / "Dockerfile"
    first = deployment(dockerfile, repository / "docker")
    second = deployment(dockerfile, repository, function=False)
    assert locate(dockerfile, "FROM a\nCOPY shared .\n", None, first, second) == repository
    assert locate(dockerfile, "FROM a\nCOPY nope .\n", None, second, first) == repository / "docker"


def test_one_cache_serves_many(repository: Path) -> None:
    cache = ContextCache()
    build = build_of("FROM a\nCOPY services .\n")
    found = [locate_context(repository / f"Dockerfile.{n}", build, None, (), cache) for n in range(3)]
    assert all(isinstance(context, BuildContext) and len(context.files) == 4 for context in found)


@pytest.mark.parametrize(
    ("name", "text", "found"),
    [
        ("Makefile", "image:\n\tdocker build -t api -f docker/Dockerfile .\n", ""),
        (
            "docker/build.sh",
            'cd "$(dirname "$0")/.."\ndocker build --file docker/Dockerfile services\n',
            "services",
        ),
        ("scripts/build.sh", "docker build -f docker/Dockerfile ${CONTEXT}\n", None),
        ("Makefile", "a:\n\tdocker build -f docker/Dockerfile .\nb:\n\tdocker build docker\n", None),
        (
            ".github/workflows/image.yml",
            "    - uses: docker/build-push-action@v7\n      with:\n        file: docker/Dockerfile\n",
            "",
        ),
    ],
)
def test_commands_tell_the_context_where_nothing_else_does(
    repository: Path, name: str, text: str, found: str | None
) -> None:
    dockerfile = repository / "docker" / "Dockerfile"
    dockerfile.write_text("FROM scratch\nCOPY . /app\n")
    assert locate(dockerfile, dockerfile.read_text()) is None
    path = repository / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    assert locate(dockerfile, dockerfile.read_text()) == (None if found is None else repository / found)
