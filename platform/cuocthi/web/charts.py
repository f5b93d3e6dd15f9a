"""Charts that the server draws: SVG that works on a page, in print, in a bundle and alone, without script or style.

Lengths along a chart are per cent, so that it fills what there is; letters and heights are pixels, so that they stay
readable on a phone. Colours stand in attributes and hold wherever a chart goes; a page's own stylesheet replaces them
by the classes ``chart-first`` (the marks), ``chart-second`` and ``chart-outline`` (the marks of a second series,
hatched, so that both differ without colour), ``chart-ink``, ``chart-soft`` and ``chart-line``. Beside every chart
stands a table of what it shows.
"""

from __future__ import annotations

import textwrap
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from markupsafe import Markup, escape

from cuocthi.web import formats

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

_FIRST, _SECOND, _LINE = "#0a5f66", "#b04f17", "#dedbd1"
_TONES = {"ink": "#16232b", "soft": "#51606a"}
_FONT = "Be Vietnam Pro, system-ui, sans-serif"

#: How many letters of a label fit beside one another on a phone of 360 pixels.
_WRAP = 36
_TEXT_HEIGHT, _BAR_HEIGHT, _BAR_GAP, _ROW_GAP = 18, 14, 4, 12
#: The longest bar, in per cent: what is left has room for the value behind it.
_LONGEST = 66.0
_LEGEND_HEIGHT = 26
_PLOT_HEIGHT, _PLOT_LEFT, _ABOVE, _BELOW = 170, 15.0, 10, 24
#: What of a column's place stays free, in a distribution and in an order of time.
_NARROW, _WIDE = 0.04, 0.2
_LINES = 4
#: How many letters stand below the columns on a phone.
_SCALE_LETTERS = 36

Number = int | float


class Kind(StrEnum):
    """How values are drawn: lying bars with their labels, columns in an order of time, a distribution without gaps."""

    BAR = "bar"
    COLUMNS = "columns"
    HISTOGRAM = "histogram"


@dataclass(frozen=True, slots=True)
class Series:
    """Values with a title; ``texts`` are how they are written. A value that is None is not drawn, only its text."""

    title: str
    values: Sequence[Number | None]
    texts: Sequence[str]


@dataclass(frozen=True, slots=True)
class Chart:
    """What is drawn. ``id`` is unique on the page.

    ``title`` and ``description`` say to those who do not see it what is shown and what stands out. ``series`` are one
    or two, each with a value, not negative, for every label. ``write`` writes the numbers of a scale; ``maximum`` is
    the value of the longest possible mark, where that is more than the greatest.
    """

    kind: Kind
    id: str
    title: str
    description: str
    labels: Sequence[str]
    series: Sequence[Series]
    write: Callable[[Number], str]
    maximum: Number = 0

    @property
    def greatest(self) -> Number:
        """The value of the longest mark."""
        values = (value for one in self.series for value in one.values if value is not None)
        return max([self.maximum, *values]) or 1

    @property
    def looks(self) -> list[tuple[Series, str]]:
        """Each series with the attributes of its marks."""
        hatched = f'class="chart-outline" stroke="{_SECOND}" fill="url(#{escape(self.id)}-hatch)"'
        return list(zip(self.series, (f'class="chart-first" fill="{_FIRST}"', hatched), strict=False))


def drawn(chart: Chart) -> Markup:
    """Return a chart as an SVG element, as wide as there is room."""
    several = len(chart.series) > 1
    top = _LEGEND_HEIGHT if several else 0
    height, marks = _bars(chart, top) if chart.kind is Kind.BAR else _columns(chart, top)
    name = escape(chart.id)
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="chart" role="img" width="100%" height="{height}" '
        f'font-family="{_FONT}" font-size="14" aria-labelledby="{name}-title {name}-desc">'
        f'<title id="{name}-title">{escape(chart.title)}</title>'
        f'<desc id="{name}-desc">{escape(chart.description)}</desc>'
    )
    legend = [_hatching(chart), *_legend(chart)] if several else []
    return Markup("".join([head, *legend, *marks, "</svg>"]))  # noqa: S704 - every text in it is escaped


def for_templates(language: Callable[[], str]) -> Callable[..., Markup]:
    """Return what templates draw a chart of one series with; ``language`` tells the language of the page being made.

    It takes the kind, ``items`` with ``label``, ``value`` and, where that is not written plainly, ``text``, the title
    of the values, and by name ``id``, ``title``, ``description`` and ``maximum`` as :class:`Chart` has them.
    """

    def draw(kind: str, items: Sequence[Mapping[str, Any]], value_title: str, **named: Any) -> Markup:
        def write(value: Number) -> str:
            return formats.number(value, language())

        labels, values = [str(item["label"]) for item in items], [item["value"] for item in items]
        texts = [str(item.get("text") or write(value)) for item, value in zip(items, values, strict=True)]
        return drawn(
            Chart(Kind(kind), labels=labels, series=[Series(value_title, values, texts)], write=write, **named)
        )

    return draw


# --- bars -----------------------------------------------------------------------------------------------------------


