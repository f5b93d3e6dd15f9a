"""The pages of a release, made of its snapshot alone: the same here, in the preview and in the bundle."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from markupsafe import Markup

from cuocthi import folders
from cuocthi.clock import LOCAL_ZONE
from cuocthi.errors import DomainError
from cuocthi.pictures.showing import Shown, Source, html_with
from cuocthi.text import T
from cuocthi.web import formats
from cuocthi_publishing.domain import drawing
from cuocthi_publishing.domain.cells import NUMBERS, written
from cuocthi_publishing.lists.pages import first_of, first_rows, is_long, page_count, row_count
from cuocthi_publishing.wording import catalogue, say

if TYPE_CHECKING:
    from cuocthi_publishing.domain.cells import Section
    from cuocthi_publishing.domain.snapshot import Snapshot
    from cuocthi_publishing.lists.pages import Rows

TEMPLATES = Path(__file__).parent.parent / "templates"

_INSTANT = timedelta(microseconds=1)
#: Every page that a release can have, in their order.
TITLES = {
    "results": T("Results"),
    "awards": T("Award list"),
    "units": T("Units"),
    "statistics": T("Statistics"),
    "documents": T("Documents"),
}

#: What stands on the page of documents beside the sections.
_READING = ("documents", "reference", "phases", "news", "notices", "sources")
#: The pages on which persons and units stand by what they achieved.
_OF_RESULTS = frozenset({"results", "awards", "units"})
_PODIUM_PRIZES, _PODIUM_PLACES = 3, 6


@dataclass(frozen=True, slots=True)
class Links:
    """Where the pages of a release lead: ``page(key)`` to one another, ``release(number)`` to another release.

    ``whole(key)`` leads to all the rows of a section that is too long for its page, ``picture(file)`` to one of the
    files of a picture. They and ``release`` return an empty text where no address is known.
    """

    page: Callable[[str], str]
    release: Callable[[int], str]
    whole: Callable[[str], str] = lambda _key: ""
    picture: Callable[[Mapping[str, Any]], str] = lambda _file: ""


def page_keys(snapshot: Snapshot) -> list[str]:
    """Return the pages that a release has: the first one always, others where there is something on them."""
    filled = {"results", *(section["page"] for section in snapshot["sections"])}
    if any(snapshot.get(name) for name in _READING):
        filled.add("documents")
    return [key for key in TITLES if key in filled]


def shows_results(snapshot: Snapshot) -> bool:
    """Tell whether it shows results, not statistics alone."""
    return any(section["page"] in _OF_RESULTS for section in snapshot["sections"])


def contest_days(snapshot: Snapshot) -> str:
    """Return from when until when people could take part, an empty text where the snapshot does not say it."""
    edges = [_edges(phase) for phase in snapshot.get("phases", ()) if phase["kind"] == "contest"]
    if not edges:
        return ""
    opens, closes = min(first for first, _ in edges), max(last for _, last in edges)
    return formats.span(opens, closes, snapshot["campaign"]["language"])


def page_title(snapshot: Snapshot, key: str) -> str:
    """Return the heading of a page in the campaign's language."""
    return say(TITLES[key], snapshot["campaign"]["language"])


def render_body(snapshot: Snapshot, digest: str, key: str, links: Links) -> Markup:
    """Return the content of a page, from its heading to the digest at its foot."""
    content = render_template(snapshot, "publishing/release/page.html", key=key, links=links, digest=digest)
    return Markup(content)  # noqa: S704 - Jinja has escaped it


def check_pages(snapshot: Snapshot) -> None:
    """Render every page once. Raises DomainError, naming the section, where one cannot be shown."""
    links = Links(page=str, release=str)
    for key in page_keys(snapshot):
        try:
            render_body(snapshot, "", key, links)
        except Exception as error:
            sections = [section for section in snapshot["sections"] if section["page"] == key]
            title = next((one["title"] for one in sections if not _can_show(snapshot, one, links)), TITLES[key])
            message = T("“%(part)s” cannot be shown, so that nothing was made: %(why)s", part=title, why=repr(error))
            raise DomainError(message) from error


def _can_show(snapshot: Snapshot, section: Section, links: Links) -> bool:
    try:
        render_body({**snapshot, "sections": [section]}, "", section["page"], links)
    except Exception:  # noqa: BLE001 - whatever a template may raise
        return False
    return True


