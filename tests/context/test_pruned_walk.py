"""Whatever folders the walk leaves out, it answers as asking about every file would."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from lintimg.context.build_context import BuildContext
from lintimg.context.dockerignore import parse_ignore_lines

NAMES = ["a", "b", "x.py"]
FILES = st.sets(
    st.lists(st.sampled_from(NAMES), min_size=2, max_size=4).map("/".join), min_size=3, max_size=12
)
SHAPES = st.lists(st.sampled_from([*NAMES, "*", "**", "?", "*.py"]), min_size=1, max_size=3).map("/".join)
# Something broad goes first and parts of it come back: only then can leaving a folder out be wrong.
PATTERNS = st.tuples(
    st.sampled_from(["*", "**", "a", "*/*", "?", "b/a"]),
    st.lists(SHAPES.map("!".__add__), min_size=1, max_size=2),
    st.lists(SHAPES, max_size=1),
).map(lambda drawn: [drawn[0], *drawn[1], *drawn[2]])


@settings(max_examples=150, deadline=None)
@given(FILES, PATTERNS)
def test_leaving_folders_out_changes_no_answer(files: set[str], patterns: list[str]) -> None:
    # A path that is another one's folder cannot be a file too.
    leaves = sorted(path for path in files if not any(other.startswith(path + "/") for other in files))
    rules = parse_ignore_lines(patterns)
    kept = [path for path in leaves if rules.decide(path) is None]
    with tempfile.TemporaryDirectory() as name:
        root = Path(os.path.realpath(name))
        for path in leaves:
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            (root / path).write_text("x")
        (root / "Dockerfile.dockerignore").write_text("\n".join(patterns))
        context = BuildContext(root, root / "Dockerfile")
        found = [file.path for file in context.files if file.path != "Dockerfile.dockerignore"]
        assert found == kept
        # A fresh one, since a folder is walked by itself when nothing has been walked before.
        fresh = BuildContext(root, root / "Dockerfile")
        for folder in {path.partition("/")[0] for path in leaves}:
            inside = [path for path in kept if path == folder or path.startswith(folder + "/")]
            match = fresh.match(folder)
            assert [file.path for file in match.files] == inside
            assert match.ignored == (match.ignored_by is not None)
