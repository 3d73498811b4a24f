"""Stages, variables, folders and shells."""

from __future__ import annotations

import sys
from collections.abc import Callable

import pytest

from lintimg.dockerfile.build import BaseFacts, Build, Step
from lintimg.dockerfile.resolve import UNKNOWN_FACTS, resolve
from tests.dockerfile.support import read

_KNOWN = BaseFacts({"LANG": "C", "HOME": "/root"}, "/var/task", ("/entry.sh",), None, None)


def known(reference: str) -> BaseFacts:
    return _KNOWN if reference.startswith("known") else UNKNOWN_FACTS


def built(text: str, target: str | None = None, **arguments: str) -> Build:
    return resolve(read(text), known, target, arguments)


def last_step(build: Build) -> Step:
    return build.stages[-1].steps[-1]


def values(text: str, *names: str, **arguments: str) -> list[str | None]:
    """The values of `names` at the last instruction; "unset" for one that is known to be unset."""
    environment = last_step(built(text, **arguments)).environment
    return [environment.get(name, "unset") for name in names]


def test_global_arguments_hold_in_from_only() -> None:
    build = built("ARG A=1\nARG B=$A-x\nFROM known:$B AS $A\nRUN x\n")
    assert build.stages[0].base_image == "known:1-x"
    assert build.global_arguments["B"] == "1-x"
    assert values("ARG A=1\nFROM known\nRUN x\n", "A") == ["unset"]
    assert values("ARG A=1\nFROM known\nARG A\nRUN x\n", "A") == ["1"]
    assert values("ARG A=1\nFROM known\nARG A=2\nRUN x\n", "A") == ["2"]


def test_build_arguments() -> None:
    text = "ARG A=1\nFROM known:$A\nARG A\nARG B=2\nARG C\nRUN x\n"
    assert built(text, A="9").stages[0].base_image == "known:9"
    assert values(text, "A", "B", "C", A="9", B="8", C="7", D="6") == ["9", "8", "7"]
    assert values(text, "D", D="6") == ["unset"]


def test_an_argument_without_value_is_not_known() -> None:
    assert built("ARG A\nFROM known:$A\n").stages[0].base_image is None
    assert values("FROM known\nARG A\nENV B=$A C=x\nRUN x\n", "A", "B", "C") == [None, None, "x"]
    assert values("FROM known\nARG LANG\nRUN x\n", "LANG") == ["C"]


@pytest.mark.parametrize("name", ["TARGETPLATFORM", "TARGETARCH", "BUILDPLATFORM", "TARGETSTAGE"])
def test_platform_arguments_are_there_but_not_known(name: str) -> None:
    assert values(f"FROM known\nARG {name}\nRUN x\n", name) == [None]
    assert values("FROM known\nRUN x\n", name) == ["unset"]
    assert built(f"FROM --platform=${name} known:${name}\n").stages[0].platform is None
    assert values(f"FROM known\nARG {name}\nRUN x\n", name, **{name: "linux/arm64"}) == ["linux/arm64"]


def test_environment_of_a_base() -> None:
    assert values("FROM known\nRUN x\n", "LANG", "HOME", "OTHER") == ["C", "/root", "unset"]
    assert values("FROM known\nENV LANG=$LANG.UTF-8\nRUN x\n", "LANG") == ["C.UTF-8"]
    assert values("FROM known\nRUN x\n", "PATH")[0] not in (None, "unset")
    environment = last_step(built("FROM other\nENV A=1 B=$C\nRUN x\n")).environment
    assert ("C" in environment, environment["C"]) == (True, None)
    assert dict(environment) == {"A": "1", "B": None}
    assert ("A" in environment.keys(), "C" in environment.keys()) == (True, False)  # noqa: SIM118


def test_pairs_of_one_env_see_what_was_before_it() -> None:
    text = "FROM known\nENV A=1\nENV A=2 B=$A ${A}C=x\nENV C=$A\nRUN x\n"
    assert values(text, "A", "B", "C", "1C") == ["2", "1", "2", "x"]


def test_what_was_set_last_holds() -> None:
    text = "FROM known AS one\nENV A=env\nARG A=arg\nRUN x\n"
    step = last_step(built(text))
    assert (step.environment["A"], step.env["A"]) == ("arg", "env")
    assert values("FROM known\nARG A=arg\nENV A=env\nRUN x\n", "A") == ["env"]


def test_stages_inherit_arguments_but_the_image_s_variables_win() -> None:
    text = (
        'FROM known AS one\nARG B=b\nENV A=env\nARG A=arg\nWORKDIR x\nSHELL ["bash", "-c"]\nFROM one\nRUN x\n'
    )
    step = last_step(built(text))
    assert (step.environment["A"], step.environment["B"]) == ("env", "b")
    assert "B" not in step.env
    assert (step.workdir, step.shell) == ("/var/task/x", ("bash", "-c"))


def test_an_earlier_state_stays_as_it_was() -> None:
    build = built("FROM known\nENV A=1\nENV A=2\nARG B=3\nRUN x\n")
    steps = build.stages[0].steps
    assert [step.environment.get("A", "unset") for step in steps] == ["unset", "1", "2", "2"]
    assert [sorted(step.env.keys()) for step in steps][:2] == [
        ["HOME", "LANG", "PATH"],
        ["A", "HOME", "LANG", "PATH"],
    ]


