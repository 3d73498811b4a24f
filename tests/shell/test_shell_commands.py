"""Commands in the order the shell reaches them, and what surrounds each."""

from __future__ import annotations

import pytest

from tests.shell.support import SH, command, commands, script, source_of, words


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a b && c || d; e & f", [["a", "b"], ["c"], ["d"], ["e"], ["f"]]),
        ("a | b |& c", [["a"], ["b"], ["c"]]),
        ("(a; b) && { c; d; }", [["a"], ["b"], ["c"], ["d"]]),
        ("if a; then b; elif c; then d; else e; fi", [["a"], ["b"], ["c"], ["d"], ["e"]]),
        ("if (a) then b; fi", [["a"], ["b"]]),
        ("for x in a b; do c $x; done", [["c", "$x"]]),
        ("for x; do c; done", [["c"]]),
        ("for ((i=0; i<3; i++)); do c; done", [["c"]]),
        ("for x in a; { c; }", [["c"]]),
        ("select x in a b; do c; done", [["c"]]),
        ("while a; b; do c; done", [["a"], ["b"], ["c"]]),
        ("until a; do b; done < f", [["a"], ["b"]]),
        ("case $x in a|b) c ;; (d) e ;& *) f ;; esac", [["c"], ["e"], ["f"]]),
        ("case x in esac", []),
        ("case x in a) ;; esac", []),
        ("case $(id) in 'a b') c;; esac", [["id"], ["c"]]),
        ("f() { a; }; f x", [["a"], ["f", "x"]]),
        ("function f { a; }; f", [["a"], ["f"]]),
        ("function f () ( a ); f", [["a"], ["f"]]),
        ("[[ -f x && ( $y == z* || $y =~ ^(a|b)c$ ) ]] && a", [["[[", "-f", "x", "&&", "(", "$y", "==", "z*", "||", "$y", "=~", "^(a|b)c$", ")", "]]"], ["a"]]),
        ("(( x > 1 )) && a", [["((", " x > 1 "], ["a"]]),
        ("((a); b)", [["a"], ["b"]]),
        ("! a", [["a"]]),
        ("! { a; }", [["a"]]),
        ("time a b", [["a", "b"]]),
        ("time { a; }", [["a"]]),
        ("a=$(b c) d", [["b", "c"], ["d"]]),
        ("a=(b $(c) d) e", [["c"], ["e"]]),
        ("declare -a x=(b $(c)) && d", [["c"], ["declare", "-a", "x=(b $(c))"], ["d"]]),
        ("a <(b) >(c)", [["b"], ["c"], ["a", "<(b)", ">(c)"]]),
        ("a <<< \"$(b)\" c", [["b"], ["a", "c"]]),
        ("a 2>&1 >/dev/null b &> c {fd}>d", [["a", "b"]]),
        ("echo $(a $(b `c`))", [["c"], ["b", "`c`"], ["a", "$(b `c`)"], ["echo", "$(a $(b `c`))"]]),
        ("echo $((1 + $(a)))", [["a"], ["echo", "$((1 + $(a)))"]]),
        ("echo ${x:-$(a)}", [["a"], ["echo", "${x:-$(a)}"]]),
        ("{a,b} }", [["{a,b}", "}"]]),
        ("echo if then fi", [["echo", "if", "then", "fi"]]),
        (r"find . -exec rm {} \; -print", [["find", ".", "-exec", "rm", "{}", r"\;", "-print"]]),
        ("xargs sudo rm", [["xargs", "sudo", "rm"]]),
    ],
)  # fmt: skip
def test_commands(text: str, expected: list[list[str]]) -> None:
    assert words(text) == expected


