"""The sections of the units: how many of the people entitled took part, and where fewest did."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cuocthi.contributions import Column
from cuocthi.text import T
from cuocthi_publishing.statistics.sections import Row, group_section, share

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from cuocthi.text import Text
    from cuocthi_publishing.domain.tables import Section
    from cuocthi_publishing.statistics.units import UnitStatistics

#: So many units with the lowest rates stand by themselves, where there are more than can be seen at a glance.
_LOWEST, _MANY = 10, 20


def unit_sections(units: UnitStatistics, say: Callable[[Text], str]) -> Iterator[Section]:
    """Yield who takes part of each unit, the highest rate of its headcount first, and the units with the lowest."""
    if units.withheld or not units.by_unit:
        return
    rows = [
        Row(key, units.names[key], figures, units.entitled.get(key) or None) for key, figures in units.by_unit.items()
    ]
    hidden = units.hidden
    # What is not shown must not be guessed from its place: such units stand behind all others, in the order of names.
    shown = [row for row in rows if row.key not in hidden]
    known = [row for row in shown if row.entitled is not None]
    known.sort(key=lambda row: -(share(row.figures.finishers, row.entitled) or 0))
    others = sorted((row for row in shown if row.entitled is None), key=lambda row: -row.figures.finishers)
    others += [row for row in rows if row.key in hidden]
    label = Column("unit", say(T("Unit")), "unit")
    note = say(
        T(
            "The rate is that of persons who handed in among those entitled to take part. Everybody counts once, in "
            "the unit named at registration."
        )
    )
    drawn = "rate" if known else "finishers"
    title = say(T("Participation by unit"))
    yield group_section(
        "participation", title, label, [*known, *others], say, page="units", note=note, drawn=drawn, hidden=units.hidden
    )
    if len(known) > _MANY:
        lowest, title = known[: -_LOWEST - 1 : -1], say(T("Units with the lowest rates"))
        yield group_section(
            "lowest", title, label, lowest, say, page="units", drawn="rate", parts=False, hidden=units.hidden
        )
