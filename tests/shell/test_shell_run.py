"""Which scripts an instruction runs: shell and exec forms, here-documents, `sh -c`."""

from __future__ import annotations

import pytest

from lintimg.dockerfile.lexer import parse
from lintimg.shell.run import read_run
from lintimg.text import SourceText
from tests.shell.support import SH, commands, script, scripts, source_of

BASH = ("/bin/bash", "-o", "pipefail", "-ec")


def test_shell_form() -> None:
    read = script("a && b")
    assert (read.dialect, read.unread, read.heredoc, read.options) == ("sh", None, False, frozenset())
    assert source_of("a && b").slice(read.span) == "a && b"


def test_options_of_shell() -> None:
    read = script("a | b", BASH)
    assert read.dialect == "bash"
    assert read.options == {"pipefail", "e", "errexit"}
    assert script("a", ("/usr/bin/env", "bash", "-euxo", "pipefail", "-c")).options >= {
        "e",
        "nounset",
        "pipefail",
    }


@pytest.mark.parametrize(
    "shell",
    [
        ("powershell", "-Command"),
        ("cmd", "/S", "/C"),
        (r"C:\Windows\System32\pwsh.EXE", "-c"),
        ("python3", "-c"),
    ],
)
def test_other_shells_are_unread(shell: tuple[str, ...]) -> None:
    read = script("Get-Item x | foo {", shell)
    assert read.commands == ()
    assert read.unread


def test_a_backtick_escape_means_windows() -> None:
    document = parse(SourceText("Dockerfile", b"# escape=`\nFROM a\nRUN dir C:\\ `\n /b\n"))
    (read,) = read_run(document.instructions[1], SH, document.escape)
    assert read.unread


def test_exec_form_is_one_command() -> None:
    text = '["sudo", "apt-get", "install", "-y", "a b"]'
    read = script(text)
    (only,) = read.commands
    assert (read.dialect, only.name, only.wrappers) == ("exec", "apt-get", ("sudo",))
    assert [w.value for w in only.words] == ["apt-get", "install", "-y", "a b"]
    assert source_of(text).slice(only.words[3].span) == '"a b"'


def test_exec_form_of_a_shell_is_read_through() -> None:
    text = r'["bash", "-euo", "pipefail", "-c", "apt-get update && \\\necho \"a\tb\" caf\u00e9 | cat"]'
    read = script(text)
    assert read.dialect == "bash"
    assert read.options >= {"pipefail", "e", "u"}
    assert [[w.value for w in c.words] for c in read.commands] == [
        ["apt-get", "update"],
        ["echo", "a\tb", "caf\xe9"],
        ["cat"],
    ]
    source = source_of(text)
    assert source.slice(read.commands[0].words[1].span) == "update"
    assert source.slice(read.commands[2].words[0].span) == "cat"


@pytest.mark.parametrize(
    "text",
    ["sh -c 'a b && c'", 'bash -ec "a b && c"', "/bin/sh -e -c 'a b && c'", "sudo bash --login -xc 'a b && c' name arg", "su user -c 'a b && c'",
     "su -c 'a b && c' user", "sh -c a' b && 'c", "busybox sh -c 'a b && c'"],
)  # fmt: skip
def test_shell_with_a_text_is_read_through(text: str) -> None:
    assert [[w.value for w in c.words] for c in commands(text)] == [["a", "b"], ["c"]]


def test_places_behind_quotes_and_escapes() -> None:
    text = 'set -e; bash -c "echo \\"x y\\" \\$Z && \\\n  make \'in side\'" && tail'
    source = source_of(text)
    found = commands(text)
    assert [c.name for c in found] == ["set", "echo", "make", "tail"]
    assert [c.before for c in found] == ["", ";", "&&", "&&"]
    assert [w.pieces for w in found[1].words] == ["echo", "x y", "$Z"]
    assert source.slice(found[2].words[0].span) == "make"
    assert source.slice(found[2].words[1].span) == "'in side'"


def test_options_of_a_text_that_is_all() -> None:
    whole = script("bash -o pipefail -c 'a | b'")
    assert (whole.dialect, "pipefail" in whole.options) == ("bash", True)
    partly = script("x && bash -o pipefail -c 'a | b'")
    assert (partly.dialect, "pipefail" in partly.options) == ("sh", False)


@pytest.mark.parametrize("text", ["sh -c 'a && '", 'sh -c "$(cat "x")"', "sh script.sh", "sh -c", "bash -c"])
def test_what_cannot_be_read_through_stays(text: str) -> None:
    assert commands(text)[-1].name in ("sh", "bash")


def test_surroundings_pass_through() -> None:
    found = {c.name: c for c in commands("if a; then sh -c 'b || c'; fi")}
    assert found["b"].conditional
    assert found["b"].branches
    assert found["c"].before == "||"


def test_heredoc_is_the_script() -> None:
    text = "<<EOF\nset -e\n  apt-get update # x\nif a; then\n b \\\n  c\nfi\nEOF"
    (read,) = scripts(text)
    assert read.heredoc
    assert [c.name for c in read.commands] == ["set", "apt-get", "a", "b"]
    assert [c.before for c in read.commands] == ["", "\n", "\n", ";"]
    source = source_of(text)
    place = source.position(read.commands[3].words[1].span.start)
    assert (place.line, place.column) == (7, 3)


