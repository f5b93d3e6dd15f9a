"""The timeline: its chart, what looks wrong, and the phases, each edited in its row or on a page of its own."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from flask import g, request, url_for
from flask_babel import gettext as _

from cuocthi.committees.domain import unit_meant
from cuocthi.errors import DomainError
from cuocthi.incidents.queries import undecided
from cuocthi.standings.composition import entered
from cuocthi.text import T
from cuocthi.timelines.domain import add_phase, edit_phase
from cuocthi.timelines.drawing import KIND_TITLES, chart, span_in_words
from cuocthi.timelines.extensions import waiting
from cuocthi.timelines.forms import NewPhaseForm, PhaseForm
from cuocthi.timelines.queries import phases, window_units
from cuocthi.timelines.unit_windows import differs, rows_by_unit, times_by_unit, unit_warnings
from cuocthi.timelines.views.blueprint import (
    EDIT,
    blueprint,
    done,
    enabled_formats,
    is_fixed,
    kept,
    list_url,
    phase_or_404,
)
from cuocthi.timelines.warnings import timeline_warnings
from cuocthi.timelines.windows import Times, phase_state
from cuocthi.users.names import fold
from cuocthi.web.context import committing, reading_context
from cuocthi.web.downloads import download
from cuocthi.web.forms import attach_error
from cuocthi.web.i18n import language
from cuocthi.web.rendering import render
from cuocthi.web.tables import Column, Filter, Table

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from flask import Response
    from werkzeug.wrappers import Response as AnyResponse

    from cuocthi.context import Context
    from cuocthi.timelines.models import Phase, Window
    from cuocthi.units.models import Unit

#: A longer list can be searched and narrowed.
_LONG = 20


@blueprint.page("/staff/timeline", permission="core:campaign:view")
def edit() -> Response:
    """Show the chart, what looks wrong, and the phases with what can be done to each."""
    ctx = reading_context()
    found = phases(ctx, campaign_id=g.campaign.id)
    units = window_units(ctx, phases=found)
    table = _table(found, units)
    if table.export:
        return download(
            table, partial(_windows, g.campaign.id, table), of="core:phase", summary=T("Exported the timeline")
        )
    matching = _narrowed(found, table)
    return render(
        "timelines/edit.html",
        "timelines/_board.html",
        chart=chart(rows_by_unit(found, units), ctx.now, language()),
        warnings=[*timeline_warnings(entered(ctx, phases=found)), *unit_warnings(ctx, phases=found, units=units)],
        waiting=waiting(ctx, campaign_id=g.campaign.id, phases=found),
        incidents=_incidents(ctx, found),
        reader=ctx.actor.user_id,
        table=table.show(_rows(ctx, table.part_of(matching), units), len(matching)),
        kinds=KIND_TITLES,
        kept=kept(),
    )


def _incidents(ctx: Context, found: Sequence[Phase]) -> list[Phase]:
    """Return the rounds in which what an incident shall grant waits for another person."""
    waits = undecided(ctx, campaign_id=g.campaign.id)
    return [phase for phase in found if phase.id in waits]


def _table(found: Sequence[Phase], units: Mapping[int, Unit]) -> Table:
    kinds = Filter("kind", _("Kind"), [(kind.value, title) for kind, title in KIND_TITLES.items()])
    return Table(
        id="phases",
        path=url_for("timelines.edit", slug=g.campaign.slug),
        args=request.args,
        columns=[
            Column("phase", _("Phase")),
            Column("when", _("Dates")),
            Column("state", _("State"), kind="status"),
            Column("acts", _("Acts"), kind="acts"),
        ],
        sort="when",
        filters=[kinds] if len(found) > _LONG else [],
        searchable=len(found) > _LONG,
        in_files=[
            Column("title", _("Phase"), cell=lambda window: window.phase.title),
            Column("kind", _("Kind"), cell=lambda window: KIND_TITLES[window.phase.kind]),
            Column("unit", _("Unit"), cell=lambda window: units[window.unit_id].name if window.unit_id else ""),
            Column("opens_at", _("Opens"), cell=lambda window: window.opens_at),
            Column("closes_at", _("Closes"), cell=lambda window: window.closes_at),
        ],
    )


def _narrowed(found: Sequence[Phase], table: Table) -> list[Phase]:
    wanted, kind = fold(table.search), table.filtered.get("kind")
    return [phase for phase in found if wanted in fold(phase.title) and (not kind or phase.kind.value == kind)]


def _windows(campaign_id: int, table: Table, ctx: Context) -> Iterator[Window]:
    """Yield what a file holds: a row for each time at which a phase is open."""
    for phase in _narrowed(phases(ctx, campaign_id=campaign_id), table):
        yield from phase.windows


def _rows(ctx: Context, shown: Sequence[Phase], units: Mapping[int, Unit]) -> list[dict[str, object]]:
    return [
        {
            "phase": phase,
            "state": phase_state(phase.windows, ctx.now),
            "when": span_in_words(phase, language()),
            "by_unit": times_by_unit(phase, units, language()) if differs(phase) else [],
        }
        for phase in shown
    ]


@blueprint.page("/staff/timeline/new", permission=EDIT)
def new() -> Response:
    """Show an empty phase."""
    form = NewPhaseForm(data={"windows": [{}]})
    form.offer(enabled_formats())
    return _page(form, None)


@blueprint.page("/staff/timeline/new", permission=EDIT, methods=["POST"], endpoint="add")
def add() -> AnyResponse:
    """Add a phase."""
    form = NewPhaseForm()
    form.offer(enabled_formats())
    if form.validate():
        try:
            with committing() as ctx:
                add_phase(ctx, campaign=g.campaign, draft=form.to_draft(_finder(ctx)))
        except DomainError as error:
            attach_error(form, error)
        else:
            return done(_("The phase was added."))
    return _page(form, None, status=422)


@blueprint.page("/staff/timeline/<int:phase_id>", permission=EDIT)
def phase(phase_id: int) -> Response:
    """Show a phase for editing: on its own page, or in its row of the list."""
    ctx = reading_context()
    found = phase_or_404(ctx, phase_id)
    return _page(PhaseForm.of(found, window_units(ctx, phases=[found])), found)


@blueprint.page("/staff/timeline/<int:phase_id>", permission=EDIT, methods=["POST"], endpoint="save")
def save(phase_id: int) -> AnyResponse:
    """Store a phase's words and times."""
    form = PhaseForm()
    found = phase_or_404(reading_context(), phase_id)
    if form.validate():
        try:
            with committing() as ctx:
                edit_phase(
                    ctx,
                    campaign=g.campaign,
                    phase=found,
                    title=(form.title.data or "").strip(),
                    description=form.description.data or "",
                    windows=_times(found) if is_fixed(ctx, found) else form.to_windows(_finder(ctx)),
                )
        except DomainError as error:
            attach_error(form, error)
        else:
            return done(_("“%(title)s” was changed.", title=found.title))
    return _page(form, found, status=422)


def _finder(ctx: Context) -> Callable[[str], Unit | None]:
    return lambda text: unit_meant(ctx, text=text)


def _times(found: Phase) -> list[Times]:
    return [Times(window.opens_at, window.closes_at, window.unit_id) for window in found.windows]


def _page(form: PhaseForm, found: Phase | None, *, status: int = 200) -> Response:
    return render(
        "timelines/phase.html",
        "timelines/_phase_row.html",
        status=status,
        form=form,
        phase=found,
        fixed=found is not None and is_fixed(reading_context(), found),
        kept=kept(),
        back=list_url(),
    )