def render_embedded(snapshot: Snapshot, results: str) -> Markup:
    """Return the release in small, for a frame in another page; ``results`` is the address of all of it."""
    content = render_template(snapshot, "publishing/release/embed.html", results=results)
    return Markup(content)  # noqa: S704 - Jinja has escaped it


def render_list(snapshot: Snapshot, digest: str, section: Section, number: int, rows: Rows, *, back: str) -> Markup:
    """Return the content of one page of a long section; ``back`` is the address of the page that it belongs to."""
    content = render_template(
        snapshot,
        "publishing/release/list.html",
        section=section,
        digest=digest,
        number=number,
        count=page_count(section),
        rows=rows,
        first=first_of(number),
        back=back,
    )
    return Markup(content)  # noqa: S704 - Jinja has escaped it


def render_template(snapshot: Snapshot, name: str, **values: object) -> str:
    """Render a template of the release in the campaign's language."""
    language = snapshot["campaign"]["language"]
    keys = page_keys(snapshot)
    return (
        environment(language)
        .get_template(name)
        .render(
            snapshot=snapshot,
            campaign=snapshot["campaign"],
            release=snapshot["release"],
            language=language,
            pages=[(key, page_title(snapshot, key)) for key in keys],
            **values,
        )
    )


@cache
def environment(language: str) -> Environment:
    """Return the templates of releases in one language; they know neither a request nor a reader."""
    texts = catalogue(language)

    def gettext(message: str, **values: object) -> str:
        found = str(texts.gettext(message))
        return found % values if values else found

    def ngettext(singular: str, plural: str, num: int, **values: object) -> str:
        return str(texts.ngettext(singular, plural, num)) % {"num": num, **values}

    made = Environment(
        loader=FileSystemLoader([TEMPLATES, folders.TEMPLATES]),
        autoescape=select_autoescape(("html", "xml"), default_for_string=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters.update(formats.filters(lambda: language))
    made.filters["with_pictures"] = with_pictures
    made.filters["moment_of"] = lambda text: formats.moment(datetime.fromisoformat(text), language)
    made.filters["day_of"] = lambda text: formats.day(_noon(text), language)
    made.filters["span_of"] = lambda phase: formats.span(*_edges(phase), language)
    made.globals.update(
        _=gettext,
        ngettext=ngettext,
        cell=lambda value, kind: written(value, kind, language),
        chart=lambda section: drawing.chart_of(section, language),
        chart_title=lambda section: drawing.title_of(section, language),
        podium=podium,
        numbers=NUMBERS,
        is_long=is_long,
        first_rows=first_rows,
        row_count=row_count,
    )
    return made


def with_pictures(text: str, snapshot: Snapshot, links: Links) -> Markup:
    """Return Markdown of a release as HTML, with the pictures that it names."""
    found = {
        picture["key"]: Shown(
            picture["alt"], [Source(links.picture(file), file["width"], file["height"]) for file in picture["files"]]
        )
        for picture in snapshot.get("pictures", ())
    }
    return html_with(text, {key: shown for key, shown in found.items() if shown.sources[-1].url})


def podium(snapshot: Snapshot) -> list[dict[str, Any]]:
    """Return the first winners: those of the three highest prizes of the first award list, six at the most."""
    found = next((section for section in snapshot["sections"] if section["page"] == "awards"), None)
    if found is None:
        return []
    keys = [column["key"] for column in found["columns"]]
    winners = [dict(zip(keys, row, strict=True)) for row in found["rows"]]
    highest = list(dict.fromkeys(winner["title"] for winner in winners))[:_PODIUM_PRIZES]
    return [winner for winner in winners if winner["title"] in highest][:_PODIUM_PLACES]


def _edges(phase: Mapping[str, str]) -> tuple[datetime, datetime]:
    # A phase that closes at midnight ends on the day before.
    return datetime.fromisoformat(phase["opens_at"]), datetime.fromisoformat(phase["closes_at"]) - _INSTANT


def _noon(text: str) -> datetime:
    # A day without a time is that day everywhere.
    day = date.fromisoformat(text)
    return datetime(day.year, day.month, day.day, 12, tzinfo=LOCAL_ZONE)
