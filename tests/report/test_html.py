"""The page: one file that loads nothing, in which names are only names; drawn and used in a real browser."""

from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from lintimg.model.report import Report
from lintimg.report.compare import compare
from lintimg.report.formats import render

from .browser import Browser, driver
from .pictured import EVIL, LAYERS, PAGE, PICTURED
from .sample import FULL


def _page(report: Report = PAGE) -> str:
    return render("html", report, colour=False, width=80)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in {"meta", "input"}:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open[-1:] not in (["script"], ["style"]):
            self.text.append(data)


def _read(page: str) -> _Reader:
    reader = _Reader()
    reader.feed(page)
    assert reader.open == []
    return reader


def test_nothing_is_loaded_and_no_script_but_ours_may_run() -> None:
    page = _read(_page())
    names = {name for _, attributes in page.tags for name in attributes}
    assert not names & {"src", "srcset", "action", "formaction", "background", "poster"}
    assert not [name for name in names if name.startswith("on")]
    assert {tag for tag, _ in page.tags} & {"img", "iframe", "link", "base", "object"} == set()
    policy = next(attributes["content"] for tag, attributes in page.tags if "http-equiv" in attributes)
    assert policy is not None
    assert re.fullmatch(
        r"default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-[\w+/]{43}='", policy
    )
    assert [tag for tag, _ in page.tags].count("script") == 2


def test_links_lead_to_web_pages_only() -> None:
    links = [attributes["href"] for tag, attributes in _read(_page()).tags if tag == "a"]
    assert all(re.match(r"https://example\.com/|#", link or "") for link in links)


def test_names_are_only_names() -> None:
    page = _page()
    assert "<img" not in page
    assert EVIL in "".join(_read(page).text)


def test_everything_is_said_without_the_script() -> None:
    text = " ".join(" ".join(_read(_page()).text).split())
    assert "lintimg: 1 error, 1 warning, 1 info in 2 Dockerfiles and 1 image" in text
    assert "pip install leaves its cache in ~/.cache/pip. 4 RUN pip install -r requirements.txt" in text
    assert "- RUN pip install -r requirements.txt + RUN pip install --no-cache-dir -r" in text
    assert "app/.dockerignore is made: + .git" in text
    assert "What pip downloads stays in the layer. Nothing reads it again." in text
    assert "All layers together are 2.3 GB of Lambda's limit of 10.7 GB" in text
    assert "torch 2.8.0 900 MB" in text
    assert "app/Dockerfile:6" in text
    assert "1 finding silenced" in text
    assert "Could not finish: missing: no such file or folder" in text


def test_the_worst_files_come_first() -> None:
    headings = re.findall(r"<h3><code>(.*?)</code>", _page())
    assert [heading[-15:] for heading in headings] == [";&gt;/Dockerfile"[-15:], "app/Dockerfile"]


def test_what_a_change_did() -> None:
    report = compare(PAGE, FULL._replace(findings=()))
    text = "".join(_read(_page(report)).text)
    assert "Since the earlier report: 3 new, 0 fixed, 0 as before." in text


@pytest.mark.parametrize(
    "report",
    [
        FULL._replace(files=(), findings=(), suppressed=(), errors=()),
        FULL._replace(findings=(), images=(PICTURED._replace(layers=(), contents=(), waste=(), tree=None),)),
    ],
    ids=["nothing", "image-without-layers"],
)
def test_little_is_enough(report: Report) -> None:
    _read(_page(report))


def _sum(tree: dict[str, Any]) -> None:
    if tree["children"]:
        assert tree["bytes"] == sum(child["bytes"] for child in tree["children"]), tree["name"]
    for child in tree["children"]:
        _sum(child)


def test_the_picture_has_the_numbers_of_the_report() -> None:
    found = re.search(r'<script type="application/json" id="pictures">(.*?)</script>', _page(), re.DOTALL)
    assert found is not None
    ((by_content, by_folder, by_layer),) = json.loads(found[1])
    for view in (by_content, by_folder, by_layer):
        _sum(view["tree"])
    assert by_content["tree"]["bytes"] == by_folder["tree"]["bytes"] == PICTURED.size.effective
    assert by_layer["tree"]["bytes"] == PICTURED.size.uncompressed
    assert by_content["tree"]["children"][0]["note"] == "mostly layer 3, app/Dockerfile:6"


