"""Final award lists: named by minutes and decision, both or none, kept for good, corrected only by naming anew."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DatabaseError

from cuocthi.audit.models import AuditEvent
from cuocthi.campaigns.models import CampaignState
from cuocthi.contributions import AwardList as PublishedList
from cuocthi.contributions import Role
from cuocthi.documents.domain import edit_document, facts_of
from cuocthi.documents.models import Document, DocumentKind
from cuocthi.errors import Conflict, DomainError
from cuocthi.testing.browsing import browser_over
from cuocthi.testing.tampering import unguard
from cuocthi.users.domain import start_session
from cuocthi_prizes.acts.digests import is_intact
from cuocthi_prizes.acts.domain import name_acts
from cuocthi_prizes.acts.models import Finality, LegalAct
from cuocthi_prizes.acts.queries import finalities, finality_of
from cuocthi_prizes.domain.award_lists import adopt as confirm
from cuocthi_prizes.domain.award_lists import draw_up
from cuocthi_prizes.models import AwardList

from .adopted import adopt, decision, draft, final, minutes, signed
from .conftest import DISTINCT, Contest

if TYPE_CHECKING:
    from flask import Flask
    from flask.testing import FlaskClient

    from cuocthi.campaigns.models import Campaign
    from cuocthi.context import Context
    from cuocthi.contributions import Browser
    from cuocthi.testing.factories import Factories
    from cuocthi.timelines.models import Phase
    from cuocthi.users.models import User

TODAY = date(2024, 9, 20)
DAY = timedelta(days=1)
PAGE = "/c/hoi-thi/prizes/acts"


@pytest.fixture
def campaign(make: Factories) -> Campaign:
    return make.campaign("hoi-thi", plugins=("sprint", "prizes"))


@pytest.fixture
def round_(make: Factories, campaign: Campaign) -> Phase:
    return make.round(campaign, "sprint")


@dataclass
class Meeting:
    """A campaign with an adopted list of today, and what is named for lists of it."""

    ctx: Context
    campaign: Campaign
    adopted: AwardList

    def name(self, reason: str = "", *, lists: tuple[AwardList, ...] = (), **documents: Document) -> list[Finality]:
        """Name acts: complete ones of today, but for those that are given."""
        chosen = lists or (self.adopted,)
        return name_acts(
            self.ctx,
            campaign=self.campaign,
            list_ids=[one.id for one in chosen],
            minutes_id=(documents.get("minutes") or self.minutes()).id,
            decision_id=(documents.get("decision") or self.decision()).id,
            reason=reason,
        )

    def minutes(self, symbol: str = "07/BB-BTC", **values: Any) -> Document:
        """The minutes of that number, registered on the first call."""
        return self._known(DocumentKind.MINUTES, symbol) or minutes(self.ctx, self.campaign, symbol, **values)

    def decision(self, symbol: str = "152/QĐ-STTTT", **values: Any) -> Document:
        """The decision of that number, registered on the first call."""
        return self._known(DocumentKind.DECISION, symbol) or decision(self.ctx, self.campaign, symbol, **values)

    def _known(self, kind: DocumentKind, symbol: str) -> Document | None:
        return self.ctx.session.scalar(sa.select(Document).where(Document.kind == kind, Document.symbol == symbol))

    @property
    def versions(self) -> list[Finality]:
        """Everything that was named for the list."""
        return finalities(self.ctx, list_ids=[self.adopted.id]).get(self.adopted.id, [])


@pytest.fixture
def meeting(ctx: Context, make: Factories, campaign: Campaign, round_: Phase) -> Meeting:
    return Meeting(ctx, campaign, adopt(ctx, draft(ctx, make, campaign, round_)))


def refused(meeting: Meeting, *, field: str, match: str, **named: Any) -> None:
    """Nothing is named, and the refusal says why at this field."""
    with pytest.raises(DomainError, match=match) as refusal:
        meeting.name(**named)
    assert refusal.value.field == field
    assert meeting.versions == []


# --- naming -----------------------------------------------------------------------------------------------------------


def test_a_list_is_final_by_both_acts_which_are_copied(meeting: Meeting) -> None:
    assert finality_of(meeting.ctx, award_list=meeting.adopted) is None
    (made,) = meeting.name()
    assert finality_of(meeting.ctx, award_list=meeting.adopted) is made
    act = made.decision
    assert (act.symbol, act.issued_on, act.issuer) == ("152/QĐ-STTTT", TODAY, "Ban Tổ chức Cuộc thi")
    assert (act.authority, act.office, act.signatory) == ("KT. TRƯỞNG BAN", "Phó Trưởng ban", "Phạm Văn Hoàn")
    assert made.minutes.symbol == "07/BB-BTC"
    assert is_intact(meeting.adopted, [made])
    event = meeting.ctx.session.scalars(sa.select(AuditEvent).order_by(AuditEvent.id.desc()).limit(1)).one()
    assert (event.action, event.after["decision"]) == ("prizes:act:record", "152/QĐ-STTTT")


def test_naming_the_same_again_adds_nothing(meeting: Meeting) -> None:
    first = meeting.name()
    assert meeting.name() == []
    assert meeting.versions == first


def test_one_decision_may_be_about_several_lists(meeting: Meeting, make: Factories) -> None:
    other_round = make.round(meeting.campaign, "sprint", number=2)
    other = adopt(meeting.ctx, draft(meeting.ctx, make, meeting.campaign, other_round, number=2))
    made = meeting.name(lists=(meeting.adopted, other))
    assert [one.award_list_id for one in made] == [meeting.adopted.id, other.id]
    assert meeting.ctx.session.scalar(sa.select(sa.func.count(LegalAct.id))) == 2
    assert made[0].digest != made[1].digest


@pytest.mark.parametrize(
    ("lacking", "said"),
    [
        ({"issued_on": None}, "Day of issue"),
        ({"issuer": ""}, "Issued by"),
        ({"signatory": ""}, "Full name of who signs"),
        ({"office": ""}, "Position of who signs"),
        ({"file": None}, "File"),
    ],
)
@pytest.mark.parametrize("kind", ["minutes", "decision"])
def test_an_act_has_number_date_issuer_signatory_and_file(
    meeting: Meeting, kind: str, lacking: dict[str, Any], said: str
) -> None:
    document = getattr(meeting, kind)("1/X", **lacking)
    refused(meeting, field=kind, match=f"lacks: {said}", **{kind: document})


def test_an_act_needs_no_line_of_authority(meeting: Meeting) -> None:
    (made,) = meeting.name(decision=meeting.decision(authority="", office="Trưởng ban"))
    assert made.decision.authority == ""


def test_only_minutes_and_decisions_of_the_campaign_are_taken(meeting: Meeting, make: Factories) -> None:
    plan = signed(meeting.ctx, meeting.campaign, DocumentKind.PLAN, "1/KH")
    elsewhere = decision(meeting.ctx, make.campaign(), "9/QĐ")
    refused(meeting, field="minutes", match="Choose minutes", minutes=meeting.decision())
    refused(meeting, field="minutes", match="Choose minutes", minutes=plan)
    refused(meeting, field="decision", match="Choose a decision", decision=elsewhere)


def test_acts_are_not_dated_before_what_they_rest_on(meeting: Meeting) -> None:
    before, after = TODAY - DAY, TODAY + DAY
    refused(meeting, field="minutes", match="adopted on", minutes=meeting.minutes("1/BB", issued_on=before))
    refused(meeting, field="decision", match="before the minutes", decision=meeting.decision("1/QĐ", issued_on=before))
    refused(meeting, field="decision", match="future", decision=meeting.decision("2/QĐ", issued_on=after))
    later = replace(meeting.ctx, now=meeting.ctx.now + 3 * DAY)
    made = Meeting(later, meeting.campaign, meeting.adopted).name(
        minutes=meeting.minutes("2/BB", issued_on=after), decision=meeting.decision("3/QĐ", issued_on=after)
    )
    assert len(made) == 1


def test_a_draft_and_a_list_that_was_replaced_are_not_made_final(
    meeting: Meeting, make: Factories, round_: Phase
) -> None:
    other = draft(meeting.ctx, make, meeting.campaign, round_, number=2)
    with pytest.raises(Conflict, match="not adopted"):
        meeting.name(lists=(meeting.adopted, other))
    assert meeting.versions == [], "both lists or none"
    adopt(meeting.ctx, other)
    with pytest.raises(Conflict, match="replaced"):
        meeting.name()
    with pytest.raises(DomainError, match="Choose the award lists"):
        name_acts(meeting.ctx, campaign=meeting.campaign, list_ids=[], minutes_id=1, decision_id=1)


def test_a_new_version_of_a_list_needs_acts_of_its_own(meeting: Meeting, make: Factories, round_: Phase) -> None:
    meeting.name()
    later = replace(meeting.ctx, now=meeting.ctx.now + 3 * DAY)
    corrected = adopt(later, draft(later, make, meeting.campaign, round_, number=2))
    assert finality_of(later, award_list=corrected) is None
    assert finality_of(later, award_list=meeting.adopted) is not None
    with pytest.raises(DomainError, match="adopted on"):
        Meeting(later, meeting.campaign, corrected).name()


# --- correcting -------------------------------------------------------------------------------------------------------


def test_a_wrong_number_is_corrected_by_naming_anew_with_a_reason(meeting: Meeting) -> None:
    (first,) = meeting.name()
    right = meeting.decision("125/QĐ-STTTT")
    with pytest.raises(DomainError, match="final by other acts") as refusal:
        meeting.name(decision=right)
    assert refusal.value.field == "reason"
    (second,) = meeting.name("Số quyết định ghi nhầm", decision=right)
    assert (second.version, second.reason, second.decision.symbol) == (2, "Số quyết định ghi nhầm", "125/QĐ-STTTT")
    assert second.digest != first.digest
    assert meeting.versions == [first, second]
    assert is_intact(meeting.adopted, meeting.versions)


def test_correcting_the_register_changes_nothing_that_was_named(meeting: Meeting) -> None:
    meeting.name()
    document = meeting.decision()
    edit_document(
        meeting.ctx,
        campaign=meeting.campaign,
        document=document,
        facts=replace(facts_of(document), symbol="125/QĐ-STTTT", signatory="Trần Thị Bích"),
        replaces=None,
    )
    meeting.ctx.session.expire_all()
    assert meeting.versions[-1].decision.symbol == "152/QĐ-STTTT"
    assert is_intact(meeting.adopted, meeting.versions)
    (second,) = meeting.name("Sửa số trong sổ văn bản", decision=document)
    assert (second.decision.symbol, second.decision.signatory) == ("125/QĐ-STTTT", "Trần Thị Bích")


def test_acts_are_named_in_an_archived_campaign_too(meeting: Meeting) -> None:
    meeting.campaign.state = CampaignState.ARCHIVED
    assert len(meeting.name()) == 1


# --- what the database keeps ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE prizes_legal_act SET symbol = '1/QĐ'",
        "UPDATE prizes_finality SET reason = 'khác'",
        "UPDATE prizes_finality SET decision_id = minutes_id",
        "DELETE FROM prizes_legal_act",
        "DELETE FROM prizes_finality",
    ],
)
def test_what_was_named_is_not_rewritten(meeting: Meeting, statement: str) -> None:
    meeting.name()
    with pytest.raises(DatabaseError, match="stay as they are"):
        meeting.ctx.session.execute(sa.text(statement))


def test_the_models_refuse_as_well(meeting: Meeting) -> None:
    (made,) = meeting.name()
    made.decision.symbol = "1/QĐ"
    with pytest.raises(PermissionError, match="naming them anew"):
        meeting.ctx.session.flush()


@pytest.mark.parametrize(
    "wrong",
    [
        {"decision": "minutes"},
        {"minutes": "decision"},
        {"version": 1, "reason": ""},
        {"version": 3},
        {"reason": ""},
    ],
)
def test_the_database_takes_no_other_record(meeting: Meeting, wrong: dict[str, Any]) -> None:
    (made,) = meeting.name()
    acts = {"minutes": made.minutes_id, "decision": made.decision_id}
    chosen = {kind: acts[wrong.get(kind, kind)] for kind in acts}
    values = {name: wrong.get(name, value) for name, value in (("version", 2), ("reason", "Sửa"))}
    meeting.ctx.session.add(
        Finality(
            award_list_id=meeting.adopted.id,
            minutes_id=chosen["minutes"],
            decision_id=chosen["decision"],
            digest="0" * 64,
            recorded_at=meeting.ctx.now,
            **values,
        )
    )
    with pytest.raises(DatabaseError):
        meeting.ctx.session.flush()


def test_the_database_compares_days_where_people_live(
    meeting: Meeting, make: Factories, round_: Phase, ctx: Context
) -> None:
    # Half an hour past midnight in Vietnam; in UTC it is the day before.
    night = replace(ctx, now=ctx.now.replace(hour=0, minute=30) + DAY)
    made = adopt(night, draft(night, make, meeting.campaign, round_, number=2))
    next_day = Meeting(night, meeting.campaign, made)
    with pytest.raises(DomainError, match="adopted on"):
        next_day.name(minutes=next_day.minutes("1/BB", issued_on=TODAY))
    next_day.name()
    assert len(next_day.versions) == 1


# --- what others are told ---------------------------------------------------------------------------------------------


def published(meeting: Meeting) -> PublishedList:
    (found,) = meeting.ctx.hooks.collect(meeting.ctx, meeting.campaign, "award_lists", PublishedList)
    return found


def test_whoever_publishes_learns_whether_a_list_is_final(meeting: Meeting) -> None:
    assert (published(meeting).decision, published(meeting).final_digest) == (None, "")
    (made,) = meeting.name()
    found = published(meeting)
    assert found.decision is not None
    assert (found.decision.number, found.decision.issued_on) == ("152/QĐ-STTTT", TODAY)
    assert found.minutes is not None
    assert found.minutes.number == "07/BB-BTC"
    assert found.final_digest == made.digest


def test_a_list_whose_acts_were_altered_is_not_handed_out(meeting: Meeting) -> None:
    meeting.name()
    unguard(meeting.ctx, "prizes_legal_act")
    meeting.ctx.session.execute(sa.text("UPDATE prizes_legal_act SET symbol = '999/QĐ' WHERE kind = 'decision'"))
    meeting.ctx.session.expire_all()
    with pytest.raises(Conflict, match="acts"):
        published(meeting)


# --- the page ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def visit(app: Flask, ctx: Context, make: Factories, campaign: Campaign) -> Callable[[Role], FlaskClient]:
    """A browser of a member of a committee of that role."""

    def begin(role: Role) -> FlaskClient:
        token = start_session(ctx, user_id=make.member(campaign, role).id, device="test", hours=1)
        ctx.session.commit()
        client = app.test_client()
        browser_over(client, session_token=token)
        return client

    return begin


def send(client: FlaskClient, **data: Any) -> tuple[int, str]:
    """Send the form of the page; return status and what is shown in the end."""
    token = client.get(PAGE).text.partition('name="csrf_token" value="')[2].partition('"')[0]
    answer = client.post(PAGE, data={"csrf_token": token, **data}, follow_redirects=True)
    return answer.status_code, answer.text


@pytest.mark.parametrize("role", [Role.ORGANISING, Role.STANDING])
def test_the_page_leads_from_adopted_to_official(
    meeting: Meeting, visit: Callable[[Role], FlaskClient], role: Role
) -> None:
    client = visit(role)
    page = client.get(PAGE).text
    assert "Chờ quyết định" in page
    assert "Vui lòng đăng ký biên bản và quyết định đã ký" in page
    ids = {"minutes": meeting.minutes().id, "decision": meeting.decision().id, "lists": meeting.adopted.id}
    meeting.ctx.session.commit()
    status, page = send(client, **ids)
    assert status == 200
    assert (
        "Căn cứ Biên bản họp số 07/BB-BTC ngày 20/09/2024; "
        "Quyết định số 152/QĐ-STTTT ngày 20/09/2024 của Ban Tổ chức Cuộc thi."
    ) in page
    assert "KT. TRƯỞNG BAN<br>Phó Trưởng ban Phạm Văn Hoàn" in page
    assert meeting.versions[-1].digest in page


def test_the_page_of_a_list_says_whether_it_is_official(contest: Contest, sign_in: Callable[[User], Browser]) -> None:
    contest.rank(DISTINCT)
    made = draw_up(contest.staff[0], campaign=contest.campaign)
    for ctx in contest.staff:
        confirm(ctx, campaign=contest.campaign, number=made.number, digest=made.digest)
    browser = sign_in(contest.make.member(contest.campaign, Role.STANDING))
    pages = [f"/c/{contest.campaign.slug}/prizes/awards{ending}" for ending in ("", f"/{made.number}")]
    for page in pages:
        shown = browser.get(page)[1]
        assert "Chờ quyết định" in shown
        assert f'href="/c/{contest.campaign.slug}/prizes/acts?list={made.id}"' in shown
    final(contest.ctx, contest.campaign, made)
    contest.ctx.session.commit()
    for page in pages:
        shown = browser.get(page)[1]
        assert "Chờ quyết định" not in shown
        assert "Quyết định số 152/QĐ-STTTT ngày 20/09/2024" in shown


def test_the_page_says_what_was_entered_wrongly(meeting: Meeting, visit: Callable[[Role], FlaskClient]) -> None:
    client = visit(Role.ORGANISING)
    early = meeting.minutes("1/BB", issued_on=TODAY - DAY)
    ids = {"minutes": early.id, "decision": meeting.decision().id, "lists": meeting.adopted.id}
    meeting.ctx.session.commit()
    for wrong, said in (
        ({}, "đến ngày 20/09/2024 mới được thông qua"),
        ({"lists": []}, "Vui lòng chọn các danh sách"),
        ({"decision": "999999"}, "error"),
    ):
        status, page = send(client, **{**ids, **wrong})
        assert status == 422, wrong
        assert said in page
    assert meeting.versions == []


def test_others_see_the_acts_but_do_not_name_them(meeting: Meeting, visit: Callable[[Role], FlaskClient]) -> None:
    meeting.name()
    for role in (Role.JURY, Role.SUPPORT, Role.OVERSIGHT):
        page = visit(role).get(PAGE).text
        assert "152/QĐ-STTTT" in page
        assert "Ghi nhận văn bản" not in page
