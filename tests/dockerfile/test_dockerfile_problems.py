"""What BuildKit refuses, in its words and at a tight place, and what it does not."""

from __future__ import annotations

import pytest

from tests.dockerfile.support import messages, read, sliced

_REFUSED = [
    ("FORM b", "unknown instruction: FORM (did you mean FROM?)", "FORM"),
    ("Rnu x", "unknown instruction: Rnu (did you mean run?)", "Rnu"),
    ("apt-get update", "unknown instruction: apt-get", "apt-get"),
    ("FROM", "FROM requires either one or three arguments", "FROM"),
    ("FROM b c", "FROM requires either one or three arguments", "FROM"),
    ("FROM b AS c # d", "FROM requires either one or three arguments", "FROM"),
    ("FROM b IN c", "FROM requires either one or three arguments", "FROM"),
    ("FROM b AS 1c", "invalid name for build stage: \"1c\", name can't start with a number or contain symbols", "1c"),
    ("COPY x", "COPY requires at least two arguments, but only one was provided. Destination could not be determined", "COPY"),
    ("ADD", "ADD requires at least two arguments, but only one was provided. Destination could not be determined", "ADD"),
    ("COPY a <<E\nE", "COPY cannot accept a heredoc as a destination", "<<E"),
    ("COPY --form=b x y", "unknown flag: --form (did you mean from?)", "--form=b"),
    ("COPY --FROM=b x y", "unknown flag: --FROM", "--FROM=b"),
    ("WORKDIR --x /y", "unknown flag: --x", "--x"),
    ("COPY --from=a --from=b x y", "duplicate flag specified: --from", "--from=b"),
    ("COPY --from x y", "missing a value on flag: --from", "--from"),
    ("COPY --link= x y", "missing a value on flag: --link", "--link="),
    ("COPY --link=maybe x y", "expecting boolean value for flag --link, not: maybe", "--link=maybe"),
    ("RUN --network=some x", 'invalid network mode "some"', "--network=some"),
    ("RUN --security=none x", 'security "none" is not valid', "--security=none"),
    ("RUN --mount= x", "failed to parse csv mounts: EOF", "--mount="),
    ("RUN --mount=from=$X,target=/y z", "'from' doesn't support variable expansion, define alias stage instead", "--mount=from=$X,target=/y"),
    ("ENV", "ENV requires at least one argument", "ENV"),
    ("ENV A", "ENV must have two arguments", "A"),
    ("ENV A=b c", "Syntax error - can't find = in \"c\". Must be of the form: name=value", "c"),
    ('LABEL a=b "c d"', 'Syntax error - can\'t find = in "\\"c d\\"". Must be of the form: name=value', '"c d"'),
    ("LABEL =b", "LABEL names can not be blank", ""),
    ("ARG", "ARG requires at least one argument", "ARG"),
    ("ARG =b", "ARG names can not be blank", "=b"),
    ("USER", "USER requires exactly one argument", "USER"),
    ("WORKDIR", "WORKDIR requires exactly one argument", "WORKDIR"),
    ("STOPSIGNAL", "STOPSIGNAL requires exactly one argument", "STOPSIGNAL"),
    ("MAINTAINER", "MAINTAINER requires exactly one argument", "MAINTAINER"),
    ("EXPOSE", "EXPOSE requires at least one argument", "EXPOSE"),
    ("VOLUME", "VOLUME requires at least one argument", "VOLUME"),
    ('VOLUME ["", "/x"]', "VOLUME specified can not be an empty string", '""'),
    ("SHELL", "SHELL requires at least one argument", "SHELL"),
    ("SHELL []", "SHELL requires at least one argument", "SHELL"),
    ("SHELL bash -c", "SHELL requires the arguments to be in JSON form", "SHELL"),
    ("CMD [1]", "when using JSON array syntax, arrays must be comprised of strings only", "[1]"),
    ("HEALTHCHECK", "HEALTHCHECK requires at least one argument", "HEALTHCHECK"),
    ("HEALTHCHECK curl x", 'Unknown type "CURL" in HEALTHCHECK (try CMD)', "curl"),
    ("HEALTHCHECK NONE x", "HEALTHCHECK NONE takes no arguments", "x"),
    ("HEALTHCHECK CMD", "Missing command after HEALTHCHECK CMD", "HEALTHCHECK"),
    ("HEALTHCHECK --interval=30 CMD x", 'time: missing unit in duration "30"', "--interval=30"),
    ("HEALTHCHECK --timeout=3x CMD x", 'time: unknown unit "x" in duration "3x"', "--timeout=3x"),
    ("HEALTHCHECK --timeout=$T CMD x", 'time: invalid duration "$T"', "--timeout=$T"),
    ("HEALTHCHECK --interval=1us CMD x", 'Interval "interval" cannot be less than 1ms', "--interval=1us"),
    ("HEALTHCHECK --retries=x CMD x", 'strconv.ParseInt: parsing "x": invalid syntax', "--retries=x"),
    ("HEALTHCHECK --retries=-1 CMD x", "--retries cannot be negative (-1)", "--retries=-1"),
    ("ONBUILD", "ONBUILD requires at least one argument", "ONBUILD"),
    ("ONBUILD ONBUILD RUN x", "Chaining ONBUILD via `ONBUILD ONBUILD` isn't allowed", "ONBUILD"),
    ("ONBUILD from b", "FROM isn't allowed as an ONBUILD trigger", "from"),
    ("ONBUILD ENV A", "ENV must have two arguments", "A"),
    ("RUN <<EOF\nx", "unterminated heredoc", "<<EOF"),
    ("RUN cat <<-EOF\n  EOF", "unterminated heredoc", "<<-EOF"),
    ("RUN echo $((1 << n))", "unterminated heredoc", "<< n))"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "message", "place"), _REFUSED, ids=[row[0] for row in _REFUSED])
