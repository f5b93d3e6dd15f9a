"""Texts of questions as pages show them: Markdown, with the pictures of the bank."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from flask import url_for
from markupsafe import Markup, escape

from cuocthi.rules.markdown import PICTURE, to_html
from cuocthi.web.context import reading_context, slug
from cuocthi_quiz.domain.pictures import named_in
from cuocthi_quiz.queries.pictures import pictures
from cuocthi_quiz.views.blueprint import blueprint

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cuocthi_quiz.models import Revision
    from cuocthi_quiz.queries.papers import PaperRow
    from cuocthi_quiz.queries.pictures import PictureRow

_IMAGE = re.compile(rf'<img src="{PICTURE}([a-z0-9-]+)" alt="([^"]*)">')
_FIRST = re.compile(r"<p>((?:(?!<img|</p>).)*)</p>\s*", re.DOTALL)
#: What Markdown may mean something by; a text without any of it is shown as it stands.
_MARKED = re.compile(r"[*_`\[\]<>&\\#\n|~]|^\s*(?:[-+]|\d+[.)])\s")
_KEPT = 2_000

Pictures = Mapping[str, "ShownPicture"]


@dataclass(frozen=True, slots=True)
class ShownPicture:
    """A picture with its address and its size in pixels."""

    url: str
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Stem:
    """A text in two: what can stand in a heading, and what follows below it."""

    head: Markup
    rest: Markup


def pictures_of(rows: Sequence[PaperRow | Revision], *, campaign_id: int) -> Pictures:
    """Return the pictures that questions show, by key (one statement, none if they show none)."""
    wanted = set[str]().union(*(_named(text) for row in rows for text in (row.text, row.explanation, row.group_text)))
    wanted |= {row.content["picture"] for row in rows if "picture" in row.content}
    found = pictures(reading_context(), campaign_id=campaign_id, keys=wanted) if wanted else []
    return {row.picture.key: as_shown(row) for row in found}


@lru_cache(_KEPT)
def _named(text: str) -> frozenset[str]:
    return frozenset(named_in([text]))


def as_shown(row: PictureRow) -> ShownPicture:
    """Return a picture with the address under which it is handed out: nobody guesses it before the picture is shown."""
    url = url_for("quiz.picture", slug=slug(), sha256=row.sha256, key=row.picture.key)
    return ShownPicture(url, row.picture.width, row.picture.height)


def html_of(text: str, found: Pictures) -> Markup:
    """Return a text as HTML."""
    return _with_pictures(_html(text), found)


@dataclass(frozen=True)
class Showing:
    """What shows the texts of questions as HTML, with the pictures that they name or ask about."""

    pictures: Pictures

    def __call__(self, text: str) -> Markup:
        """Return a text as HTML."""
        return html_of(text, self.pictures)


def shown_by(rows: Sequence[PaperRow | Revision], *, campaign_id: int) -> Showing:
    """Return what shows these questions (one statement at most)."""
    return Showing(pictures_of(rows, campaign_id=campaign_id))


@blueprint.app_template_filter("in_one_line")
@lru_cache(_KEPT)
def in_one_line(text: str) -> str:
    """Return the words of a text without its marks, for lists and headings; a picture is said in its words."""
    return html_of(text, {}).striptags()


def stem_of(text: str, found: Pictures) -> Stem:
    """Return a text divided into its first paragraph, for a heading, and the rest."""
    stem = _stem(text)
    return Stem(stem.head, _with_pictures(stem.rest, found)) if PICTURE in stem.rest else stem


def shared_of(rows: Sequence[PaperRow], found: Pictures, *, once: bool) -> dict[int, Markup]:
    """Return what questions share with others of their group, by position; ``once`` with the first of them only."""
    texts = {row.position: html_of(row.group_text, found) for row in rows if row.group_text}
    if once:
        groups = {row.position: row.group_id for row in rows}
        return {at: text for at, text in texts.items() if groups.get(at - 1) != groups[at]}
    return texts


@lru_cache(_KEPT)
def _stem(text: str) -> Stem:
    html = _html(text)
    first = _FIRST.match(html)
    if first is None:
        return Stem(Markup(), html)
    return Stem(Markup(first[1]), Markup(html[first.end() :]))  # noqa: S704 - parts of what has been cleaned


@lru_cache(_KEPT)
def _html(text: str) -> Markup:
    return to_html(text, pictures=True) if _MARKED.search(text) else Markup("<p>") + escape(text) + Markup("</p>")


def _with_pictures(html: Markup, found: Pictures) -> Markup:
    """Put the addresses of pictures in; one that is not there is said in its words."""
    if PICTURE not in html:
        return html
    return Markup(_IMAGE.sub(lambda match: _image(match[1], match[2], found), html))  # noqa: S704 - as above


def _image(key: str, alternative: str, found: Pictures) -> str:
    shown = found.get(key)
    if shown is None:
        return alternative
    size = f'width="{shown.width}" height="{shown.height}"'
    image = f'<img class="question-image" src="{shown.url}" alt="{alternative}" {size} loading="lazy">'
    return f'<a href="{shown.url}" target="_blank" rel="noopener" data-enlarge>{image}</a>'
