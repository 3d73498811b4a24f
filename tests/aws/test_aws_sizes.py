"""Measured sizes and what they say."""

from __future__ import annotations

import pytest

from lintimg.aws.sizes import ECOSYSTEMS, base_size, package_part, package_size, with_dependencies
from lintimg.aws.tables import table


@pytest.mark.parametrize(
    ("ecosystem", "name", "low", "high"),
    [
        ("pip", "numpy", 40, 80),
        ("pip", "pandas", 90, 130),
        ("pip", "torch", 5_000, 6_000),
        ("pip", "Sentence_Transformers", 5_000, 6_500),
        ("pip", "tensorflow", 1_900, 2_200),
        ("npm", "aws-sdk", 90, 120),
        ("npm", "googleapis", 200, 300),
        ("apt", "gcc", 100, 250),
    ],
)
def test_measured_sizes(ecosystem: str, name: str, low: int, high: int) -> None:
    size = package_size(ecosystem, name)
    assert size is not None
    assert low * 10**6 < size.unpacked < high * 10**6
    assert size.own <= size.unpacked


def test_unmeasured_package() -> None:
    assert package_size("pip", "no-such-package") is None
    assert package_size("cargo", "serde") is None


def test_shared_dependencies_count_once() -> None:
    both = with_dependencies("pip", ("pandas", "scipy", "numpy", "pandas"))
    assert sum(name == "numpy" for name in both) == 1
    single = {name: package_size("pip", name) for name in ("pandas", "scipy")}
    total = sum(part.unpacked for part in both.values())
    assert total < sum(size.unpacked for size in single.values() if size)


@pytest.mark.parametrize("ecosystem", ECOSYSTEMS)
def test_dependencies_are_rows(ecosystem: str) -> None:
    rows = table(f"package_sizes_{ecosystem}")["packages"]
    for name, row in rows.items():
        assert row["unpacked"] > 0 or row["requires"], name
        assert set(row["requires"]) <= set(rows) - {name}
        part = package_part(ecosystem, name)
        assert part is not None
        assert part.name == name


OVERSIZED = [(ecosystem, name) for ecosystem, rows in table("oversized")["packages"].items() for name in rows]


@pytest.mark.parametrize(("ecosystem", "name"), OVERSIZED)
def test_oversized_packages_say_what_to_do(ecosystem: str, name: str) -> None:
    size = package_size(ecosystem, name)
    assert size is not None
    assert size.oversized
    assert size.advice
    assert size.saving is None or 0 < size.saving <= size.unpacked + size.bytecode
    assert size.through is None or package_size(ecosystem, size.through)


@pytest.mark.parametrize("name", ["boto3", "numpy", "torch+cpu", "tensorflow-cpu", "opencv-python-headless"])
def test_sound_choices_are_not_oversized(name: str) -> None:
    size = package_size("pip", name)
    assert size is not None
    assert not size.oversized


@pytest.mark.parametrize(
    ("reference", "likely"),
    [
        ("scratch", 0),
        ("public.ecr.aws/lambda/python:3.12", 550),
        ("public.ecr.aws/lambda/python:3.9-arm64", 590),
        ("public.ecr.aws/lambda/python", 550),
        ("public.ecr.aws/lambda/java:17.al2023", 420),
        ("public.ecr.aws/lambda/java:17", 495),
        ("public.ecr.aws/lambda/java:8", 850),
        ("amazon/aws-lambda-provided:al2", 309),
        ("public.ecr.aws/lambda/provided:al2023", 120),
        ("python:3.12-slim", 130),
        ("docker.io/library/python:3.12", 1020),
        ("pytorch/pytorch:2.4.0-cuda12.1-cudnn9-devel", 12000),
    ],
)
def test_base_sizes(reference: str, likely: int) -> None:
    size = base_size(reference)
    assert size is not None
    assert size.low <= size.likely <= size.high
    assert size.likely == likely * 10**6
    assert size.source


def test_every_runtime_has_a_size() -> None:
    for row in table("runtimes")["runtimes"]:
        assert base_size(f"public.ecr.aws/lambda/{row['image']}") is not None, row["image"]


@pytest.mark.parametrize(
    "reference", ["example/app:1", "123456789012.dkr.ecr.eu-west-1.amazonaws.com/a:1", "?"]
)
def test_unknown_bases_have_no_size(reference: str) -> None:
    assert base_size(reference) is None
