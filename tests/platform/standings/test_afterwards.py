"""Correcting what an archived campaign adopted: by a document and two persons, and nothing beyond."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DatabaseError

from cuocthi.audit.models import AuditEvent
from cuocthi.campaigns.models import CampaignState
from cuocthi.contributions import Role
from cuocthi.documents.domain import DocumentFacts, register_document
from cuocthi.documents.models import Document, DocumentKind
from cuocthi.errors import Conflict, DomainError
from cuocthi.standings import queries
from cuocthi.standings.decisions import exclude_entry, restore_entry
from cuocthi.standings.domain import adopt_ranking, build_ranking, submit_ranking
from cuocthi.standings.models import Decision, RankingState

if TYPE_CHECKING:
    from cuocthi.campaigns.models import Campaign
    from cuocthi.context import Context
    from cuocthi.contributions import Browser
    from cuocthi.enrolments.models import Enrolment
    from cuocthi.standings.models import Ranking
    from cuocthi.testing.factories import Factories
    from cuocthi.timelines.models import Phase
    from cuocthi.users.models import User

REASON = "Theo kết luận thanh tra"


@pytest.fixture
def document(ctx: Context, campaign: Campaign) -> Document:
    facts = DocumentFacts(DocumentKind.DECISION, "Kết luận thanh tra", "31/KL-TTr")
    return register_document(ctx, campaign=campaign, facts=facts)


@pytest.fixture
def adopted(campaign: Campaign, provisional: Ranking, jury: list[Context]) -> Ranking:
    """A ranking that two persons have adopted, in a campaign that was archived then."""
    for member in jury[:2]:
        adopt_ranking(member, ranking=provisional)
    campaign.state = CampaignState.ARCHIVED
    return provisional


def test_a_decision_on_an_entry_leads_to_another_adopted_version(
    campaign: Campaign,
    round_: Phase,
    adopted: Ranking,
    people: list[Enrolment],
    jury: list[Context],
    document: Document,
) -> None:
    ctx = jury[0]
    exclude_entry(ctx, enrolment=people[0], reason=REASON, document=document)
    corrected = build_ranking(ctx, campaign=campaign, round_=round_)
    submit_ranking(ctx, ranking=corrected)
    adopt_ranking(jury[0], ranking=corrected)
    with pytest.raises(Conflict, match="another person"):
        adopt_ranking(jury[0], ranking=corrected)
    adopt_ranking(jury[1], ranking=corrected)
    assert (corrected.state, adopted.state) == (RankingState.ADOPTED, RankingState.SUPERSEDED)
    assert corrected.persons == adopted.persons - 1
    restore_entry(ctx, enrolment=people[0], reason="Kháng nghị được chấp nhận", document=document)
    kept = ctx.session.scalars(sa.select(Decision.document_id)).all()
    assert kept == [document.id, document.id]
    event = ctx.session.scalars(sa.select(AuditEvent).where(AuditEvent.action == "core:entry:exclude")).one()
    assert event.after == {"reason": REASON, "document": "31/KL-TTr"}


@pytest.mark.usefixtures("adopted")
def test_nothing_is_decided_without_a_document(
    campaign: Campaign, people: list[Enrolment], jury: list[Context], document: Document
) -> None:
    with pytest.raises(DomainError, match="archived") as refusal:
        exclude_entry(jury[0], enrolment=people[0], reason=REASON)
    assert refusal.value.field == "document"
    exclude_entry(jury[0], enrolment=people[0], reason=REASON, document=document)
    with pytest.raises(DomainError, match="archived"):
        restore_entry(jury[0], enrolment=people[0], reason=REASON)
    jury[0].session.add(
        Decision(
            campaign_id=campaign.id,
            enrolment_id=people[1].id,
            kind="exclude",
            reason=REASON,
            decided_at=jury[0].now,
        )
    )
    with pytest.raises(DatabaseError, match="rests on a document"):
        jury[0].session.flush()


def test_before_the_archiving_a_document_is_not_asked_for(jury: list[Context], people: list[Enrolment]) -> None:
    assert exclude_entry(jury[0], enrolment=people[0], reason=REASON).document_id is None


# --- on the pages -----------------------------------------------------------------------------------------------------

SignIn = Callable[["User"], "Browser"]


def test_two_organisers_correct_a_ranking_on_the_pages(
    ctx: Context,
    make: Factories,
    sign_in: SignIn,
    campaign: Campaign,
    round_: Phase,
    adopted: Ranking,
    people: list[Enrolment],
    document: Document,
) -> None:
    first, second = make.member(campaign), make.member(campaign)
    ctx.session.commit()
    staff = f"/c/{campaign.slug}/staff"
    exclusion, rankings = f"{staff}/exclusions/{people[0].id}", f"{staff}/rankings/{round_.id}"
    keys = (document.id, round_.id)
    browser = sign_in(first)
    assert browser.get(exclusion)[0] == 200
    status, page = browser.post(exclusion, {"reason": REASON})
    assert (status, "Vui lòng chọn văn bản" in page) == (422, True)
    assert browser.post(exclusion, {"reason": REASON, "document": str(keys[0])})[0] == 200
    assert browser.post(f"{rankings}/build", {})[0] == 200
    number = adopted.number + 1
    ctx.session.rollback()

    def seen() -> dict[str, str]:
        page = browser.get(f"{rankings}/{number}/")[1]
        return {"seen": page.partition('name="seen" value="')[2].partition('"')[0]}

    assert browser.post(f"{rankings}/{number}/submit", seen())[0] == 200
    for person in (first, second):
        browser = sign_in(person)
        assert browser.post(f"{rankings}/{number}/adopt", seen())[0] == 200
    ctx.session.expire_all()
    found = queries.adopted_ranking(ctx, round_=ctx.session.merge(round_))
    assert found is not None
    assert found.number == number


def test_who_answers_for_an_archived_campaign_corrects_it_and_nobody_else(
    ctx: Context,
    make: Factories,
    sign_in: SignIn,
    campaign: Campaign,
    round_: Phase,
    people: list[Enrolment],
    document: Document,
) -> None:
    campaign.state, document_id = CampaignState.ARCHIVED, document.id
    members = {
        role: make.member(campaign, role) for role in (Role.ORGANISING, Role.JURY, Role.STANDING, Role.OVERSIGHT)
    }
    ctx.session.commit()
    base = f"/c/{campaign.slug}/staff"
    acts = {
        "exclude": (f"{base}/exclusions/{people[0].id}", {Role.ORGANISING}),
        "build": (f"{base}/rankings/{round_.id}/build", {Role.ORGANISING}),
        "register": (f"{base}/documents/new", {Role.ORGANISING, Role.STANDING}),
        "settings": (f"{base}/basics", set()),
        "rules": (f"{base}/documents/{document_id}", set()),
    }
    for role, member in members.items():
        browser = sign_in(member)
        # Any page with a form gives the token by which the others are sent.
        assert browser.get("/me/contacts/new")[0] == 200
        for act, (address, allowed) in acts.items():
            status = browser.post(address, {})[0]
            assert (status in {200, 422}) == (role in allowed), (role, act, status)
