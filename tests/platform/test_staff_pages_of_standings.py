"""The staff pages of rankings, decisions, background work and the audit log, through the web interface."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from types import ModuleType
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from cuocthi.audit.domain import holds, read_anchor, record
from cuocthi.audit.models import AuditEvent
from cuocthi.campaigns.models import CampaignState
from cuocthi.campaigns.settings import load_settings, save_settings
from cuocthi.context import Actor
from cuocthi.contributions import Direction, Evidence, Measure, ResultRow, Role
from cuocthi.enrolments.models import Enrolment, EnrolmentState
from cuocthi.jobs import domain as jobs
from cuocthi.rules.domain import issue_rules
from cuocthi.rules.language import writer
from cuocthi.standings.criteria import RULES_OWNER, Counted, Criterion, RankingRules
from cuocthi.standings.domain import adopt_ranking, adoption_digest, build_ranking, submit_ranking
from cuocthi.standings.integrity import check_intact
from cuocthi.standings.models import Ranking, RankingState
from cuocthi.standings.results import post_results
from cuocthi.testing.plugins import make_format
from cuocthi.text import T

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from flask import Flask
    from flask.testing import FlaskClient

    from cuocthi.campaigns.models import Campaign
    from cuocthi.context import Context
    from cuocthi.contributions import Browser
    from cuocthi.testing.factories import Factories
    from cuocthi.timelines.models import Phase
    from cuocthi.users.models import User

FULL = 3_000
HOME = "/c/thai-binh/staff"


def evidence(enrolment_ids: Sequence[int]) -> list[Evidence]:
    return [Evidence("speed", enrolment_ids[0], T("Every answer within a second"))] if enrolment_ids else []


@pytest.fixture(scope="session")
def plugins() -> list[ModuleType]:
    style = Measure("style", T("Style"), "count", Direction.HIGHEST)
    return [make_format("essays", evidence, measures=(style,))]


@pytest.fixture
def campaign(make: Factories) -> Campaign:
    return make.campaign("thai-binh", plugins=("essays",))


@pytest.fixture
def round_(ctx: Context, make: Factories, campaign: Campaign) -> Phase:
    return make.round(campaign, "essays", opens_at=ctx.now - timedelta(days=9), closes_at=ctx.now)


@pytest.fixture
def people(ctx: Context, make: Factories, campaign: Campaign, round_: Phase) -> list[Enrolment]:
    """Four persons with results: one first, two who share the second rank, and one last."""
    people = [make.enrolment(campaign) for _ in range(4)]
    start = ctx.now - timedelta(days=1)
    rows = [
        ResultRow(person.id, "1", score, FULL, 61_250, start, start + timedelta(minutes=2), {"style": 3})
        for person, score in zip(people, (3_000, 2_000, 2_000, 1_500), strict=True)
    ]
    post_results(ctx, campaign=campaign, round_=round_, source="essays", rows=rows)
    return people


@pytest.fixture
def member(
    make: Factories, campaign: Campaign, round_: Phase, sign_in: Callable[[User], Browser]
) -> Callable[[Role], Browser]:
    """Sign a committee member in who has the overview open, and with it a form's token."""

    def begin(role: Role) -> Browser:
        browser = sign_in(make.member(campaign, role))
        assert browser.get(f"{HOME}/rankings/")[0] == 200
        return browser

    return begin


@pytest.fixture
def organiser(member: Callable[[Role], Browser]) -> Browser:
    return member(Role.ORGANISING)


@pytest.fixture
def judge(member: Callable[[Role], Browser]) -> Browser:
    return member(Role.JURY)


def seen(page: str) -> dict[str, str]:
    """What a form of the page says the person has seen."""
    found = re.search(r'name="seen" value="([0-9a-f]{64})"', page)
    assert found is not None
    return {"seen": found.group(1)}


def stored(ctx: Context) -> Ranking:
    ctx.session.rollback()
    found = ctx.session.scalars(sa.select(Ranking).order_by(Ranking.number.desc()).limit(1)).one()
    ctx.session.refresh(found)
    ctx.session.commit()
    return found


def test_nobody_adopts_by_other_rules_than_those_that_were_issued(
    app: Flask, ctx: Context, campaign: Campaign, round_: Phase, people: list[Enrolment], organiser: Browser
) -> None:
    with app.app_context():
        issue_rules(ctx, campaign=campaign, write=writer(campaign.language))
    otherwise = RankingRules(criteria=(Criterion("style", Direction.HIGHEST),))
    save_settings(ctx, owner=RULES_OWNER, campaign=campaign, value=otherwise)
    submit_ranking(ctx, ranking=build_ranking(ctx, campaign=campaign, round_=round_))
    ctx.session.commit()
    page = f"{HOME}/rankings/{round_.id}/1/"
    reason = "Cách xếp hạng hiện tại khác với Thể lệ đã ban hành (bản số 1)"
    shown = organiser.get(page)[1]
    assert reason in shown
    assert f"{page}adopt" not in shown
    agreed = {"seen": adoption_digest(ctx, ranking=stored(ctx))}
    ctx.session.commit()
    status, refused = organiser.post(f"{page}adopt", agreed)
    assert (status, reason in refused) == (409, True)
    with app.app_context():
        issue_rules(ctx, campaign=campaign, write=writer(campaign.language))
    ctx.session.commit()
    assert organiser.post(f"{page}adopt", agreed)[0] == 200


