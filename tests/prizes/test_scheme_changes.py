"""Once people compete for prizes, two persons change them, with a document, and the rules with it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from cuocthi.audit.models import AuditEvent
from cuocthi.campaigns.models import CampaignState, SettingsVersion
from cuocthi.contributions import Duty
from cuocthi.documents.models import Document
from cuocthi.errors import Blocked, Conflict, DomainError
from cuocthi.rules.domain import issue_rules
from cuocthi.rules.queries import current_rules
from cuocthi_prizes.domain.award_lists import adopt, draw_up
from cuocthi_prizes.domain.scheme import (
    confirm_scheme,
    propose_scheme,
    reject_scheme,
    save_scheme,
    takes_two,
    waiting_scheme,
)
from cuocthi_prizes.queries import load_scheme
from cuocthi_prizes.settings import PrizeSettings

from .conftest import DISTINCT, PLAN, TIERS, Contest, with_main

if TYPE_CHECKING:
    from cuocthi.text import Text

OTHER = with_main(tiers=(replace(TIERS[0], value=2_000_000), *TIERS[1:]))


def write(text: Text) -> str:
    return str(text)


@pytest.fixture
def document(contest: Contest) -> Document:
    made = Document(
        campaign_id=contest.campaign.id,
        key="quyet-dinh",
        kind="decision",
        symbol="20/QĐ-BTC",
        title="Quyết định điều chỉnh cơ cấu giải thưởng",
        issuer="Ban Tổ chức",
        issued_on=contest.ctx.now.date(),
        created_at=contest.ctx.now,
    )
    contest.ctx.session.add(made)
    contest.ctx.session.flush()
    return made


def propose(
    contest: Contest, document: Document | None, scheme: PrizeSettings = OTHER, reason: str = "Bổ sung"
) -> None:
    first = contest.staff[0]
    propose_scheme(first, campaign=contest.campaign, scheme=scheme, document=document, reason=reason, write=write)


def proposal_id(contest: Contest) -> int:
    found = waiting_scheme(contest.ctx, campaign=contest.campaign)
    assert found is not None
    return found.id


def present(contest: Contest) -> PrizeSettings:
    return load_scheme(contest.ctx, campaign=contest.campaign).value


def issue(contest: Contest) -> None:
    issue_rules(contest.staff[0], campaign=contest.campaign, write=write)


def test_one_person_changes_the_scheme_before_a_round_has_begun(contest: Contest) -> None:
    contest.round_.windows[0].opens_at = contest.ctx.now + timedelta(hours=1)
    contest.round_.windows[0].closes_at = contest.ctx.now + timedelta(hours=2)
    assert not takes_two(contest.ctx, campaign=contest.campaign)
    save_scheme(contest.staff[0], campaign=contest.campaign, scheme=OTHER)
    assert present(contest) == OTHER


@pytest.mark.parametrize("over", [True, False])
def test_nobody_changes_it_alone_from_then_on(contest: Contest, *, over: bool) -> None:
    if not over:
        contest.round_.windows[0].closes_at = contest.ctx.now + timedelta(hours=1)
    with pytest.raises(Conflict, match="two persons"):
        save_scheme(contest.staff[0], campaign=contest.campaign, scheme=OTHER)
    contest.campaign.state = CampaignState.DRAFT
    save_scheme(contest.staff[0], campaign=contest.campaign, scheme=OTHER)


def test_two_persons_change_it_and_issue_the_rules_with_it(contest: Contest, document: Document) -> None:
    issue(contest)
    propose(contest, document)
    assert present(contest) == PLAN
    first, second = contest.staff
    with pytest.raises(Conflict, match="another person"):
        confirm_scheme(first, campaign=contest.campaign, proposal_id=proposal_id(contest), write=write)
    issued = confirm_scheme(second, campaign=contest.campaign, proposal_id=proposal_id(contest), write=write)
    assert present(contest) == OTHER
    assert issued is not None
    assert (issued.number, issued.reason, issued.document_id) == (2, "Bổ sung", document.id)
    assert "2.000.000 đồng" in str(issued.clauses)
    version = contest.ctx.session.get_one(
        SettingsVersion, load_scheme(contest.ctx, campaign=contest.campaign).version_id
    )
    assert (version.author_id, version.seconded_by) == (first.actor.user_id, second.actor.user_id)
    acts = contest.ctx.session.scalars(sa.select(AuditEvent.action).order_by(AuditEvent.id)).all()
    assert "prizes:scheme:propose" in acts
    assert acts[-2:] == ["prizes:scheme:edit", "core:rules:issue"]
    assert waiting_scheme(contest.ctx, campaign=contest.campaign) is None


@pytest.mark.parametrize(("named", "reason", "field"), [(False, "Bổ sung", "document"), (True, "  ", "reason")])
def test_a_change_needs_a_document_and_a_reason(
    contest: Contest, document: Document, reason: str, field: str, *, named: bool
) -> None:
    with pytest.raises(DomainError) as refusal:
        propose(contest, document if named else None, reason=reason)
    assert refusal.value.field == field


def test_a_proposal_is_rejected_with_a_reason_or_falls(contest: Contest, document: Document) -> None:
    propose(contest, document)
    duties = contest.ctx.hooks.collect_among(contest.ctx, [contest.campaign], "duties", Duty)
    assert [duty.permission for duty in duties] == ["prizes:scheme:edit"]
    reject_scheme(
        contest.staff[1], campaign=contest.campaign, proposal_id=proposal_id(contest), reason="Không đủ kinh phí"
    )
    assert waiting_scheme(contest.ctx, campaign=contest.campaign) is None
    propose(contest, document, reason="Lần hai")
    contest.save(with_main(tiers=TIERS[:2]))
    assert waiting_scheme(contest.ctx, campaign=contest.campaign) is None


def test_lists_are_made_and_adopted_as_the_issued_rules_say(contest: Contest) -> None:
    issue(contest)
    contest.rank(DISTINCT)
    made = draw_up(contest.staff[0], campaign=contest.campaign)
    contest.save(OTHER)
    with pytest.raises(Blocked) as refusal:
        draw_up(contest.staff[0], campaign=contest.campaign)
    assert "otherwise than version 1 of the rules" in str(refusal.value.reasons[0])
    with pytest.raises(Blocked) as refusal:
        adopt(contest.staff[0], campaign=contest.campaign, number=made.number, digest=made.digest)
    assert any("otherwise than version 1 of the rules" in str(reason) for reason in refusal.value.reasons)
    issue(contest)
    assert current_rules(contest.ctx, campaign_id=contest.campaign.id) is not None
    assert draw_up(contest.staff[0], campaign=contest.campaign).awards[0].value == 2_000_000
