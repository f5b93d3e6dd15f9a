"""While a round is open, two persons change settings and rules, from a round on that has not opened."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from types import ModuleType
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa
from wtforms import BooleanField, IntegerField, SelectField

from cuocthi.audit.models import AuditEvent
from cuocthi.campaigns.models import CampaignState, SettingsVersion
from cuocthi.campaigns.settings import SettingsError, load_settings, save_settings, settings_by_rounds
from cuocthi.context import Actor
from cuocthi.contributions import RuleClause, SettingsSpec
from cuocthi.documents.domain import DocumentFacts, register_document
from cuocthi.documents.models import DocumentKind
from cuocthi.errors import Blocked, Conflict, DomainError, Forbidden
from cuocthi.rules.changes import change_settings, confirm_change, propose_change, reject_change, waiting_changes
from cuocthi.rules.domain import compose, issue_rules
from cuocthi.rules.issuing import confirm_issue, issue_or_propose, takes_two, waiting_issue
from cuocthi.rules.queries import current_rules, rules_versions
from cuocthi.rules.writing import add_clause
from cuocthi.standings.criteria import RULES_OWNER, Counted, RankingRules
from cuocthi.testing.plugins import make_format
from cuocthi.text import T
from cuocthi.timelines.queries import rounds
from cuocthi.web.fields import select_choices
from cuocthi.web.forms import BaseForm

if TYPE_CHECKING:
    from flask.testing import FlaskClient

    from cuocthi.campaigns.models import Campaign
    from cuocthi.clock import FixedClock
    from cuocthi.context import Context
    from cuocthi.contributions import Browser
    from cuocthi.documents.models import Document
    from cuocthi.testing.factories import Factories
    from cuocthi.timelines.models import Phase
    from cuocthi.users.models import User

DAY = timedelta(days=1)
PAGE, RULES = "/c/thai-binh/staff/settings/sprint", "/c/thai-binh/staff/rules"


@dataclass(frozen=True, slots=True)
class SprintSettings:
    laps: int = 1
    timed: bool = True
    track: str = "cinder"

    def __post_init__(self) -> None:
        if self.laps < 1:
            raise SettingsError(T("Somebody has to run."), field="laps")


class SprintForm(BaseForm):
    laps = IntegerField("Số vòng chạy")
    timed = BooleanField("Bấm giờ")
    track = SelectField("Đường chạy", choices=select_choices([("cinder", "Đường đất"), ("track", "Đường nhựa")]))

    @classmethod
    def from_settings(cls, settings: SprintSettings) -> SprintForm:
        return cls(data={"laps": settings.laps, "timed": settings.timed, "track": settings.track})

    def to_settings(self) -> SprintSettings:
        return SprintSettings(self.laps.data or 0, bool(self.timed.data), self.track.data)


SPEC = SettingsSpec(SprintSettings, lambda: SprintForm, T("Sprint"))


def sprint() -> ModuleType:
    """A stranger's contest format: it has settings, and a clause that says how many laps are run."""

    def register_settings() -> list[SettingsSpec]:
        return [SPEC]

    def rule_clauses(ctx: Context, campaign: Campaign) -> list[RuleClause]:
        own = rounds(ctx, campaign_id=campaign.id, source="sprint")
        found = settings_by_rounds(ctx, owner="sprint", schema=SprintSettings, campaign=campaign, rounds=own)
        said: dict[int, list[str]] = {}
        for held, value in found:
            said.setdefault(value.laps, []).extend(one.title for one in held)
        lines = [f"{', '.join(titles)}: {number} vòng." for number, titles in said.items()]
        return [RuleClause("laps", "Số vòng chạy", "\n\n".join(lines), 50)]

    return make_format("sprint", register_settings, rule_clauses)


@pytest.fixture(scope="session")
def plugins() -> list[ModuleType]:
    return [sprint()]


@pytest.fixture
def campaign(make: Factories) -> Campaign:
    """Three weekly rounds, of which the first is open."""
    campaign = make.campaign("thai-binh", plugins=("sprint",))
    campaign.opened_at = campaign.created_at - 10 * DAY
    for number in (1, 2, 3):
        opens_at = campaign.created_at + (7 * number - 10) * DAY
        make.round(campaign, "sprint", number=number, opens_at=opens_at, closes_at=opens_at + 6 * DAY)
    return campaign