def test_a_ranking_goes_from_the_results_to_the_public_page(
    ctx: Context, round_: Phase, people: list[Enrolment], organiser: Browser, judge: Browser, client: FlaskClient
) -> None:
    base = f"{HOME}/rankings/{round_.id}"
    assert client.get(f"/c/thai-binh/rankings/{round_.id}/").status_code == 404
    assert organiser.get(f"{HOME}/rankings/")[0] == 200
    status, page = organiser.post(f"{base}/build", {})
    assert status == 200
    assert people[0].name in page
    assert "Every answer within a second" in page
    status, page = organiser.post(f"{base}/1/submit", seen(page))
    assert status == 200
    assert stored(ctx).state is RankingState.PROVISIONAL
    status, page = organiser.post(f"{base}/1/adopt", seen(page))
    assert status == 200
    assert 'name="seen"' not in page, "whoever has confirmed is not asked again"
    status, page = judge.get(f"{base}/1/")
    status, page = judge.post(f"{base}/1/adopt", seen(page))
    assert status == 200
    assert stored(ctx).state is RankingState.ADOPTED
    answer = client.get(f"/c/thai-binh/rankings/{round_.id}/")
    printed = re.search(r"\d+:[0-9a-f]{64}", answer.text)
    assert printed
    assert holds(ctx, anchor=read_anchor(printed[0])), "the end of the audit log at the adoption"
    ctx.session.rollback()
    assert answer.status_code == 200
    assert people[0].code in answer.text
    assert people[0].name not in answer.text
    again = client.get(f"/c/thai-binh/rankings/{round_.id}/", headers={"If-None-Match": answer.headers["ETag"]})
    assert again.status_code == 304


def test_marking_again_after_the_adoption_changes_no_place_and_every_page_says_so(
    ctx: Context,
    make: Factories,
    campaign: Campaign,
    round_: Phase,
    people: list[Enrolment],
    organiser: Browser,
    client: FlaskClient,
) -> None:
    campaign.state = CampaignState.OPEN
    ranking = build_ranking(ctx, campaign=campaign, round_=round_)
    submit_ranking(ctx, ranking=ranking)
    for _ in range(2):
        adopt_ranking(replace(ctx, actor=Actor(make.member(campaign, Role.JURY).id)), ranking=ranking)
    ctx.session.commit()
    pages = {
        "public": f"/c/thai-binh/rankings/{round_.id}/",
        "staff": f"{HOME}/rankings/{round_.id}/1/",
        "home": "/staff",
    }
    said = "căn cứ của nó đã thay đổi"

    def read(page: str) -> str:
        return client.get(pages[page]).text if page == "public" else organiser.get(pages[page])[1]

    assert said not in read("public") + read("staff")
    assert "Lập và kiểm tra lại" not in read("home")
    start = ctx.now - timedelta(days=1)
    marked = [ResultRow(person.id, "1", 500, FULL, 61_250, start, start + timedelta(minutes=2)) for person in people]
    post_results(ctx, campaign=campaign, round_=round_, source="essays", rows=marked)
    ctx.session.commit()
    campaign.renew_pages()
    ctx.session.commit()
    assert said in read("public")
    assert said in read("staff")
    assert "Lập và kiểm tra lại bảng xếp hạng" in read("home")
    check_intact(ctx, ranking=ranking)
    ctx.session.rollback()


def test_nobody_confirms_what_has_changed_since(
    ctx: Context, round_: Phase, people: list[Enrolment], organiser: Browser, judge: Browser
) -> None:
    base = f"{HOME}/rankings/{round_.id}"
    _, page = organiser.post(f"{base}/build", {})
    assert organiser.post(f"{base}/1/submit", {"seen": "0" * 64})[0] == 409
    organiser.post(f"{base}/1/submit", seen(page))
    _, page = judge.get(f"{base}/1/")
    before = seen(page)
    judge.get(f"{base}/1/ties/2")
    order = {f"place-{people[1].id}": "1", f"place-{people[2].id}": "2"}
    assert judge.post(f"{base}/1/ties/2", {"method": "jury", "jury-reason": "Biên bản số 3", **order})[0] == 200
    organiser.get(f"{base}/lots/1")
    assert organiser.post(f"{base}/lots/1/confirm", {})[0] == 200
    assert judge.post(f"{base}/1/adopt", before)[0] == 409
    assert stored(ctx).state is RankingState.PROVISIONAL


