from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from lintimg.context import build_context, listing
from lintimg.context.build_context import BuildContext, ContextCache

Tree = Callable[..., Path]


@pytest.fixture
def tree(tmp_path: Path) -> Tree:
    def make(*names: str, **contents: str) -> Path:
        for name in names:
            path = tmp_path / name
            if name.endswith("/"):
                path.mkdir(parents=True, exist_ok=True)
                continue
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text("x" * len(path.name))
        for name, text in contents.items():
            (tmp_path / ("." + name)).write_text(text)
        return tmp_path

    return make


def paths(context: BuildContext, source: str, *exclude: str) -> list[str]:
    return [file.path for file in context.match(source, exclude).files]


def test_files_are_sorted_and_carry_size_and_mode(tree: Tree) -> None:
    root = tree("b/z.py", "b.txt", "a.sh")
    (root / "a.sh").chmod(0o750)
    files = BuildContext(root, root / "Dockerfile").files
    assert [file.path for file in files] == ["a.sh", "b.txt", "b/z.py"]
    assert files[0].bytes == 4
    assert not files[0].link
    if os.name == "posix":
        assert files[0].mode == 0o750


def test_ignore_rules_apply_and_the_dockerfiles_own_file_wins(tree: Tree) -> None:
    root = tree("Dockerfile", "a.py", "a.log", dockerignore="*.log\n")
    context = BuildContext(root, root / "Dockerfile")
    assert context.ignore_file == root / ".dockerignore"
    assert [file.path for file in context.files] == [".dockerignore", "Dockerfile", "a.py"]
    (root / "Dockerfile.dockerignore").write_text("*.py\nDockerfile*\n")
    context = BuildContext(root, root / "Dockerfile")
    assert context.ignore_file == root / "Dockerfile.dockerignore"
    assert [file.path for file in context.files] == [".dockerignore", "a.log"]


def test_without_an_ignore_file_everything_is_sent(tree: Tree) -> None:
    root = tree(".git/config", "a.py")
    context = BuildContext(root, None)
    assert context.ignore_file is None
    assert [file.path for file in context.files] == [".git/config", "a.py"]


def test_a_file_is_matched_missed_or_ignored(tree: Tree) -> None:
    root = tree("app.py", "secret.env", "src/a.py", dockerignore="*.env\n")
    context = BuildContext(root, None)
    assert paths(context, "app.py") == ["app.py"]
    assert paths(context, "/app.py") == ["app.py"]
    assert paths(context, "./src/../app.py") == ["app.py"]
    assert paths(context, "../app.py") == ["app.py"]
    missing = context.match("nope.py")
    assert (missing.missing, missing.ignored) == (True, False)
    assert context.match("app.py/x").missing
    assert context.match("a\0b").missing
    ignored = context.match("secret.env")
    assert (ignored.missing, ignored.ignored, ignored.ignored_by) == (False, True, "*.env")
    assert context.exists("secret.env")
    assert not context.exists("nope")


def test_a_folder_brings_what_is_not_ignored(tree: Tree) -> None:
    root = tree("src/a.py", "src/b/c.pyc", "srcx", "empty/", dockerignore="**/*.pyc\n")
    context = BuildContext(root, None)
    found = context.match("src/")
    assert (found.is_directory, found.roots, found.bytes) == (True, ("src",), 4)
    assert [file.path for file in found.files] == ["src/a.py"]
    assert context.match("empty") == found._replace(source="empty", files=(), bytes=0, roots=("empty",))


def test_an_ignored_folder_is_ignored_unless_something_in_it_is_kept(tree: Tree) -> None:
    root = tree("docs/README.md", "docs/x", "lib/a", dockerignore="docs\n!docs/README.md\nlib\n")
    context = BuildContext(root, None)
    assert not context.match("docs").ignored
    assert paths(context, "docs") == ["docs/README.md"]
    assert context.match("lib").ignored_by == "lib"
    assert [file.path for file in context.files] == [".dockerignore", "docs/README.md"]


def test_the_whole_context_in_all_spellings(tree: Tree) -> None:
    root = tree("a", "b/c")
    context = BuildContext(root, None)
    for spelling in (".", "./", "/", "./."):
        found = context.match(spelling)
        assert (found.is_directory, found.roots) == (True, ("",))
        assert [file.path for file in found.files] == ["a", "b/c"]


