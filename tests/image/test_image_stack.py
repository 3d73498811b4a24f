"""What is visible and what is lost, against a model that unpacks every layer into one tree."""

from __future__ import annotations

import tarfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lintimg.image.entries import Entries
from lintimg.image.errors import ImageError
from lintimg.image.stack import LayerStack, stack_layers

from .layers import Item, folder, hard_link, layer, symlink


def _visible(stack: LayerStack) -> dict[bytes, int]:
    found = {stack.layers[place.layer].names[place.entry]: stack.bytes_of(place) for place in stack.visible()}
    assert sum(found.values()) == stack.effective
    assert set(found) == set(stack.paths())
    return found


def _kills(stack: LayerStack) -> dict[tuple[int, str], tuple[int, str, int]]:
    return {
        (number, stack.layers[number].names[index].decode()): (kill.layer, kill.way, kill.bytes)
        for number, kills in enumerate(stack.kills)
        for index, kill in kills.items()
    }


def test_a_deleted_file() -> None:
    stack = stack_layers([layer(Item("a", b"12345"), Item("b", b"1")), layer(Item(".wh.a"))])
    assert (stack.sizes, stack.losses, stack.effective) == ((6, 0), (5, 0), 1)
    assert _visible(stack) == {b"b": 1}
    assert _kills(stack) == {(0, "a"): (1, "deleted", 5)}


def test_the_first_layer_that_hides_a_file_is_its_end() -> None:
    stack = stack_layers(
        [layer(Item("a", b"1")), layer(Item("a", b"22")), layer(Item(".wh.a")), layer(Item("a", b"4444"))]
    )
    assert _kills(stack) == {(0, "a"): (1, "overwritten", 1), (1, "a"): (2, "deleted", 2)}
    assert stack.uncompressed - stack.effective == 3


def test_a_deleted_folder_takes_everything_in_it() -> None:
    base = layer(
        folder("d"), folder("d/e"), Item("d/e/f", b"123"), Item("d-not", b"1"), Item("no/entry/x", b"12")
    )
    stack = stack_layers([base, layer(Item(".wh.d")), layer(Item(".wh.no"))])
    assert _visible(stack) == {b"d-not": 1}
    assert _kills(stack) == {(0, "d/e/f"): (1, "deleted", 3), (0, "no/entry/x"): (2, "deleted", 2)}


def test_an_opaque_folder_hides_what_is_below_and_not_its_siblings() -> None:
    base = layer(folder("d"), Item("d/old", b"123"), Item("d/both", b"12"), Item("o", b"1"))
    top = layer(folder("d"), Item("d/new", b"1234"), Item("d/.wh..wh..opq"), Item("d/both", b"1"))
    stack = stack_layers([base, top])
    assert _visible(stack) == {b"d": 0, b"d/new": 4, b"d/both": 1, b"o": 1}
    assert _kills(stack) == {(0, "d/old"): (1, "deleted", 3), (0, "d/both"): (1, "overwritten", 2)}


def test_a_folder_becomes_a_file_and_a_file_a_folder() -> None:
    base = layer(folder("d"), Item("d/x", b"123"), Item("f", b"12"))
    stack = stack_layers([base, layer(Item("d", b"1"), folder("f"), Item("f/y", b"1234"))])
    assert _visible(stack) == {b"d": 1, b"f": 0, b"f/y": 4}
    assert _kills(stack) == {(0, "d/x"): (1, "deleted", 3), (0, "f"): (1, "overwritten", 2)}


def test_a_folder_that_became_a_link_hides_its_content() -> None:
    stack = stack_layers([layer(folder("d"), Item("d/x", b"123")), layer(symlink("d", "/opt"))])
    assert _visible(stack) == {b"d": 0}
    assert stack.losses == (3, 0)


def test_a_whiteout_of_nothing_is_legal_and_aufs_markers_mean_nothing() -> None:
    stack = stack_layers(
        [layer(Item("a", b"1")), layer(Item("x/.wh.b"), Item(".wh..wh.plnk"), Item(".wh..wh.aufs"))]
    )
    assert _visible(stack) == {b"a": 1}


def test_whiteouts_concern_lower_layers_only() -> None:
    stack = stack_layers([layer(Item("a", b"1")), layer(Item("a", b"22"), Item(".wh.a"))])
    assert _visible(stack) == {b"a": 2}
    assert _kills(stack) == {(0, "a"): (1, "overwritten", 1)}


def test_the_last_of_equal_names_in_a_layer_counts() -> None:
    stack = stack_layers([layer(Item("a", b"123"), Item("a", b"1"), folder("d"), Item("d", b"12"))])
    assert stack.sizes == (3,)
    assert _visible(stack) == {b"a": 1, b"d": 2}


