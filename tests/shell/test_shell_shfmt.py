"""The grammar against mvdan/sh: the same texts refused, the same simple commands with the same words."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lintimg.dockerfile.document import LogicalText
from lintimg.shell.grammar import parse_script
from lintimg.shell.syntax import HereDocument, Items, ShellSyntaxError, Simple

SHFMT = shutil.which("shfmt", path=str(Path(sys.executable).parent)) or shutil.which("shfmt")
Words = list[tuple[int, int]]

pytestmark = pytest.mark.skipif(SHFMT is None, reason="shfmt-py has no wheel for this platform")

RUNS = [
    "set -eux; apt-get update; apt-get install -y --no-install-recommends gcc libc6-dev; rm -rf /var/lib/apt/lists/*",
    'if [ "$(uname -m)" = x86_64 ]; then a=amd64; else a=arm64; fi && curl -fsSL "https://x/$a.tgz" | tar xz -C /opt --strip-components=1',
    'case "$(dpkg --print-architecture)" in amd64|i386) URL=a ;; arm*) URL=\'b\' ;; *) echo >&2 "no: $URL"; exit 1 ;; esac; wget -O x "$URL"',
    'for f in a b "c d"; do test -e "$f" || continue; cp -- "$f" /x/${f##*/}.bak; done; unset f',
    "savedAptMark=\"$(apt-mark showmanual)\"; find /usr/local -type f -executable -exec ldd '{}' ';' | awk '/=>/ { print $(NF-1) }' | sort -u | xargs -r apt-mark manual",
    "x=$((1 + (2 * 3))) && y=$(( x > 3 ? 1 : 0 )) && [[ $y -eq 1 && ( -f a || $x =~ ^[0-9]+$ ) ]] && echo ok",
    '( cd /tmp && { make -j"$(nproc)" || make; } ) > log 2>&1 < /dev/null & wait',
    'f() { local a="${1:-$(pwd)}"; echo "${a%/}/x" `basename $a`; }; f; f /y',
    "cat <<EOF > /etc/x && chmod 644 /etc/x\na $b $(c)\nEOF\n",
    "cat <<-'A' <<\"B\"; x\n\tone\n\tA\ntwo $(\nB\n",
    "while read -r l; do [ -n \"$l\" ] && printf '%s\\n' \"$l\"; done < <(grep -v '^#' f)",
    "echo \"a\\\"b\" 'c'\\''d' $'e\\'f' \"$(echo \"g $(echo 'h)')\")\"",
    "sh -c 'a && b' && env A=1 B=\"2 3\" nice -n 5 cmd {1..3} --x={a,b} ~/y *.[ch] !(z)",
    'arr=(a "b c" $(d) [3]=e); echo ${arr[@]} ${#arr[*]} ${arr[0]:1:2} ${x/a\\/b/c} ${x^^} ${!y}',
    "until curl -sf x; do sleep 1; done; time -p make; ! grep -q a f",
    "export A=1 B=$(c) && readonly D && declare -A m=([a]=1 [b]=2)",
    "a | b |& c && d || e; f & g",
    "if a; then :; elif b; then c; else d; fi >x 2>&1",
    "echo a#b '#c' \\#d #e\necho f",
    "echo $( (a); b ) $((a))",
    "function g { a; }; select i in 1 2; do b; break; done",
    'echo ${x:-`a`} ${y:+"$(b)"} "${w#\'}\'}" ${!v*} ${u/#a/b}',
    '{ a; } 2>/dev/null | ( b ) ; [ -z "$x" ] ;',
    'a=b c="d e" ; a+=f; a[1]=g; cmd',
    "a \\\n  b && \\\n  c",
    "echo \"x\ny\" 'z\nw'",
]


@pytest.mark.parametrize("text", RUNS)
def test_own_texts(text: str) -> None:
    assert difference(text) is None


@pytest.mark.parametrize("text", RUNS)
@pytest.mark.parametrize("cut", [0.35, 0.7])
def test_texts_that_break_off(text: str, cut: float) -> None:
    assert difference(text[: int(len(text) * cut)]) is None


def lists(commands: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.lists(
        st.tuples(commands, st.sampled_from(["; ", " && ", " || ", " | ", "\n"])), min_size=1, max_size=3
    ).map(lambda pairs: "".join(command + separator for command, separator in pairs[:-1]) + pairs[-1][0])


NAMES = st.sampled_from(["a", "b1", "apt-get", "./x", "/bin/y", "echo", "rm", "z_"])
WORDS = st.sampled_from(
    ["x", "-y", "--z=1", "'q r'", '"s t"', '"$u"', "$v", "${w}", "${w:-d e}", "$(i j)", "`k`", "$((1+2))", "l\\ m", "a'b'c", "*.[ch]",
     "{n,o}", ">f", "2>&1", "<g", "p#q", "=", "~/r", "[", "]", "1", "if", "done", "\\\n", '"a\\"b"', "$'c\\'d'", "A=1", "!"]
)  # fmt: skip
SIMPLE = st.builds(lambda name, words: " ".join([name, *words]), NAMES, st.lists(WORDS, max_size=3))
SCRIPTS = st.recursive(
    SIMPLE,
    lambda inner: st.one_of(
        lists(inner),
        lists(inner).map("( {} )".format),
        lists(inner).map("{{ {}\n}}".format),
        lists(inner).map("x=$( {}\n)".format),
        lists(inner).map('echo "$( {}\n)"'.format),
        st.tuples(lists(inner), lists(inner)).map(lambda p: f"if {p[0]}\nthen {p[1]}\nfi"),
        st.tuples(lists(inner), lists(inner)).map(lambda p: f"if {p[0]}\nthen {p[1]}\nelse {p[0]}\nfi"),
        st.tuples(lists(inner), lists(inner)).map(lambda p: f"while {p[0]}\ndo {p[1]}\ndone"),
        lists(inner).map("for i in a $b\ndo {}\ndone >l".format),
        lists(inner).map("case $x in (a|'b') {}\n;; *) c\nesac".format),
        lists(inner).map("f() {{ {}\n}}".format),
    ),
    max_leaves=6,
)


@settings(max_examples=150, deadline=None)
@given(SCRIPTS)
def test_generated_scripts(text: str) -> None:
    assert difference(text) is None


def difference(text: str) -> object:
    """What the two readers tell differently about `text`, None when they agree."""
    assert SHFMT is not None
    done = subprocess.run(
        [SHFMT, "--to-json", "-ln", "bash"], input=text.encode(), capture_output=True, check=False
    )
    theirs = None if done.returncode else sorted(_theirs(json.loads(done.stdout)))
    try:
        ours = sorted(_ours(parse_script(LogicalText(text, (0,), (0,)))))
    except ShellSyntaxError as error:
        return None if theirs is None else f"refused: {error}"
    if theirs is None:
        return f"accepted: {done.stderr.decode()}"
    if ours == theirs:
        return None
    return [[text[a:b] for a, b in words] for words in ours], [
        [text[a:b] for a, b in words] for words in theirs
    ]


def _ours(items: Items) -> Iterator[Words]:
    for item in items:
        for node in item.commands:
            for inner in node.inner:
                yield from _ours(inner)
            for redirect in node.redirects:
                if isinstance(redirect, HereDocument):
                    for inner in redirect.inner:
                        yield from _ours(inner)
            if isinstance(node, Simple):
                if node.words and node.words[0].raw not in ("[[", "(("):
                    yield [(word.span.start, word.span.end) for word in node.words]
            else:
                for arm in node.arms:
                    yield from _ours(arm.condition or ())
                    yield from _ours(arm.body)


def _place(node: Any) -> tuple[int, int]:
    return node["Pos"]["Offset"], node["End"]["Offset"]


def _theirs(node: Any) -> Iterator[Words]:
    if isinstance(node, list):
        for each in node:
            yield from _theirs(each)
    if not isinstance(node, dict):
        return
    kind = node.get("Type")
    if kind == "CallExpr" and node.get("Args"):
        yield [_place(word) for word in node["Args"]]
    elif kind == "DeclClause":
        yield [_place(node["Variant"]), *(_place(word) for word in node.get("Args") or ())]
    elif kind == "TimeClause":
        # The reader of lintimg keeps `time` as a word of a simple command.
        at = node["Pos"]["Offset"]
        words = [(at, at + 4), *([(at + 5, at + 7)] if node.get("PosixFormat") else ())]
        inner = list(_theirs(node.get("Stmt")))
        if "Stmt" not in node or not inner:
            yield words
        elif node["Stmt"]["Cmd"]["Type"] == "CallExpr":
            inner[0] = [*words, *inner[0]]
        yield from inner
        return
    for value in node.values():
        yield from _theirs(value)