@pytest.fixture
def weeks(ctx: Context, campaign: Campaign) -> list[Phase]:
    return list(rounds(ctx, campaign_id=campaign.id))


@pytest.fixture
def document(ctx: Context, campaign: Campaign) -> Document:
    facts = DocumentFacts(DocumentKind.DECISION, "Quyết định sửa đổi Thể lệ", symbol="18/QĐ-BTC")
    return register_document(ctx, campaign=campaign, facts=facts)


@pytest.fixture
def people(ctx: Context, make: Factories) -> list[Context]:
    return [replace(ctx, actor=Actor(make.user().id)) for _ in range(3)]


def propose(ctx: Context, campaign: Campaign, document: Document | None, **otherwise: Any) -> None:
    wanted: dict[str, Any] = {
        "value": SprintSettings(laps=4),
        "from_round": 2,
        "reason": "Đường chạy ngắn hơn dự kiến",
    } | otherwise
    propose_change(ctx, campaign=campaign, part="sprint", spec=SPEC, document=document, write=str, **wanted)


def confirm(ctx: Context, campaign: Campaign, proposal: int | None = None) -> Any:
    proposal = proposal or waiting_changes(ctx, campaign=campaign)[0].id
    return confirm_change(ctx, campaign=campaign, part="sprint", spec=SPEC, proposal_id=proposal, write=str)


def laps(ctx: Context, campaign: Campaign, weeks: list[Phase]) -> list[int]:
    def held(week: Phase) -> int:
        return load_settings(ctx, owner="sprint", schema=SprintSettings, campaign=campaign, round_=week).value.laps

    return [held(week) for week in weeks]


def actions(ctx: Context) -> list[str]:
    wanted = sa.select(AuditEvent.action).where(AuditEvent.action.like("core:%")).order_by(AuditEvent.id)
    return [action for action in ctx.session.scalars(wanted) if "document" not in action]


# --- settings ---


def test_a_change_by_two_persons_holds_from_its_round_on_and_the_rules_say_so(
    people: list[Context], campaign: Campaign, weeks: list[Phase], document: Document
) -> None:
    first, second, _ = people
    issue_rules(first, campaign=campaign, write=str)

    propose(first, campaign, document)
    assert laps(first, campaign, weeks) == [1, 1, 1], "one person changes nothing"

    version = confirm(second, campaign)
    assert laps(first, campaign, weeks) == [1, 4, 4], "the round that is open goes on as it began"
    assert (version.number, version.from_round, version.reason) == (2, 2, "Đường chạy ngắn hơn dự kiến")
    assert version.document_id == document.id
    assert "Vòng 1: 1 vòng.\n\nVòng 2, Vòng 3: 4 vòng." in str(version.clauses["clauses"]).replace("\\n", "\n")
    stored = first.session.scalars(sa.select(SettingsVersion).where(SettingsVersion.owner == "sprint")).one()
    assert (stored.author_id, stored.seconded_by, stored.from_round) == (first.actor.user_id, second.actor.user_id, 2)
    assert actions(first) == [
        "core:rules:issue", "core:settings:propose", "core:settings:confirm", "core:rules:issue",
    ]  # fmt: skip
    assert waiting_changes(first, campaign=campaign) == []


def test_who_proposed_it_does_not_confirm_it(people: list[Context], campaign: Campaign, document: Document) -> None:
    propose(people[0], campaign, document)
    propose(people[0], campaign, document)
    assert len(waiting_changes(people[0], campaign=campaign)) == 1, "proposing the same again changes nothing"
    with pytest.raises(Conflict):
        confirm(people[0], campaign)


def test_nobody_but_a_person_proposes(ctx: Context, campaign: Campaign, document: Document) -> None:
    with pytest.raises(Forbidden):
        propose(ctx, campaign, document)


