"""Which package-manager calls leave a cache behind (LI402), over the spellings people use."""

from __future__ import annotations

import pytest

from tests.lint.helpers import lint_text

LEAVE = {
    "pip install requests": ["pip"],
    "pip3.11 install -r requirements.txt": ["pip"],
    "/usr/bin/python3 -m pip install --user requests": ["pip"],
    "python -m pip --disable-pip-version-check install requests": ["pip"],
    "pip install -t ${LAMBDA_TASK_ROOT} --upgrade -r requirements.txt": ["pip"],
    "PIP_NO_CACHE_DIR= pip install requests": ["pip"],
    "pip install a==1 && pip install --no-cache-dir b==1 && pip install c==1": ["pip", "pip"],
    "pip install a==1 & pip install b==1": ["pip", "pip"],
    "rm -rf ~/.cache/pip && pip install requests": ["pip"],
    "pip install requests && rm -rf /root/.cache/uv": ["pip"],
    "pip install requests && rm -rf /var/cache/pip /tmp/*": ["pip"],
    "pip cache purge && pip install requests": ["pip"],
    "pip install requests; find / -name '*.pyc' -delete": ["pip"],
    "echo 'pip install --no-cache-dir' && pip install requests": ["pip"],
    'if [ -n "$X" ]; then pip install x; fi': ["pip"],
    "sh -c 'pip install requests'": ["pip"],
    "(cd /src && pip install .)": ["pip"],
    "set -e; pip install --index-url https://example.com/simple requests": ["pip"],
    "pip install --cache-dir /opt/pip requests": ["pip"],
    "apt-get update && apt-get install -y curl": ["apt"],
    "apt update && apt -y install curl && apt clean": ["apt"],
    "apt-get update && apt-get install -y curl && apt-get autoremove -y && apt-get clean": ["apt"],
    "apt-get update && rm -rf /var/lib/apt/lists/* && apt-get update && apt-get install -y curl": ["apt"],
    "apt-get update && apt-get install -y curl && rm -rf /var/cache/apt/archives/*": ["apt"],
    "apt-get update && apt-get install -y curl && rm -rf /var/lib/apt/list/*": ["apt"],
    "sudo apt-get update && sudo apt-get install -y curl": ["apt"],
    "yum -y install git": ["yum"],
    "yum update -y": ["yum"],
    "yum install -y git && yum clean packages": ["yum"],
    "yum clean all && yum install -y git": ["yum"],
    "dnf install git --assumeyes": ["dnf"],
    "dnf install -y git && yum install -y tar": ["dnf", "yum"],
    "microdnf -y install git": ["microdnf"],
    "apk add curl": ["apk"],
    "apk --update add curl": ["apk"],
    "apk add -U curl": ["apk"],
    "apk update && apk add --no-cache curl": ["apk"],
    "apk update && apk upgrade": ["apk"],
    "apk add curl && rm -rf /var/lib/apt/lists/*": ["apk"],
    "zypper --non-interactive install git": ["zypper"],
    "npm install": ["npm"],
    "npm ci --omit=dev": ["npm"],
    "npm i -g typescript@5": ["npm"],
    "npm --prefix web ci": ["npm"],
    "npm ci && rm -rf /tmp/npm-*": ["npm"],
    "yarn": ["yarn"],
    "yarn install --frozen-lockfile --production": ["yarn"],
    "yarn global add serverless@3": ["yarn"],
    "pnpm install --prod": ["pnpm"],
    "uv pip install --system -r requirements.txt": ["uv"],
    "uv sync --frozen": ["uv"],
    "poetry install --only main": ["poetry"],
    "conda install -y numpy": ["conda"],
    "micromamba install -y -n base -c conda-forge numpy": ["conda"],
    "composer install --no-dev": ["composer"],
    "pip install a==1 && npm ci && yum install -y git": ["pip", "npm", "yum"],
}

