"""Ordering persons who are equal through the pages: a lot by two persons, the jury's word, and what everybody sees."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa

from cuocthi.audit.models import AuditEvent
from cuocthi.campaigns.settings import save_settings
from cuocthi.context import Actor
from cuocthi.contributions import ResultRow, Role
from cuocthi.standings.criteria import RULES_OWNER, RankingRules
from cuocthi.standings.domain import adopt_ranking, build_ranking, submit_ranking
from cuocthi.standings.models import Ranking, RankingState
from cuocthi.standings.results import post_results
from cuocthi.testing.lots import draw_lot
from cuocthi.testing.plugins import make_format

if TYPE_CHECKING:
    from flask.testing import FlaskClient

    from cuocthi.campaigns.models import Campaign
    from cuocthi.clock import FixedClock
    from cuocthi.context import Context
    from cuocthi.contributions import Browser
    from cuocthi.enrolments.models import Enrolment
    from cuocthi.testing.factories import Factories
    from cuocthi.timelines.models import Phase
    from cuocthi.users.models import User

STAFF = "/c/thai-binh/staff"
VERIFIER = Path(__file__).parents[2] / "examples" / "lots" / "verify_lot.py"
SOURCES = {"method": "lot", "lot-source_1": "Xúc xắc của Trưởng ban", "lot-source_2": "XSMB ngày 10/10/2024"}


@pytest.fixture(scope="session")
def plugins() -> list[ModuleType]:
    return [make_format("essays")]


@pytest.fixture
def campaign(make: Factories) -> Campaign:
    return make.campaign("thai-binh", plugins=("essays",))


@pytest.fixture
def round_(ctx: Context, make: Factories, campaign: Campaign) -> Phase:
    return make.round(campaign, "essays", opens_at=ctx.now - timedelta(days=9), closes_at=ctx.now)


@pytest.fixture
def people(ctx: Context, make: Factories, campaign: Campaign, round_: Phase) -> list[Enrolment]:
    """One first, three who share the second rank; their ranking is submitted, and lots have their parts at once."""
    save_settings(ctx, owner=RULES_OWNER, campaign=campaign, value=RankingRules(lot_minutes=0))
    people = [make.enrolment(campaign) for _ in range(4)]
    start = ctx.now - timedelta(days=1)
    rows = [
        ResultRow(person.id, "1", score, 3_000, 61_250, start, start + timedelta(minutes=2))
        for person, score in zip(people, (3_000, 2_000, 2_000, 2_000), strict=True)
    ]
    post_results(ctx, campaign=campaign, round_=round_, source="essays", rows=rows)
    submit_ranking(ctx, ranking=build_ranking(ctx, campaign=campaign, round_=round_))
    ctx.session.commit()
    return people


@pytest.fixture
def member(make: Factories, campaign: Campaign, sign_in: Callable[[User], Browser]) -> Callable[[Role], Browser]:
    def begin(role: Role) -> Browser:
        browser = sign_in(make.member(campaign, role))
        assert browser.get(f"{STAFF}/rankings/")[0] == 200
        return browser

    return begin


@pytest.fixture
def organiser(member: Callable[[Role], Browser]) -> Browser:
    return member(Role.ORGANISING)


@pytest.fixture
def judge(member: Callable[[Role], Browser]) -> Browser:
    return member(Role.JURY)


def file_of(client: FlaskClient, round_: Phase, number: int = 1) -> dict[str, Any]:
    answer = client.get(f"/c/thai-binh/rankings/{round_.id}/lots/{number}.json")
    assert (answer.status_code, answer.mimetype) == (200, "application/json")
    found: dict[str, Any] = json.loads(answer.data)
    return found


def test_the_pages_say_from_when_parts_are_entered_and_refuse_earlier_ones(
    ctx: Context,
    campaign: Campaign,
    round_: Phase,
    people: list[Enrolment],
    clock: FixedClock,
    organiser: Browser,
    client: FlaskClient,
) -> None:
    save_settings(ctx, owner=RULES_OWNER, campaign=campaign, value=RankingRules(lot_minutes=20))
    submit_ranking(ctx, ranking=build_ranking(ctx, campaign=campaign, round_=round_))
    ctx.session.commit()
    lot = f"{STAFF}/rankings/{round_.id}/lots/1"
    page = organiser.post(f"{STAFF}/rankings/{round_.id}/2/ties/2", SOURCES)[1]
    assert "Các phần được nhập từ" in page
    assert 'name="part"' not in page
    status, refused = organiser.post(f"{lot}/part", {"number": "1", "part": "6 3 5 1 2 2"})
    assert (status, "Các phần được nhập từ" in refused) == (409, True)
    assert "Không phần nào được nhập trước" in client.get(f"/c/thai-binh/rankings/{round_.id}/lots/").text
    ready = datetime.fromisoformat(file_of(client, round_)["parts_from"])
    clock.move_to(ready)
    assert 'name="part"' in organiser.get(lot)[1]
    assert organiser.post(f"{lot}/part", {"number": "1", "part": "6 3 5 1 2 2"})[0] == 200


def test_two_persons_draw_a_lot_and_everybody_checks_it(
    ctx: Context,
    round_: Phase,
    people: list[Enrolment],
    organiser: Browser,
    judge: Browser,
    client: FlaskClient,
    tmp_path: Path,
) -> None:
    tie, lot = f"{STAFF}/rankings/{round_.id}/1/ties/2", f"{STAFF}/rankings/{round_.id}/lots/1"
    public = f"/c/thai-binh/rankings/{round_.id}/lots/"
    tied = sorted(person.code for person in people[1:])
    assert "Chưa có lần bốc thăm nào" in client.get(public).text
    assert organiser.post(tie, {"method": "lot"})[0] == 422
    status, page = organiser.post(tie, SOURCES)
    assert (status, "Phần của bạn" in page) == (200, True)

    shown, before = client.get(public).text, file_of(client, round_)
    assert before["entrants_digest"] in shown
    assert before["audit_anchor"] in shown
    assert [code for code in tied if code in shown] == [], "who takes part in it is shown when it is drawn"
    assert "entrants" not in before

    secret = "6 3 5 1 2 2 4 4"
    status, page = organiser.post(f"{lot}/part", {"number": "1", "part": secret})
    assert status == 200
    judged = judge.get(lot)[1]
    for seen in (page, judged, client.get(public).text, client.get(f"{public}1.json").text):
        assert secret not in seen, "nobody sees a part before the other one is given"
    assert secret not in str([event.after for event in ctx.session.scalars(sa.select(AuditEvent))])
    ctx.session.commit()
    assert organiser.post(f"{lot}/part", {"number": "2", "part": "48271 0912"})[0] == 409
    judge.get(lot)
    assert judge.post(f"{lot}/part", {"number": "2", "part": "48"})[0] == 422
    given = file_of(client, round_)
    assert [part["number"] for part in given["parts"]] == [1]

    status, page = judge.post(f"{lot}/part", {"number": "2", "part": "48271 0912"})
    assert (status, "Đã bốc thăm" in page) == (200, True)
    drawn = file_of(client, round_)
    assert (drawn["entrants"], sorted(drawn["order"])) == (tied, tied)
    files = [tmp_path / f"{name}.json" for name in ("drawn", "before", "given")]
    for path, content in zip(files, (drawn, before, given), strict=True):
        path.write_text(json.dumps(content), "utf-8")
    done = subprocess.run([sys.executable, "-I", str(VERIFIER), *map(str, files)], capture_output=True, check=False)
    assert done.returncode == 0, done.stdout
    shown = client.get(public).text
    assert secret in shown
    positions = [shown.index(code) for code in drawn["order"]]
    assert positions == sorted(positions)
    assert judge.post(f"{lot}/part", {"number": "1", "part": "99999 9999"})[0] in (409, 422)
    assert "cần nêu lý do" in organiser.post(tie, SOURCES)[1]


def test_the_jury_orders_a_tie_by_hand_by_two_persons(
    round_: Phase, people: list[Enrolment], organiser: Browser, judge: Browser, client: FlaskClient
) -> None:
    base = f"{STAFF}/rankings/{round_.id}"
    judge.get(f"{base}/1/ties/2")
    words = {"method": "jury", "jury-reason": "Biên bản số 4"}
    twice = {f"place-{person.id}": "1" for person in people[1:]}
    status, page = judge.post(f"{base}/1/ties/2", {**words, **twice})
    assert (status, page.count('value="1"')) == (422, 3)
    places = {f"place-{person.id}": str(4 - at) for at, person in enumerate(people[1:], start=1)}
    assert judge.post(f"{base}/1/ties/2", {**words, **places})[0] == 200
    assert judge.post(f"{base}/lots/1/confirm", {})[0] == 403
    organiser.get(f"{base}/lots/1")
    assert organiser.post(f"{base}/lots/1/confirm", {})[0] == 200
    shown = client.get(f"/c/thai-binh/rankings/{round_.id}/lots/").text
    positions = [shown.index(person.code) for person in reversed(people[1:])]
    assert positions == sorted(positions)
    assert "Biên bản số 4" in shown
    assert file_of(client, round_)["order"] == [person.code for person in reversed(people[1:])]


def test_a_lot_is_given_up_in_public_and_who_looks_may_do_nothing(
    round_: Phase, people: list[Enrolment], organiser: Browser, member: Callable[[Role], Browser], client: FlaskClient
) -> None:
    lot = f"{STAFF}/rankings/{round_.id}/lots/1"
    organiser.post(f"{STAFF}/rankings/{round_.id}/1/ties/2", SOURCES)
    overseer = member(Role.OVERSIGHT)
    assert overseer.get(lot)[0] == 200
    assert "<form" not in overseer.get(lot)[1].partition("<main")[2]
    assert organiser.post(f"{lot}/abandon", {})[0] == 422
    status, page = organiser.post(f"{lot}/abandon", {"abandon-reason": "Xổ số không quay"})
    assert (status, "Xổ số không quay" in page) == (200, True)
    assert "Xổ số không quay" in client.get(f"/c/thai-binh/rankings/{round_.id}/lots/").text
    assert file_of(client, round_)["state"] == "abandoned"
    assert client.get(f"/c/thai-binh/rankings/{round_.id}/lots/2.json").status_code == 404


def test_what_waits_for_a_second_person_stands_on_the_staff_home(
    round_: Phase, people: list[Enrolment], organiser: Browser, judge: Browser
) -> None:
    assert "Nhập một phần" not in judge.get("/staff/")[1]
    organiser.post(f"{STAFF}/rankings/{round_.id}/1/ties/2", SOURCES)
    assert "hai người khác nhau mỗi người nhập một phần" in judge.get("/staff/")[1].lower()
    organiser.post(f"{STAFF}/rankings/{round_.id}/lots/1/part", {"number": "1", "part": "48271 0912"})
    page = judge.get("/staff/")[1]
    assert f'href="{STAFF}/rankings/{round_.id}/lots/1"' in page
    assert "một người đã nhập" in page.lower()


def test_the_page_of_lots_costs_the_same_however_many_there_are(
    ctx: Context,
    make: Factories,
    campaign: Campaign,
    round_: Phase,
    people: list[Enrolment],
    client: FlaskClient,
    statements: Callable[[], int],
) -> None:
    staff = [replace(ctx, actor=Actor(make.member(campaign).id)) for _person in range(2)]
    # Of an address that was asked for before, the server asks first whether the page that it keeps still holds.
    client.get(f"/c/thai-binh/rankings/{round_.id}/lots/")
    counted = []
    for number in range(3):
        draw_lot(
            staff, ranking=ctx.session.scalars(sa.select(Ranking)).one(), rank=2, reason="Đọc nhầm" if number else ""
        )
        ctx.session.commit()
        statements()
        page = client.get(f"/c/thai-binh/rankings/{round_.id}/lots/").text
        counted.append(statements())
        assert page.count('<ol class="lot-order') == number + 1
    assert len(set(counted)) == 1


def test_the_adopted_ranking_leads_to_its_lots(
    ctx: Context,
    make: Factories,
    campaign: Campaign,
    round_: Phase,
    people: list[Enrolment],
    organiser: Browser,
    client: FlaskClient,
) -> None:
    organiser.post(f"{STAFF}/rankings/{round_.id}/1/ties/2", SOURCES)
    organiser.post(f"{STAFF}/rankings/{round_.id}/lots/1/abandon", {"abandon-reason": "Không cần bốc thăm"})
    ranking = ctx.session.scalars(sa.select(Ranking)).one()
    for _person in range(2):
        adopt_ranking(replace(ctx, actor=Actor(make.member(campaign).id)), ranking=ranking)
    ctx.session.commit()
    assert ranking.state is RankingState.ADOPTED
    assert f'href="/c/thai-binh/rankings/{round_.id}/lots/"' in client.get(f"/c/thai-binh/rankings/{round_.id}/").text


@pytest.mark.parametrize("drawn", [True, False])
def test_the_public_ranking_says_how_equals_were_put_in_order(
    ctx: Context,
    make: Factories,
    campaign: Campaign,
    round_: Phase,
    people: list[Enrolment],
    client: FlaskClient,
    drawn: bool,  # noqa: FBT001 - a parameter
) -> None:
    staff = [replace(ctx, actor=Actor(make.member(campaign).id)) for _person in range(3)]
    ranking = ctx.session.scalars(sa.select(Ranking)).one()
    if drawn:
        draw_lot(staff, ranking=ranking, rank=2)
    for person in staff[1:]:
        adopt_ranking(person, ranking=ranking)
    ctx.session.commit()
    page = client.get(f"/c/thai-binh/rankings/{round_.id}/").text
    assert "Hạng 2 có 3 người bằng nhau ở mọi tiêu chí." in page
    lot = f'href="/c/thai-binh/rankings/{round_.id}/lots/#lot-1"'
    assert (lot in page, "lần bốc thăm số 1 lúc" in page) == (drawn, drawn)
    assert ("Họ đồng hạng, không phân định trước sau." in page) is not drawn
