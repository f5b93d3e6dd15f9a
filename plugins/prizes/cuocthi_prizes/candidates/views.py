"""Staff pages of candidates: how far things are with all of a list, and with one, and what is done there."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from flask import flash, g, redirect, request, url_for
from flask_babel import gettext as _

from cuocthi.campaigns.models import CampaignState
from cuocthi.committees.domain import unit_meant
from cuocthi.documents.queries import document_of, documents
from cuocthi.enrolments.models import Enrolment
from cuocthi.errors import DomainError
from cuocthi.standings.evidence import evidence_of
from cuocthi.text import T
from cuocthi.timelines.models import Phase
from cuocthi.users.models import ContactKind, User
from cuocthi.users.names import fold
from cuocthi.users.profiles import birth_dates
from cuocthi.users.queries import contacts_to_write_to
from cuocthi.web.context import committing, reading_context, registry
from cuocthi.web.forms import attach_error
from cuocthi.web.links import public_link
from cuocthi.web.rendering import render
from cuocthi.web.tables import Column, Filter, Table
from cuocthi_prizes.candidates import asking, checks, conflicts, decisions
from cuocthi_prizes.candidates.contributed import CHECK, DECIDE, ENTER, VIEW
from cuocthi_prizes.candidates.details import opened
from cuocthi_prizes.candidates.forms import (
    AskForm,
    CheckForm,
    DocumentedForm,
    EnterForm,
    ExclusionForm,
    ExtendForm,
    ReasonForm,
    RulingForm,
    UnitForm,
)
from cuocthi_prizes.candidates.models import DecisionKind, Way
from cuocthi_prizes.candidates.numbers import Doubt
from cuocthi_prizes.candidates.parts import live_list, subject
from cuocthi_prizes.candidates.queries import states
from cuocthi_prizes.candidates.telling import Post
from cuocthi_prizes.candidates.words import AGREEING, CHECKED, DECIDED, FOLLOWS, PASSED_OVER, WAYS
from cuocthi_prizes.models import PassedOverKind
from cuocthi_prizes.queries import load_scheme
from cuocthi_prizes.settings import Check
from cuocthi_prizes.views.blueprint import blueprint

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import date

    from flask import Response
    from werkzeug.wrappers import Response as AnyResponse

    from cuocthi.context import Context
    from cuocthi.contributions import Evidence
    from cuocthi.documents.models import Document as RegisteredDocument
    from cuocthi.text import Text
    from cuocthi.web.forms import BaseForm
    from cuocthi_prizes.candidates.queries import State
    from cuocthi_prizes.models import Award, AwardList
    from cuocthi_prizes.settings import PrizeSettings

#: What is decided with one form; another unit has one of its own.
_DECIDED_HERE = "keep,exclude,no_answer,declined,take_back"
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


# --- acts -----------------------------------------------------------------------------------------------------------


@blueprint.page("/awards/<int:number>/candidates/<int:enrolment_id>/check", permission=CHECK, methods=["GET", "POST"])
def check_candidate(number: int, enrolment_id: int) -> AnyResponse:
    """Note a check."""
    form = CheckForm()
    if request.method == "GET":
        form.kind.data = request.args.get("kind")
    return _act(
        number,
        enrolment_id,
        form,
        T("Note a check"),
        lambda ctx: checks.record_check(
            ctx,
            campaign=g.campaign,
            number=number,
            enrolment_id=enrolment_id,
            kind=Check(form.kind.data),
            how=form.how.data or "",
            vault=registry().vault,
        ),
    )


@blueprint.page(
    "/awards/<int:number>/candidates/<int:enrolment_id>/ruling/<int:user_id>",
    permission=DECIDE,
    methods=["GET", "POST"],
)
def rule_on_candidate(number: int, enrolment_id: int, user_id: int) -> AnyResponse:
    """Rule whether the candidate is a member, or the same as another candidate, or the person of the card."""
    form, reading = RulingForm(), reading_context()
    about = subject(reading, campaign=g.campaign, number=number, enrolment_id=enrolment_id)
    question = conflicts.question_of(reading, about=about, user_id=user_id, vault=registry().vault)
    if isinstance(question, Doubt) and question.is_of_the_card:
        form.ask_about_card()
    return _act(
        number,
        enrolment_id,
        form,
        T("Rule on a doubt about the ID number") if isinstance(question, Doubt) else T("Rule on a likeness"),
        lambda ctx: conflicts.rule(
            ctx,
            campaign=g.campaign,
            number=number,
            enrolment_id=enrolment_id,
            user_id=user_id,
            same=form.same.data == "yes",
            reason=form.reason.data or "",
            document=_document(ctx, form),
            vault=registry().vault,
        ),
    )


@blueprint.page(
    f"/awards/<int:number>/candidates/<int:enrolment_id>/<any({_DECIDED_HERE}):kind>",
    permission=DECIDE,
    methods=["GET", "POST"],
)
def decide_on_candidate(number: int, enrolment_id: int, kind: str) -> AnyResponse:
    """Keep, exclude or pass over a candidate, or take that back."""
    meant = DecisionKind(kind)
    form = ExclusionForm() if meant is DecisionKind.EXCLUDE else DocumentedForm()
    if isinstance(form, ExclusionForm):
        _ask_for_registered(reading_context(), form)
    return _act(
        number, enrolment_id, form, DECIDED[meant], lambda ctx: _decide(ctx, number, enrolment_id, meant, form),
        FOLLOWS[meant],
    )  # fmt: skip


@blueprint.page("/awards/<int:number>/candidates/<int:enrolment_id>/unit", permission=DECIDE, methods=["GET", "POST"])
def correct_unit_of_candidate(number: int, enrolment_id: int) -> AnyResponse:
    """Award a candidate with another unit."""
    form = UnitForm()

    def correct(ctx: Context) -> None:
        unit = unit_meant(ctx, text=form.unit.data or "")
        if unit is None:
            raise DomainError(T("Please enter the unit."), field="unit")
        decisions.correct_unit(ctx, unit=unit, **_given(ctx, number, enrolment_id, form))

    title = DECIDED[DecisionKind.UNIT]
    return _act(number, enrolment_id, form, title, correct, FOLLOWS[DecisionKind.UNIT])


@blueprint.page("/awards/<int:number>/candidates/<int:enrolment_id>/extend", permission=CHECK, methods=["GET", "POST"])
def extend_candidate(number: int, enrolment_id: int) -> AnyResponse:
    """Give one candidate more time to answer."""
    form = ExtendForm()
    return _act(
        number,
        enrolment_id,
        form,
        DECIDED[DecisionKind.EXTEND],
        lambda ctx: asking.extend(
            ctx,
            campaign=g.campaign,
            number=number,
            enrolment_id=enrolment_id,
            until=form.day,
            reason=form.reason.data or "",
            post=post(),
        ),
    )


@blueprint.page("/awards/<int:number>/candidates/<int:enrolment_id>/enter", permission=ENTER, methods=["GET", "POST"])
def enter_for_candidate(number: int, enrolment_id: int) -> AnyResponse:
    """Enter for somebody on the phone how the prize is paid."""
    form = EnterForm()
    return _act(
        number,
        enrolment_id,
        form,
        T("Enter how the prize is paid"),
        lambda ctx: asking.enter(
            ctx,
            campaign=g.campaign,
            number=number,
            enrolment_id=enrolment_id,
            way=Way(form.way.data),
            entered=form.entered,
            born=_born(ctx, number, enrolment_id),
            reason=form.reason.data or "",
            vault=registry().vault,
            post=post(),
        ),
        T(
            "Only what the person says on the phone, who is written to that it was entered. It is shown in part "
            "afterwards, to you as well."
        ),
    )


def _act(  # noqa: PLR0917 - of this module alone
    number: int,
    enrolment_id: int,
    form: BaseForm,
    title: Text,
    act: Callable[[Context], object],
    follows: Text | None = None,
) -> AnyResponse:
    """Show the form of an act on one candidate, or do it."""
    status = 200
    if request.method == "POST":
        status = 422
        if form.validate():
            try:
                with committing() as ctx:
                    act(ctx)
            except DomainError as error:
                attach_error(form, error)
                status = error.status
            else:
                flash(_("It is on record."), "ok")
                return redirect(url_for(".candidate", slug=g.campaign.slug, number=number, enrolment_id=enrolment_id))
    about = subject(reading_context(), campaign=g.campaign, number=number, enrolment_id=enrolment_id)
    return render(
        "prizes/candidates/act.html",
        status=status,
        award_list=about.award_list,
        enrolment=about.enrolment,
        form=form,
        title=title,
        follows=follows,
    )


def _ask_for_registered(ctx: Context, form: ExclusionForm) -> None:
    archived = g.campaign.state is CampaignState.ARCHIVED
    known = documents(ctx, campaign_id=g.campaign.id, public_only=False) if archived else []
    form.ask_for_registered(known, archived=archived)


def _registered(ctx: Context, form: ReasonForm) -> RegisteredDocument | None:
    if not isinstance(form, ExclusionForm) or "registered" not in form:
        return None
    return document_of(ctx, campaign_id=g.campaign.id, document_id=form.registered.data)


def _decide(ctx: Context, number: int, enrolment_id: int, kind: DecisionKind, form: ReasonForm) -> None:
    given = _given(ctx, number, enrolment_id, form)
    if kind is DecisionKind.KEEP:
        decisions.keep(ctx, **given)
    elif kind is DecisionKind.EXCLUDE:
        decisions.exclude(ctx, **given, registered=_registered(ctx, form))
    elif kind is DecisionKind.TAKE_BACK:
        decisions.take_back(ctx, **given)
    else:
        decisions.pass_over(ctx, kind=PassedOverKind(kind.value), **given, post=post())


def _given(ctx: Context, number: int, enrolment_id: int, form: ReasonForm) -> dict[str, Any]:
    return {
        "campaign": g.campaign,
        "number": number,
        "enrolment_id": enrolment_id,
        "reason": form.reason.data or "",
        "by": _document(ctx, form),
    }


def _document(ctx: Context, form: ReasonForm) -> decisions.Document | None:
    return decisions.document(ctx, number=form.document_number.data or "", day=form.document_date.data)


# --- pages ----------------------------------------------------------------------------------------------------------


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


def _born(ctx: Context, number: int, enrolment_id: int) -> date | None:
    user_id = subject(ctx, campaign=g.campaign, number=number, enrolment_id=enrolment_id).enrolment.user_id
    return birth_dates(ctx, user_ids=[user_id], vault=registry().vault).get(user_id)


def _words() -> dict[str, Any]:
    return {
        "checked": CHECKED,
        "agreeing": AGREEING,
        "decided": DECIDED,
        "ways": WAYS,
        "passed_over": PASSED_OVER,
        "demanded": list(Check),
    }