def test_what_blocks_an_adoption_is_listed(
    ctx: Context, round_: Phase, people: list[Enrolment], organiser: Browser
) -> None:
    base = f"{HOME}/rankings/{round_.id}"
    _, page = organiser.post(f"{base}/build", {})
    _, page = organiser.post(f"{base}/1/submit", seen(page))
    token = seen(page)
    organiser.get(f"{HOME}/exclusions/{people[3].id}")
    assert organiser.post(f"{HOME}/exclusions/{people[3].id}", {"reason": "Thành viên Tổ Giúp việc"})[0] == 200
    status, page = organiser.post(f"{base}/1/adopt", token)
    assert status == 409
    assert page.count("<li>") >= 1
    ctx.session.rollback()
    assert ctx.session.get_one(Enrolment, people[3].id, populate_existing=True).state is EnrolmentState.EXCLUDED


def test_an_exclusion_needs_its_reason_and_can_be_taken_back(
    ctx: Context, people: list[Enrolment], organiser: Browser
) -> None:
    address = f"{HOME}/exclusions/{people[0].id}"
    organiser.get(address)
    status, page = organiser.post(address, {"reason": ""})
    assert status == 422
    assert "errors-summary" in page
    _, page = organiser.post(address, {"reason": "Thành viên Tổ Giúp việc"})
    assert "Thành viên Tổ Giúp việc" in page
    organiser.get(address)
    _, page = organiser.post(address, {"reason": "Nhầm người"})
    assert people[0].name not in page
    ctx.session.rollback()
    assert ctx.session.get_one(Enrolment, people[0].id, populate_existing=True).state is EnrolmentState.ACTIVE


def test_a_page_names_the_first_ties_and_says_how_many_more_there_are(
    monkeypatch: pytest.MonkeyPatch,
    ctx: Context,
    campaign: Campaign,
    round_: Phase,
    people: list[Enrolment],
    organiser: Browser,
) -> None:
    start = ctx.now - timedelta(days=1)
    rows = [
        ResultRow(person.id, "1", score, FULL, 61_250, start, start + timedelta(minutes=2), {"style": 3})
        for person, score in zip(people, (2_000, 2_000, 1_500, 1_500), strict=True)
    ]
    post_results(ctx, campaign=campaign, round_=round_, source="essays", rows=rows)
    ctx.session.commit()
    base = f"{HOME}/rankings/{round_.id}"
    assert "hạng khác có người bằng nhau" not in organiser.post(f"{base}/build", {})[1]
    monkeypatch.setattr("cuocthi.standings.views.rankings._TIES", 1)
    assert "Còn 1 hạng khác có người bằng nhau." in organiser.get(f"{base}/1/")[1]


def test_any_place_is_explained(round_: Phase, people: list[Enrolment], organiser: Browser) -> None:
    base = f"{HOME}/rankings/{round_.id}"
    organiser.post(f"{base}/build", {})
    status, page = organiser.get(f"{base}/1/compare?first={people[0].code}&lang=en")
    assert status == 200
    assert "by “Score”" in page
    assert organiser.get(f"{base}/1/compare?first={people[1].code}&second={people[3].code}")[0] == 200
    assert organiser.get(f"{base}/1/compare?first={people[3].code}")[0] == 404
    assert organiser.get(f"{base}/1/compare?first=nobody")[0] == 404


def test_the_ranking_rules_are_edited(ctx: Context, campaign: Campaign, round_: Phase, organiser: Browser) -> None:
    address = f"{HOME}/rankings/{round_.id}/rules"
    status, page = organiser.get(address)
    assert status == 200
    assert 'value="style"' in page
    empty = {f"criteria-{n}-key": "" for n in range(8)} | {f"criteria-{n}-direction": "highest" for n in range(8)}
    rest = {"counted": "first", "public_places": "5", "lot_minutes": "15"}
    assert organiser.post(address, {**empty, **rest})[0] == 422, "no criterion"
    gated = {"criteria-0-key": "score", "criteria-0-gate": "y"}
    assert organiser.post(address, {**empty, **rest, **gated})[0] == 422, "a score decides nothing by being there"
    chosen = {"criteria-0-key": "full_marks", "criteria-0-gate": "y", "criteria-1-key": "style"}
    assert organiser.post(address, {**empty, **rest, **chosen})[0] == 200
    ctx.session.rollback()
    kept = load_settings(ctx, owner=RULES_OWNER, schema=RankingRules, campaign=campaign, round_=round_).value
    criteria = (Criterion("full_marks", Direction.HIGHEST, gate=True), Criterion("style", Direction.HIGHEST))
    assert kept == RankingRules(criteria, Counted.FIRST, 5)


