"""Telling people, by the outbox and once each, that they are admitted to a round only for the best of another one.

Whoever a corrected ranking admits is told then. Nobody is written to that he or she is admitted no longer: staff sees
these people, and tells them in person.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from cuocthi.campaigns.models import Campaign, CampaignState
from cuocthi.campaigns.settings import settings_by_rounds
from cuocthi.digest import digest
from cuocthi.enrolments.models import Enrolment, EnrolmentState
from cuocthi.messages.domain import Content, Copy, send_copies
from cuocthi.standings.admission import admitted, admitted_number
from cuocthi.standings.criteria import RULES_OWNER, RankingRules
from cuocthi.standings.notice_models import AdmissionNotice, AdmissionsTold
from cuocthi.standings.queries import adopted_ranking
from cuocthi.text import T, Until
from cuocthi.timelines.models import Phase, PhaseKind, Window
from cuocthi.timelines.queries import rounds
from cuocthi.timelines.windows import own_windows
from cuocthi.users.queries import contacts_to_write_to

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Sequence

    from cuocthi.context import Context
    from cuocthi.security.personal_data import Vault
    from cuocthi.standings.criteria import Admission
    from cuocthi.standings.models import Ranking
    from cuocthi.text import Text
    from cuocthi.users.contacts import NormalisedContact
    from cuocthi.users.models import ContactKind

#: How many people are told in one transaction.
BATCH = 500
#: How many people a page of the staff names.
NAMED = 100


@dataclass(frozen=True, slots=True)
class Admitting:
    """A round that is still to be held, or is being held, and the adopted ranking that says who takes part in it."""

    campaign: Campaign
    round: Phase
    of: Phase
    admission: Admission
    ranking: Ranking

    @property
    def basis(self) -> str:
        """What stays the same as long as the same people are admitted."""
        return digest([self.ranking.id, self.ranking.digest, asdict(self.admission)])


def admitting_rounds(ctx: Context) -> list[Admitting]:
    """Return the rounds of open campaigns whose admitted people have not all been told.

    Three statements for each campaign that has rounds to come, and one for each round that is not for everybody.
    """
    ahead = sa.exists().where(Window.phase_id == Phase.id, Window.closes_at > ctx.now)
    campaigns = ctx.session.scalars(
        sa.select(Campaign)
        .where(
            Campaign.state == CampaignState.OPEN,
            sa.exists().where(Phase.campaign_id == Campaign.id, Phase.kind == PhaseKind.CONTEST, ahead),
        )
        .order_by(Campaign.id)
    ).all()
    return [one for campaign in campaigns for one in _untold(ctx, campaign)]


def _untold(ctx: Context, campaign: Campaign) -> Iterator[Admitting]:
    known = rounds(ctx, campaign_id=campaign.id)
    by_key = {one.key: one for one in known}
    to_come = [one for one in known if one.closes_at > ctx.now]
    wanted = sa.select(AdmissionsTold).where(AdmissionsTold.phase_id.in_([one.id for one in to_come]))
    told = {one.phase_id: one.basis for one in ctx.session.scalars(wanted)}
    for held, rules in settings_by_rounds(
        ctx, owner=RULES_OWNER, schema=RankingRules, campaign=campaign, rounds=to_come
    ):
        of = by_key.get(rules.admission.of)
        ranking = adopted_ranking(ctx, round_=of) if of is not None else None
        if of is not None and ranking is not None:
            found = (Admitting(campaign, round_, of, rules.admission, ranking) for round_ in held)
            yield from (one for one in found if told.get(one.round.id) != one.basis)


def tell_admitted(
    ctx: Context,
    *,
    admitting: Admitting,
    vault: Vault,
    reached: Collection[ContactKind],
    address: str,
    size: int = BATCH,
) -> int:
    """Tell ``size`` people who are admitted to a round and were never told; return how many there were.

    Each is written to at a confirmed contact of a kind that is ``reached``; ``address`` is where they begin. Without
    anybody left it is noted that all have been told. Of several workers one tells each person.
    """
    people = _next(ctx, admitting, size)
    if not people:
        ctx.session.merge(AdmissionsTold(phase_id=admitting.round.id, basis=admitting.basis))
        ctx.session.flush()
        return 0
    found = contacts_to_write_to(ctx, user_ids=[one.user_id for one in people], reached=reached, vault=vault)
    written = [one for one in people if one.user_id in found]
    ctx.session.execute(
        sa.update(AdmissionNotice)
        .where(
            AdmissionNotice.phase_id == admitting.round.id,
            AdmissionNotice.enrolment_id.in_([one.id for one in written]),
        )
        .values(reached=True),
        execution_options={"synchronize_session": False},
    )
    send_copies(
        ctx,
        copies=[_copy(admitting, one, found[one.user_id], address) for one in written],
        expires_at=admitting.round.closes_at,
        vault=vault,
    )
    return len(people)


def _next(ctx: Context, admitting: Admitting, size: int) -> Sequence[Enrolment]:
    """Note that the next people are told, and return them."""
    insert = postgresql.insert if ctx.session.get_bind().dialect.name == "postgresql" else sqlite.insert
    noticed = sa.exists().where(
        AdmissionNotice.phase_id == admitting.round.id, AdmissionNotice.enrolment_id == Enrolment.id
    )
    untold = (
        sa.select(
            sa.literal(admitting.round.id),
            Enrolment.id,
            sa.literal(ctx.now, AdmissionNotice.noticed_at.type),
            sa.false(),
        )
        .where(
            Enrolment.id.in_(admitted(admission=admitting.admission, ranking=admitting.ranking)),
            Enrolment.state == EnrolmentState.ACTIVE,
            ~noticed,
        )
        .order_by(Enrolment.id)
        .limit(size)
    )
    columns = ["phase_id", "enrolment_id", "noticed_at", "reached"]
    noted: Any = insert(AdmissionNotice.__table__)  # type: ignore[arg-type]
    noted = noted.from_select(columns, untold).on_conflict_do_nothing().returning(AdmissionNotice.enrolment_id)
    ids = ctx.session.scalars(noted).all()
    return ctx.session.scalars(sa.select(Enrolment).where(Enrolment.id.in_(ids)).order_by(Enrolment.id)).all()


def _copy(admitting: Admitting, person: Enrolment, to: NormalisedContact, address: str) -> Copy:
    return Copy(
        key=f"core.admission:{admitting.round.id}:{person.id}",
        to=to,
        user_id=person.user_id,
        content=Content(
            to.value,
            T("You are admitted to the next round"),
            _body(admitting, person, address),
            admitting.campaign.language,
        ),
    )


def _body(admitting: Admitting, person: Enrolment, address: str) -> list[Text]:
    words = {
        "round": admitting.round.title,
        "of": admitting.of.title,
        "contest": admitting.campaign.name,
    }
    windows = own_windows(admitting.round.windows, person.unit_path)
    return [
        T("By the adopted ranking of “%(of)s”, you are admitted to “%(round)s” of %(contest)s.", **words),
        *(
            T("It is open from %(opens)s to %(closes)s.", opens=window.opens_at, closes=Until(window.closes_at))
            for window in windows
        ),
        T("You take part at %(address)s.", address=address),
        T("The organisers never ask for passwords, codes or payments."),
    ]


# --- what staff sees ---


@dataclass(frozen=True, slots=True)
class Notices:
    """What became of the messages about a round: how many are ``admitted`` and were ``told`` so, and who needs staff.

    ``unreached`` are admitted and could not be written to; ``lost`` were noted as admitted and are so no longer. At
    most NAMED of each stand there, beside how many there are.
    """

    admitted: int
    told: int
    unreached: Sequence[Enrolment]
    unreached_number: int
    lost: Sequence[Enrolment]
    lost_number: int


def notices_of(ctx: Context, *, round_: Phase, admission: Admission, ranking: Ranking) -> Notices:
    """Return what became of the messages about a round (six statements)."""
    noted = sa.select(Enrolment).join(AdmissionNotice, AdmissionNotice.enrolment_id == Enrolment.id)
    noted = noted.where(AdmissionNotice.phase_id == round_.id)
    by_ranking = Enrolment.id.in_(admitted(admission=admission, ranking=ranking))
    still = sa.and_(by_ranking, Enrolment.state == EnrolmentState.ACTIVE)
    unreached = noted.where(still, ~AdmissionNotice.reached)
    lost = noted.where(~still)
    return Notices(
        admitted=admitted_number(ctx, admission=admission, ranking=ranking),
        told=_count(ctx, noted.where(AdmissionNotice.reached)),
        unreached=_first(ctx, unreached),
        unreached_number=_count(ctx, unreached),
        lost=_first(ctx, lost),
        lost_number=_count(ctx, lost),
    )


def _count(ctx: Context, of: sa.Select[Any]) -> int:
    return ctx.session.scalar(of.with_only_columns(sa.func.count())) or 0


def _first(ctx: Context, of: sa.Select[Any]) -> Sequence[Enrolment]:
    return ctx.session.scalars(of.order_by(Enrolment.name_sort, Enrolment.id).limit(NAMED)).all()


def run_notices(
    ctx: Context,
    *,
    vault: Vault,
    reached: Collection[ContactKind],
    address: Callable[[Campaign], str],
    progress: Callable[[int, int], None],
) -> int:
    """Tell everybody who is admitted and was not told, committing batch by batch; return how many there were."""
    number = 0
    for admitting in admitting_rounds(ctx):
        link = address(admitting.campaign)
        while told := tell_admitted(ctx, admitting=admitting, vault=vault, reached=reached, address=link):
            number += told
            ctx.session.commit()
            progress(number, number)
    return number
