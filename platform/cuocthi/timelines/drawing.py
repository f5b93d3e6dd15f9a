"""Phases as pages draw them: the line on the public page, the chart on the staff page, and what changes next."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from itertools import groupby
from typing import TYPE_CHECKING, Protocol

from cuocthi.clock import LOCAL_ZONE
from cuocthi.text import TN, T, Text
from cuocthi.timelines.models import PhaseKind
from cuocthi.timelines.windows import PhaseState, Span, Times, UnitSpan, next_edge, phase_state
from cuocthi.web import formats

if TYPE_CHECKING:
    from collections.abc import Callable

    from cuocthi.timelines.models import Phase

KIND_TITLES: dict[PhaseKind, Text] = {
    PhaseKind.PREPARATION: T("Preparation"),
    PhaseKind.LAUNCH: T("Launch"),
    PhaseKind.CONTEST: T("Round of the contest"),
    PhaseKind.JUDGING: T("Judging and adoption of results"),
    PhaseKind.CEREMONY: T("Closing ceremony"),
}
WEEKDAYS = (T("Monday"), T("Tuesday"), T("Wednesday"), T("Thursday"), T("Friday"), T("Saturday"), T("Sunday"))
_INSTANT = timedelta(microseconds=1)
_WHOLE = 1000
_TICKS = 6
_TICK_GAP = 110
#: More phases than this share a row of the chart with the others of their kind.
_MOST_ROWS = 40
#: Two windows nearer than this, in thousandths of the whole span, are drawn as one.
_SMALLEST_GAP = 2
#: A line of more steps than this leaves out what is neither running nor near.
_MOST_STEPS = 14
_RUNNING_SHOWN, _DONE_SHOWN, _NEXT_SHOWN = 6, 2, 4
#: How the chart colours each kind.
_COLOURS = {PhaseKind.CONTEST: "contest", PhaseKind.JUDGING: "judging", PhaseKind.CEREMONY: "ceremony"}


class Drawn(Protocol):
    """What is drawn and compared: a phase, or a draft of one."""

    @property
    def kind(self) -> PhaseKind:
        """What happens in it."""
        ...

    @property
    def title(self) -> str | Text:
        """How it is called."""
        ...

    @property
    def windows(self) -> Sequence[UnitSpan]:
        """When it is open."""
        ...

    @property
    def opens_at(self) -> datetime:
        """The first instant."""
        ...

    @property
    def closes_at(self) -> datetime:
        """The first instant after."""
        ...


@dataclass(frozen=True, slots=True)
class Change:
    """What the head of the public page says: how things stand, and the moment of the next change, if there is one."""

    state: PhaseState
    heading: Text
    moment: datetime | None = None
    note: Text | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """A phase on the drawn line, or several that are left out.

    ``state`` is done, now or next, ``elapsed`` how many per cent of it are over, ``note`` what else is said of it.
    """

    title: str | Text
    when: str
    state: str
    elapsed: int | None = None
    note: Text | None = None


@dataclass(frozen=True, slots=True)
class Bar:
    """A row of the chart: a phase, or all of one kind. ``spans`` are from and to, in thousandths of the whole span."""

    title: str | Text
    when: str
    spans: list[tuple[int, int]]
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


def weekday(moment: datetime, *, closing: bool = False) -> Text:
    """Return the day of the week of a moment; a ``closing`` at midnight belongs to the day that ends."""
    return WEEKDAYS[(moment - _INSTANT if closing else moment).astimezone(LOCAL_ZONE).weekday()]


def steps(phases: Sequence[Phase], now: datetime, language: str, notes: Mapping[int, Text] | None = None) -> list[Step]:
    """Return the phases as the drawn line shows them, with what is said of some of them (by their numbers).

    Of very many the running ones, those next to them and the last are shown; what lies between is one step.
    """
    shown = _shown(phases, now)
    found: list[Step] = []
    for is_shown, run in groupby(enumerate(phases), key=lambda pair: pair[0] in shown):
        part = [phase for _, phase in run]
        if is_shown:
            found += [_step(phase, now, language, (notes or {}).get(phase.id)) for phase in part]
        else:
            found.append(_left_out(part, now, language))
    return found


def change(phases: Sequence[Phase], now: datetime) -> Change:
    """Return what a visitor should know first: whether one can take part, and until or from when."""
    contests = [phase for phase in phases if phase.kind is PhaseKind.CONTEST]
    running = [window for phase in contests for window in phase.windows if window.opens_at <= now < window.closes_at]
    if running:
        most = [window for window in running if window.unit_id is None] or running
        closes_at = max(window.closes_at for window in most)
        return Change(PhaseState.OPEN, T("The contest is open"), closes_at, _differing(contests, now))
    coming = [
        (edge, phase)
        for phase in contests
        if phase_state(phase.windows, now) in {PhaseState.UPCOMING, PhaseState.BETWEEN}
        and (edge := next_edge(phase.windows, now)) is not None
    ]
    if coming:
        moment, phase = min(coming, key=lambda pair: pair[0])
        begun = any(contest.opens_at <= now for contest in contests)
        heading = T("The next round has yet to open") if begun else T("The contest has yet to open")
        state = PhaseState.BETWEEN if begun else PhaseState.UPCOMING
        named = T("%(round)s", round=phase.title) if begun else None
        return Change(state, heading, moment, named or _differing(contests, now))
    if not contests:
        return Change(PhaseState.UPCOMING, T("The time of the contest will be announced"))
    return Change(PhaseState.CLOSED, T("The contest is over"), None, _afterwards(phases, now))


def _differing(contests: Sequence[Phase], now: datetime) -> Text | None:
    """Say that units take part at times of their own, where that is so in a round which is not over."""
    windows = (window for phase in contests if now < phase.closes_at for window in phase.windows)
    return T("Some units take part at times of their own.") if any(window.unit_id for window in windows) else None


def chart(phases: Sequence[Drawn], now: datetime, language: str) -> Chart | None:
    """Return the chart of a timeline, or None while it has no phase; of very many each kind shares a row."""
    if not phases:
        return None
    start = _midnight_before(min(phase.opens_at for phase in phases))
    end = max(phase.closes_at for phase in phases)
    margin = (end - start) / 40
    start, end = start - margin, end + margin

    def place(moment: datetime) -> int:
        return round((moment - start) / (end - start) * _WHOLE)

    rows = [_bar(row, place, language) for row in _rows(phases)]
    today = (place(now), _short(now, language)) if start <= now <= end else None
    return Chart(rows, _ticks(phases, place, language), today)


def _rows(phases: Sequence[Drawn]) -> list[list[Drawn]]:
    if len(phases) <= _MOST_ROWS:
        return [[phase] for phase in phases]
    rows: dict[PhaseKind, list[Drawn]] = {}
    for phase in phases:
        rows.setdefault(phase.kind, []).append(phase)
    return list(rows.values())


def _bar(row: Sequence[Drawn], place: Callable[[datetime], int], language: str) -> Bar:
    first = row[0]
    windows = sorted((window.opens_at, window.closes_at) for phase in row for window in phase.windows)
    spans: list[tuple[int, int]] = []
    for start, end in ((place(opens_at), place(closes_at)) for opens_at, closes_at in windows):
        if spans and start - spans[-1][1] < _SMALLEST_GAP:
            spans[-1] = (spans[-1][0], max(spans[-1][1], end))
        else:
            spans.append((start, end))
    title = first.title
    if len(row) > 1:
        title = T("%(kind)s (%(number)s)", kind=KIND_TITLES[first.kind], number=len(row))
    return Bar(title, span_in_words(_whole(row), language), spans, _COLOURS.get(first.kind, "plain"))


def _whole(phases: Sequence[Drawn]) -> Times:
    return Times(min(phase.opens_at for phase in phases), max(phase.closes_at for phase in phases))


def _ticks(phases: Sequence[Drawn], place: Callable[[datetime], int], language: str) -> list[tuple[int, str]]:
    """Return the days on which phases begin, as many as fit beside one another, and the last day."""
    last = max(phase.closes_at for phase in phases) - _INSTANT
    moments = sorted({_midnight_before(phase.opens_at) for phase in phases} | {_midnight_before(last)})
    shown: list[tuple[int, str]] = []
    for moment in moments:
        at = place(moment)
        if not shown or at - shown[-1][0] >= _TICK_GAP:
            shown.append((at, _short(moment, language)))
    return shown[:_TICKS] if len(shown) <= _TICKS else shown[:: -(-len(shown) // _TICKS)]


def _shown(phases: Sequence[Phase], now: datetime) -> set[int]:
    """Return the places of the phases that the drawn line shows."""
    if len(phases) <= _MOST_STEPS:
        return set(range(len(phases)))
    done = [place for place, phase in enumerate(phases) if phase.closes_at <= now]
    coming = [place for place, phase in enumerate(phases) if now < phase.opens_at]
    running = sorted(set(range(len(phases))) - set(done) - set(coming))
    last = len(phases) - 1
    return {*done[-_DONE_SHOWN:], *running[-_RUNNING_SHOWN:], *coming[:_NEXT_SHOWN], last}


def _step(phase: Phase, now: datetime, language: str, note: Text | None) -> Step:
    when = span_in_words(phase, language)
    if now < phase.opens_at:
        return Step(phase.title, when, "next", note=note)
    if now >= phase.closes_at:
        return Step(phase.title, when, "done", note=note)
    elapsed = round((now - phase.opens_at) / (phase.closes_at - phase.opens_at) * 100)
    return Step(phase.title, when, "now", elapsed, note)


def _left_out(phases: Sequence[Phase], now: datetime, language: str) -> Step:
    whole = _whole(phases)
    title: str | Text = phases[0].title
    if len(phases) > 1:
        title = TN("%(count)s phase", "%(count)s phases", len(phases))
    return Step(title, span_in_words(whole, language), "done" if whole.closes_at <= now else "next")


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