def test_pages_are_for_who_may(
    round_: Phase,
    people: list[Enrolment],
    make: Factories,
    member: Callable[[Role], Browser],
    sign_in: Callable[[User], Browser],
) -> None:
    supporter, stranger = member(Role.SUPPORT), sign_in(make.user())
    refused = [
        member(Role.JURY).post(f"{HOME}/rankings/{round_.id}/rules", {}),
        supporter.get(f"{HOME}/exclusions/{people[0].id}"),
        supporter.get(f"{HOME}/audit/"),
        supporter.get(f"{HOME}/rankings/{round_.id}/rules"),
        stranger.get(f"{HOME}/rankings/"),
        stranger.get(f"{HOME}/jobs/"),
    ]
    assert {status for status, _ in refused} == {403}
    assert supporter.get(f"{HOME}/rankings/")[0] == 200


def test_lists_need_a_constant_number_of_statements(
    round_: Phase,
    people: list[Enrolment],
    organiser: Browser,
    statements: Callable[[], int],
) -> None:
    organiser.post(f"{HOME}/rankings/{round_.id}/build", {})
    pages = [f"{HOME}/rankings/{round_.id}/1/?q={people[0].code}", f"{HOME}/rankings/{round_.id}/1/"]
    counts = []
    for page in pages:
        statements()
        assert organiser.get(page)[0] == 200
        counts.append(statements())
    assert counts[0] == counts[1] + 1, "a search counts its rows; four rows cost no more than one"


@pytest.mark.usefixtures("tampering")
def test_the_audit_log_is_read_in_words(ctx: Context, campaign: Campaign, organiser: Browser, make: Factories) -> None:
    for number in (1, 2):
        record(
            ctx,
            action=f"core:round:close{number}",
            summary=T("Closed round “%(title)s”", title=f"Vòng {number}"),
            campaign=campaign,
            object_kind="phase",
            object_id=number,
            after={"closes_at": ctx.now},
        )
    ctx.session.commit()
    _, page = organiser.get(f"{HOME}/audit/?lang=en")
    assert page.index("Vòng 2") < page.index("Vòng 1")
    _, page = organiser.get(f"{HOME}/audit/?action=core:round:close1")
    assert "Vòng 1" in page
    assert "Vòng 2" not in page
    _, page = organiser.get(f"{HOME}/audit/?q=nobody")
    assert "Vòng" not in page
    _, page = organiser.get(f"{HOME}/audit/check")
    assert "notice-ok" in page
    ctx.session.execute(sa.update(AuditEvent).values(object_id=9))
    ctx.session.commit()
    _, page = organiser.get(f"{HOME}/audit/check")
    assert "notice-error" in page


def test_a_job_shows_how_far_it_is(ctx: Context, campaign: Campaign, organiser: Browser, client: FlaskClient) -> None:
    job = jobs.enqueue(ctx, kind="core.rankings", key="one", arguments={}, campaign=campaign)
    ctx.session.commit()
    address = f"{HOME}/jobs/{job.id}"
    _, page = organiser.get(address)
    assert f'hx-get="{address}"' in page
    assert f'href="{address}"' in page, "without JavaScript the link does the same"
    claimed = jobs.claim(ctx, job_id=job.id)
    assert claimed is not None
    jobs.beat(ctx, job_id=job.id, tries=1, now=ctx.now, done=3, total=4)
    ctx.session.commit()
    assert '<progress value="3" max="4"' in organiser.get(address)[1]
    jobs.fail(ctx, job_id=job.id, tries=1, message="OSError: no paper", now=ctx.now)
    ctx.session.commit()
    _, page = organiser.get(address)
    assert "OSError: no paper" in page
    assert "hx-get" not in page.split('id="job"')[1].split("</div>")[0]
    assert address in organiser.get(f"{HOME}/jobs/")[1]
    assert organiser.get(f"{HOME}/jobs/{job.id + 1}")[0] == 404


def test_the_rounds_of_many_years_stand_on_pages(
    ctx: Context, make: Factories, campaign: Campaign, round_: Phase, organiser: Browser, statements: Callable[[], int]
) -> None:
    statements()
    organiser.get(f"{HOME}/rankings/")
    one = statements()
    for number in range(2, 71):
        make.round(campaign, "essays", number=number)
    ctx.session.commit()
    statements()
    first = organiser.get(f"{HOME}/rankings/")[1]
    assert statements() == one
    assert ("Vòng 30<" in first, "Vòng 31<" in first) == (True, False)
    assert "Vòng 70<" in organiser.get(f"{HOME}/rankings/?page=3")[1]
