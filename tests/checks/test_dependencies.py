"""Packages: their versions, lock files, development groups and sizes (LI303, LI304, LI404, LI407)."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.lint.helpers import lint_text

PYTHON = "public.ecr.aws/lambda/python:3.12"
NODE = "public.ecr.aws/lambda/nodejs:22"


def _details(rule: str, text: str, key: str, context: Path | None = None) -> list[object]:
    result = lint_text(text, selected=[rule], context=context)
    assert not result.errors
    return [finding.details[key] for finding in result.findings]


@pytest.mark.parametrize(
    ("install", "packages"),
    [
        ("pip install requests", ["requests"]),
        ("pip install onnxruntime keras-image-helper==0.0.2", ["onnxruntime"]),
        ("pip install 'uvicorn[standard]' \"numpy<2\" pandas~=2.2", ["uvicorn"]),
        ("uv pip install --system boto3", ["boto3"]),
        ("npm install -g serverless", ["serverless"]),
        ("npm install express@latest @types/node@20", ["express"]),
        ("yarn global add gulp", ["gulp"]),
        ("gem install bundler", ["bundler"]),
        ("go install example.com/tool@latest", ["example.com/tool"]),
    ],
)
def test_packages_without_a_version(install: str, packages: list[str]) -> None:
    assert _details("LI303", f"FROM {PYTHON}\nRUN {install}\n", "packages") == [packages]


@pytest.mark.parametrize(
    "install",
    [
        "pip install -r requirements.txt",
        "pip install --upgrade pip setuptools wheel",
        "pip install -c constraints.txt requests",
        "pip install .",
        "pip install -e .[dev] ./libs/x /wheels/a-1.0-py3-none-any.whl",
        "pip install https://example.com/a-1.0-py3-none-any.whl",
        "pip install git+https://github.com/example/x@abc123",
        "pip install boto3==${VERSION} $EXTRA",
        "npm ci",
        "npm install",
        "npm install -g npm@10 yarn@1.22.22",
        "gem install rails -v 7.1.0",
        "gem install rails:7.1.0",
        "go install example.com/tool@v1.2.3",
        "go install ./...",
        "dnf install -y tar",
    ],
)
def test_packages_with_a_version_or_a_file(install: str) -> None:
    assert _details("LI303", f"FROM {PYTHON}\nARG VERSION EXTRA\nRUN {install}\n", "packages") == []


@pytest.mark.parametrize(
    ("copy", "install", "lock"),
    [
        ("package.json package-lock.json", "npm install", ["package-lock.json"]),
        ("package*.json", "npm i --production", ["package-lock.json"]),
        ("package.json npm-shrinkwrap.json", "npm install", ["npm-shrinkwrap.json"]),
        ("package.json yarn.lock", "yarn install", ["yarn.lock"]),
        ("package.json pnpm-lock.yaml", "pnpm install", ["pnpm-lock.yaml"]),
        ("package.json", "npm install", []),
        (".", "npm install", []),
        ("package*.json", "npm ci", []),
        ("package*.json", "npm install -g tool@1", []),
        ("package*.json", "npm install express@4", []),
        ("package*.json", "npm install --no-package-lock", []),
        ("package.json yarn.lock", "yarn install --frozen-lockfile", []),
        ("package.json yarn.lock", "yarn install --immutable", []),
        ("package.json pnpm-lock.yaml", "pnpm install --frozen-lockfile", []),
        ("package-lock.json.txt package.json", "npm install", []),
    ],
)
def test_lock_files(copy: str, install: str, lock: list[str]) -> None:
    assert _details("LI304", f"FROM {NODE}\nCOPY {copy} ./\nRUN {install}\n", "lock") == lock


def test_a_known_context_tells_whether_there_is_a_lock_file(tmp_path: Path) -> None:
    (tmp_path / "package.json").write_text("{}")
    text = f"FROM {NODE}\nCOPY . ./\nRUN npm install\n"
    assert _details("LI304", text, "lock", tmp_path) == []
    (tmp_path / "package-lock.json").write_text("{}")
    assert _details("LI304", text, "lock", tmp_path) == ["package-lock.json"]


def _development(
    tmp_path: Path, install: str, name: str, content: str, before: str = ""
) -> list[tuple[str, object]]:
    (tmp_path / name).write_text(content)
    text = f"FROM {NODE}\n{before}COPY . ./\nRUN {install}\n"
    result = lint_text(text, selected=["LI407"], context=tmp_path)
    assert not result.errors
    return [(finding.severity, finding.details["packages"]) for finding in result.findings]


PACKAGE = '{"dependencies": {"zod": "3"}, "devDependencies": {"jest": "29"}}'
POETRY = '[tool.poetry.dependencies]\npython = "^3.12"\n[tool.poetry.group.dev.dependencies]\npytest = "8"\n'


@pytest.mark.parametrize(
    ("install", "name", "content", "packages"),
    [
        ("npm ci", "package.json", PACKAGE, ["jest"]),
        ("npm install", "package.json", PACKAGE, ["jest"]),
        ("npm ci && npm run build", "package.json", PACKAGE, ["jest"]),
        ("yarn install --frozen-lockfile", "package.json", PACKAGE, ["jest"]),
        ("pnpm install", "package.json", PACKAGE, ["jest"]),
        ("NODE_ENV=production npm ci --include=dev", "package.json", PACKAGE, ["jest"]),
        ("poetry install", "pyproject.toml", POETRY, ["pytest"]),
    ],
)
def test_development_dependencies_are_shipped(
    tmp_path: Path, install: str, name: str, content: str, packages: list[str]
) -> None:
    assert _development(tmp_path, install, name, content) == [("warning", packages)]


@pytest.mark.parametrize(
    ("install", "name", "content"),
    [
        ("npm ci --omit=dev", "package.json", PACKAGE),
        ("npm ci --omit dev", "package.json", PACKAGE),
        ("npm install --production", "package.json", PACKAGE),
        ("npm install --only=prod", "package.json", PACKAGE),
        ("NODE_ENV=production npm ci", "package.json", PACKAGE),
        ("npm ci && npm run build && npm prune --omit=dev", "package.json", PACKAGE),
        ("npm ci && npm run build && npm ci --omit=dev", "package.json", PACKAGE),
        ("npm ci && npm run build && rm -rf node_modules", "package.json", PACKAGE),
        ("npm install -g tool@1", "package.json", PACKAGE),
        ("npm ci", "package.json", '{"dependencies": {"zod": "3"}}'),
        ("yarn install --production", "package.json", PACKAGE),
        ("pnpm install --prod", "package.json", PACKAGE),
        ("poetry install --only main", "pyproject.toml", POETRY),
        ("poetry install --without dev", "pyproject.toml", POETRY),
        ("poetry install --no-dev", "pyproject.toml", POETRY),
        ("uv sync --no-dev", "pyproject.toml", POETRY),
    ],
)
def test_development_dependencies_are_left_out(tmp_path: Path, install: str, name: str, content: str) -> None:
    assert _development(tmp_path, install, name, content) == []


@pytest.mark.parametrize(
    "before", ["ENV NODE_ENV=production\n", "ARG NODE_ENV=production\n", "ENV NPM_CONFIG_OMIT=dev\n"]
)
def test_the_environment_leaves_them_out(tmp_path: Path, before: str) -> None:
    assert _development(tmp_path, "npm ci", "package.json", PACKAGE, before) == []


@pytest.mark.parametrize(
    ("install", "packages"),
    [
        ("pip install torch", ["torch"]),
        ("pip install torch==2.8.0 torchvision", ["torch"]),
        ("pip install sentence-transformers", ["sentence-transformers"]),
        ("pip install opencv-python Pillow", ["opencv-python"]),
        ("pip install OpenCV_Python", ["opencv-python"]),
        ("pip install awscli", ["awscli"]),
        ("npm install aws-sdk", ["aws-sdk"]),
    ],
)
def test_heavy_packages(install: str, packages: list[str]) -> None:
    assert _details("LI404", f"FROM {PYTHON}\nRUN {install}\n", "package") == packages


@pytest.mark.parametrize(
    "install",
    [
        "pip install torch==2.8.0+cpu",
        "pip install torch --index-url https://download.pytorch.org/whl/cpu",
        "pip install torch --extra-index-url=https://download.pytorch.org/whl/cpu",
        "PIP_EXTRA_INDEX_URL=https://download.pytorch.org/whl/cpu pip install torch",
        "uv pip install --system --torch-backend=cpu torch",
        "pip install --index-url https://download.pytorch.org/whl/cpu torch && pip install sentence-transformers",
        "pip install xgboost==1.7.6",
        "pip install tensorflow-cpu xgboost-cpu opencv-python-headless",
        "npm install @aws-sdk/client-s3@3",
        "pip download torch",
    ],
)
def test_the_lighter_ways(install: str) -> None:
    assert _details("LI404", f"FROM {PYTHON}\nRUN {install}\n", "package") == []