CLEAN = [
    "pip install --no-cache-dir requests",
    "pip --no-cache-dir install requests",
    "pip install requests --no-cache-dir",
    "pip install --no-cache requests",
    "pip install requests && rm -rf ~/.cache",
    "pip install requests && rm -fr /root/.cache/*",
    'pip install requests && rm -rf "$HOME/.cache/pip"',
    "cd /root && pip install requests && rm -rf .cache",
    "pip install requests && pip cache purge",
    "pip install requests && find ~/.cache -type f -delete",
    "PIP_NO_CACHE_DIR=1 pip install requests",
    "export PIP_NO_CACHE_DIR=true && pip install requests",
    "env PIP_NO_CACHE_DIR=off pip install requests",
    "pip config set global.no-cache-dir true && pip install requests",
    "pip install --cache-dir /tmp/pip requests && rm -rf /tmp/pip",
    "pip install --cache-dir=/dev/shm/pip requests",
    "pip install --no-index --find-links=/wheels requests",
    "pip install /wheels/*.whl",
    "pip download requests",
    "pip uninstall -y requests",
    "pip list",
    "pipenv install --system --deploy",
    "pipx install poetry",
    "pip install requests && /usr/local/bin/cleanup.sh",
    "apt-get update && apt-get install -y curl && rm -rf /var/lib/apt/lists/*",
    "apt-get update && apt-get install -y curl && rm -r /var/lib/apt/lists",
    "apt-get update && apt-get install -y curl && rm /var/lib/apt/lists/* -vrf",
    "apt-get update && apt-get install -y curl && rm -rf /var/lib/apt /var/cache/apt",
    "apt-get update && apt-get install -y curl && rm -rf /var/lib/{apt,cache}/*",
    "apt-get update && apt-get install -y curl && cd /var/lib/apt/lists && rm -fr *",
    "apt-get update && apt-get install -y curl && apt-get dist-clean",
    "apt-get install -y curl",
    "apt-get update && apt-get install -y curl; rm -rf /var/lib/apt/lists/* || true",
    "if apt-get update; then apt-get install -y curl; fi; rm -rf /var/lib/apt/lists/*",
    "yum install -y git && yum clean all",
    "yum install -y git && yum -y clean all && rm -rf /var/cache/yum",
    "yum install -y git && rm -rf /var/cache/yum/*",
    "dnf install -y git && dnf clean all",
    "dnf install -y git && rm -rf /var/cache/dnf",
    "dnf install -y git && rm -rf /var/cache/*",
    "microdnf install -y git && dnf clean all",
    "dnf --installroot=/rootfs install -y git",
    "yum remove -y git",
    "apk add --no-cache curl",
    "apk --no-cache add curl",
    "apk add --update --no-cache curl",
    "apk add curl && rm -rf /var/cache/apk/*",
    "apk update && apk add curl && rm -f /var/cache/apk/*",
    "npm ci && npm cache clean --force",
    "npm ci && rm -rf ~/.npm",
    "npm ci --cache /tmp/npm && rm -rf /tmp/npm",
    "npm_config_cache=/tmp/npm npm ci && rm -rf /tmp/*",
    "npm run build",
    "npm prune --omit=dev",
    "npx tsc",
    "yarn install && yarn cache clean",
    'yarn install && rm -rf "$(yarn cache dir)"',
    "YARN_CACHE_FOLDER=/dev/shm/yarn yarn install",
    "yarn install --immutable",
    "yarn build",
    "pnpm install --prod && pnpm store prune",
    "uv pip install --no-cache -r requirements.txt",
    "UV_NO_CACHE=1 uv sync",
    "uv cache clean && true",
    "poetry install && rm -rf ~/.cache/pypoetry",
    "poetry install && poetry cache clear --all pypi -n",
    "conda install -y numpy && conda clean --all --yes",
    "conda env create -f environment.yml && conda clean -tipsy",
    "composer install --no-dev && composer clear-cache",
    'export COMPOSER_HOME="$(mktemp -d)"; composer install; rm -rf "$COMPOSER_HOME"',
    "zypper -n install git && zypper clean -a",
    "echo pip install requests",
    "command -v yum",
    "git clone https://example.com/pip install",
]


