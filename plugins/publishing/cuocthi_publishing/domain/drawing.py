"""The chart of a section, drawn from its values in the snapshot alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cuocthi.text import T
from cuocthi.web.charts import Chart, Kind, Series, drawn
from cuocthi_publishing.domain.cells import Section, drawn_columns, written
from cuocthi_publishing.wording import say

if TYPE_CHECKING:
    from markupsafe import Markup

#: More bars than this are no picture any more; the table below has them all.
_MOST_BARS = 20
#: The year at the end of a written day, with the sign before it: "/2024".
_YEAR = 5


def chart_of(section: Section, language: str) -> Markup:
    """Return the chart of a section as SVG."""
    label, numbers = drawn_columns(section)
    columns, rows = section["columns"], _rows(section)
    labels = [written(row[label], columns[label]["kind"], language) for row in rows]
    series = [
        Series(
            columns[place]["title"],
            [value if isinstance(value := row[place], int) else None for row in rows],
            [written(row[place], columns[place]["kind"], language) for row in rows],
        )
        for place in numbers
    ]
    return drawn(
        Chart(
            Kind(section["chart"]),
            id=f"chart-{section['key']}",
            title=title_of(section, language),
            description=_description(labels, series, language),
            labels=_short(labels) if section["chart"] == Kind.COLUMNS else labels,
            series=series,
            write=lambda value: written(int(value), columns[numbers[0]]["kind"], language),
        )
    )


def title_of(section: Section, language: str) -> str:
    """Return what a chart shows: the values, and of how many rows, where it leaves some out."""
    titles = " / ".join(section["columns"][place]["title"] for place in drawn_columns(section)[1])
    shown, all_ = len(_rows(section)), len(section["rows"])
    if shown == all_:
        return titles
    return say(T("%(what)s, the first %(count)s of %(all)s", what=titles, count=shown, all=all_), language)


def _short(labels: list[str]) -> list[str]:
    """Return the labels of a scale of days without the year, where it is the same in all."""
    years = {label[-_YEAR:] for label in labels}
    return [label[:-_YEAR] for label in labels] if len(years) == 1 and years.pop()[1:].isdigit() else labels


def _rows(section: Section) -> list[list[str | int | None]]:
    return section["rows"][:_MOST_BARS] if section["chart"] == Kind.BAR else section["rows"]  # type: ignore[no-any-return]


def _description(labels: list[str], series: list[Series], language: str) -> str:
    """Say in words what stands out: the greatest and the least of each series."""
    said = []
    for one in series:
        known = [place for place, value in enumerate(one.values) if value is not None]
        if not known:
            continue
        most, least = (choose(known, key=lambda place: one.values[place] or 0) for choose in (max, min))
        text = T(
            "%(what)s: most, %(most)s, at “%(most_at)s”; fewest, %(least)s, at “%(least_at)s”.",
            what=one.title,
            most=one.texts[most],
            most_at=labels[most],
            least=one.texts[least],
            least_at=labels[least],
        )
        said.append(say(text, language))
    return " ".join(said)
