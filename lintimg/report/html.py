"""One page for a browser: nothing is loaded from anywhere, so that it works from a mail's attachment.

All of it can be read without its script, which adds the picture of what fills an image, and a filter. The page's own
policy lets no other script run, whatever a repository calls its files.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

from lintimg.model.report import Report, Since
from lintimg.report.html_findings import findings_section
from lintimg.report.html_parts import Markup, element, joined
from lintimg.report.json_text import dumps
from lintimg.report.phrases import count, counts_text, growth_text, problem_text
from lintimg.text import size_text

_ASSETS = Path(__file__).parent / "assets"


def write(report: Report) -> str:
    """The page."""
    script = (_ASSETS / "report.js").read_text("utf-8")
    style = (_ASSETS / "report.css").read_text("utf-8")
    title = f"lintimg: {_verdict(report)}"
    head = element(
        "head",
        element("meta", charset="utf-8"),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("meta", http_equiv="Content-Security-Policy", content=_policy(script)),
        element("meta", name="color-scheme", content="light dark"),
        element("title", title),
        Markup(f"<style>{style}</style>"),
    )
    images, pictures = _images(report)
    body = element(
        "body",
        element("a", "Skip to the findings", href="#findings", class_="skip") if report.findings else "",
        element(
            "main",
            *_head(report, title),
            images,
            findings_section(report),
            _silenced(report),
        ),
        element("footer", element("p", _made_by(report))),
        Markup(f'<script type="application/json" id="pictures">{_data(pictures)}</script>'),
        Markup(f"<script>{script}</script>"),
    )
    page = f"<!doctype html>\n{element('html', head, body, lang='en')}\n"
    return page.encode("utf-8", "replace").decode()


def _policy(script: str) -> str:
    known = b64encode(sha256(script.encode()).digest()).decode()
    return f"default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-{known}'"


def _data(value: object) -> str:
    """JSON that no markup can be found in."""
    text = dumps(value)
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return text.encode("utf-8", "replace").decode()


def _verdict(report: Report) -> str:
    places = []
    if report.files:
        places.append(count(len(report.files), "Dockerfile"))
    if report.images:
        places.append(count(len(report.images), "image"))
    where = " and ".join(places)
    if report.findings:
        return f"{counts_text(report.findings)} in {where or 'what was read'}"
    if report.errors:
        return "could not do all of its work"
    if report.images and not report.files:
        return ", ".join(image.reference for image in report.images[:3])
    return f"nothing found in {where}" if where else "no Dockerfile to check"


def _head(report: Report, title: str) -> Iterator[Markup]:
    yield element("h1", title)
    for problem in report.errors[:50]:
        yield element("p", element("strong", "Could not finish: "), problem_text(problem), class_="problem")
    if report.since is not None:
        yield from _since(report.since)


def _since(since: Since) -> Iterator[Markup]:
    yield element(
        "p",
        f"Since the earlier report: {since.new} new, {len(since.fixed)} fixed, {since.unchanged} as before.",
    )
    rows = [
        element(
            "tr",
            element("th", element("code", change.name), scope="row"),
            element("td", size_text(change.before)),
            element("td", size_text(change.after)),
            element("td", growth_text(change.before, change.after)),
        )
        for change in since.sizes
        if change.before != change.after
    ]
    if rows:
        heads = [element("th", text, scope="col") for text in ("image", "before", "after", "difference")]
        yield element("table", element("thead", element("tr", *heads)), element("tbody", *rows))
    if since.fixed:
        items = [
            element("li", element("code", finding.location.path), f" {finding.rule} {finding.message}")
            for finding in since.fixed
        ]
        yield element(
            "details",
            element("summary", f"{count(len(since.fixed), 'finding')} fixed"),
            element("ul", *items),
        )


def _images(report: Report) -> tuple[Markup, list[object]]:
    """The sections on images, and what the script draws in them."""
    if not report.images:
        return Markup(""), []
    from lintimg.report.html_image import image_section
    from lintimg.report.picture import views

    sections = [image_section(image, number) for number, image in enumerate(report.images)]
    return joined(*sections), [list(views(image)) for image in report.images]


def _silenced(report: Report) -> Markup:
    items = [
        element(
            "li",
            element("code", f"{entry.finding.location.path}:{entry.finding.location.region.start.line}"),
            f" {entry.finding.rule} {entry.finding.message} ",
            element("small", ": ".join(filter(None, (entry.suppression.kind, entry.suppression.reason)))),
        )
        for entry in report.suppressed
    ]
    if not items:
        return Markup("")
    return element(
        "details", element("summary", f"{count(len(items), 'finding')} silenced"), element("ul", *items)
    )


def _made_by(report: Report) -> str:
    tool = report.tool
    return f"{tool.name} {tool.version}, {tool.as_of}; its data are of {tool.data_as_of}."