@pytest.mark.parametrize(
    "text",
    [";", "a &&", "a && && b", "| a", "if a; then fi", "if a then b; fi", "for in; do", "while a; done", "case x in a b) c;; esac",
     "(a", "a)", "{ a", "a; }", "echo 'x", 'echo "x', "echo `x", "echo $(x", "echo ${x", "echo ${}", "echo ${x y}", "a > ", "[[ a", "fi", "()",
     "if a; then b; done", "foo bar (baz)", "a ;; b", "x=(a", "for x in a; do b", "! | a", "a &&&& b"],
)  # fmt: skip
def test_what_no_shell_accepts_is_unread(text: str) -> None:
    read = script(text)
    assert read.commands == ()
    assert read.unread


def test_separators() -> None:
    found = commands("a && b || c; d & e | f |& g; { h; i; }; (j)")
    assert [(c.name, c.before) for c in found] == [
        ("a", ""), ("b", "&&"), ("c", "||"), ("d", ";"), ("e", "&"), ("f", "|"), ("g", "|&"), ("h", ";"), ("i", ";"), ("j", ";"),
    ]  # fmt: skip
    assert [c.name for c in found if c.background] == ["d"]


def test_a_group_takes_the_operator_before_it() -> None:
    assert [c.before for c in commands("a && { b; c; }")] == ["", "&&", ";"]
    assert [c.before for c in commands("a || (if b; then c; fi)")] == ["", "||", ";"]


def test_background_holds_for_the_whole_and_or_list() -> None:
    assert [c.background for c in commands("a; b && c & d")] == [False, True, True, False]


def test_pipelines() -> None:
    found = commands("a | b; c; d | e | f")
    assert [(c.pipeline, c.stage, c.stages) for c in found] == [
        (0, 0, 2), (0, 1, 2), (1, 0, 1), (2, 0, 3), (2, 1, 3), (2, 2, 3),
    ]  # fmt: skip


def test_conditional_commands() -> None:
    def conditional(text: str) -> list[str | None]:
        return [c.name for c in commands(text) if c.conditional]

    assert conditional("if a; then b; elif c; then d; else e; fi; f") == ["b", "c", "d", "e"]
    assert conditional("for x in a; do b; done; while c; do d; done") == ["b", "d"]
    assert conditional("case x in a) b;; esac") == ["b"]
    assert conditional("a || b; c") == ["b"]
    assert conditional("a && b && c; d") == []
    assert conditional("a || b && c") == ["b"]
    assert conditional("(a || (b; c)) && d") == ["b", "c"]


def test_a_test_that_guards_makes_what_follows_conditional() -> None:
    def conditional(text: str) -> list[str | None]:
        return [c.name for c in commands(text) if c.conditional]

    assert conditional("[ -f x ] && a && b; c") == ["a", "b"]
    assert conditional("command -v apk && apk add x || yum install x") == ["apk", "yum"]
    # The last list decides whether the build succeeds: what it holds has run.
    assert conditional("a; [ -f x ] && b") == []
    assert conditional("a && b; c") == []


def test_branches_exclude_each_other() -> None:
    found = {
        c.name: c.branches
        for c in commands("if a; then b; elif c; then d; else case x in y) e;; z) f;; esac; fi")
    }
    assert found["a"] == ()
    assert {name: [(b.construct, b.arm) for b in found[name]] for name in "bdef"} == {
        "b": [(0, 0)], "d": [(0, 1)], "e": [(0, 2), (1, 0)], "f": [(0, 2), (1, 1)],
    }  # fmt: skip


def test_arms_that_fall_through_do_not_exclude_each_other() -> None:
    found = commands("case x in a) b;& c) d;; e) f;; esac")
    assert [c.branches[0].arm for c in found] == [0, 0, 1]


def test_loops_functions_and_depth() -> None:
    found = {c.name: c for c in commands("f() { a; }; while b; do c $(d); done; e")}
    assert [name for name in found if found[name].loop] == ["b", "d", "c"]
    assert found["a"].function == "f"
    assert found["d"].depth == 1
    assert found["e"].depth == 0


def test_negation() -> None:
    assert [c.negated for c in commands("! a | b; c")] == [True, True, False]


