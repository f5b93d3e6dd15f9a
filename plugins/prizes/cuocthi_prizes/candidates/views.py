"""Staff pages of candidates: how far things are with all of a list, and with one."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from flask import flash, g, redirect, request, url_for
from flask_babel import gettext as _

from cuocthi.enrolments.models import Enrolment
from cuocthi.errors import DomainError
from cuocthi.standings.evidence import evidence_of
from cuocthi.text import T
from cuocthi.timelines.models import Phase
from cuocthi.users.models import ContactKind, User
from cuocthi.users.names import fold
from cuocthi.users.queries import contacts_to_write_to
from cuocthi.web.context import committing, reading_context, registry
from cuocthi.web.forms import attach_error
from cuocthi.web.links import public_link
from cuocthi.web.rendering import render
from cuocthi.web.tables import Column, Filter, Table
from cuocthi_prizes.candidates import asking
from cuocthi_prizes.candidates.contributed import CHECK, VIEW
from cuocthi_prizes.candidates.details import opened
from cuocthi_prizes.candidates.forms import (
    AskForm,
)
from cuocthi_prizes.candidates.parts import live_list, subject
from cuocthi_prizes.candidates.queries import states
from cuocthi_prizes.candidates.telling import Post
from cuocthi_prizes.candidates.words import AGREEING, CHECKED, DECIDED, PASSED_OVER, WAYS
from cuocthi_prizes.queries import load_scheme
from cuocthi_prizes.settings import Check
from cuocthi_prizes.views.blueprint import blueprint

if TYPE_CHECKING:
    from collections.abc import Sequence

    from flask import Response
    from werkzeug.wrappers import Response as AnyResponse

    from cuocthi.context import Context
    from cuocthi.contributions import Evidence
    from cuocthi_prizes.candidates.queries import State
    from cuocthi_prizes.models import Award, AwardList
    from cuocthi_prizes.settings import PrizeSettings

_A_PAGE = 50


@dataclass(frozen=True, slots=True)
class Row:
    """A candidate of a list: the prizes, and how far things are."""

    awards: Sequence[Award]
    state: State
    settled: bool

    @property
    def name(self) -> str:
        """Who it is."""
        return self.awards[0].recipient


def post() -> Post:
    """Return by what candidates are written to."""
    parts, slug = registry(), g.campaign.slug

    def address(candidacy_id: int) -> str:
        return public_link("prizes.own_prize", slug=slug, candidacy_id=candidacy_id)

    return Post(parts.vault, parts.channels, address)


@blueprint.page("/awards/<int:number>/candidates", permission=VIEW)
def candidates(number: int) -> Response:
    """Show the candidates of a list, a page of them at a time."""
    return _list_page(number, AskForm(formdata=None))


@blueprint.page("/awards/<int:number>/candidates", endpoint="ask_candidates", permission=CHECK, methods=["POST"])
def ask_candidates(number: int) -> AnyResponse:
    """Ask those whom nobody has asked yet how they are paid."""
    form = AskForm()
    if form.validate():
        try:
            with committing() as ctx:
                asked = asking.ask(ctx, campaign=g.campaign, number=number, until=form.until.data, post=post())
        except DomainError as error:
            attach_error(form, error)
        else:
            flash(_("Persons who were asked: %(number)s.", number=asked), "ok")
            return redirect(url_for(".candidates", slug=g.campaign.slug, number=number))
    return _list_page(number, form, status=422)


@blueprint.page(
    "/awards/<int:number>/candidates/<int:enrolment_id>",
    permission=VIEW,
    on_record=T("Looked at a candidate for a prize"),
)
def candidate(number: int, enrolment_id: int) -> Response:
    """Show everything about one candidate: what was checked, found, decided and answered."""
    ctx = reading_context()
    about = subject(ctx, campaign=g.campaign, number=number, enrolment_id=enrolment_id)
    award_list, enrolment = about.award_list, about.enrolment
    own = sa.select(sa.literal(enrolment_id))
    state = states(ctx, award_list=award_list, vault=registry().vault, enrolments=own)[enrolment_id]
    passed = next((one for one in award_list.passed_over if one.enrolment_id == enrolment_id), None)
    details = opened(state.candidacy, vault=registry().vault) if state.candidacy else None
    return render(
        "prizes/candidates/candidate.html",
        award_list=award_list,
        enrolment=enrolment,
        awards=[one for one in award_list.awards if one.enrolment_id == enrolment_id],
        passed=passed,
        state=state,
        scheme=load_scheme(ctx, campaign=g.campaign).value,
        contact=_contact(ctx, enrolment.user_id) if CHECK in g.permissions else None,
        evidence=_evidence(ctx, award_list, [enrolment_id]).get(enrolment_id, []),
        details=details.masked if details else None,
        people=_people(ctx, state),
        now=ctx.now,
        **_words(),
    )


def _list_page(number: int, form: AskForm, status: int = 200) -> Response:
    ctx = reading_context()
    award_list = live_list(ctx, campaign=g.campaign, number=number)
    scheme = load_scheme(ctx, campaign=g.campaign).value
    form.explain(scheme.answer_days)
    rows = _rows(ctx, award_list, scheme)
    table = _table(number)
    matching = [row for row in rows if _is_wanted(row, table)]
    shown = table.part_of(matching)
    ids = [row.state.enrolment_id for row in shown]
    return render(
        "prizes/candidates/list.html",
        status=status,
        award_list=award_list,
        form=form,
        scheme=scheme,
        table=table.show(shown, len(matching)),
        persons=len(rows),
        settled=sum(1 for row in rows if row.settled),
        unasked=sum(1 for row in rows if row.state.candidacy is None or row.state.candidacy.asked_at is None),
        reached=_reached(ctx, ids),
        evidence=_evidence(ctx, award_list, ids),
        now=ctx.now,
        **_words(),
    )


def _rows(ctx: Context, award_list: AwardList, scheme: PrizeSettings) -> list[Row]:
    """Return the candidates in the order of their best prizes; who has two prizes stands there once."""
    awards: dict[int, list[Award]] = defaultdict(list)
    for award in award_list.awards:
        awards[award.enrolment_id].append(award)
    found = states(ctx, award_list=award_list, vault=registry().vault)
    return [Row(own, found[person], found[person].is_settled(scheme)) for person, own in awards.items()]


def _table(number: int) -> Table:
    columns = [
        Column("who", T("Name and unit")),
        Column("prize", T("Prize")),
        Column("checks", T("Checks")),
        Column("answer", T("How it is paid")),
    ]
    choices = [("open", T("Something is missing")), ("settled", T("Everything is there"))]
    return Table(
        id="candidates",
        path=url_for(".candidates", slug=g.campaign.slug, number=number),
        args=request.args,
        columns=columns,
        sort="prize",
        filters=[Filter("state", T("State"), choices)],
        per_page=_A_PAGE,
    )


def _is_wanted(row: Row, table: Table) -> bool:
    wanted = table.filtered["state"]
    if wanted and (wanted == "settled") != row.settled:
        return False
    told = fold(f"{row.name} {row.awards[0].unit_name} {row.awards[0].code}")
    return all(word in told for word in fold(table.search).split())


def _reached(ctx: Context, enrolment_ids: Sequence[int]) -> set[int]:
    """Return which of these candidates have a confirmed contact at which the platform can write to them."""
    rows = ctx.session.execute(sa.select(Enrolment.id, Enrolment.user_id).where(Enrolment.id.in_(enrolment_ids))).all()
    users = [row.user_id for row in rows]
    reached = contacts_to_write_to(ctx, user_ids=users, reached=registry().channels, vault=registry().vault)
    return {row.id for row in rows if row.user_id in reached}


def _contact(ctx: Context, user_id: int) -> str | None:
    """Return the confirmed contact of somebody in full, as people have to be called."""
    kinds = list(ContactKind)
    found = contacts_to_write_to(ctx, user_ids=[user_id], reached=kinds, vault=registry().vault).get(user_id)
    return found.value if found else None


def _evidence(ctx: Context, award_list: AwardList, enrolment_ids: Sequence[int]) -> dict[int, list[Evidence]]:
    round_ = ctx.session.get_one(Phase, award_list.phase_id)
    held = g.permissions
    return evidence_of(ctx, campaign=g.campaign, round_=round_, enrolment_ids=enrolment_ids, held=held)


def _people(ctx: Context, state: State) -> dict[int, str]:
    """Return the names of those who checked, ruled and decided."""
    ids = {one.checked_by for one in state.checks.values()} | {one.decided_by for one in state.decisions}
    rulings = [match.ruling for match in state.matches] + [doubt.ruling for doubt in state.doubts]
    ids |= {ruling.ruled_by for ruling in rulings if ruling}
    known = sa.select(User.id, User.name).where(User.id.in_([one for one in ids if one is not None]))
    return {row.id: row.name for row in ctx.session.execute(known)}


def _words() -> dict[str, Any]:
    return {
        "checked": CHECKED,
        "agreeing": AGREEING,
        "decided": DECIDED,
        "ways": WAYS,
        "passed_over": PASSED_OVER,
        "demanded": list(Check),
    }