@pytest.mark.parametrize(
    ("folders", "wanted"),
    [
        (["a", "b/../c"], "/var/task/a/c"),
        (["/x//y/"], "/x/y"),
        (["//x"], "/x"),
        (["$UNSET"], "/var/task"),
        (["$HOME/a"], "/root/a"),
        (["'a b'"], "/var/task/a b"),
        (["$ARGUMENT"], None),
        (["$ARGUMENT", "/x", "y"], "/x/y"),
        (["a" * 3000, "b" * 3000], None),
    ],
)
def test_folders(folders: list[str], wanted: str | None) -> None:
    lines = "".join(f"WORKDIR {folder}\n" for folder in folders)
    assert last_step(built(f"FROM known\nARG ARGUMENT\n{lines}RUN x\n")).workdir == wanted


def test_the_folder_of_an_unknown_base() -> None:
    assert last_step(built("FROM other\nWORKDIR a\nRUN x\n")).workdir is None
    assert last_step(built("FROM other\nWORKDIR /a\nWORKDIR b\nRUN x\n")).workdir == "/a/b"


def test_the_stage_graph() -> None:
    build = built(
        "FROM known AS Base\nRUN a\nFROM other AS tools\nRUN b\nFROM third AS unused\nFROM base\n"
        "COPY --from=TOOLS /a /b\nRUN c\n"
    )
    assert [stage.name for stage in build.stages] == ["base", "tools", "unused", None]
    assert [stage.parent for stage in build.stages] == [None, None, None, 0]
    assert (build.target, build.chain, build.used) == (3, (0, 3), frozenset((0, 1, 3)))
    assert [step.instruction.rest.text for step in build.shipped_steps()] == ["a", "/a /b", "c"]
    assert build.stages[3].base_facts is _KNOWN


@pytest.mark.parametrize(
    ("line", "used"),
    [
        ("COPY --from=0 a b", {0, 1}),
        ("COPY --from=1 a b", {1}),
        ("COPY --from=image a b", {1}),
        ("RUN --mount=type=bind,from=Tools,target=/x y", {0, 1}),
        ("RUN --mount=from=0 y", {1}),
        ("ONBUILD COPY --from=tools a b", {0, 1}),
        ("ADD tools b", {1}),
    ],
)
def test_stages_that_are_copied_or_mounted_from(line: str, used: set[int]) -> None:
    assert built(f"FROM a AS tools\nFROM known\n{line}\n").used == used


def test_a_stage_shadows_an_image_only_behind_it() -> None:
    build = built("FROM python AS python\nFROM python\n")
    assert [(stage.base_image, stage.parent) for stage in build.stages] == [("python", None), ("python", 0)]
    assert build.stages[1].root == 0


@pytest.mark.parametrize(("target", "number"), [(None, 2), ("one", 0), ("ONE", 0), ("1", 1), ("two", 2)])
def test_targets(target: str | None, number: int) -> None:
    assert built("FROM a AS one\nFROM b\nFROM c AS two\n", target).target == number


@pytest.mark.parametrize("target", ["three", "3", "-1", "²", "9" * 5000])
def test_targets_that_are_not_there(target: str) -> None:
    with pytest.raises(ValueError, match="no stage"):
        built("FROM a AS one\nFROM b\nFROM c\n", target)


def test_files_without_a_stage() -> None:
    build = built("ARG A=1\n")
    assert (build.target, build.chain, build.stages) == (None, (), ())


def test_pieces_of_files_stand_on_a_base_that_is_not_known() -> None:
    build = built("ARG A=1\nENV B=$A\nRUN x\n")
    assert (build.target, build.chain, build.problems) == (0, (0,), ())
    assert build.stages[0].base_image is None
    assert build.stages[0].steps[2].environment["B"] == "1"


@pytest.mark.parametrize(
    ("base", "problem"),
    [("$UNSET", "base name ($UNSET) should not be blank"), ("a${", "failed to process \"a${\": syntax error: missing '}'")],
)  # fmt: skip
def test_bases_that_are_refused(base: str, problem: str) -> None:
    build = built(f"FROM {base}\nRUN x\n")
    assert build.problems == (problem,)
    assert build.stages[0].base_image is None


def _calls(action: Callable[[], object]) -> int:
    """How many calls of Python functions `action` makes."""
    count = 0

    def profile(_frame: object, event: str, _argument: object) -> None:
        nonlocal count
        count += event == "call"

    sys.setprofile(profile)
    try:
        action()
    finally:
        sys.setprofile(None)
    return count


@pytest.mark.parametrize(
    "line",
    ["ENV V{n}=$V1", "ARG V{n}=1", "FROM s{n} AS s{m}\nENV V{n}=1", "FROM a AS s{m}\nRUN --mount=from=s1 x", "WORKDIR a{n}", "ENV A=$A$A"],
)  # fmt: skip
def test_work_grows_with_length_alone(line: str) -> None:
    def text(count: int) -> str:
        return "FROM known AS s0\nENV A=aaaa\n" + "\n".join(line.format(n=n, m=n + 1) for n in range(count))

    small, large = (_calls(lambda count=count: built(text(count))) for count in (400, 1600))  # type: ignore[misc]
    assert large < 4.5 * small
