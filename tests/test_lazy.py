"""What is made late behaves like what the standard library makes at once."""

from __future__ import annotations

import copy
import pickle
import re

import pytest

from lintimg.lazy import NamedTuple, regex


class Layer(NamedTuple):
    """A layer of a test's image."""

    digest: str
    size: int = 0

    @property
    def short(self) -> str:
        """The digest's first characters."""
        return self.digest[:3]

    @classmethod
    def empty(cls) -> Layer:
        """A layer without bytes."""
        return cls("0")


def test_fields_in_order_by_name_and_by_default() -> None:
    layer = Layer("abcdef", size=3)

    assert layer == ("abcdef", 3) == Layer(digest="abcdef", size=3)
    assert (layer.digest, layer.size, layer.short) == ("abcdef", 3, "abc")
    assert Layer("x") == ("x", 0) == tuple(Layer("x"))
    assert hash(layer) == hash(("abcdef", 3))
    assert Layer._fields == ("digest", "size")
    assert Layer.empty() == ("0", 0)


def test_missing_and_unknown_fields_are_refused() -> None:
    for wrong in ({}, {"digest": "a", "weight": 1}):
        with pytest.raises(TypeError):
            Layer(**wrong)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="weight"):
        Layer("a")._replace(weight=1)  # type: ignore[call-arg]


def test_nothing_can_be_changed_or_added() -> None:
    layer = Layer("a")
    for name in ("size", "weight"):
        with pytest.raises(AttributeError):
            setattr(layer, name, 1)
    assert layer._replace(size=1) == ("a", 1)
    assert layer == ("a", 0)


def test_shown_matched_copied_and_pickled_as_named_tuples_are() -> None:
    layer = Layer("a", 2)

    assert repr(layer) == "Layer(digest='a', size=2)"
    assert layer._asdict() == {"digest": "a", "size": 2}
    assert Layer._make(["a", 2]) == layer
    assert pickle.loads(pickle.dumps(layer)) == layer
    assert copy.deepcopy(layer) == layer
    match layer:
        case Layer(digest, size):
            assert (digest, size) == ("a", 2)


def test_a_class_without_fields_and_one_below_another() -> None:
    class Nothing(NamedTuple):
        pass

    class Special(Layer):
        pass

    assert Nothing() == ()
    assert type(Special("a")) is Special
    assert type(Layer("a")) is Layer


def test_a_pattern_is_made_at_its_first_use() -> None:
    word = regex(r"(\w+)!", re.ASCII)
    found = word.search("well done!")

    assert found is not None
    assert found[1] == "done"
    assert word.sub("-", "a! b!") == "- -"
    assert word.pattern == r"(\w+)!"
    with pytest.raises(re.error):
        regex("(").search("")