def test_a_hard_linked_file_is_lost_with_its_last_name() -> None:
    base = layer(Item("a", b"12345"), hard_link("b", "a"), hard_link("c", "b"))
    stack = stack_layers([base, layer(Item(".wh.a"))])
    assert (stack.uncompressed, stack.effective) == (5, 5)
    assert _visible(stack) == {b"b": 5, b"c": 0}
    stack = stack_layers([base, layer(Item(".wh.a")), layer(Item(".wh.b"), Item("c", b"1"))])
    assert stack.losses == (5, 0, 0)
    assert _kills(stack)[0, "a"] == (2, "overwritten", 5)


def test_a_hard_link_to_a_lower_layer_keeps_the_file() -> None:
    base, links = layer(Item("a", b"12345")), layer(hard_link("./b", "/a"))
    assert _visible(stack_layers([base, links, layer(Item(".wh.a"))])) == {b"b": 5}
    assert stack_layers([base, links, layer(Item(".wh.a"), Item(".wh.b"))]).effective == 0
    # The name was gone when the link was made: it leads nowhere.
    assert stack_layers([base, layer(Item(".wh.a")), links]).effective == 0


def test_hard_links_in_a_circle_and_to_nothing() -> None:
    loop = layer(hard_link("a", "b"), hard_link("b", "a"), hard_link("c", "c"), hard_link("d", "none"))
    stack = stack_layers([loop, layer(Item(".wh.a"))])
    assert stack.uncompressed == 0


def test_links_and_devices_have_no_bytes() -> None:
    stack = stack_layers([layer(symlink("s", "12345"), Item("dev", type=tarfile.CHRTYPE))])
    assert (stack.sizes, stack.files(0)) == ((0,), 2)


def test_folders_nested_absurdly_deep_are_refused() -> None:
    names = [str(number) + "/a" * 30_000 for number in range(8)]
    with pytest.raises(ImageError, match="too deep"):
        stack_layers([layer(*(Item(name + "/f") for name in names)), layer(Item(".wh.0"))])


class _Model:
    """The slow way: unpack each layer into a tree of paths; files are lists that links share."""

    def __init__(self) -> None:
        self.tree: dict[bytes, list[int] | None] = {}

    def remove(self, path: bytes, *, keep: bool = False) -> None:
        for name in list(self.tree):
            if name.startswith(path + b"/") or (name == path and not keep):
                del self.tree[name]

    def apply(self, entries: Entries) -> None:
        for path in entries.whiteouts.paths:
            self.remove(path)
        for path in entries.whiteouts.opaque:
            self.remove(path, keep=True)
        for index, entry in enumerate(entries):
            if index in entries.whiteouts.entries:
                continue
            if entry.type == ord("5"):
                if self.tree.get(entry.path) is not None:
                    del self.tree[entry.path]
                self.tree[entry.path] = None
                continue
            if self.tree.get(entry.path, ()) is None:
                self.remove(entry.path)
            if entry.type == ord("1"):
                target = self.tree.get(entry.link)
                self.tree[entry.path] = target if target is not None else [0]
            else:
                self.tree[entry.path] = [entry.size]

    def effective(self) -> int:
        return sum(file[0] for file in {id(file): file for file in self.tree.values() if file}.values())


_PATHS = ("a", "b", "a/x", "a/y", "b/x", "b/x/z", "a/x/z")


@st.composite
def _layers(draw: st.DrawFn) -> list[Entries]:
    """Layers as engines make them: a folder's entry comes before what is in it."""
    result = []
    for _ in range(draw(st.integers(1, 5))):
        items: list[Item] = []
        kinds: dict[str, str] = {}
        for path in sorted(draw(st.lists(st.sampled_from(_PATHS), unique=True, max_size=6))):
            parent, _, base = path.rpartition("/")
            front = parent + "/" if parent else ""
            above = [path[:at] for at, letter in enumerate(path) if letter == "/"]
            if any(kinds.get(name) == "file" for name in above):
                continue
            for name in above:
                if kinds.setdefault(name, "new") == "new":
                    kinds[name] = "folder"
                    items.append(folder(name))
            kind = draw(st.sampled_from(("file", "file", "folder", "whiteout", "opaque", "link")))
            if kind == "whiteout":
                items.append(Item(f"{front}.wh.{base}"))
                continue
            if kind == "opaque":
                items += [folder(path), Item(path + "/.wh..wh..opq")]
            elif kind == "folder":
                items.append(folder(path))
            elif kind == "link":
                target = draw(st.sampled_from(_PATHS))
                if target >= path and target in _PATHS:
                    continue
                items.append(hard_link(path, target))
            else:
                items.append(Item(path, b"x" * draw(st.integers(0, 9))))
            kinds[path] = "folder" if kind in ("folder", "opaque") else "file"
        result.append(layer(*items))
    return result


@settings(max_examples=100, deadline=None)
@given(_layers())
def test_the_same_as_unpacking(layers: list[Entries]) -> None:
    model = _Model()
    for entries in layers:
        model.apply(entries)
    stack = stack_layers(layers)
    assert {path for path, file in model.tree.items() if file is not None} == {
        path for path, place in stack.paths().items() if layers[place.layer].types[place.entry] != ord("5")
    }
    assert stack.effective == model.effective()
    assert stack.uncompressed - sum(stack.losses) == stack.effective