def _managers(run: str, *, before: str = "", flags: str = "", base: str = "debian:12") -> list[str]:
    text = f"FROM {base}\n{before}RUN {flags}{run}\n"
    result = lint_text(text, selected=["LI402"], declared=("generic", "the test"))
    assert not result.errors
    return [str(finding.details["manager"]) for finding in result.findings]


@pytest.mark.parametrize("run", LEAVE)
def test_a_cache_stays(run: str) -> None:
    assert sorted(_managers(run)) == sorted(LEAVE[run])


@pytest.mark.parametrize("run", CLEAN)
def test_no_cache_stays(run: str) -> None:
    assert _managers(run) == []


@pytest.mark.parametrize("run", LEAVE)
def test_builder_stages_do_not_count(run: str) -> None:
    text = f"FROM debian:12 AS build\nRUN {run}\nFROM debian:12\nCOPY --from=build /x /x\n"
    assert not lint_text(text, selected=["LI402"]).findings


@pytest.mark.parametrize(
    ("flags", "run"),
    [
        ("--mount=type=cache,target=/root/.cache ", "pip install requests"),
        ("--mount=type=cache,target=/root/.cache/pip,sharing=locked ", "pip install requests"),
        ("--mount=type=cache,id=x,dst=/home/app/.cache/pip ", "pip install requests"),
        ("--mount=type=tmpfs,target=/root/.cache ", "uv pip install --system requests"),
        ("--mount=type=cache,target=/var/lib/apt ", "apt-get update && apt-get install -y curl"),
        ("--mount=type=cache,target=/var/cache/dnf ", "dnf install -y git"),
        ("--mount=type=cache,target=/var/cache/apk ", "apk add curl"),
        ("--mount=type=cache,target=/root/.npm ", "npm ci"),
        ("--mount=type=cache,target=/usr/local/share/.cache/yarn ", "yarn install"),
    ],
)
def test_a_mounted_cache_is_in_no_layer(flags: str, run: str) -> None:
    assert _managers(run, flags=flags) == []


def test_a_mount_of_something_else_does_not_help() -> None:
    assert _managers("pip install requests", flags="--mount=type=cache,target=/root/.npm ") == ["pip"]
    apt = "apt-get update && apt-get install -y curl"
    assert _managers(apt, flags="--mount=type=cache,target=/var/cache/apt ") == ["apt"]


@pytest.mark.parametrize(
    "before",
    [
        "ENV PIP_NO_CACHE_DIR=1\n",
        "ENV A=1 \\\n    PIP_NO_CACHE_DIR=off \\\n    B=2\n",
        "ENV PIP_NO_CACHE_DIR true\n",
        "ARG PIP_NO_CACHE_DIR=1\n",
        "ENV PIP_CACHE_DIR=/dev/shm\n",
        "RUN pip config set global.no-cache-dir true\n",
    ],
)
def test_settings_made_before_count(before: str) -> None:
    assert _managers("pip install requests", before=before) == []


@pytest.mark.parametrize(
    "base", ["python:3.12", "123456789012.dkr.ecr.eu-west-1.amazonaws.com/team/python:1"]
)
def test_settings_made_later_or_empty_do_not_count(base: str) -> None:
    text = f"FROM {base}\nENV PIP_NO_CACHE_DIR=\nRUN pip install requests\nENV PIP_NO_CACHE_DIR=1\n"
    assert len(lint_text(text, selected=["LI402"]).findings) == 1


def test_text_that_is_no_shell_is_left_alone() -> None:
    assert _managers("<<EOF python3\npip install requests\nEOF") == []
    text = 'FROM debian:12\nSHELL ["powershell", "-Command"]\nRUN pip install requests\n'
    assert not lint_text(text, selected=["LI402"]).findings