@pytest.mark.parametrize(
    ("otherwise", "field"),
    [
        ({"from_round": 1}, "from_round"),
        ({"from_round": 4}, "from_round"),
        ({"reason": " "}, "reason"),
        ({"value": SprintSettings()}, None),
    ],
)
def test_what_cannot_be_proposed_is_refused(
    people: list[Context], campaign: Campaign, document: Document, otherwise: dict[str, Any], field: str | None
) -> None:
    with pytest.raises(DomainError) as refused:
        propose(people[0], campaign, document, **otherwise)
    assert refused.value.field == field
    with pytest.raises(DomainError) as refused:
        propose(people[0], campaign, None)
    assert refused.value.field == "document"


def test_a_rejected_proposal_falls_and_can_be_made_again(
    people: list[Context], campaign: Campaign, weeks: list[Phase], document: Document
) -> None:
    first, second, third = people
    propose(first, campaign, document)
    (waiting,) = waiting_changes(first, campaign=campaign)
    for _ in range(2):
        reject_change(
            second, campaign=campaign, part="sprint", spec=SPEC, proposal_id=waiting.id, reason="Chưa có ý kiến BGK"
        )
        assert waiting_changes(first, campaign=campaign) == []
        with pytest.raises(Conflict):
            confirm(third, campaign, waiting.id)
        propose(first, campaign, document)
    confirm(third, campaign)
    assert laps(first, campaign, weeks) == [1, 4, 4]
    assert actions(first).count("core:settings:reject") == 2


def test_a_proposal_falls_when_its_round_opens_and_when_another_one_is_made(
    people: list[Context], campaign: Campaign, weeks: list[Phase], document: Document
) -> None:
    first, second, third = people
    propose(first, campaign, document)
    (waiting,) = waiting_changes(first, campaign=campaign)
    propose(second, campaign, document, value=SprintSettings(laps=2))
    with pytest.raises(Conflict):
        confirm(third, campaign, waiting.id)
    late = replace(third, now=weeks[1].opens_at)
    assert waiting_changes(late, campaign=campaign) == []


def test_a_proposal_falls_when_the_settings_change_otherwise(
    people: list[Context], campaign: Campaign, weeks: list[Phase], document: Document
) -> None:
    propose(people[0], campaign, document, from_round=3)
    (waiting,) = waiting_changes(people[0], campaign=campaign)
    between = replace(people[1], now=weeks[0].closes_at)
    change_settings(between, campaign=campaign, part="sprint", spec=SPEC, value=SprintSettings(laps=2))
    with pytest.raises(Conflict):
        confirm(between, campaign, waiting.id)


def test_nothing_else_comes_into_force_with_a_change(
    people: list[Context], campaign: Campaign, document: Document
) -> None:
    issue_rules(people[0], campaign=campaign, write=str)
    propose(people[0], campaign, document)
    add_clause(people[0], campaign=campaign, heading="Khác", body="Chưa ai thấy.", after="")
    with pytest.raises(Blocked):
        confirm(people[1], campaign)
    with pytest.raises(Blocked):
        propose(people[0], campaign, document, value=SprintSettings(laps=9))


def test_a_change_that_the_rules_say_nothing_of_issues_none(
    people: list[Context], campaign: Campaign, document: Document
) -> None:
    issue_rules(people[0], campaign=campaign, write=str)
    propose(people[0], campaign, document, value=SprintSettings(track="track"))
    assert confirm(people[1], campaign) is None
    assert len(rules_versions(people[0], campaign_id=campaign.id)) == 1


def test_between_two_rounds_one_person_changes_what_is_to_come(
    ctx: Context, campaign: Campaign, weeks: list[Phase]
) -> None:
    with pytest.raises(Conflict):
        change_settings(ctx, campaign=campaign, part="sprint", spec=SPEC, value=SprintSettings(laps=2))
    between = replace(ctx, now=weeks[0].closes_at)
    change_settings(between, campaign=campaign, part="sprint", spec=SPEC, value=SprintSettings(laps=2))
    assert laps(ctx, campaign, weeks) == [1, 2, 2], "rounds that are over keep theirs"
    last = replace(ctx, now=weeks[2].closes_at)
    change_settings(last, campaign=campaign, part="sprint", spec=SPEC, value=SprintSettings(laps=3))
    assert laps(ctx, campaign, weeks) == [3, 3, 3], "what was wrong can be mended afterwards"