def test_heredoc_with_tabs_and_line_ends_of_windows() -> None:
    text = "<<-'EOF'\r\n\tapt-get update\r\n\t\tb c\r\n\tEOF\r"
    (read,) = scripts(text)
    assert [[w.value for w in c.words] for c in read.commands] == [["apt-get", "update"], ["b", "c"]]
    assert source_of(text).slice(read.commands[1].words[1].span) == "c"


@pytest.mark.parametrize(
    ("first", "dialect", "options"),
    [
        ("#!/bin/bash -e", "bash", {"e", "errexit"}),
        ("#!/usr/bin/env bash", "bash", set()),
        ("#!/usr/bin/env -S bash -eu", "bash", {"e", "errexit", "u", "nounset"}),
    ],
)
def test_shebang_decides(first: str, dialect: str, options: set[str]) -> None:
    (read,) = scripts(f"<<EOF\n{first}\na b\nEOF", BASH)
    assert (read.dialect, set(read.options), read.commands[0].name) == (dialect, options, "a")


@pytest.mark.parametrize(
    "text", ["<<EOF\n#!/usr/bin/python3\nimport x\nEOF", "<<EOF\n#!/usr/bin/env -S node --x\nlet a = (\nEOF"]
)
def test_shebang_of_another_language(text: str) -> None:
    (read,) = scripts(text)
    assert (read.heredoc, read.commands) == (True, ())
    assert read.unread


@pytest.mark.parametrize(
    "text",
    [
        "bash -e <<EOF\na\nb\nEOF",
        "<<EOF bash -e\na\nb\nEOF",
        "bash -es <<'EOF' \na\nb\nEOF",
        "sudo bash -e - 0<<EOF\na\nb\nEOF",
    ],
)
def test_heredoc_for_a_shell(text: str) -> None:
    line, body = scripts(text)
    assert [c.name for c in line.commands] == ["bash"]
    assert (line.heredoc, body.heredoc, body.dialect, "errexit" in body.options) == (
        False,
        True,
        "bash",
        True,
    )
    assert [c.name for c in body.commands] == ["a", "b"]


def test_heredoc_for_another_language() -> None:
    line, body = scripts("python3 <<EOF && x\nprint('a')\nEOF")
    assert [c.name for c in line.commands] == ["python3", "x"]
    assert (body.dialect, body.commands) == ("python3", ())
    assert body.unread


def test_heredoc_that_is_a_file() -> None:
    text = "cat <<EOF > /etc/x && apt-get update\nrm -rf $(id) /\nEOF"
    (read,) = scripts(text)
    assert [(c.name, c.depth) for c in read.commands] == [("id", 1), ("cat", 0), ("apt-get", 0)]
    redirect = read.commands[1].redirects[0]
    assert (redirect.operator, redirect.target) == ("<<", None)
    assert redirect.body is not None
    assert (redirect.body.raw, redirect.body.value) == ("rm -rf $(id) /\n", None)
    assert source_of(text).slice(redirect.body.span) == "rm -rf $(id) /\n"


def test_several_heredocs() -> None:
    line, body = scripts("cat <<'A' >x; bash <<B\n$(no)\nA\nyes\nB")
    assert [c.name for c in line.commands] == ["cat", "bash"]
    assert [c.name for c in body.commands] == ["yes"]
    quoted = line.commands[0].redirects[0].body
    assert quoted is not None
    assert quoted.value == "$(no)\n"


def test_heredoc_inside_a_heredoc() -> None:
    (read,) = scripts("<<EOF\ncat <<INNER >x\nrm a\nINNER\nb\nEOF")
    assert [c.name for c in read.commands] == ["cat", "b"]


@pytest.mark.parametrize(
    ("keyword", "text", "expected"),
    [
        ("CMD", "exec tini -- python app.py", ["python"]),
        ("ENTRYPOINT", "a && b", ["a", "b"]),
        ("HEALTHCHECK", "--interval=5s CMD curl -f x || exit 1", ["curl", "exit"]),
        ("HEALTHCHECK", 'CMD ["curl", "-f", "x"]', ["curl"]),
        ("HEALTHCHECK", 'CMD ["sh", "-c", "a && b"]', ["a", "b"]),
        ("HEALTHCHECK", "NONE", []),
        ("CMD", '["a.handler"]', ["a.handler"]),
        ("CMD", "[]", []),
        ("ONBUILD", "RUN a && b", ["a", "b"]),
        ("ONBUILD", "RUN <<EOF\na\nEOF", ["a"]),
    ],
)
def test_other_instructions(keyword: str, text: str, expected: list[str]) -> None:
    found = scripts(text, keyword=keyword)
    assert [c.name for each in found for c in each.commands] == expected


def test_mounts_are_no_part_of_the_script() -> None:
    text = "--mount=type=cache,target=/x --network=none pip install a"
    (only,) = commands(text)
    assert source_of(text).slice(only.statement) == "pip install a"
