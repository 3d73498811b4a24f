"""The runtimes' table and what can be asked of it."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from lintimg.aws.runtimes import Runtime, closest_tag, deprecation_state, newest, read_tag, runtime_of
from lintimg.aws.tables import data_as_of, table

ROWS = table("runtimes")["runtimes"]
AS_OF = date.fromisoformat(data_as_of())


def runtime(image: str, tag: str) -> Runtime:
    found = runtime_of(image, tag)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("image", "tag", "name", "os", "deprecation"),
    [
        ("python", "3.12", "python3.12", "AL2023", date(2028, 10, 31)),
        ("python", "3.10", "python3.10", "AL2", date(2026, 10, 31)),
        ("python", "3.8-arm64", "python3.8", "AL2", date(2024, 10, 14)),
        ("nodejs", "12", "nodejs12.x", "AL2", date(2023, 3, 31)),
        ("nodejs", "20", "nodejs20.x", "AL2023", date(2026, 4, 30)),
        ("java", "8", "java8", "AL1", date(2024, 1, 8)),
        ("java", "8.al2", "java8.al2", "AL2", date(2027, 6, 30)),
        ("java", "17.al2023", "java17.al2023", "AL2023", date(2029, 6, 30)),
        ("dotnet", "5.0", "dotnet5.0", "AL2", date(2022, 5, 10)),
        ("dotnet", "core3.1", "dotnetcore3.1", "AL2", date(2023, 4, 3)),
        ("dotnet", "9", "dotnet9", "AL2023", date(2026, 11, 10)),
        ("ruby", "3.3.2024.04.17.17", "ruby3.3", "AL2023", date(2027, 3, 31)),
        ("provided", "al2", "provided.al2", "AL2", date(2026, 7, 31)),
        ("provided", "al2023-x86_64", "provided.al2023", "AL2023", date(2029, 6, 30)),
        ("provided", "alami", "provided", "AL1", date(2024, 1, 8)),
        ("go", "1", "go1.x", "AL1", date(2024, 1, 8)),
    ],
)
def test_tag_names_runtime(image: str, tag: str, name: str, os: str, deprecation: date) -> None:
    found = runtime(image, tag)
    assert (found.runtime, found.os, found.deprecation) == (name, os, deprecation)


@pytest.mark.parametrize(
    ("image", "tag"),
    [
        ("nodejs", "20.x"),
        ("python", "3.12-amd64"),
        ("python", "3"),
        ("python", "latest"),
        ("python", "3.12-slim"),
        ("python", "2.7-arm64"),
        ("dotnet", "8.0"),
        ("provided", "al1"),
        ("nodejs", "3.12"),
        ("python", ""),
    ],
)
def test_tag_outside_the_grammar_names_no_runtime(image: str, tag: str) -> None:
    assert runtime_of(image, tag) is None


def test_package_managers_follow_the_operating_system() -> None:
    assert "yum" not in runtime("python", "3.12").package_managers
    assert runtime("python", "3.11").package_managers == ("yum",)


def test_preview() -> None:
    assert runtime("python", "3.14-preview.2025.10.11.12").preview
    assert runtime("nodejs", "26").preview
    assert not runtime("python", "3.14").preview


def test_tag_parts() -> None:
    assert read_tag("3.12.2024.04.17.17-arm64") == ("3.12", False, True, "arm64")
    assert read_tag("26-preview") == ("26", True, False, None)
    assert read_tag("8.al2") == ("8.al2", False, False, None)


def test_deprecation_state_turns_on_its_days() -> None:
    python = runtime("python", "3.10")
    day = date(2026, 10, 31)
    assert deprecation_state(python, day - timedelta(days=181)) == "current"
    assert deprecation_state(python, day - timedelta(days=180)) == "soon"
    assert deprecation_state(python, day - timedelta(days=1)) == "soon"
    assert deprecation_state(python, day) == "deprecated"


def test_runtime_without_a_date_is_current() -> None:
    assert deprecation_state(runtime("python", "3.15"), date(2100, 1, 1)) == "current"


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["image"])
def test_successors_are_current_and_of_the_same_language(row: dict[str, object]) -> None:
    image, _, tag = str(row["image"]).partition(":")
    old = runtime(image, tag)
    for reference in old.successor_tags:
        new = runtime(*reference.split(":"))
        assert new.language == ("provided" if old.language == "go" else old.language)
        assert deprecation_state(new, AS_OF) == "current"
        assert not new.preview
        assert new.os == "AL2023"
        assert new.deprecation is not None
        assert old.deprecation is None or new.deprecation >= old.deprecation
    if deprecation_state(old, AS_OF) != "current":
        assert old.successor_tags


def test_dates_are_in_order() -> None:
    for row in ROWS:
        dates = [row[key] for key in ("deprecation", "block_create", "block_update") if row[key] is not None]
        assert dates == sorted(dates), row["image"]


@pytest.mark.parametrize(
    ("image", "tag"),
    [("python", "3.14"), ("nodejs", "24"), ("java", "25"), ("dotnet", "10"), ("ruby", "4.0")],
)
def test_newest(image: str, tag: str) -> None:
    assert newest(image) == runtime(image, tag)


def test_newest_of_the_os_only_images() -> None:
    al2023 = runtime("provided", "al2023")
    assert newest("provided") == al2023
    assert newest("go") == al2023


@pytest.mark.parametrize(
    ("image", "tag", "closest"),
    [
        ("nodejs", "20.x", "20"),
        ("nodejs", "nodejs22.x", "22"),
        ("nodejs", "22-alpine", "22"),
        ("python", "python3.12", "3.12"),
        ("python", "3.12-amd64", "3.12-x86_64"),
        ("python", "3.12-aarch64", "3.12-arm64"),
        ("python", "3.12-slim", "3.12"),
        ("python", "3.99", None),
        ("python", "3.12", None),
        ("dotnet", "8.0", "8"),
        ("java", "21.0", "21"),
        ("provided", "al1", "alami"),
    ],
)
def test_closest_tag(image: str, tag: str, closest: str | None) -> None:
    assert closest_tag(image, tag) == closest
