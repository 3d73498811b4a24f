"""The bytes that a zip package of the function would hold."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from lintimg.contents.zip_fit import zip_fit
from tests.contents.pictures import surveyed
from tests.image.layers import Item

_LANG = "var/lang/lib/python3.12/site-packages"


def _package(site: str, name: str, size: int) -> list[Item]:
    record = f"{name}/__init__.py,,\n{name}-1.dist-info/RECORD,,\n".encode()
    return [
        Item(f"{site}/{name}/__init__.py", bytes(size)),
        Item(f"{site}/{name}-1.dist-info/RECORD", record),
    ]


@pytest.mark.parametrize("base", [None, 1])
def test_packages_beside_the_runtime_are_the_functions_above_the_base(base: int | None) -> None:
    layers: Sequence[Sequence[Item]] = [
        [*_package(_LANG, "boto3", 70_000), Item("var/runtime/bootstrap.py", bytes(10_000))],
        [*_package(_LANG, "numpy", 5_000), *_package(_LANG, "setuptools", 9_000)],
        [
            Item("var/task/app.py", bytes(300)),
            Item("opt/extra", bytes(20)),
            Item("usr/bin/tool", bytes(90_000)),
        ],
    ]
    fit = zip_fit(surveyed(layers)._replace(base=base), 5_000)
    assert 5_320 <= fit.bytes < 5_400
    assert not fit.fits


def test_an_image_of_one_layer_has_its_runtime_in_it() -> None:
    found = surveyed([[*_package(_LANG, "boto3", 70_000), Item("var/task/app.py", bytes(300))]])
    assert zip_fit(found, 300) == (True, 300, 300)
