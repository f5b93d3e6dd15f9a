"""Phases as pages draw them: the line on the public page, the chart on the staff page, and what changes next."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING, Any

from cuocthi.clock import LOCAL_ZONE
from cuocthi.text import T, Text
from cuocthi.timelines.models import PhaseKind
from cuocthi.timelines.windows import PhaseState, Span, next_edge, open_span, phase_state
from cuocthi.web import formats

if TYPE_CHECKING:
    from cuocthi.timelines.models import Phase

_INSTANT = timedelta(microseconds=1)
_WHOLE = 1000
_TICKS = 6
_TICK_GAP = 110
#: How the chart colours each kind.
_COLOURS = {PhaseKind.CONTEST: "contest", PhaseKind.JUDGING: "judging", PhaseKind.CEREMONY: "ceremony"}


@dataclass(frozen=True, slots=True)
class Change:
    """What the head of the public page says: how things stand, and the moment of the next change, if there is one."""

    state: PhaseState
    heading: Text
    moment: datetime | None = None
    note: Text | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """A phase on the drawn line; ``state`` is done, now or next, ``elapsed`` how many per cent of it are over."""

    title: str
    when: str
    state: str
    elapsed: int | None = None


@dataclass(frozen=True, slots=True)
class Bar:
    """A phase on the chart, in thousandths of the whole span."""

    title: str
    when: str
    start: int
    end: int
    kind: str


@dataclass(frozen=True, slots=True)
class Chart:
    """The chart of a timeline; ``ticks`` are (position, label), ``today`` likewise or None when it lies outside."""

    rows: list[Bar]
    ticks: list[tuple[int, str]]
    today: tuple[int, str] | None


def span_in_words(span: Span, language: str) -> str:
    """Write a span of time: whole days as days, otherwise with the hour: "15/09 – 17h00 05/10/2024"."""
    opens, closes = span.opens_at, span.closes_at
    if _midnight(opens) and _midnight(closes):
        return formats.span(opens, closes - _INSTANT, language)
    if opens.astimezone(LOCAL_ZONE).date() == closes.astimezone(LOCAL_ZONE).date():
        hours = f"{formats.time_of_day(opens, language)} – {formats.time_of_day(closes, language)}"
        return f"{hours}, {formats.day(closes, language)}"
    first = (
        _short(opens, language)
        if _midnight(opens)
        else f"{formats.time_of_day(opens, language)} {_short(opens, language)}"
    )
    if _midnight(closes):
        return f"{first} – {formats.day(closes - _INSTANT, language)}"
    return f"{first} – {formats.time_of_day(closes, language)} {formats.day(closes, language)}"


def steps(phases: Sequence[Phase], now: datetime, language: str) -> list[Step]:
    """Return the phases as the drawn line shows them."""
    return [_step(phase, now, language) for phase in phases]


def change(phases: Sequence[Phase], now: datetime) -> Change:
    """Return what a visitor should know first: whether one can take part, and until or from when."""
    contests = [phase for phase in phases if phase.kind is PhaseKind.CONTEST]
    running = [span for phase in contests if (span := open_span(phase.windows, now))]
    if running:
        return Change(PhaseState.OPEN, T("The contest is open"), max(span.closes_at for span in running))
    coming = [
        (edge, phase)
        for phase in contests
        if phase_state(phase.windows, now) in {PhaseState.UPCOMING, PhaseState.BETWEEN}
        and (edge := next_edge(phase.windows, now)) is not None
    ]
    if coming:
        moment, phase = min(coming, key=lambda pair: pair[0])
        begun = any(contest.opens_at <= now for contest in contests)
        heading = T("The next round opens in") if begun else T("The contest opens in")
        state = PhaseState.BETWEEN if begun else PhaseState.UPCOMING
        return Change(state, heading, moment, T("%(round)s", round=phase.title) if begun else None)
    if not contests:
        return Change(PhaseState.UPCOMING, T("The time of the contest will be announced"))
    return Change(PhaseState.CLOSED, T("The contest is over"), None, _afterwards(phases, now))


def chart(phases: Sequence[Phase], now: datetime, language: str) -> Chart | None:
    """Return the chart of a timeline, or None while it has no phase."""
    if not phases:
        return None
    start = _midnight_before(min(phase.opens_at for phase in phases))
    end = max(phase.closes_at for phase in phases)
    margin = (end - start) / 40
    start, end = start - margin, end + margin

    def place(moment: datetime) -> int:
        return round((moment - start) / (end - start) * _WHOLE)

    rows = [
        Bar(
            phase.title,
            span_in_words(phase, language),
            place(phase.opens_at),
            place(phase.closes_at),
            _COLOURS.get(phase.kind, "plain"),
        )
        for phase in phases
    ]
    today = (place(now), _short(now, language)) if start <= now <= end else None
    return Chart(rows, _ticks(phases, place, language), today)


def _ticks(phases: Sequence[Phase], place: Any, language: str) -> list[tuple[int, str]]:
    """Return the days on which phases begin, as many as fit beside one another, and the last day."""
    last = max(phase.closes_at for phase in phases) - _INSTANT
    moments = sorted({_midnight_before(phase.opens_at) for phase in phases} | {_midnight_before(last)})
    shown: list[tuple[int, str]] = []
    for moment in moments:
        at = place(moment)
        if not shown or at - shown[-1][0] >= _TICK_GAP:
            shown.append((at, _short(moment, language)))
    return shown[:_TICKS] if len(shown) <= _TICKS else shown[:: -(-len(shown) // _TICKS)]


def _step(phase: Phase, now: datetime, language: str) -> Step:
    when = span_in_words(phase, language)
    if now < phase.opens_at:
        return Step(phase.title, when, "next")
    if now >= phase.closes_at:
        return Step(phase.title, when, "done")
    elapsed = round((now - phase.opens_at) / (phase.closes_at - phase.opens_at) * 100)
    return Step(phase.title, when, "now", elapsed)


def _afterwards(phases: Sequence[Phase], now: datetime) -> Text | None:
    for phase in phases:
        if phase.kind in {PhaseKind.JUDGING, PhaseKind.CEREMONY} and now < phase.closes_at:
            if phase.opens_at <= now:
                return T("Now: %(phase)s", phase=phase.title)
            return T("Next: %(phase)s", phase=phase.title)
    return None


def _midnight(moment: datetime) -> bool:
    return moment.astimezone(LOCAL_ZONE).time() == time()


def _midnight_before(moment: datetime) -> datetime:
    return moment.astimezone(LOCAL_ZONE).replace(hour=0, minute=0, second=0, microsecond=0)


def _short(moment: datetime, language: str) -> str:
    """Write a day without its year: 15/09 in Vietnamese, 15 Sep in English."""
    local = moment.astimezone(LOCAL_ZONE)
    return f"{local:%d/%m}" if language == formats.VIETNAMESE else formats.day(moment, language).rsplit(" ", 1)[0]