def test_the_answer_for_a_folder_does_not_depend_on_what_was_walked_before(tree: Tree) -> None:
    root = tree("a/x", "a0", "a-b/y", "a/b/z", "b", dockerignore="a/b\n")
    before = BuildContext(root, None)
    after = BuildContext(root, None)
    assert after.files
    for source in ("a", "a-b", "a/b"):
        assert before.match(source) == after.match(source)


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("*.py", [".hidden.py", "a.py"]),
        ("?.py", ["a.py"]),
        ("[a-b].*", ["a.py", "b.txt"]),
        ("[^a].txt", ["b.txt"]),
        ("package*.json", ["package-lock.json", "package.json"]),
        ("s*/x/*.c", ["src/x/one.c"]),
        ("sr[c]", ["src/x/one.c", "src/x/two.h"]),
        ("*/*", ["src/x/one.c", "src/x/two.h"]),
        ("s*/x/two.h", ["src/x/two.h"]),
        ("**/one.c", []),
        ("[", []),
    ],
)
def test_wildcards_as_in_go(tree: Tree, source: str, expected: list[str]) -> None:
    root = tree(
        ".hidden.py", "a.py", "b.txt", "package.json", "package-lock.json", "src/x/one.c", "src/x/two.h"
    )
    found = BuildContext(root, None).match(source)
    assert [file.path for file in found.files] == expected
    assert found.wildcard
    assert found.missing is (not expected)


def test_a_wildcard_that_meets_only_ignored_files(tree: Tree) -> None:
    root = tree("a.env", "b.env", "c.py", dockerignore="*.env\n")
    found = BuildContext(root, None).match("*.env")
    assert (found.missing, found.ignored, found.ignored_by) == (False, True, "*.env")
    assert paths(BuildContext(root, None), "[a-c].*") == ["c.py"]


def test_excluded_files_do_not_come_along(tree: Tree) -> None:
    root = tree("src/a.py", "src/b.txt", "home.txt", "home.py")
    context = BuildContext(root, None)
    assert paths(context, "src", "*.txt") == ["src/a.py"]
    assert paths(context, "hom*", "*.txt") == ["home.py"]


def test_reading(tree: Tree) -> None:
    root = tree("a.txt", "no.env", dockerignore="*.env")
    context = BuildContext(root, None)
    assert context.read("a.txt") == b"xxxxx"
    assert context.read("a.txt", 2) == b"xx"
    assert context.read("no.env") is None
    assert context.read("nope") is None
    assert context.read(".") is None
    assert context.read("../a.txt") == b"xxxxx"


def test_the_pattern_that_hides_a_file_that_is_not_there(tree: Tree) -> None:
    context = BuildContext(tree(dockerignore="# c\n.git\n"), None)
    pattern = context.ignored_by(".git/config")
    assert pattern is not None
    assert (pattern.text, pattern.line) == (".git", 2)


def test_a_broken_pattern_is_a_value_and_the_others_hold(tree: Tree) -> None:
    context = BuildContext(tree("a.log", "b", dockerignore="[\n*.log\n"), None)
    assert [problem.line for problem in context.ignore_problems] == [1]
    assert [file.path for file in context.files] == [".dockerignore", "b"]


links = pytest.mark.skipif(sys.platform == "win32", reason="making links needs a privilege on Windows")