def test_refused(text: str, message: str, place: str) -> None:
    document = read(f"FROM a\n{text}\n")
    (problem,) = document.problems
    assert problem.message == message
    assert problem.remedy.endswith((".", "]."))
    assert sliced(document, problem.span) == place


@pytest.mark.parametrize(
    "text",
    [
        "ADD --keep-git-dir --checksum=sha256:x --unpack=true --exclude=a --exclude=b --chmod=755 --link a b",
        "COPY --parents --exclude=a --exclude=b --link=false --chown=a:b a b",
        "RUN --mount=type=cache,target=/x --mount=type=secret,id=y --device=nvidia.com/gpu=all --network=host x",
        'RUN --mount=type=bind,"target=/a,b" x',
        "RUN --mount=type=ssh,required ls",
        "HEALTHCHECK --interval=1m30s --timeout=.5s --start-period=0 --start-interval=1.5h --retries=3 CMD x",
        "HEALTHCHECK --anything NONE",
        "STOPSIGNAL --anything 9",
        "ARG --anything A",
        "ARG A B=2 C=",
        "ENV A= B=''",
        "CMD",
        "ENTRYPOINT",
        "ENTRYPOINT []",
        "RUN",
        "EXPOSE 80 81/tcp $PORT 90-95",
        "VOLUME []x",
        'CMD ["a"] # b',
        "from b as C",
        "ONBUILD FOO",
        "ONBUILD COPY x",
        "RUN echo $((1<<2))",
        "FROM $X",
        "COPY --chown=ä x y",
    ],
)
def test_not_refused(text: str) -> None:
    assert messages(f"FROM a\n{text}\n") == []


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("", ["file with no instructions"]),
        ("# only\n\n", ["file with no instructions"]),
        ("ARG A=1\n", ["dockerfile contains no stages to build"]),
        ("RUN x\nRUN y\n", ["no build stage in current context"]),
        ("ARG A=1\nRUN x\nFROM a\nRUN y\n", ["no build stage in current context"]),
        ("FRM a\nRUN x\n", ["unknown instruction: FRM (did you mean FROM?)"]),
        ("# escape=x\nFROM a\n", ["invalid escape token 'x' does not match ` or \\"]),
        ("# check=a\n# check=b\nFROM a\n", ["only one check parser directive can be used"]),
        ("FROM a\n\\\n", ["unknown instruction: "]),
    ],
)
def test_files_as_a_whole(text: str, wanted: list[str]) -> None:
    assert messages(text) == wanted


def test_the_readable_rest_is_given() -> None:
    document = read("FROM a\nENV A=1 B C=2\nCOPY x\nRUN y\n")
    assert [instruction.keyword for instruction in document.instructions] == ["FROM", "ENV", "COPY", "RUN"]
    assert [word.text for word in document.instructions[1].arguments] == ["A", "1", "=", "C", "2", "="]
    assert len(document.problems) == 2


@pytest.mark.parametrize("syntax", ["example/inclusive", "example.com/x/y:1-labs"])
def test_another_frontend_has_its_own_language(syntax: str) -> None:
    assert messages(f"# syntax={syntax}\nINCLUDE x\nFROM a\n") == []


@pytest.mark.parametrize(
    "syntax", ["docker/dockerfile:1", "docker.io/docker/dockerfile:1-labs", "mirror.example.com/docker/dockerfile-upstream:master"]
)  # fmt: skip
def test_docker_s_frontend_is_known_by_its_name(syntax: str) -> None:
    assert messages(f"# syntax={syntax}\nFROM a\nINCLUDE x\n") == ["unknown instruction: INCLUDE"]


def test_a_long_word_is_shown_in_part() -> None:
    document = read("FROM a\n" + "x" * 60_000 + " y\n")
    assert len(document.problems[0].message) < 200
