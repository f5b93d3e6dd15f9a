"""While a round is open, two persons change the ranking rules of those that are to come; afterwards one is enough."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from types import ModuleType
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa

from cuocthi.audit.models import AuditEvent
from cuocthi.campaigns.models import SettingsVersion
from cuocthi.context import Actor
from cuocthi.contributions import Direction
from cuocthi.documents.domain import DocumentFacts, register_document
from cuocthi.documents.models import DocumentKind
from cuocthi.errors import Blocked, Conflict, DomainError, Forbidden, InvalidData
from cuocthi.rules.domain import issue_rules
from cuocthi.rules.language import writer
from cuocthi.rules.queries import current_rules
from cuocthi.rules.ranking_rules import (
    change_ranking_rules,
    confirm_ranking_rules,
    propose_ranking_rules,
    ranking_rules_of,
    reject_ranking_rules,
    waiting_ranking_rules,
)
from cuocthi.rules.writing import add_clause
from cuocthi.standings.criteria import Counted, Criterion, RankingRules
from cuocthi.testing.plugins import make_format
from cuocthi.timelines.queries import rounds

if TYPE_CHECKING:
    from flask import Flask

    from cuocthi.campaigns.models import Campaign
    from cuocthi.context import Context
    from cuocthi.contributions import Browser
    from cuocthi.documents.models import Document
    from cuocthi.rules.models import RulesVersion
    from cuocthi.testing.factories import Factories
    from cuocthi.timelines.models import Phase
    from cuocthi.users.models import User

DAY = timedelta(days=1)
RULES = RankingRules()
EARLIEST = RankingRules((Criterion("finished_at", Direction.LOWEST),), Counted.FIRST, 5)
PAGE = {"public_places": "5", "lot_minutes": "15"}
REASON = "Đổi cách xếp hạng theo Biên bản số 3"


@pytest.fixture(scope="session")
def plugins() -> list[ModuleType]:
    return [make_format("sprint"), make_format("relay")]


@pytest.fixture
def campaign(make: Factories) -> Campaign:
    """Three weekly rounds, of which the first is open, and one of another format that is to come."""
    campaign = make.campaign("thai-binh", plugins=("sprint", "relay"))
    campaign.opened_at = campaign.created_at - 10 * DAY
    for number in (1, 2, 3, 4):
        opens_at = campaign.created_at + (7 * number - 10) * DAY
        source = "relay" if number == 4 else "sprint"
        make.round(campaign, source, number=number, opens_at=opens_at, closes_at=opens_at + 6 * DAY)
    return campaign


@pytest.fixture
def weeks(ctx: Context, campaign: Campaign) -> list[Phase]:
    return list(rounds(ctx, campaign_id=campaign.id))


@pytest.fixture
def document(ctx: Context, campaign: Campaign) -> Document:
    facts = DocumentFacts(DocumentKind.DECISION, "Quyết định sửa đổi Thể lệ", symbol="18/QĐ-BTC")
    return register_document(ctx, campaign=campaign, facts=facts)


@pytest.fixture
def people(ctx: Context, make: Factories, campaign: Campaign) -> list[Context]:
    """Contexts of two persons; the rules are issued as they are."""
    issue_rules(ctx, campaign=campaign, write=str)
    return [replace(ctx, actor=Actor(make.user().id)) for _ in range(2)]


def propose(ctx: Context, campaign: Campaign, round_: Phase, document: Document | None, **otherwise: Any) -> None:
    wanted: dict[str, Any] = {"rules": EARLIEST, "reason": REASON, "following": True} | otherwise
    propose_ranking_rules(ctx, campaign=campaign, round_=round_, document=document, write=str, **wanted)


def confirm(ctx: Context, campaign: Campaign, round_: Phase) -> RulesVersion | None:
    waiting = waiting_ranking_rules(ctx, campaign=campaign, round_=round_) or pytest.fail("nothing waits")
    return confirm_ranking_rules(ctx, campaign=campaign, round_=round_, proposal_id=waiting.id, write=str)


def held(ctx: Context, campaign: Campaign, weeks: list[Phase]) -> list[bool]:
    """In which rounds the earliest wins."""
    return [ranking_rules_of(ctx, campaign=campaign, round_=week) == EARLIEST for week in weeks]


def test_one_person_changes_no_ranking_rules_while_a_round_of_the_format_is_open(
    ctx: Context, campaign: Campaign, weeks: list[Phase]
) -> None:
    for week in weeks[:3]:
        with pytest.raises(Conflict, match="is open"):
            change_ranking_rules(ctx, campaign=campaign, round_=week, rules=EARLIEST)
    change_ranking_rules(ctx, campaign=campaign, round_=weeks[3], rules=EARLIEST)
    assert held(ctx, campaign, weeks) == [False, False, False, True], "no round of that format is open"


def test_between_two_rounds_one_person_is_enough_and_what_has_begun_goes_on_as_it_was(
    ctx: Context, campaign: Campaign, weeks: list[Phase]
) -> None:
    between = replace(ctx, now=weeks[0].closes_at)
    change_ranking_rules(between, campaign=campaign, round_=weeks[1], rules=EARLIEST, following=True)
    assert held(ctx, campaign, weeks) == [False, True, True, False]


def test_what_another_person_confirms_holds_from_its_round_on_and_is_issued(
    people: list[Context], campaign: Campaign, weeks: list[Phase], document: Document
) -> None:
    first, second = people
    propose(first, campaign, weeks[1], document)
    assert held(first, campaign, weeks) == [False] * 4, "one person changes nothing"
    issued = confirm(second, campaign, weeks[1])
    assert held(first, campaign, weeks) == [False, True, True, False]
    assert issued is not None
    assert (issued.number, issued.from_round, issued.reason, issued.document_id) == (2, 2, REASON, document.id)
    assert "finished_at" in str(issued.clauses) or "nộp bài" in str(issued.clauses)
    assert waiting_ranking_rules(first, campaign=campaign, round_=weeks[1]) is None
    stored = first.session.scalars(sa.select(SettingsVersion).where(SettingsVersion.owner == "core")).all()
    assert {(one.author_id, one.seconded_by) for one in stored} == {(first.actor.user_id, second.actor.user_id)}
    acts = first.session.scalars(sa.select(AuditEvent.action).order_by(AuditEvent.id)).all()
    assert acts[-3:] == ["core:ranking:propose_rules", "core:ranking:confirm_rules", "core:rules:issue"]


def test_the_second_person_is_another_one_and_sees_what_was_proposed(
    people: list[Context], campaign: Campaign, weeks: list[Phase], document: Document
) -> None:
    first, second = people
    propose(first, campaign, weeks[1], document, following=False)
    propose(first, campaign, weeks[1], document, following=False)
    with pytest.raises(Conflict):
        confirm(first, campaign, weeks[1])
    with pytest.raises(DomainError, match="Please confirm"):
        propose(second, campaign, weeks[1], document, following=False)
    with pytest.raises(Conflict, match="not the present one"):
        confirm_ranking_rules(second, campaign=campaign, round_=weeks[1], proposal_id=99, write=str)
    confirm(second, campaign, weeks[1])
    assert held(first, campaign, weeks) == [False, True, False, False]


def test_a_proposal_falls_when_its_round_opens_or_the_rules_change(
    people: list[Context], campaign: Campaign, weeks: list[Phase], document: Document
) -> None:
    first, _ = people
    propose(first, campaign, weeks[1], document)
    opened = replace(first, now=weeks[1].opens_at)
    assert waiting_ranking_rules(opened, campaign=campaign, round_=weeks[1]) is None
    between = replace(first, now=weeks[0].closes_at)
    change_ranking_rules(between, campaign=campaign, round_=weeks[1], rules=replace(RULES, public_places=3))
    assert waiting_ranking_rules(first, campaign=campaign, round_=weeks[1]) is None


def test_what_cannot_be_proposed_is_refused(
    ctx: Context, people: list[Context], campaign: Campaign, weeks: list[Phase], document: Document
) -> None:
    first, _ = people
    for field, wrong in (("document", {"document": None}), ("reason", {"reason": " "}), (None, {"rules": RULES})):
        with pytest.raises(DomainError) as refusal:
            propose(first, campaign, weeks[1], **({"document": document} | wrong))
        assert refusal.value.field == field
    with pytest.raises(InvalidData):
        propose(first, campaign, weeks[1], document, rules=RankingRules((Criterion("style", Direction.LOWEST),)))
    with pytest.raises(Conflict, match="has opened"):
        propose(first, campaign, weeks[0], document)
    with pytest.raises(Forbidden):
        propose(ctx, campaign, weeks[1], document)
    add_clause(first, campaign=campaign, heading="Thưởng", body="Trao trong tháng.", after="")
    with pytest.raises(Blocked):
        propose(first, campaign, weeks[1], document)


def test_a_proposal_is_rejected_or_withdrawn_with_a_reason(
    people: list[Context], campaign: Campaign, weeks: list[Phase], document: Document
) -> None:
    propose(people[0], campaign, weeks[1], document)
    waiting = waiting_ranking_rules(people[0], campaign=campaign, round_=weeks[1]) or pytest.fail("nothing waits")
    said: dict[str, Any] = {"campaign": campaign, "round_": weeks[1], "proposal_id": waiting.id}
    with pytest.raises(DomainError):
        reject_ranking_rules(people[1], reason="", **said)
    reject_ranking_rules(people[1], reason="Chưa có văn bản", **said)
    assert waiting_ranking_rules(people[0], campaign=campaign, round_=weeks[1]) is None
    with pytest.raises(Conflict):
        reject_ranking_rules(people[1], reason="Lần nữa", **said)


def form(**changes: str) -> dict[str, str]:
    steps = {f"criteria-{n}-key": "" for n in range(8)} | {f"criteria-{n}-direction": "lowest" for n in range(8)}
    return {**steps, "criteria-0-key": "finished_at", "counted": "first", **PAGE, **changes}


def test_a_step_is_better_as_its_measure_says_unless_another_way_is_chosen(
    ctx: Context, campaign: Campaign, weeks: list[Phase], make: Factories, sign_in: Callable[[User], Browser]
) -> None:
    last = weeks[-1]
    weeks[0].windows[0].closes_at = ctx.now
    organiser = sign_in(make.member(campaign))
    address = f"/c/thai-binh/staff/rankings/{last.id}/rules"
    ctx.session.commit()
    page = organiser.get(address)[1]
    assert '<option selected value="">theo thông lệ</option>' in page
    steps = form(**{"criteria-0-direction": "", "criteria-1-key": "score", "criteria-1-direction": ""})
    assert organiser.post(address, steps)[0] == 200
    rules = ranking_rules_of(ctx, campaign=campaign, round_=last)
    ways = [(one.key, one.direction.value) for one in rules.criteria]
    assert ways == [("finished_at", "lowest"), ("score", "highest")]


def test_two_organisers_change_them_by_the_page(
    app: Flask,
    ctx: Context,
    campaign: Campaign,
    weeks: list[Phase],
    document: Document,
    make: Factories,
    sign_in: Callable[[User], Browser],
) -> None:
    first, second = (sign_in(make.member(campaign)) for _ in range(2))
    with app.app_context():
        issue_rules(ctx, campaign=campaign, write=writer("vi"))
    ctx.session.commit()
    open_round, address = (f"/c/thai-binh/staff/rankings/{week.id}/rules" for week in weeks[:2])
    assert "actions" not in re.findall(r'<form[^>]*rules".*?</form>', first.get(open_round)[1], re.DOTALL)[0]
    assert first.post(open_round, form())[0] == 422
    amended = {"change-document": str(document.id), "change-reason": REASON, "following": "y"}
    status, page = first.post(address, form(**{**amended, "change-reason": ""}))
    assert (status, 'id="change-reason-error"' in page) == (422, True)
    status, page = first.post(address, form(**amended))
    assert (status, f"{address}/confirm" in page, REASON in page) == (200, False, True)

    assert address in second.get("/c/thai-binh/staff/")[1], "the home page says that a second person is needed"
    assert "Áp dụng cả cho các vòng sau" in re.sub(r"<form.*", "", second.get(address)[1], flags=re.DOTALL)
    proposal = re.search(r'name="proposal" value="(\d+)"', second.get(address)[1]) or pytest.fail("no proposal")
    assert second.post(f"{address}/reject", {"proposal": proposal[1], "rejection": ""})[0] == 422
    assert second.post(f"{address}/confirm", {"proposal": proposal[1]})[0] == 200
    ctx.session.rollback()
    assert held(ctx, campaign, weeks) == [False, True, True, False]
    version = current_rules(ctx, campaign_id=campaign.id)
    assert version is not None
    assert version.number == 2
    ctx.session.rollback()
    assert second.post(f"{address}/confirm", {"proposal": proposal[1]})[0] == 409
