"""What the pages of a campaign's staff and those of administrators share.

A door says where somebody comes from. Staff names two people by their enrolments in the campaign at hand, so that
nobody reaches others by trying numbers; administrators name accounts.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from flask import flash, redirect, request, url_for
from flask_babel import gettext as _

from cuocthi.errors import DomainError, Missing
from cuocthi.merging.domain import merge_people, undo_merger
from cuocthi.merging.forms import ApartForm, MergerForm, UndoForm
from cuocthi.merging.obstacles import merger_obstacles, undoing_obstacles
from cuocthi.merging.planning import plan_merger
from cuocthi.merging.portraits import portraits
from cuocthi.merging.queries import crowds, likely_pairs, merger_of, mergers, told_apart, with_births
from cuocthi.merging.reasons import opened
from cuocthi.merging.telling_apart import propose_again, tell_apart
from cuocthi.text import T
from cuocthi.users.profiles import birth_dates
from cuocthi.web import formats
from cuocthi.web.context import committing, reading_context, registry
from cuocthi.web.downloads import download
from cuocthi.web.forms import attach_error
from cuocthi.web.i18n import language, translate
from cuocthi.web.on_record import put_look_on_record
from cuocthi.web.rendering import render
from cuocthi.web.tables import Column, Filter, Table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from flask import Response
    from werkzeug.wrappers import Response as AnyResponse

    from cuocthi.campaigns.models import Campaign
    from cuocthi.context import Context
    from cuocthi.merging.models import Merger
    from cuocthi.merging.queries import Pair

_REASONS = [("number", T("Citizen ID number")), ("contact", T("Contact")), ("unit", T("Name and unit"))]

BIRTHS = {True: T("same date of birth"), False: T("different dates of birth")}
UNDONE = {True: T("undone"), False: T("in effect")}

#: The two accounts that an address names, each with the number by which it does.
Named = dict[int, int]


@dataclass(frozen=True, slots=True)
class Door:
    """By which pages somebody comes: those of a campaign's staff, or those of administrators (no campaign)."""

    campaign: Campaign | None

    @property
    def campaign_id(self) -> int | None:
        """The number of the campaign at hand."""
        return None if self.campaign is None else self.campaign.id

    def url(self, page: str, **values: int) -> str:
        """Return the address of one of the pages that both doors have."""
        if self.campaign is None:
            return url_for(f"people.{page}", **values)  # type: ignore[arg-type]  # Flask names some arguments of its own
        return url_for(f"merging.{page}", slug=self.campaign.slug, **values)  # type: ignore[arg-type]  # as above

    def pair_url(self, one: int, other: int, page: str = "pair") -> str:
        """Return the address of two people, named as this door names them."""
        if self.campaign is None:
            return url_for(f"people.{page}", user_id=one, other_id=other)
        return url_for(f"merging.{page}", slug=self.campaign.slug, enrolment_id=one, other_id=other)

    def url_of(self, pair: Pair) -> str:
        """Return the address of a likely pair."""
        if pair.enrolments is None:
            return self.pair_url(pair.low.id, pair.high.id)
        return self.pair_url(pair.enrolments[0].id, pair.enrolments[1].id)


# --- who may be registered twice ---


def show_pairs(door: Door, *, apart: bool = False) -> Response:
    """List people who may have two accounts, what is most likely first; or those who were told apart."""
    table = Table(
        id="pairs",
        path=door.url("told_apart" if apart else "listing"),
        args=request.args,
        columns=[
            Column("people", T("People"), cell=lambda pair: _joined(pair.low.name, pair.high.name)),
            Column("why", T("What speaks for it"), cell=_why),
            Column("units", T("Units"), cell=lambda pair: _joined(*(one.unit_name for one in pair.enrolments or ()))),
            Column(
                "since",
                T("Account since"),
                kind="moment",
                cell=lambda pair: _joined(*(formats.day(one.created_at, language()) for one in (pair.low, pair.high))),
            ),
        ],
        sort="people",
        filters=[Filter("reason", T("Same"), _REASONS)],
    )
    campaign_id = door.campaign_id

    def found(ctx: Context) -> tuple[Sequence[Pair], int]:
        pairs, total = likely_pairs(
            ctx,
            campaign_id=campaign_id,
            search=table.search,
            reason=table.filtered["reason"],
            apart=apart,
            limit=table.limit,
            offset=table.offset,
        )
        return with_births(ctx, pairs=pairs, vault=registry().vault), total

    if table.export:
        summary = T("Exported the list of people who may be the same")
        return download(table, lambda ctx: found(ctx)[0], of="core:person", summary=summary)
    ctx = reading_context()
    crowded = [] if apart else crowds(ctx, campaign_id=campaign_id)
    return render(
        "merging/listing.html", table=table.show(*found(ctx)), door=door, crowds=crowded, apart=apart, births=BIRTHS
    )


def _joined(*texts: str) -> str:
    return ", ".join(dict.fromkeys(texts))


def _why(pair: Pair) -> str:
    same = {"number": pair.same_number, "contact": pair.same_contact, "unit": pair.same_unit}
    births = [] if pair.same_birth is None else [translate(BIRTHS[pair.same_birth])]
    return _joined(*(translate(title) for reason, title in _REASONS if same[reason]), *births)


# --- two people side by side ---


