"""Which COPY comes too early (LI301), over twenty package managers and the ways to copy."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.lint.helpers import lint_text

INSTALLS = {
    "pip install -r requirements.txt": "pip",
    "pip install --no-cache-dir -t . -r requirements.txt -c constraints.txt": "pip",
    "python3 -m pip install -r ./requirements.txt": "pip",
    "uv pip install --system -r requirements.txt": "uv",
    "uv sync --frozen": "uv",
    "poetry install --only main": "poetry",
    "pipenv install --system --deploy": "pipenv",
    "conda env update -f environment.yml": "conda",
    "npm install": "npm",
    "npm ci --omit=dev && npm cache clean --force": "npm",
    "yarn install --frozen-lockfile": "yarn",
    "yarn": "yarn",
    "pnpm install --frozen-lockfile": "pnpm",
    "bundle install --jobs 4": "bundle",
    "go mod download": "go",
    "cargo fetch": "cargo",
    "mvn -B dependency:go-offline": "maven",
    "./gradlew dependencies": "gradle",
    "dotnet restore": "dotnet",
    "composer install --no-dev": "composer",
}
ONE_STEP = {
    "mvn -q package": "maven",
    "./mvnw clean install -DskipTests": "maven",
    "./gradlew build": "gradle",
    "gradle shadowJar": "gradle",
    "cargo build --release": "cargo",
    "dotnet publish -c Release -o /out": "dotnet",
    "go build -o /main .": "go",
    "pip install .": "pip",
}
COPIES = [
    "COPY . .",
    "COPY ./ ./",
    "ADD . /app",
    "COPY . ${LAMBDA_TASK_ROOT}",
    'COPY [".", "/app/"]',
    "COPY --chown=app:app . /app/",
    "COPY * ./",
    "COPY src/ ./src/",
    "COPY app.py .",
    "COPY app.py requirements.txt package.json go.mod ./",
    "COPY index.mjs /var/task/",
    "COPY ${SOURCE:-src} ./",
]
HARMLESS = [
    "COPY requirements.txt ./",
    "COPY requirements*.txt constraints.txt ./",
    "COPY requirements/ ./requirements/",
    "COPY package.json package-lock.json .npmrc ./",
    "COPY package*.json yarn.lock .yarnrc.yml tsconfig.json ./",
    "COPY .yarn ./.yarn",
    "COPY prisma ./prisma/",
    "COPY patches/ patches/",
    "COPY pyproject.toml poetry.lock README.md setup.py LICENSE ./",
    "COPY Gemfile Gemfile.lock example.gemspec ./",
    "COPY lib/example/version.rb lib/example/",
    "COPY go.mod go.sum ./",
    "COPY Cargo.toml Cargo.lock ./",
    "COPY pom.xml mvnw ./",
    "COPY .mvn .mvn",
    "COPY build.gradle.kts settings.gradle.kts gradlew gradle.properties ./",
    "COPY gradle ./gradle",
    "COPY *.sln NuGet.config Directory.Build.props ./",
    "COPY App/App.csproj App/",
    "COPY composer.json composer.lock ./",
    "COPY environment.yml ./",
    "COPY certs/ /usr/local/share/ca-certificates/",
    "COPY entrypoint.sh /usr/local/bin/",
    "COPY wheels/ /wheels/",
    "COPY pip.conf /etc/pip.conf",
    "COPY company.repo /etc/yum.repos.d/",
    "COPY --from=tools /app /app",
    "ADD https://example.com/app.py /app/",
    "ADD vendor.tar.gz /opt/",
    "COPY $UNKNOWN ./",
    "COPY <<EOF /app/app.py\nprint(1)\nEOF",
]


def _found(text: str, context: Path | None = None) -> list[tuple[int, str, str]]:
    result = lint_text(text, selected=["LI301"], context=context)
    assert not result.errors
    return [
        (finding.location.region.start.line, str(finding.details["manager"]), str(finding.details["reason"]))
        for finding in result.findings
    ]


@pytest.mark.parametrize("install", INSTALLS)
def test_every_package_manager(install: str) -> None:
    text = f"FROM example/base:1\nWORKDIR /app\nCOPY . .\nRUN {install}\n"
    assert _found(text) == [(3, INSTALLS[install], "manifest")]


@pytest.mark.parametrize("install", INSTALLS)
def test_installing_before_the_sources_is_right(install: str) -> None:
    text = f"FROM example/base:1\nWORKDIR /app\nCOPY manifests* ./\nRUN {install}\nCOPY . .\nRUN {install}\n"
    assert _found(text) == []


@pytest.mark.parametrize("install", ONE_STEP)
def test_fetching_and_compiling_in_one_step_is_a_hint(install: str) -> None:
    text = f"FROM example/base:1\nWORKDIR /app\nCOPY . .\nRUN {install}\n"
    assert _found(text) == [(3, ONE_STEP[install], "one-step")]
    result = lint_text(text, selected=["LI301"])
    assert [finding.severity for finding in result.findings] == ["info"]


@pytest.mark.parametrize("copy", COPIES)
def test_every_way_to_copy_sources(copy: str) -> None:
    text = f"FROM public.ecr.aws/lambda/python:3.12\n{copy}\nRUN pip install -r requirements.txt\n"
    assert [(line, manager) for line, manager, _ in _found(text)] == [(2, "pip")]


@pytest.mark.parametrize("copy", HARMLESS)
@pytest.mark.parametrize(
    "install", ["pip install -r requirements.txt", "npm ci", "dnf install -y git", "go mod download"]
)
def test_what_is_no_source(copy: str, install: str) -> None:
    text = f"FROM public.ecr.aws/lambda/python:3.12\nARG UNKNOWN\n{copy}\nRUN {install}\n"
    assert _found(text) == []


@pytest.mark.parametrize(
    ("install", "manager"),
    [
        ("pip install awslambdaric", "pip"),
        ("npm install -g serverless@3", "npm"),
        ("apt-get update && apt-get install -y awscli", "apt"),
        ("dnf install -y jq && dnf clean all", "dnf"),
        ("go install example.com/tool@v1", "go"),
        ("gem install rake", "gem"),
    ],
)
def test_packages_that_do_not_depend_on_the_sources(install: str, manager: str) -> None:
    text = f"FROM public.ecr.aws/lambda/python:3.12\nCOPY app.py ./\nRUN {install}\n"
    assert _found(text) == [(2, manager, "names")]


@pytest.mark.parametrize(
    "command",
    [
        "pip install --upgrade pip setuptools",
        "pip install ./dist/app-1.0-py3-none-any.whl",
        "dnf install -y ./tool.rpm",
        "npm run build",
        "make",
        "python -m compileall .",
        "yum update -y",
        "npm cache clean --force",
        "bundle config set --local path vendor/bundle",
    ],
)
def test_commands_that_fetch_nothing_by_name(command: str) -> None:
    assert _found(f"FROM public.ecr.aws/lambda/python:3.12\nCOPY . .\nRUN {command}\n") == []


def test_sources_and_manifest_in_one_copy() -> None:
    text = "FROM public.ecr.aws/lambda/nodejs:22\nCOPY package*.json app.js ./\nRUN npm ci\n"
    assert _found(text) == [(2, "npm", "together")]
    result = lint_text(text, selected=["LI301"])
    assert [finding.location.region.start.column for finding in result.findings] == [20]


def test_the_last_word_is_the_destination() -> None:
    text = "FROM public.ecr.aws/lambda/python:3.12\nCOPY pyproject.toml app.py\nRUN poetry install\n"
    assert _found(text) == []


def test_a_child_stage_inherits_what_its_parent_copied() -> None:
    text = "FROM node:22 AS a\nWORKDIR /app\nCOPY . .\nFROM a\nRUN npm ci\nRUN npm install -g x@1\n"
    assert _found(text) == [(3, "npm", "manifest")]


def test_stages_that_are_not_built_do_not_count() -> None:
    text = "FROM node:22 AS unused\nCOPY . .\nRUN npm ci\nFROM node:22\n"
    assert _found(text) == []


def test_a_bind_mount_brings_the_manifest() -> None:
    text = "FROM node:22\nCOPY . .\nRUN --mount=type=bind,source=package.json,target=package.json npm ci\n"
    assert _found(text) == []


def test_a_cache_mount_keeps_what_one_step_fetches() -> None:
    text = "FROM maven:3.9\nCOPY . .\nRUN --mount=type=cache,target=/root/.m2 mvn package\n"
    assert _found(text) == []


def test_dependencies_built_beforehand_with_a_placeholder() -> None:
    text = (
        "FROM rust:1.80\nCOPY Cargo.toml Cargo.lock ./\nRUN mkdir src && touch src/main.rs && cargo build --release\n"
        "COPY src ./src\nRUN cargo build --release\n"
    )
    assert _found(text) == []


@pytest.mark.parametrize(
    ("name", "content", "install"),
    [
        ("requirements.txt", "requests\n-e .\n", "pip install -r requirements.txt"),
        ("requirements.txt", "./libs/common\n", "pip install -r requirements.txt"),
        ("package.json", '{"workspaces": ["a"]}', "npm ci"),
        ("package.json", '{"dependencies": {"a": "file:../a"}}', "npm ci"),
        ("package.json", '{"scripts": {"postinstall": "tsc"}}', "npm ci"),
        ("pnpm-workspace.yaml", "packages: ['a']\n", "pnpm install"),
    ],
)
def test_installations_that_need_the_sources(tmp_path: Path, name: str, content: str, install: str) -> None:
    (tmp_path / "package.json").write_text("{}")
    (tmp_path / "app.py").write_text("1\n")
    (tmp_path / name).write_text(content)
    text = f"FROM example/base:1\nWORKDIR /app\nCOPY . .\nRUN {install}\n"
    assert _found(text, tmp_path) == []


def test_a_folder_without_sources_is_harmless(tmp_path: Path) -> None:
    (tmp_path / "deps").mkdir()
    (tmp_path / "deps" / "list.txt").write_text("requests\n")
    (tmp_path / "service").mkdir()
    (tmp_path / "service" / "main.go").write_text("package main\n")
    text = "FROM example/base:1\nWORKDIR /app\nCOPY {} ./\nRUN pip install -r list.txt\n"
    assert _found(text.format("deps"), tmp_path) == []
    assert _found(text.format("service"), tmp_path) == [(3, "pip", "manifest")]


def test_the_manifest_is_named_where_the_context_has_it(tmp_path: Path) -> None:
    (tmp_path / "api").mkdir()
    (tmp_path / "api" / "requirements.txt").write_text("requests\n")
    (tmp_path / "api" / "main.py").write_text("1\n")
    text = (
        "FROM public.ecr.aws/lambda/python:3.12\nCOPY api ${LAMBDA_TASK_ROOT}/\n"
        "RUN pip install -r ${LAMBDA_TASK_ROOT}/requirements.txt\n"
    )
    result = lint_text(text, selected=["LI301"], context=tmp_path)
    assert [finding.details["manifests"] for finding in result.findings] == [["api/requirements.txt"]]
