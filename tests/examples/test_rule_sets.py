"""The rule sets of the project: each makes a campaign that lacks what people bring, and says what its table says."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from datetime import date, datetime
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from cuocthi.audit.models import AuditEvent
from cuocthi.campaigns.copying import Edition
from cuocthi.campaigns.founding import found_from_rule_set
from cuocthi.campaigns.lifecycle import readiness
from cuocthi.campaigns.models import Campaign
from cuocthi.campaigns.rule_sets import FOLDER, TITLE, Found, find_rule_sets, first_day_of
from cuocthi.clock import LOCAL_ZONE
from cuocthi.contributions import Role
from cuocthi.rules.domain import compose
from cuocthi.rules.language import writer
from cuocthi.timelines.moving import onto
from cuocthi.timelines.queries import phases, rounds
from cuocthi.timelines.warnings import timeline_warnings
from cuocthi_prizes.domain.awarded import promised_sum
from cuocthi_prizes.queries import load_scheme
from cuocthi_prizes.settings import excess

if TYPE_CHECKING:
    from flask import Flask

    from cuocthi.config import Config
    from cuocthi.context import Context
    from cuocthi.contributions import Browser
    from cuocthi.testing.factories import Factories
    from cuocthi.users.models import User

KEYS = ("mot-vong", "hang-tuan", "hai-khoi", "hai-bang")
#: What is not in a rule set, since people bring it.
BROUGHT = {"basics", "units", "adopters", "rules", "bank"}
#: Rule sets with collective prizes for blocks, which units have to be in.
IN_BLOCKS = {"hai-khoi", "hai-bang"}
MONDAY = date(2031, 3, 3)


def rule_set(key: str) -> Found:
    found, problems = find_rule_sets(Path("nowhere"), [])
    assert problems == []
    return next(one for one in found if one.key == key)


def found(ctx: Context, make: Factories, key: str) -> Campaign:
    chosen = rule_set(key)
    source = chosen.read()
    anchor = first_day_of(source.core)
    assert anchor is not None
    edition = Edition(
        slug="cuoc-thi-moi", name="Cuộc thi mới", host_name="Sở Khoa học và Công nghệ", move=onto(anchor, MONDAY)
    )
    title = chosen.rule_set.title
    founder = make.user()
    return found_from_rule_set(
        ctx, source=source, folder=Path("nowhere"), title=title, edition=edition, founder=founder
    )


def said(app: Flask, ctx: Context, campaign: Campaign) -> dict[str, str]:
    with app.app_context():
        clauses = compose(ctx, campaign=campaign, write=writer(campaign.language))
    return {re.sub(r"^quiz-.*", "quiz", clause.key): clause.text for clause in clauses}


def test_the_project_has_the_four_rule_sets() -> None:
    assert {one.key for one in find_rule_sets(Path("nowhere"), [])[0]} == set(KEYS)


@pytest.mark.parametrize("key", KEYS)
def test_a_campaign_from_a_rule_set_lacks_only_what_people_bring(
    app: Flask, ctx: Context, make: Factories, key: str
) -> None:
    campaign = found(ctx, make, key)
    with app.test_request_context():
        state = readiness(ctx, campaign=campaign)
    undone = {re.sub(r"^bank-\d+$", "bank", item.key) for item in state.items if item.required and not item.done}
    assert undone == (BROUGHT | {"blocks"} if key in IN_BLOCKS else BROUGHT)
    timeline = phases(ctx, campaign_id=campaign.id)
    assert timeline_warnings(timeline) == []
    first = rounds(ctx, campaign_id=campaign.id)[0]
    assert first.opens_at.astimezone(LOCAL_ZONE).date() == MONDAY
    made = ctx.session.scalars(sa.select(AuditEvent).where(AuditEvent.action == "core:campaign:found")).one()
    assert made.campaign_id == campaign.id


def test_one_round_as_in_the_plan_of_2024(app: Flask, ctx: Context, make: Factories) -> None:
    text = said(app, ctx, found(ctx, make, "mot-vong"))
    assert "gồm 01 vòng" in text["conduct"]
    assert "17h00" in text["conduct"]
    for words in ("20 câu hỏi", "15 phút", "1 lượt", "Câu dự đoán"):
        assert words in text["quiz"], words
    assert order(text) == ["Điểm bài thi", "Thời gian làm bài", "Độ lệch dự đoán"]
    assert "lượt thi đầu tiên" in text["ranking"]
    for prize in (
        "01 giải Nhất: trị giá 1.000.000 đồng",
        "02 giải Nhì, mỗi giải trị giá 800.000 đồng",
        "03 giải Ba, mỗi giải trị giá 500.000 đồng",
        "10 giải Khuyến khích, mỗi giải trị giá 300.000 đồng",
        "7.100.000 đồng",
        "Ban Tổ chức quyết định cơ cấu, giá trị giải thưởng",
    ):
        assert prize in text["prizes"], prize
    assert "Thành viên Ban Tổ chức, Ban Giám khảo và Tổ Giúp việc không được dự thi" in text["barred"]


def order(text: dict[str, str]) -> list[str]:
    return [
        line.partition(". ")[2].removeprefix("Đạt yêu cầu: ").partition(":")[0]
        for line in text["ranking"].splitlines()
        if re.match(r"\d\. ", line)
    ]


def test_sixteen_weeks_without_limits(app: Flask, ctx: Context, make: Factories) -> None:
    campaign = found(ctx, make, "hang-tuan")
    weeks = rounds(ctx, campaign_id=campaign.id)
    assert len(weeks) == 16
    for one, next_ in pairwise(weeks):
        opens, closes = (moment.astimezone(LOCAL_ZONE) for moment in (one.opens_at, one.closes_at))
        assert (opens.weekday(), opens.hour, closes.weekday(), closes.hour) == (0, 10, 0, 9)
        assert closes < next_.opens_at
    text = said(app, ctx, campaign)
    assert "gồm 16 vòng" in text["conduct"]
    assert "10 câu hỏi" in text["quiz"]
    assert "phút" not in text["quiz"]
    assert order(text) == [
        "Trả lời đúng tất cả các câu hỏi", "Độ lệch dự đoán", "Thời điểm nộp bài",
    ]  # fmt: skip
    assert "lượt thi tốt nhất" in text["ranking"]
    for prize in ("4.000.000", "02 giải Nhì", "2.000.000", "05 giải Ba", "1.500.000", "08 giải Khuyến khích"):
        assert prize in text["prizes"], prize
    assert "tập thể" not in text["prizes"]
    assert "trao riêng cho từng vòng thi, theo kết quả của vòng đó" in text["prizes"]
    scheme = load_scheme(ctx, campaign=campaign).value
    total = promised_sum(ctx, scheme=scheme, campaign_rounds=weeks)
    assert (total, excess(total, scheme.allotted)) == (376_000_000, 0), "23.500.000 đồng a week"


def test_four_weeks_with_units_in_two_blocks(app: Flask, ctx: Context, make: Factories) -> None:
    campaign = found(ctx, make, "hai-khoi")
    assert len(rounds(ctx, campaign_id=campaign.id)) == 4
    text = said(app, ctx, campaign)
    for words in ("20 câu hỏi", "20 phút", "3 lượt"):
        assert words in text["quiz"], words
    assert order(text) == ["Điểm bài thi", "Thời gian làm bài", "Độ lệch dự đoán"]
    assert "lượt thi tốt nhất" in text["ranking"]
    assert text["prizes"].count("tập thể khối") == 6
    assert "giải Nhất tập thể khối địa phương: trị giá 5.000.000 đồng" in text["prizes"]
    assert "Tổ Kỹ thuật" in text["barred"]


def test_four_weeks_with_two_divisions(app: Flask, ctx: Context, make: Factories) -> None:
    campaign = found(ctx, make, "hai-bang")
    assert len(rounds(ctx, campaign_id=campaign.id)) == 4
    assert len(campaign.divisions) == 2
    text = said(app, ctx, campaign)
    for words in ("15 câu hỏi", "15 phút", "1 lượt"):
        assert words in text["quiz"], words
    assert order(text) == ["Điểm bài thi", "Độ lệch dự đoán"]
    for prize in ("800.000", "700.000"):
        assert prize in text["prizes"]


# --- finding and choosing them ---


@pytest.fixture
def own(config: Config) -> Iterator[Path]:
    """A rule set of the installation's own, under a name that the project has too."""
    folder = config.instance / FOLDER / "mot-vong"
    shutil.copytree(rule_set("mot-vong").folder, folder, dirs_exist_ok=True)
    (folder / TITLE).write_text('title = "Theo mẫu của Sở"\n', "utf-8")
    yield folder
    shutil.rmtree(config.instance / FOLDER)


