"""The press kit: a text with the figures of the release, picture, charts, and how to use them, in one archive."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from markupsafe import Markup, escape

from cuocthi.bundles.sealing import packed
from cuocthi.papers.cards import draw
from cuocthi_publishing.domain.drawing import chart_of, title_of
from cuocthi_publishing.domain.pages import contest_days, page_title, podium, render_template, shows_results
from cuocthi_publishing.outputs.names import described_tables
from cuocthi_publishing.outputs.picture import card_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cuocthi_publishing.domain.cells import Section
    from cuocthi_publishing.outputs.published import Published

KIT = "press-kit.zip"

_NAMES = {
    "vi": {"text": "thong-tin-bao-chi", "picture": "hinh-dai-dien.png", "charts": "bieu-do", "embed": "nhung.txt"},
    "en": {"text": "press-information", "picture": "picture.png", "charts": "charts", "embed": "embed.txt"},
}
_HEIGHT = re.compile(r' width="100%" height="(\d+)"')
#: A chart on a page of its own: the width it is drawn at, the room above and below it and at its sides, in pixels.
_WIDTH, _ABOVE, _BELOW, _SIDE = 704, 92, 44, 28


def build(published: Published) -> Iterator[tuple[str, bytes]]:
    """Yield the archive."""
    yield KIT, packed(dict(_files(published)))


def press_text(published: Published) -> str:
    """Return the text for the press, as plain text in the language of the campaign."""
    snapshot = published.snapshot
    card = card_of(snapshot)
    text = _render(
        published,
        "text",
        headline=card.title,
        results=shows_results(snapshot),
        days=contest_days(snapshot),
        facts=card.facts,
        awards=[section for section in snapshot["sections"] if section["page"] == "awards"],
        winners=podium(snapshot),
        digest=published.digest,
    )
    return re.sub(r"\n{3,}", "\n\n", text)


def charts(published: Published) -> Iterator[tuple[str, str, str]]:
    """Yield of each chart its file, what it shows, and the drawing, which stands by itself."""
    folder = _NAMES[_language(published)]["charts"]
    for name, section in described_tables(published.snapshot):
        if section["chart"] and section["rows"]:
            file = f"{folder}/{name.removeprefix('data/').removesuffix('.csv')}.svg"
            yield file, section["title"], _standing_alone(published, section)


def _files(published: Published) -> Iterator[tuple[str, bytes]]:
    names, text, drawn = _NAMES[_language(published)], press_text(published), list(charts(published))
    card = card_of(published.snapshot)
    yield f"{names['text']}.txt", text.encode()
    yield f"{names['text']}.html", _page(published, text).encode()
    yield names["picture"], draw(card)
    for file, _title, drawing in drawn:
        yield file, drawing.encode()
    title = f"{page_title(published.snapshot, 'results')}: {card.title}"
    yield names["embed"], _render(published, "embed", title=title).encode()
    listed = [(file, title) for file, title, _drawing in drawn]
    yield "README.txt", _render(published, "README", words=card.words, charts=listed).encode()


def _page(published: Published, text: str) -> str:
    blocks = [part for part in text.split("\n\n") if part.strip()]
    body = Markup("\n").join(
        Markup("<p>{}</p>").format(Markup("<br>\n").join(escape(line) for line in block.splitlines()))
        for block in blocks
    )
    page = Markup('<!doctype html>\n<html lang="{}">\n<head><meta charset="utf-8"><title>{}</title></head>\n<body>\n')
    head = page.format(published.language, published.snapshot["campaign"]["name"])
    return head + body + Markup("\n</body>\n</html>\n")


def _standing_alone(published: Published, section: Section) -> str:
    """Return a chart with its heading and source on a white ground, to be opened by itself."""
    language, campaign = published.language, published.snapshot["campaign"]
    drawing = str(chart_of(section, language))
    found = _HEIGHT.search(drawing)
    height = int(found[1]) if found else 0
    placed = _HEIGHT.sub(f' x="{_SIDE}" y="{_ABOVE}" width="{_WIDTH}" height="{height}"', drawing, count=1)
    wide, high = _WIDTH + 2 * _SIDE, height + _ABOVE + _BELOW
    return str(
        Markup(
            '<svg xmlns="http://www.w3.org/2000/svg" width="{wide}" height="{high}" viewBox="0 0 {wide} {high}" '
            'font-family="Be Vietnam Pro, Arial, sans-serif" font-size="14">'
            '<rect width="100%" height="100%" fill="#ffffff"/>'
            '<text x="{side}" y="40" font-size="20" font-weight="600" fill="#16232b">{title}</text>'
            '<text x="{side}" y="66" fill="#51606a">{what}</text>{chart}'
            '<text x="{side}" y="{foot}" font-size="12" fill="#51606a">{source}</text></svg>\n'
        ).format(
            wide=wide,
            high=high,
            side=_SIDE,
            title=section["title"],
            what=title_of(section, language),
            chart=Markup(placed),  # noqa: S704 - drawn here, with escaped texts
            foot=high - 16,
            source=f"{campaign['host_name']} · {card_of(published.snapshot).eyebrow}",
        )
    )


def _render(published: Published, name: str, **values: Any) -> str:
    return render_template(published.snapshot, f"publishing/press/{name}.{_language(published)}.txt", **values)


def _language(published: Published) -> str:
    return published.language if published.language in _NAMES else "en"