def test_redirections() -> None:
    found = command('a 2>&1 >>log <"in" 3<&- &>all')
    told = [(r.operator, r.descriptor, r.target.pieces if r.target else None) for r in found.redirects]
    assert told == [
        (">&", 2, "1"),
        (">>", None, "log"),
        ("<", None, "in"),
        ("<&", 3, "-"),
        ("&>", None, "all"),
    ]
    source = source_of('a 2>&1 >>log <"in" 3<&- &>all')
    assert source.slice(found.redirects[1].span) == ">>log"
    assert source.slice(found.statement) == 'a 2>&1 >>log <"in" 3<&- &>all'


def test_assignments() -> None:
    found = command("A=1 B= C=$x D='a b' E+=2 F[1]=3 cmd G=4")
    assert [(a.name, a.value.value if a.value else None) for a in found.assignments] == [
        ("A", "1"), ("B", ""), ("C", None), ("D", "a b"), ("E", "2"), ("F", "3"),
    ]  # fmt: skip
    assert [w.raw for w in found.words] == ["cmd", "G=4"]
    assert found.environment == found.assignments
    alone = command("A=1")
    assert (alone.name, alone.words, alone.assignments[0].name) == (None, (), "A")


@pytest.mark.parametrize(
    ("text", "wrappers", "name"),
    [
        ("sudo -E -u root apt-get update", ("sudo",), "apt-get"),
        ("sudo -Hu root env -i A=1 pip x", ("sudo", "env"), "pip"),
        ("env -i A=1 B=2 pip x", ("env",), "pip"),
        ("env -u A pip x", ("env",), "pip"),
        ("exec -a x /usr/bin/pip x", ("exec",), "pip"),
        ("time -p nice -n 5 nohup pip x", ("time", "nice", "nohup"), "pip"),
        ("eatmydata apt-get update", ("eatmydata",), "apt-get"),
        ("timeout -k 5 10m pip x", ("timeout",), "pip"),
        ("gosu user:group pip x", ("gosu",), "pip"),
        ("command pip x", ("command",), "pip"),
        ("command -v pip", (), "command"),
        ("exec", (), "exec"),
        ("env", (), "env"),
        ("sudo -l", (), "sudo"),
        ("sudo $X pip", ("sudo",), None),
        ("stdbuf -oL pip x", ("stdbuf",), "pip"),
        ("$X pip", (), None),
        ('"$(which pip)" x', (), None),
    ],
)
def test_wrappers(text: str, wrappers: tuple[str, ...], name: str | None) -> None:
    found = commands(text)[-1]
    assert (found.wrappers, found.name) == (wrappers, name)


def test_environment_of_wrappers_and_exports() -> None:
    def environment(text: str, name: str) -> list[tuple[str, str | None]]:
        found = next(c for c in commands(text) if c.name == name)
        return [(a.name, a.value.value if a.value else None) for a in found.environment]

    assert environment("A=1 sudo B=2 env C=3 x", "x") == [("A", "1"), ("B", "2"), ("C", "3")]
    assert environment("export A=1 B && x", "x") == [("A", "1")]
    assert environment("A=1; export A; A=2; x", "x") == [("A", "2")]
    assert environment("declare -x A=1; declare B=2; x", "x") == [("A", "1")]
    assert environment("(export A=1; y); x", "x") == []
    assert environment("(export A=1; y); x", "y") == [("A", "1")]
    assert environment("export A='b c'; sh -c 'x'", "x") == [("A", "b c")]


def test_statement_spans_the_command() -> None:
    text = "a && A=1 \\\n sudo b 'c d' >e; f"
    source = source_of(text)
    assert [source.slice(c.statement) for c in commands(text)] == ["a", "A=1 \\\n sudo b 'c d' >e", "f"]


def test_carriage_returns_are_blanks() -> None:
    assert [c.words[0].value for c in script("a \\\r\n && b\r", SH).commands] == ["a", "b"]