def test_before_the_opening_one_person_changes_all(ctx: Context, campaign: Campaign, weeks: list[Phase]) -> None:
    campaign.state = CampaignState.DRAFT
    change_settings(ctx, campaign=campaign, part="sprint", spec=SPEC, value=SprintSettings(laps=2))
    assert laps(ctx, campaign, weeks) == [2, 2, 2]


def test_the_rules_tell_the_order_of_places_of_every_round(
    ctx: Context, campaign: Campaign, weeks: list[Phase]
) -> None:
    first = RankingRules(counted=Counted.FIRST)
    save_settings(ctx, owner=RULES_OWNER, campaign=campaign, value=first, from_round=2)
    (clause,) = [one for one in compose(ctx, campaign=campaign, write=str) if one.key == "ranking"]
    named = [line for line in clause.body.splitlines() if line.startswith("**")]
    assert named == ["**Vòng 1**", "**Vòng 2 và Vòng 3**"]
    for week in weeks:
        save_settings(ctx, owner=RULES_OWNER, campaign=campaign, value=first, round_=week)
    (clause,) = [one for one in compose(ctx, campaign=campaign, write=str) if one.key == "ranking"]
    assert "**" not in clause.body


# --- the rules themselves ---


def test_a_version_takes_two_persons_while_a_round_is_open(
    people: list[Context], campaign: Campaign, weeks: list[Phase], document: Document
) -> None:
    first, second, _ = people
    assert not takes_two(first, campaign=campaign), "the first version is one person's"
    assert issue_or_propose(first, campaign=campaign, write=str) is not None
    assert takes_two(first, campaign=campaign)
    add_clause(first, campaign=campaign, heading="Khiếu nại", body="Gửi Ban Tổ chức.", after="")
    for _ in range(2):
        assert issue_or_propose(first, campaign=campaign, write=str, document=document, reason="Thêm") is None
    clauses = compose(first, campaign=campaign, write=str)
    waiting = waiting_issue(second, campaign=campaign, clauses=clauses)
    assert waiting is not None
    with pytest.raises(Conflict):
        confirm_issue(first, campaign=campaign, proposal_id=waiting.id, write=str)
    version = confirm_issue(second, campaign=campaign, proposal_id=waiting.id, write=str)
    assert (version.number, version.reason, version.document_id) == (2, "Thêm", document.id)

    add_clause(first, campaign=campaign, heading="Khác", body="Khác.", after="")
    assert issue_or_propose(first, campaign=campaign, write=str, material=False, reason="Lời văn") is None
    worded = issue_or_propose(second, campaign=campaign, write=str, material=False, reason="Lời văn")
    assert worded is not None
    assert not worded.material, "the second person confirms that as well"
    add_clause(first, campaign=campaign, heading="Nữa", body="Nữa.", after="")
    between = replace(first, now=weeks[0].closes_at)
    assert issue_or_propose(between, campaign=campaign, write=str, reason="Giữa hai vòng") is not None


def test_a_proposed_version_falls_when_the_draft_changes(people: list[Context], campaign: Campaign) -> None:
    first, second, _ = people
    issue_rules(first, campaign=campaign, write=str)
    add_clause(first, campaign=campaign, heading="Khiếu nại", body="Gửi Ban Tổ chức.", after="")
    issue_or_propose(first, campaign=campaign, write=str, reason="Thêm")
    waiting = waiting_issue(first, campaign=campaign, clauses=compose(first, campaign=campaign, write=str))
    assert waiting is not None
    add_clause(second, campaign=campaign, heading="Khác", body="Khác.", after="")
    with pytest.raises(Conflict):
        confirm_issue(second, campaign=campaign, proposal_id=waiting.id, write=str)


def test_other_settings_are_no_wording(people: list[Context], campaign: Campaign) -> None:
    issue_rules(people[0], campaign=campaign, write=str)
    campaign.audience = "Chỉ người dân."
    with pytest.raises(DomainError) as refused:
        issue_or_propose(people[0], campaign=campaign, write=str, material=False, reason="Lời văn")
    assert refused.value.field == "kind"


# --- the pages ---


@pytest.fixture
def organisers(make: Factories, campaign: Campaign, sign_in: Callable[[User], Browser]) -> tuple[Browser, Browser]:
    first = sign_in(make.member(campaign, user=make.user("Trần Thị Bích")))
    return first, sign_in(make.member(campaign, user=make.user("Lê Văn Cường")))