def test_an_installations_own_rule_set_stands_in_the_place_of_the_projects(own: Path) -> None:
    found_, problems = find_rule_sets(own.parent, [])
    assert problems == []
    assert [one.rule_set.title for one in found_ if one.key == "mot-vong"] == ["Theo mẫu của Sở"]


@pytest.mark.parametrize(
    ("title", "problem"), [("", "title"), ("title = 3", "title"), ("titel = 'x'", "titel"), ("[", "cannot be read")]
)
def test_a_folder_that_cannot_be_used_is_named_and_holds_up_no_other(own: Path, title: str, problem: str) -> None:
    (own / TITLE).write_text(title, "utf-8")
    found_, problems = find_rule_sets(own.parent, [])
    assert {one.key for one in found_} == set(KEYS) - {"mot-vong"}
    assert all("mot-vong" in str(one) for one in problems)
    assert any(problem in str(one) for one in problems)


def test_an_administrator_begins_a_campaign_from_a_rule_set(
    ctx: Context, make: Factories, sign_in: Callable[[User], Browser]
) -> None:
    admin = sign_in(make.user(admin=True))
    address = "/staff/new/rules/hang-tuan"
    assert address in admin.get("/staff/new")[1]
    page = admin.get(address)[1]
    assert "Giải tập thể xét theo kết quả" in admin.get("/staff/new/rules/hai-bang")[1], "it says what cannot be set"
    proposed = re.search(r'name="opens_on"[^>]*value="([\d-]+)"', page)
    assert proposed
    assert date.fromisoformat(proposed[1]).weekday() == 0
    sent = {"name": "Cuộc thi tuần", "host_name": "Bộ", "slug": "thi-tuan", "opens_on": "2031-03-05"}
    status, page = admin.post(address, sent | {"keep_weekdays": "y", "preview": "1"})
    assert (status, "10h00 03/03 – 09h00 10/03/2031" in page) == (200, True)
    for wrong in ({"name": ""}, {"slug": "Thi tuần"}, {"opens_on": ""}):
        assert admin.post(address, sent | wrong)[0] == 422, wrong
    assert admin.post(address, sent | {"keep_weekdays": "y"})[0] == 200
    campaign = ctx.session.scalars(sa.select(Campaign)).one()
    first = rounds(ctx, campaign_id=campaign.id)[0]
    assert first.opens_at.astimezone(LOCAL_ZONE) == datetime(2031, 3, 3, 10, tzinfo=LOCAL_ZONE)
    assert admin.get("/staff/new/rules/khong-co")[0] == 404


def test_only_administrators_do(make: Factories, sign_in: Callable[[User], Browser]) -> None:
    campaign = make.campaign()
    organiser = sign_in(make.member(campaign, Role.ORGANISING))
    assert organiser.get("/staff/new/rules/mot-vong")[0] == 403
