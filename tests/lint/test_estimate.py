"""Estimates of images and zips before they are built."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from lintimg.aws.base_facts import base_facts
from lintimg.aws.limits import ZIP_LIMIT
from lintimg.aws.sizes import package_size
from lintimg.context.build_context import BuildContext
from lintimg.dockerfile.lexer import parse
from lintimg.dockerfile.resolve import resolve
from lintimg.lint.estimate import estimate_image, estimate_zip, zip_fit
from lintimg.lint.image_files import context_file
from lintimg.lint.policy import Policy
from lintimg.lint.subject import Prediction, Subject, Target
from lintimg.model.report import Estimate
from lintimg.text import SourceText

MB = 10**6
PYTHON = "FROM public.ecr.aws/lambda/python:3.12\n"
NODE = "FROM public.ecr.aws/lambda/nodejs:22\n"


def subject(text: str, folder: Path | None = None) -> Subject:
    build = resolve(parse(SourceText("Dockerfile", text.encode())), base_facts)
    context = None if folder is None else BuildContext(folder, None)
    policy = Policy(date(2026, 11, 23), (), None, fail_deprecated=False)
    return Subject(
        build,
        Target("lambda", certain=True, evidence=()),
        context,
        (),
        policy,
        Prediction(estimate_image, zip_fit),
    )


def estimated(text: str, folder: Path | None = None) -> Estimate:
    found = estimate_image(subject(text, folder))
    assert found is not None
    assert found.low <= found.likely <= found.high
    assert sum(part.bytes for part in found.parts) == found.likely
    return found


def base_only(line: str = PYTHON) -> Estimate:
    return estimated(line + 'CMD ["app.handler"]\n')


def whats(found: Estimate) -> list[str]:
    return [part.what for part in found.parts]


def unpacked(*names: str, ecosystem: str = "pip") -> int:
    sizes = [package_size(ecosystem, name) for name in names]
    return sum(size.unpacked for size in sizes if size is not None)


def test_base_image_alone() -> None:
    found = base_only()
    assert whats(found) == ["base image public.ecr.aws/lambda/python:3.12"]
    assert found.parts[0].line == 1
    assert found.low > 400 * MB


def test_packages_on_the_line_add_their_measured_size() -> None:
    found = estimated(PYTHON + "RUN pip install --no-cache-dir pandas\n")
    added = found.likely - base_only().likely
    assert unpacked("pandas") < added < 2 * unpacked("pandas")
    assert found.low > base_only().low
    assert found.parts[1].line == 2
    assert found.parts[1].what == "pip: pandas"


def test_shared_dependencies_count_once() -> None:
    both = estimated(PYTHON + "RUN pip install --no-cache-dir pandas scipy numpy\n")
    pandas = estimated(PYTHON + "RUN pip install --no-cache-dir pandas\n")
    scipy = estimated(PYTHON + "RUN pip install --no-cache-dir scipy\n")
    base = base_only().likely
    assert both.likely - base < (pandas.likely - base) + (scipy.likely - base)


def test_pip_cache_counts_where_it_stays() -> None:
    kept = estimated(PYTHON + "RUN pip install pandas\n")
    assert "pip cache" in whats(kept)
    for clean in (
        "RUN pip install --no-cache-dir pandas\n",
        "ENV PIP_NO_CACHE_DIR=1\nRUN pip install pandas\n",
        "RUN --mount=type=cache,target=/root/.cache/pip pip install pandas\n",
        "RUN pip install pandas && pip cache purge\n",
        "RUN pip install pandas && rm -rf /root/.cache\n",
    ):
        assert "pip cache" not in whats(estimated(PYTHON + clean))


def test_default_torch_weighs_gigabytes_and_the_cpu_build_does_not() -> None:
    cuda = estimated(PYTHON + "RUN pip install --no-cache-dir torch\n")
    assert cuda.likely > 5_000 * MB
    for cpu in (
        "RUN pip install --no-cache-dir torch --index-url https://download.pytorch.org/whl/cpu\n",
        "RUN pip install --no-cache-dir torch==2.8.0+cpu -f https://download.pytorch.org/whl/torch_stable.html\n",
        "ENV PIP_EXTRA_INDEX_URL=https://download.pytorch.org/whl/cpu\nRUN pip install --no-cache-dir torch\n",
    ):
        assert estimated(PYTHON + cpu).likely < 2_500 * MB


def test_cpu_torch_installed_first_serves_what_depends_on_torch() -> None:
    found = estimated(
        PYTHON
        + "RUN pip install --no-cache-dir torch --index-url https://download.pytorch.org/whl/cpu\n"
        + "RUN pip install --no-cache-dir sentence-transformers\n"
    )
    assert found.likely < 3_000 * MB


def test_another_version_is_less_sure() -> None:
    same = estimated(PYTHON + "RUN pip install --no-cache-dir torch\n")
    other = estimated(PYTHON + "RUN pip install --no-cache-dir torch==1.13.1\n")
    assert other.low < same.low
    assert other.likely == same.likely


def test_conditional_installs_are_not_sure() -> None:
    found = estimated(PYTHON + 'RUN if [ "$X" = 1 ]; then pip install --no-cache-dir pandas; fi\n')
    assert found.low == base_only().low
    assert found.likely > base_only().likely


def test_what_is_removed_in_the_same_run_does_not_count() -> None:
    found = estimated(
        "FROM debian:12-slim\nRUN apt-get update && apt-get install -y gcc && make && apt-get purge -y gcc\n"
    )
    assert found.likely == estimated("FROM debian:12-slim\nRUN true\n").likely


def test_recommended_packages_count_unless_left_out() -> None:
    with_them = estimated("FROM debian:12\nRUN apt-get install -y git\n")
    without = estimated("FROM debian:12\nRUN apt-get install -y --no-install-recommends git\n")
    assert with_them.likely > without.likely
    assert with_them.low == without.low > 100 * MB


def test_unknown_base_counts_nothing_and_is_named() -> None:
    found = estimated("FROM example/app:1\nRUN pip install --no-cache-dir pandas\n")
    assert whats(found)[0] == "base image example/app:1 (size not known)"
    assert found.parts[0].bytes == 0
    assert found.high > 1_000 * MB


@pytest.mark.parametrize("text", ["", "FROM example/app:1\n", "ARG X\nFROM $X\nRUN true\n"])
def test_nothing_known_is_none(text: str) -> None:
    assert estimate_image(subject(text)) is None
    assert zip_fit(subject(text)) is None


def test_other_stages_do_not_ship() -> None:
    found = estimated("FROM python:3.12 AS test\nRUN pip install torch\n" + PYTHON + "RUN true\n")
    assert whats(found) == ["base image public.ecr.aws/lambda/python:3.12"]


def test_packages_of_another_stage_come_with_the_folder_they_were_installed_in() -> None:
    builder = "FROM python:3.12 AS b\nRUN pip install --no-cache-dir -t /deps pandas\n" + PYTHON
    brought = estimated(builder + "COPY --from=b /deps ${LAMBDA_TASK_ROOT}\n")
    assert "pip: pandas" in whats(brought)
    assert brought.parts[1].line == 4
    assert brought.low == base_only().low
    other = estimated(builder + "COPY --from=b /out ${LAMBDA_TASK_ROOT}\n")
    assert "pip: pandas" not in whats(other)


def test_node_modules_of_another_stage() -> None:
    found = estimated(
        "FROM node:22 AS b\nWORKDIR /app\nRUN npm install googleapis\n"
        + NODE
        + "COPY --from=b /app/node_modules ./node_modules\n"
    )
    assert "npm: googleapis" in whats(found)


def test_context_files_count_as_they_are(tmp_path: Path) -> None:
    (tmp_path / "app.py").write_bytes(b"x" * 1000)
    (tmp_path / "model.bin").write_bytes(b"x" * 50_000)
    (tmp_path / "skipped.bin").write_bytes(b"x" * 70_000)
    (tmp_path / ".dockerignore").write_text("skipped.bin\n.dockerignore\n")
    found = estimated(PYTHON + "COPY . .\n", tmp_path)
    assert found.low - base_only().low == 51_000
    assert whats(found)[1] == "COPY . (2 files)"


def test_context_files_of_an_earlier_stage(tmp_path: Path) -> None:
    (tmp_path / "app.py").write_bytes(b"x" * 1000)
    found = estimated(
        "FROM python:3.12 AS b\nWORKDIR /src\nCOPY app.py .\n" + PYTHON + "COPY --from=b /src/ ./\n", tmp_path
    )
    assert found.likely - base_only().likely == 1000


def test_zip_counts_code_and_packages_only(tmp_path: Path) -> None:
    (tmp_path / "app.py").write_bytes(b"x" * 1000)
    text = PYTHON + "RUN dnf install -y git\nRUN pip install --no-cache-dir pandas\nCOPY app.py .\n"
    fit = zip_fit(subject(text, tmp_path))
    assert fit is not None
    assert fit == (True, unpacked("pandas") + 1000, ZIP_LIMIT)


def test_zip_that_is_too_big_names_its_parts() -> None:
    found = subject(PYTHON + "RUN pip install torch\n")
    fit = zip_fit(found)
    parts = estimate_zip(found)
    assert fit is not None
    assert parts is not None
    assert not fit.fits
    assert fit.bytes == parts.likely == unpacked("torch")
    assert [part.what for part in parts.parts] == ["pip: torch"]


@pytest.mark.parametrize(
    ("text", "path", "expected"),
    [
        ("COPY a.txt .\nRUN true\n", "a.txt", "a.txt"),
        ("COPY a.txt ${LAMBDA_TASK_ROOT}/b.txt\nRUN true\n", "/var/task/b.txt", "a.txt"),
        ("COPY . /src\nWORKDIR /src\nRUN true\n", "sub/c.txt", "sub/c.txt"),
        ("COPY sub /src\nRUN true\n", "/src/c.txt", "sub/c.txt"),
        ("COPY sub/*.txt /src/\nRUN true\n", "/src/c.txt", "sub/c.txt"),
        ("COPY a.txt sub/c.txt ./\nRUN true\n", "c.txt", "sub/c.txt"),
        ("RUN true\nCOPY a.txt .\n", "a.txt", None),
        ("COPY a.txt .\nRUN true\n", "other.txt", None),
        ("RUN --mount=type=bind,source=sub/c.txt,target=/tmp/r.txt true\n", "/tmp/r.txt", "sub/c.txt"),
        ("COPY --from=b /app/a.txt .\nRUN true\n", "a.txt", "a.txt"),
        ("COPY --from=b /app /x\nRUN true\n", "/x/sub/c.txt", "sub/c.txt"),
        ("COPY --from=elsewhere /a.txt .\nRUN true\n", "a.txt", None),
    ],
)
def test_file_of_the_context_behind_a_path(
    tmp_path: Path, text: str, path: str, expected: str | None
) -> None:
    (tmp_path / "a.txt").write_text("a")
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "c.txt").write_text("c")
    found = subject("FROM debian:12 AS b\nWORKDIR /app\nCOPY . .\n" + PYTHON + text, tmp_path)
    run = next(step for step in found.build.shipped_steps() if step.instruction.keyword == "RUN")
    assert found.context is not None
    assert context_file(found.build, found.context, run, path) == expected


def test_packages_of_amazon_linux_are_likely_but_not_sure() -> None:
    found = estimated(PYTHON + "RUN dnf install -y gcc-c++ git\n")
    assert whats(found)[1:] == ["dnf: gcc-c++", "dnf: git"]
    assert found.low == base_only().low


def test_requirements_are_read_from_the_context(tmp_path: Path) -> None:
    (tmp_path / "requirements.txt").write_text("-r base.txt\nfoo==1.0\n")
    (tmp_path / "base.txt").write_text("pandas==2.2.0\n# numpy\n")
    copies = "COPY requirements.txt base.txt ./\n"
    found = estimated(PYTHON + copies + "RUN pip install --no-cache-dir -r requirements.txt\n", tmp_path)
    assert "pip: pandas" in whats(found)
    assert "pip: 1 package not measured" in whats(found)
    assert found.parts[-1].line == 3


def test_cpu_index_in_the_requirements(tmp_path: Path) -> None:
    (tmp_path / "requirements.txt").write_text(
        "--extra-index-url https://download.pytorch.org/whl/cpu\ntorch\nsentence-transformers\n"
    )
    found = estimated(
        PYTHON + "COPY requirements.txt .\nRUN pip install --no-cache-dir -r requirements.txt\n", tmp_path
    )
    assert found.likely < 3_000 * MB


def test_manifest_that_was_not_copied_is_not_read(tmp_path: Path) -> None:
    (tmp_path / "requirements.txt").write_text("pandas\n")
    found = estimated(PYTHON + "RUN pip install --no-cache-dir -r requirements.txt\n", tmp_path)
    assert "pip: pandas" not in whats(found)


def test_development_dependencies_follow_the_options(tmp_path: Path) -> None:
    (tmp_path / "package.json").write_text(
        '{"dependencies": {"googleapis": "^150"}, "devDependencies": {"aws-cdk-lib": "^2"}}'
    )
    everything = estimated(NODE + "COPY package.json ./\nRUN npm install\n", tmp_path)
    assert {"npm: googleapis", "npm: aws-cdk-lib"} <= set(whats(everything))
    production = estimated(NODE + "COPY package.json ./\nRUN npm install --omit=dev\n", tmp_path)
    assert "npm: aws-cdk-lib" not in whats(production)
    variable = estimated(NODE + "ENV NODE_ENV=production\nCOPY package.json ./\nRUN npm install\n", tmp_path)
    assert whats(variable) == whats(production)


def test_absurd_files_are_bounded() -> None:
    stages = ["FROM python:3.12 AS s0\n" + "RUN pip install pandas\n" * 50]
    stages += [f"FROM python:3.12 AS s{n}\n" + f"COPY --from=s{n - 1} / /\n" * 50 for n in range(1, 10)]
    assert len(estimated("".join(stages)).parts) < 5_000
    assert len(estimated(PYTHON + "COPY --from=0 / /\n").parts) == 1
