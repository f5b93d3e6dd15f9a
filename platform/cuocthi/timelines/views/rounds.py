"""Rounds in bulk: from a pattern to all dates, shown before anything is made."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from flask import g, request
from flask_babel import gettext as _
from flask_babel import ngettext

from cuocthi.clock import LOCAL_ZONE
from cuocthi.errors import DomainError
from cuocthi.standings.composition import entered
from cuocthi.text import Text
from cuocthi.timelines.domain import PhaseDraft, add_phases, round_drafts
from cuocthi.timelines.drawing import Chart, chart, span_in_words, weekday
from cuocthi.timelines.forms import RoundsForm
from cuocthi.timelines.patterns import Rhythm, windows_of
from cuocthi.timelines.queries import phases, window_units
from cuocthi.timelines.unit_windows import rows_by_unit
from cuocthi.timelines.views.blueprint import EDIT, blueprint, done, enabled_formats, list_url
from cuocthi.timelines.warnings import timeline_warnings
from cuocthi.web.context import committing, reading_context
from cuocthi.web.forms import attach_error
from cuocthi.web.i18n import language
from cuocthi.web.rendering import render

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from flask import Response
    from werkzeug.wrappers import Response as AnyResponse

    from cuocthi.context import Context
    from cuocthi.contributions import ContestFormat
    from cuocthi.timelines.models import Phase
    from cuocthi.timelines.windows import Span

_WEEK = 7


@dataclass(frozen=True, slots=True)
class Planned:
    """Rounds that are not made yet: each with when it is open, and the whole timeline as it would be."""

    rounds: list[tuple[str, list[tuple[str, Text, Text]]]]
    chart: Chart | None
    warnings: list[Text]


@blueprint.page("/staff/timeline/rounds", permission=EDIT)
def rounds() -> Response:
    """Show a pattern to begin with, and the rounds that it would make."""
    ctx = reading_context()
    form = RoundsForm(data=_first_pattern(ctx, phases(ctx, campaign_id=g.campaign.id)))
    form.offer(_formats())
    return _page(ctx, form, _drafts(ctx, form))


@blueprint.page("/staff/timeline/rounds", permission=EDIT, methods=["POST"], endpoint="make_rounds")
def make_rounds() -> AnyResponse:
    """Show the rounds that a pattern makes, or make them all at once."""
    form = RoundsForm()
    form.offer(_formats())
    drafts = _drafts(reading_context(), form) if form.validate() else []
    if drafts and "preview" not in request.form:
        try:
            with committing() as ctx:
                made = add_phases(ctx, campaign=g.campaign, drafts=_drafts(ctx, form))
        except DomainError as error:
            attach_error(form, error)
        else:
            return done(ngettext("%(num)s round was added.", "%(num)s rounds were added.", len(made)))
    return _page(reading_context(), form, drafts)


def _formats() -> list[ContestFormat]:
    """Return the formats, those first in which people take part: the others only add up what came of them."""
    return sorted(enabled_formats(), key=lambda item: not item.entered)


def _first_pattern(ctx: Context, found: Sequence[Phase]) -> dict[str, object]:
    """Begin with four weeks from Monday to Monday in the campaign's own time and usual format.

    They come after the rounds that people take part in, else from the beginning of the timeline on, else from now.
    """
    entered = {item.source for item in enabled_formats() if item.entered}
    held = [phase for phase in found if phase.source in entered]
    after = max((phase.closes_at for phase in held), default=found[0].opens_at if found else ctx.now)
    usual = Counter(phase.source for phase in held).most_common(1)
    return {
        "title": _("Week"),
        "source": usual[0][0] if usual else None,
        "rhythm": Rhythm.WEEKS.value,
        "first": _monday_from(after.astimezone(LOCAL_ZONE).date()),
        "number": 4,
        "opens": "10h00",
        "days": _WEEK,
        "closes": "09h00",
    }


def _monday_from(day: date) -> date:
    return day + timedelta(days=-day.weekday() % _WEEK)


def _drafts(ctx: Context, form: RoundsForm) -> list[PhaseDraft]:
    """Return the rounds of the pattern entered; none, with the error at its field, if it makes no sense."""
    try:
        windows = windows_of(form.to_pattern())
    except DomainError as error:
        attach_error(form, error)
        return []
    title, source = (form.title.data or "").strip(), form.source.data or ""
    return round_drafts(ctx, campaign=g.campaign, title=title, source=source, rounds=windows)


def _page(ctx: Context, form: RoundsForm, drafts: Sequence[PhaseDraft]) -> Response:
    return render(
        "timelines/rounds.html",
        "timelines/_rounds.html",
        status=422 if form.errors else 200,
        form=form,
        planned=_planned(ctx, drafts) if drafts else None,
        formats=enabled_formats(),
        back=list_url(),
    )


def _planned(ctx: Context, drafts: Sequence[PhaseDraft]) -> Planned:
    whole: list[Phase | PhaseDraft] = [*phases(ctx, campaign_id=g.campaign.id), *drafts]
    whole.sort(key=lambda phase: phase.opens_at)
    return Planned(
        rounds=[(draft.title, [_in_words(window) for window in draft.windows]) for draft in drafts],
        chart=chart(rows_by_unit(whole, window_units(ctx, phases=whole)), ctx.now, language()),
        warnings=timeline_warnings(entered(ctx, phases=whole)),
    )


def _in_words(window: Span) -> tuple[str, Text, Text]:
    """Return when a window is open, and the days of the week on which it opens and closes."""
    opening, closing = weekday(window.opens_at), weekday(window.closes_at, closing=True)
    return span_in_words(window, language()), opening, closing