def test_two_organisers_change_settings_and_everybody_reads_it(
    ctx: Context, campaign: Campaign, document: Document, client: FlaskClient, organisers: tuple[Browser, Browser]
) -> None:
    first, second = organisers
    issue_rules(ctx, campaign=campaign, write=str)
    number = str(document.id)
    ctx.session.commit()
    sent = {
        "laps": "4", "timed": "y", "track": "track",
        "change-from_round": "2", "change-document": number, "change-reason": "Đường chạy ngắn hơn dự kiến",
    }  # fmt: skip
    page = first.get(PAGE)[1]
    assert "“Vòng 1” đang mở" in page
    for wrong in ({"change-reason": ""}, {"change-document": ""}, {"change-from_round": "1"}, {"laps": "0"}):
        status, page = first.post(PAGE, sent | wrong)
        assert (status, "has-error" in page) == (422, True), wrong
    status, page = first.post(PAGE, sent)
    assert (status, "notice-ok" in page) == (200, True)
    assert f"{PAGE}/confirm" not in page, "who proposed it does not confirm it"

    assert "Sprint" in second.get("/c/thai-binh/staff/")[1]
    assert f'href="{PAGE}"' in second.get(RULES)[1]
    page = second.get(PAGE)[1]
    assert "Trần Thị Bích" in page
    cells = [re.sub(r"<[^>]+>|\s+", " ", row).split() for row in re.findall(r'<tr role="row">(.*?)</tr>', page)[1:]]
    assert [" ".join(words) for words in cells] == ["Số vòng chạy 1 4", "Đường chạy Đường đất Đường nhựa"]
    proposal = re.search(r'name="proposal" value="(\d+)"', page)
    assert proposal
    assert second.post(f"{PAGE}/reject", {"proposal": proposal[1], "rejection": ""})[0] == 422
    status, page = second.post(f"{PAGE}/confirm", {"proposal": proposal[1]})
    assert (status, "notice-ok" in page) == (200, True)
    assert second.post(f"{PAGE}/confirm", {"proposal": proposal[1]})[0] == 409

    public = client.get("/c/thai-binh/").text
    assert "Thông báo thay đổi Thể lệ" in public
    assert "Đường chạy ngắn hơn dự kiến" in public
    changes = client.get("/c/thai-binh/rules/2/changes").text
    assert "Áp dụng từ “Vòng 2”" in changes
    assert "18/QĐ-BTC" in changes


def test_two_persons_issue_the_rules_on_the_page_while_a_round_is_open(
    ctx: Context, campaign: Campaign, organisers: tuple[Browser, Browser]
) -> None:
    first, second = organisers
    issue_rules(ctx, campaign=campaign, write=str)
    add_clause(ctx, campaign=campaign, heading="Khiếu nại", body="Gửi Ban Tổ chức.", after="")
    ctx.session.commit()
    first.get(RULES)
    status, page = first.post(RULES, {"document": "", "kind": "material", "reason": "Thêm một điều"})
    assert (status, f'action="{RULES}/confirm"' in page) == (200, False)
    page = second.get(RULES)[1]
    proposal = re.search(r'name="proposal" value="(\d+)"', page)
    assert proposal
    assert second.post(f"{RULES}/confirm", {"proposal": proposal[1]})[0] == 200
    ctx.session.rollback()
    issued = current_rules(ctx, campaign_id=campaign.id)
    assert issued is not None
    assert (issued.number, issued.material) == (2, True)


def test_a_page_whose_round_closes_meanwhile_stores_what_it_would_have_proposed(
    ctx: Context, campaign: Campaign, weeks: list[Phase], clock: FixedClock, organisers: tuple[Browser, Browser]
) -> None:
    weeks[0].windows[0].closes_at = ctx.now + timedelta(minutes=30)
    ctx.session.commit()
    organisers[0].get(PAGE)
    clock.advance(timedelta(minutes=30))
    status, page = organisers[0].post(PAGE, {"laps": "5", "timed": "y", "track": "cinder"})
    assert (status, "notice-ok" in page) == (200, True), page
    ctx.session.rollback()
    assert laps(ctx, campaign, weeks) == [1, 5, 5]