def show_pair(
    door: Door,
    named: Named,
    *,
    form: MergerForm | None = None,
    apart_form: ApartForm | None = None,
    status: int = 200,
) -> Response:
    """Show two people and what merging them would do; the look is put on record."""
    one, other = named
    put_look_on_record(
        action="core:person:view",
        summary=T("Compared two people who may be the same"),
        object_kind="user",
        object_id=one,
        after={"user": other},
    )
    ctx = reading_context()
    kept, merged = _direction(named)
    plan = plan_merger(ctx, kept_id=kept, merged_id=merged, vault=registry().vault)
    told = told_apart(ctx, campaign_id=door.campaign_id, first_id=one, second_id=other)
    born = birth_dates(ctx, user_ids=(one, other), vault=registry().vault)
    return render(
        "merging/pair.html",
        status=status,
        door=door,
        named=named,
        portraits=portraits(ctx, user_ids=(one, other), campaign_id=door.campaign_id, vault=registry().vault),
        plan=plan,
        same_birth=one in born and born[one] == born.get(other),
        obstacles=merger_obstacles(ctx, plan=plan, campaign=door.campaign),
        form=form or MergerForm(),
        apart_form=apart_form or ApartForm(),
        told=told,
        told_why=opened(told, vault=registry().vault) if told and told.campaign_id == door.campaign_id else "",
        here=door.pair_url(named[one], named[other]),
        apart=door.pair_url(named[one], named[other], "apart"),
        again=door.pair_url(named[one], named[other], "again"),
    )


def merge_pair(door: Door, named: Named) -> AnyResponse:
    """Merge two people as the page showed it."""
    form = MergerForm()
    kept, merged = _direction(named)
    status = 422
    if form.validate():
        try:
            with committing() as ctx:
                merger = merge_people(
                    ctx,
                    campaign=door.campaign,
                    kept_id=kept,
                    merged_id=merged,
                    expected=form.seen.data or "",
                    reason=form.reason.data or "",
                    vault=registry().vault,
                )
        except DomainError as error:
            attach_error(form, error)
            status = error.status
        else:
            flash(_("The accounts are one now. Their holder gets a notice."), "ok")
            return redirect(door.url("merger", merger_id=merger.id), 303)
    return show_pair(door, named, form=form, status=status)


def keep_apart(door: Door, named: Named) -> AnyResponse:
    """Say that two people are not the same."""
    form = ApartForm()
    one, other = named
    status = 422
    if form.validate():
        try:
            with committing() as ctx:
                tell_apart(
                    ctx,
                    campaign=door.campaign,
                    first_id=one,
                    second_id=other,
                    reason=form.why.data or "",
                    vault=registry().vault,
                )
        except DomainError as error:
            attach_error(form, error)
            status = error.status
        else:
            flash(_("They are two people, and are no longer proposed."), "ok")
            return redirect(door.url("listing"), 303)
    return show_pair(door, named, apart_form=form, status=status)


def bring_together(door: Door, named: Named) -> AnyResponse:
    """Take back that two people are not the same."""
    one, other = named
    with committing() as ctx:
        propose_again(ctx, campaign=door.campaign, first_id=one, second_id=other)
    flash(_("They are proposed again."), "ok")
    return redirect(door.pair_url(named[one], named[other]), 303)


def two(named: Named) -> Named:
    """Return what an address names if it is two accounts. Raises Missing."""
    if len(named) < 2:  # noqa: PLR2004 - as it says
        raise Missing(T("These are not two accounts."))
    return named


def _direction(named: Named) -> tuple[int, int]:
    """Return which account stays and which is given up: the first one stays unless the address says otherwise."""
    one, other = named
    return (other, one) if request.values.get("keep") == str(named[other]) else (one, other)


# --- what was merged ---


def show_mergers(door: Door) -> Response:
    """List what was merged, the newest first."""
    vault = registry().vault
    table = Table(
        id="mergers",
        path=door.url("merged"),
        args=request.args,
        columns=[
            Column("person", T("Person"), cell=lambda merger: merger.kept.name),
            Column("merged_at", T("Merged"), kind="moment", cell=lambda merger: merger.merged_at),
            Column("reason", T("Reason"), cell=lambda merger: opened(merger, vault=vault)),
            Column("state", T("State"), kind="status", cell=lambda merger: UNDONE[merger.undone_at is not None]),
        ],
        sort="-merged_at",
        searchable=False,
    )
    campaign_id = door.campaign_id

    def found(ctx: Context) -> tuple[Sequence[Merger], int]:
        return mergers(ctx, campaign_id=campaign_id, limit=table.limit, offset=table.offset)

    if table.export:
        summary = T("Exported the list of merged accounts")
        return download(table, lambda ctx: found(ctx)[0], of="core:merger", summary=summary)
    rows, total = found(reading_context())
    reasons = {row.id: opened(row, vault=vault) for row in rows}
    return render("merging/mergers.html", table=table.show(rows, total), door=door, reasons=reasons, undone=UNDONE)


def show_merger(door: Door, merger_id: int) -> AnyResponse:
    """Show a merger, and take it back."""
    ctx = reading_context()
    merger = merger_of(ctx, campaign_id=door.campaign_id, merger_id=merger_id)
    form, status = UndoForm(), 200
    if request.method == "POST":
        status = 422
        if form.validate():
            try:
                with committing() as changing:
                    undo_merger(
                        changing,
                        campaign=door.campaign,
                        merger=merger,
                        reason=form.reason.data or "",
                        vault=registry().vault,
                    )
            except DomainError as error:
                attach_error(form, error)
                status = error.status
            else:
                flash(_("The accounts are two again. Entries count again from the next ranking on."), "ok")
                return redirect(door.url("merger", merger_id=merger.id), 303)
    return _merger_page(ctx, door, merger, form, status)


def _merger_page(ctx: Context, door: Door, merger: Merger, form: UndoForm, status: int) -> Response:
    return render(
        "merging/merger.html",
        status=status,
        door=door,
        merger=merger,
        reason=opened(merger, vault=registry().vault),
        undone_reason=opened(merger, vault=registry().vault, column="undone_reason"),
        obstacles=undoing_obstacles(ctx, merger=merger),
        form=form,
    )