def _bars(chart: Chart, top: int) -> tuple[int, list[str]]:
    marks: list[str] = []
    for place, label in enumerate(chart.labels):
        for line in textwrap.wrap(label, _WRAP) or [""]:
            top += _TEXT_HEIGHT
            marks.append(_text(line, "0", top - 4, "ink"))
        for series, look in chart.looks:
            top += _BAR_GAP
            marks.append(_bar(series, look, place, chart.greatest, top))
            top += _BAR_HEIGHT
        top += _ROW_GAP
    return top, marks


def _bar(series: Series, look: str, place: int, greatest: Number, top: int) -> str:
    length = _percent((series.values[place] or 0) / greatest * _LONGEST)
    text = _text(series.texts[place], length, top + _BAR_HEIGHT - 2, "ink", 'dx="6" font-weight="600"')
    return (_rect(look, "0", top, length, _BAR_HEIGHT) if series.values[place] else "") + text


# --- columns --------------------------------------------------------------------------------------------------------


def _columns(chart: Chart, top: int) -> tuple[int, list[str]]:
    step = _step(chart.greatest)
    lines = -(-chart.greatest // step)
    ceiling = lines * step
    top += _ABOVE
    marks = [_line(chart.write(step * number), number / lines, top) for number in range(int(lines) + 1)]
    marks.append(
        f'<svg x="{_percent(_PLOT_LEFT)}" y="{top}" width="{_percent(100 - _PLOT_LEFT)}" height="{_PLOT_HEIGHT}" '
        'overflow="visible">'
    )
    place_wide = 100 / max(len(chart.labels), 1)
    free = place_wide * (_NARROW if chart.kind is Kind.HISTOGRAM else _WIDE)
    wide = (place_wide - free) / len(chart.series)
    for place in range(len(chart.labels)):
        left = place * place_wide + free / 2
        for number, (series, look) in enumerate(chart.looks):
            marks.append(_column(series, look, place, ceiling, (left + number * wide, wide)))
    return top + _PLOT_HEIGHT + _BELOW, [*marks, *_scale(chart.labels, place_wide), "</svg>"]


def _column(series: Series, look: str, place: int, ceiling: Number, span: tuple[float, float]) -> str:
    value, (left, wide) = series.values[place], span
    if value is None:
        return _text(series.texts[place], _percent(left + wide / 2), _PLOT_HEIGHT - 3, "soft", 'text-anchor="middle"')
    height = round(value / ceiling * _PLOT_HEIGHT, 1)
    return _rect(look, _percent(left), _PLOT_HEIGHT - height, _percent(wide), height) if value else ""


def _step(greatest: Number) -> int:
    """Return the distance of the lines of a scale: 1, 2 or 5 with noughts, so that there are few."""
    step = 1
    while greatest / step > _LINES:
        step = step * 5 // 2 if str(step).startswith("2") else step * 2
    return step


def _line(text: str, share: float, top: int) -> str:
    y = round(top + _PLOT_HEIGHT * (1 - share), 1)
    line = f'<line x1="{_percent(_PLOT_LEFT)}" x2="100%" y1="{y}" y2="{y}" class="chart-line" stroke="{_LINE}"/>'
    return line + _text(text, _percent(_PLOT_LEFT), y + 4, "soft", 'dx="-6" text-anchor="end"')


def _scale(labels: Sequence[str], wide: float) -> Iterator[str]:
    """Yield as many labels as stand beside one another, the first and the last among them."""
    room = max(2, _SCALE_LETTERS // (max(map(len, labels), default=1) + 2))
    shown, last = min(len(labels), room), len(labels) - 1
    for number in range(shown):
        place = round(number * last / max(shown - 1, 1))
        inner = shown == len(labels) or 0 < number < shown - 1
        anchor = "middle" if inner else "end" if number else "start"
        at = {"start": place, "middle": place + 0.5, "end": place + 1}[anchor] * wide
        yield _text(labels[place], _percent(at), _PLOT_HEIGHT + 18, "soft", f'text-anchor="{anchor}"')


# --- parts ----------------------------------------------------------------------------------------------------------


def _legend(chart: Chart) -> Iterator[str]:
    for number, (series, look) in enumerate(chart.looks):
        x = f"{50 * number}%"
        yield _rect(look, x, 4, "14", 12) + _text(series.title, x, 15, "ink", 'dx="20"')


def _hatching(chart: Chart) -> str:
    return (
        f'<pattern id="{escape(chart.id)}-hatch" width="6" height="6" patternUnits="userSpaceOnUse" '
        f'patternTransform="rotate(45)"><rect width="3" height="6" class="chart-second" fill="{_SECOND}"/></pattern>'
    )


def _rect(look: str, x: str, y: Number, width: str, height: Number) -> str:
    return f'<rect x="{x}" y="{y}" width="{width}" height="{height}" {look}/>'


def _text(text: str, x: str, y: Number, tone: str, more: str = "") -> str:
    return f'<text x="{x}" y="{y}" class="chart-{tone}" fill="{_TONES[tone]}" {more}>{escape(text)}</text>'


def _percent(value: float) -> str:
    return f"{round(value, 2):g}%"