@links
def test_links_are_kept_as_links_and_never_lead_out(tree: Tree) -> None:
    root = tree("inner/real/a.py", "inner/file")
    (root / "outside.txt").write_text("secret")
    inner = root / "inner"
    (inner / "folder").symlink_to("real")
    (inner / "out").symlink_to("..")
    (inner / "outfile").symlink_to("../outside.txt")
    (inner / "loop").symlink_to("loop")
    (inner / "up").symlink_to(".")
    (inner / "broken").symlink_to("nowhere")
    context = BuildContext(inner, None)
    assert [(file.path, file.link) for file in context.files] == [
        ("broken", True),
        ("file", False),
        ("folder", True),
        ("loop", True),
        ("out", True),
        ("outfile", True),
        ("real/a.py", False),
        ("up", True),
    ]
    assert paths(context, "folder") == ["real/a.py"]
    assert paths(context, "folder/a.py") == ["real/a.py"]
    assert paths(context, "up/file") == ["file"]
    for source in ("out", "outfile", "out/outside.txt", "broken", "loop"):
        found = context.match(source)
        assert not found.missing
        assert not any(not file.link and file.bytes for file in found.files)
    assert context.read("outfile") is None
    assert context.read("out/outside.txt") is None
    assert context.read("folder/a.py") == b"xxxx"


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes here")
def test_pipes_are_never_opened(tree: Tree) -> None:
    root = tree("a")
    os.mkfifo(root / "pipe")
    context = BuildContext(root, None)
    assert [file.path for file in context.files] == ["a"]
    assert context.read("pipe") is None
    assert context.match("pipe").files == ()


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="other systems refuse such names")
def test_names_that_are_not_utf8(tmp_path: Path) -> None:
    (tmp_path / os.fsdecode(b"caf\xe9.txt")).write_text("x")
    (tmp_path / "new\nline").write_text("x")
    (tmp_path / ".dockerignore").write_bytes(b"*\xe9*\n")
    context = BuildContext(tmp_path, None)
    assert [file.path for file in context.files] == [".dockerignore", "new\nline"]
    assert context.match(os.fsdecode(b"caf\xe9.txt")).ignored


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="everything is readable here")
def test_an_unreadable_folder_is_empty(tree: Tree) -> None:
    root = tree("locked/a", "b")
    (root / "locked").chmod(0)
    try:
        context = BuildContext(root, None)
        assert [file.path for file in context.files] == ["b"]
        assert not context.match("locked/a").missing
    finally:
        (root / "locked").chmod(0o700)


def test_a_context_that_is_not_there(tmp_path: Path) -> None:
    context = BuildContext(tmp_path / "nope", None)
    assert context.files == ()
    assert context.match("a").missing
    assert context.match("*").missing


def test_the_walk_stops_at_the_limit(tree: Tree, monkeypatch: pytest.MonkeyPatch) -> None:
    root = tree("a/1", "a/2", "b/1", "b/2", "c")
    monkeypatch.setattr(listing, "LIMIT", 5)
    context = BuildContext(root, None)
    assert [file.path for file in context.files] == ["a/1", "a/2", "c"]
    assert context.truncated
    assert paths(context, "b") == ["b/1", "b/2"]


def test_deep_nesting(tmp_path: Path) -> None:
    folder = tmp_path
    for _ in range(150):
        folder /= "deeper"
    folder.mkdir(parents=True)
    (folder / "a").write_text("x")
    (tmp_path / ".dockerignore").write_text("**/x\n!**/y\n")
    assert len(BuildContext(tmp_path, None).files) == 2


class Counted(listing.Listings):
    def __init__(self) -> None:
        super().__init__()
        self.asked: list[str] = []

    def entries(self, folder: str) -> tuple[os.DirEntry[str], ...]:
        self.asked.append(Path(folder).name)
        return super().entries(folder)


def test_excluded_folders_are_not_entered(tree: Tree) -> None:
    root = tree("node_modules/a/b", "src/a", "dist/keep/a", dockerignore="node_modules\ndist\n!dist/keep\n")
    cache = ContextCache()
    counted = cache.listings = Counted()
    assert paths(BuildContext(root, None, cache), ".") == [".dockerignore", "dist/keep/a", "src/a"]
    assert "node_modules" not in counted.asked
    assert "keep" in counted.asked


def test_one_walk_serves_all_dockerfiles_of_a_root(tree: Tree) -> None:
    root = tree("a/x", "b/y")
    cache = ContextCache()
    counted = cache.listings = Counted()
    for number in range(20):
        assert len(BuildContext(root, root / f"Dockerfile.{number}", cache).files) == 2
    assert len(counted.asked) == 3


def test_a_single_file_needs_no_walk(tree: Tree) -> None:
    root = tree("a/x", "b/y")
    cache = ContextCache()
    counted = cache.listings = Counted()
    context = BuildContext(root, None, cache)
    assert paths(context, "a/x") == ["a/x"]
    assert counted.asked == []
    assert paths(context, "b") == ["b/y"]
    assert counted.asked == ["b"]


def test_nothing_is_read_before_it_is_asked_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise AssertionError

    monkeypatch.setattr(build_context, "parse_ignore_file", fail)
    monkeypatch.setattr(os, "scandir", fail)
    BuildContext(tmp_path, tmp_path / "Dockerfile")
