"""What is kept of a person as a candidate. How somebody was paid is kept as long as the awards are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from cuocthi.contributions import Erasure, PersonalData
from cuocthi.text import T
from cuocthi_prizes.candidates.details import opened
from cuocthi_prizes.candidates.models import Candidacy, CandidateCheck, CandidateDecision, Ruling
from cuocthi_prizes.candidates.words import CHECKED, DECIDED, RULED, WAYS
from cuocthi_prizes.models import Award, AwardList

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from cuocthi.campaigns.models import Campaign
    from cuocthi.context import Context
    from cuocthi.contributions import Person
    from cuocthi.security.personal_data import Vault

KEPT = T("Of those who were awarded, it is kept as long as the law sets for records of awards and payments.")


def export(ctx: Context, *, campaign: Campaign, person: Person, vault: Callable[[], Vault]) -> list[PersonalData]:
    """Return how a person said to be paid, and what was checked and decided."""
    own = _of_campaign(campaign.id, Candidacy.enrolment_id == person.enrolment_id)
    rows = []
    for one in ctx.session.scalars(sa.select(Candidacy).where(*own, Candidacy.answered_at.is_not(None))):
        said = opened(one, vault=vault())
        told = (said.citizen_id, said.account, said.bank, said.holder) if said else ("", "", "", "")
        rows.append((one.answered_at, WAYS[one.way] if one.way else None, *told))
    columns = [T("Time of the answer"), T("How the prize is paid"), T("ID number"), T("Account number"), T("Bank")]
    columns.append(T("Holder of the account"))
    paid = PersonalData("prize-payment", T("How prizes are paid"), columns, rows, kept=KEPT, order=51)
    return [part for part in (paid, _looked_at(ctx, campaign, person)) if part.rows]


def _looked_at(ctx: Context, campaign: Campaign, person: Person) -> PersonalData:
    checks = ctx.session.execute(
        sa.select(CandidateCheck.checked_at, CandidateCheck.kind, CandidateCheck.how)
        .where(CandidateCheck.campaign_id == campaign.id, CandidateCheck.enrolment_id == person.enrolment_id)
        .order_by(CandidateCheck.id)
    )
    decisions = ctx.session.execute(
        sa.select(CandidateDecision.decided_at, CandidateDecision.kind, CandidateDecision.reason)
        .where(CandidateDecision.campaign_id == campaign.id, CandidateDecision.enrolment_id == person.enrolment_id)
        .order_by(CandidateDecision.id)
    )
    rulings = ctx.session.execute(
        sa.select(Ruling.ruled_at, Ruling.same, Ruling.document_number)
        .where(Ruling.campaign_id == campaign.id, Ruling.enrolment_id == person.enrolment_id)
        .order_by(Ruling.id)
    )
    rows: list[tuple[Any, ...]] = [(at, CHECKED[kind], words) for at, kind, words in checks]
    # The reason of a ruling is about somebody else as well, who is named to nobody here.
    rows += [(at, RULED[same], document) for at, same, document in rulings]
    rows += [(at, DECIDED[kind], words) for at, kind, words in decisions]
    columns = [T("When"), T("What"), T("In words")]
    return PersonalData("prize-checks", T("Checks and decisions for a prize"), columns, rows, kept=KEPT, order=52)


def erase(ctx: Context, *, campaign: Campaign, people: Sequence[Person], erasure: Erasure) -> None:
    """Forget how people are paid, and the words about them, where no adopted list ever awarded them.

    Once the records are due, of everybody. That something was checked, ruled or decided stays, by whom and when.
    """
    awarded = (
        sa.select(Award.enrolment_id)
        .join(AwardList, AwardList.id == Award.award_list_id)
        .where(AwardList.campaign_id == campaign.id, AwardList.adopted_at.is_not(None))
    )
    ids = [person.enrolment_id for person in people if person.enrolment_id is not None]

    def whose(column: Any) -> list[sa.ColumnElement[bool]]:
        return [] if erasure is Erasure.RECORDS else [column.in_(ids), column.not_in(awarded)]

    statements = [
        sa.update(Candidacy)
        .where(Candidacy.campaign_id == campaign.id, Candidacy.details.is_not(None), *whose(Candidacy.enrolment_id))
        .values(details=None, citizen_id_index=None),
        sa.update(CandidateCheck)
        .where(
            CandidateCheck.campaign_id == campaign.id,
            CandidateCheck.how != "",
            *whose(CandidateCheck.enrolment_id),
        )
        .values(how="", salt=""),
        sa.update(CandidateDecision)
        .where(
            CandidateDecision.campaign_id == campaign.id,
            CandidateDecision.reason != "",
            *whose(CandidateDecision.enrolment_id),
        )
        .values(reason=""),
        sa.update(Ruling)
        .where(Ruling.campaign_id == campaign.id, Ruling.reason != "", *whose(Ruling.enrolment_id))
        .values(reason=""),
    ]
    for statement in statements:
        ctx.session.execute(statement, execution_options={"synchronize_session": False})
    ctx.session.expire_all()


def _of_campaign(campaign_id: int, *more: sa.ColumnElement[bool]) -> list[sa.ColumnElement[bool]]:
    return [Candidacy.campaign_id == campaign_id, *more]