# In a browser


@pytest.fixture(scope="module")
def chromedriver(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a driver; CI installs one."""
    program = shutil.which("chromedriver")
    if program is None:
        if os.environ.get("CI"):
            pytest.fail("no chromedriver: apt-get install chromium-driver")
        pytest.skip("needs chromedriver (Debian's chromium-driver)")
    with driver(program, tmp_path_factory.mktemp("driver")) as address:
        yield address


@pytest.fixture(params=["light", "dark"])
def browser(request: pytest.FixtureRequest, chromedriver: str, tmp_path: Path) -> Iterator[Browser]:
    """The page in a browser whose owner likes it light, or dark."""
    page = tmp_path / "page.html"
    page.write_text(_page(), "utf-8")
    browser = Browser(chromedriver, tmp_path / "profile", dark=request.param == "dark")
    try:
        browser.open(page)
        yield browser
        assert browser.complaints() == []
        assert browser.run("return document.title").startswith("lintimg: 1 error")
        dark = browser.run("return getComputedStyle(document.body).backgroundColor") == "rgb(16, 20, 26)"
        assert dark is (request.param == "dark")
    finally:
        browser.close()


_TILES = "return [...document.querySelectorAll('.tile')].map(tile => [Number(tile.dataset.bytes), "
_AREAS = _TILES + "tile.offsetWidth * tile.offsetHeight])"
_FOCUS = "return document.activeElement.getAttribute('aria-label')"


def test_the_picture_is_drawn_and_navigated(browser: Browser) -> None:
    tiles = browser.run(_AREAS)
    assert [size for size, _ in tiles] == [1_600_000_000, 120_000_000, 95_000_000, 47_001_200]
    whole, area = sum(size for size, _ in tiles), sum(space for _, space in tiles)
    for size, space in tiles:
        assert abs(size / whole - space / area) < 0.02
    browser.run("document.querySelector('.tile').focus()")
    assert browser.run(_FOCUS) == "python packages, 1.6 GB, 85.9%, 5 parts"
    browser.press("ArrowRight")
    assert browser.run(_FOCUS).startswith("function code")
    browser.press("Enter")
    assert browser.run(_FOCUS) == f"{EVIL}, 90 MB, 94.7%"
    assert browser.run("return document.querySelector('.parts th').textContent").startswith(EVIL)
    browser.press("Escape")
    assert browser.run(_FOCUS).startswith("function code")


def test_layers_are_drawn_with_their_bytes(browser: Browser) -> None:
    browser.run(
        "[...document.querySelectorAll('.tools button')].find(b => b.textContent == 'by layer').click()"
    )
    drawn = [size for size, _ in browser.run(_AREAS)]
    assert drawn == sorted((layer.bytes or 0 for layer in LAYERS), reverse=True)
    cells = browser.run(
        "return [...document.querySelectorAll('.layers td[data-bytes]')].map(cell => Number(cell.dataset.bytes))"
    )
    assert cells == [layer.bytes for layer in LAYERS]


def test_findings_are_filtered(browser: Browser) -> None:
    assert (
        browser.run(
            "const box = document.querySelector('.filter input[value=error]'); box.click();"
            "return document.querySelector('.filter [role=status]').textContent"
        )
        == "2 shown"
    )
    assert (
        browser.run(
            "const text = document.querySelector('.filter input[type=search]'); text.value = 'ü';"
            "text.dispatchEvent(new Event('input', {bubbles: true}));"
            "return document.querySelector('.filter [role=status]').textContent"
        )
        == "1 shown"
    )


def test_a_narrow_window_needs_no_sideways_scrolling(browser: Browser, tmp_path: Path) -> None:
    browser.open(tmp_path / "page.html", 500, 900)
    assert browser.run("return document.documentElement.scrollWidth <= window.innerWidth")
    names = browser.run(
        "return [...document.querySelectorAll('button, input, [role=img], [role=group], nav')]"
        ".filter(e => !e.hidden && !(e.getAttribute('aria-label') || e.textContent || e.labels?.length)).length"
    )
    assert names == 0
