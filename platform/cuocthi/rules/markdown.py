"""Markdown as the project allows it: no HTML in it, and what comes out is cleaned all the same."""

from __future__ import annotations

import re

import nh3
from markdown_it import MarkdownIt
from markupsafe import Markup

#: How the address of a picture begins that whoever writes may name; where it stands is known to whoever shows it.
PICTURE = "picture:"

_PARSER = MarkdownIt("commonmark", {"html": False, "linkify": False}).enable("table")
_NO_ADDRESS = re.compile(r'<img(?: alt="([^"]*)")?>')
_TAGS = {
    "p",
    "br",
    "strong",
    "em",
    "ul",
    "ol",
    "li",
    "a",
    "blockquote",
    "code",
    "h2",
    "h3",
    "h4",
    "table",
    "thead",
    "tbody",
    "tr",
    "th",
    "td",
}


def to_html(text: str, *, pictures: bool = False) -> Markup:
    """Return Markdown as clean HTML.

    With ``pictures`` an image whose address is ``picture:`` and a name stays as it is, for the caller to put the real
    address in; every other image is said in its words.
    """
    images = {"img": {"src", "alt"}} if pictures else {}
    cleaned = nh3.clean(
        _PARSER.render(text),
        tags=_TAGS | set(images),
        attributes={"a": {"href"}, "ol": {"start"}, **images},
        attribute_filter=_own_pictures,
        url_schemes={"http", "https", "mailto", "tel", PICTURE.rstrip(":")},
    )
    # What is left of an image whose address was taken from it.
    return Markup(_NO_ADDRESS.sub(r"\1", cleaned))  # noqa: S704 - nh3 has cleaned it


def _own_pictures(tag: str, attribute: str, value: str) -> str | None:
    own = value.startswith(PICTURE)
    address = (tag, attribute) in {("img", "src"), ("a", "href")}
    return value if not address or own is (tag == "img") else None
