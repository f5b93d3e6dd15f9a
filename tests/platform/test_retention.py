"""How long personal data is kept: people become anonymous after their campaign's time, batch by batch, once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from types import ModuleType
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from cuocthi.audit.domain import verify
from cuocthi.campaigns.exchange import export_campaign, import_campaign
from cuocthi.campaigns.models import CampaignState
from cuocthi.campaigns.settings import SettingsError, save_settings
from cuocthi.clock import LOCAL_ZONE
from cuocthi.contributions import Award, AwardList, Browser, Erasure, Person, Role
from cuocthi.enrolments.models import Enrolment
from cuocthi.merging.domain import hold_people
from cuocthi.personal import retention
from cuocthi.personal.models import ErasedEnrolment
from cuocthi.personal.retention import anonymise_due, due, load_retention, months_after
from cuocthi.personal.settings import RETENTION_OWNER, Retention
from cuocthi.personal.words import nobody
from cuocthi.testing.plugins import make_plugin
from cuocthi.users.models import Contact, User

if TYPE_CHECKING:
    from sqlalchemy.engine import Engine

    from cuocthi.campaigns.models import Campaign
    from cuocthi.context import Context
    from cuocthi.testing.factories import Factories

SignIn = Callable[["User"], Browser]


def ledger() -> ModuleType:
    """A plugin that notes whom it was asked to erase, awards whom it is told to, and fails when it is told to."""

    def erase_personal_data(campaign: Campaign, people: Sequence[Person], erasure: Erasure) -> None:
        if campaign.slug in module.fails:
            raise RuntimeError(campaign.slug)
        module.asked.append((erasure, len(people)))

    def award_lists(ctx: Context) -> list[AwardList]:
        awards = [Award("nhat", "Giải Nhất", 1, "x", "y", enrolment_id) for enrolment_id in module.winners]
        return [AwardList("list", "Danh sách", awards, "0" * 64, ctx.now, 1)]

    module = make_plugin("ledger", erase_personal_data, award_lists, provides=frozenset({"awards"}))
    module.asked, module.winners, module.fails = [], [], []  # type: ignore[attr-defined]
    return module


LEDGER = ledger()


@pytest.fixture(scope="session")
def plugins() -> list[ModuleType]:
    return [LEDGER]


@pytest.fixture(autouse=True)
def nothing_asked() -> None:
    for held in (LEDGER.asked, LEDGER.winners, LEDGER.fails):
        held.clear()


@pytest.fixture
def campaign(ctx: Context, make: Factories) -> Campaign:
    """A campaign that was archived just now, with the default periods."""
    return archived(ctx, make.campaign("thi", plugins=("ledger",)))


def archived(ctx: Context, campaign: Campaign) -> Campaign:
    campaign.state, campaign.archived_at = CampaignState.ARCHIVED, ctx.now
    return campaign


def run(ctx: Context, *, years: float) -> int:
    later = replace(ctx, now=ctx.now + timedelta(days=366 * years))
    ctx.session.commit()
    return int(anonymise_due(later, {}, lambda _done, _total: None)["people"])


def names(ctx: Context, campaign: Campaign) -> list[str]:
    ctx.session.expire_all()
    found = sa.select(Enrolment.name).where(Enrolment.campaign_id == campaign.id).order_by(Enrolment.id)
    return list(ctx.session.scalars(found))


# --- when -------------------------------------------------------------------------------------------------------------


@given(st.dates(date(2020, 1, 1), date(2050, 1, 1)), st.integers(0, 24 * 60 - 1), st.integers(0, 240))
def test_so_many_months_later_is_the_same_day_or_the_last_of_a_shorter_month(
    day: date, minute: int, months: int
) -> None:
    start = datetime.combine(day, time(*divmod(minute, 60)), LOCAL_ZONE)
    later = months_after(start, months)
    assert (later.year - start.year) * 12 + later.month - start.month == months
    assert later.day == start.day or (later.day < start.day and (later + timedelta(days=1)).day == 1)
    assert (later.hour, later.minute, later.second) == (start.hour, start.minute, start.second)


@pytest.mark.parametrize(
    "wrong", [{"months": -1}, {"months": 121}, {"award_years": 51}, {"months": 24, "award_years": 1}]
)
def test_periods_that_cannot_be_are_refused(wrong: dict[str, int]) -> None:
    with pytest.raises(SettingsError):
        Retention(**wrong)


def test_nobody_becomes_anonymous_before_the_time(ctx: Context, make: Factories, campaign: Campaign) -> None:
    enrolment = make.enrolment(campaign)
    times = due(ctx, campaign=campaign)
    assert times is not None
    assert (times.people, times.people_at) == (1, months_after(ctx.now, 12))
    assert run(ctx, years=0.9) == 0
    assert names(ctx, campaign) == [enrolment.name]
    assert run(ctx, years=1.1) == 1
    assert names(ctx, campaign) == [nobody()]


def test_a_campaign_that_was_not_archived_keeps_its_people(ctx: Context, make: Factories) -> None:
    campaign = make.campaign("mo", plugins=("ledger",))
    enrolment = make.enrolment(campaign)
    assert due(ctx, campaign=campaign) is None
    assert run(ctx, years=30) == 0
    assert names(ctx, campaign) == [enrolment.name]


# --- what -------------------------------------------------------------------------------------------------------------


def test_accounts_go_but_for_those_of_a_newer_campaign_and_of_committees(
    ctx: Context, make: Factories, campaign: Campaign
) -> None:
    gone, stays, officer = (make.user(contact=f"091234560{number}") for number in range(3))
    newer = make.campaign("nam-sau", plugins=("ledger",))
    for user in (gone, stays, officer):
        make.enrolment(campaign, user=user)
    make.enrolment(newer, user=stays)
    make.member(newer, user=officer)
    run(ctx, years=2)
    ctx.session.expire_all()
    assert names(ctx, campaign) == [nobody()] * 3
    assert (gone.name, gone.active, gone.contacts) == (nobody(), False, [])
    for user in (stays, officer):
        assert user.active
        assert len(user.contacts) == 1
    assert names(ctx, newer) == [stays.name]


@pytest.mark.parametrize("database_url", [pytest.param("postgresql", marks=pytest.mark.postgres)], indirect=True)
def test_who_is_just_joining_another_contest_keeps_the_account(
    ctx: Context, make: Factories, campaign: Campaign, engine: Engine
) -> None:
    waiting = sa.text(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    )
    joining, gone = make.user(contact="0912345601"), make.user(contact="0912345602")
    for user in (joining, gone):
        make.enrolment(campaign, user=user)
    newer = make.campaign("nam-sau", plugins=("ledger",))
    ctx.session.commit()
    hold_people(ctx, joining.id)
    make.enrolment(newer, user=joining)
    later = replace(ctx, now=ctx.now + timedelta(days=800))

    def erase() -> None:
        with Session(engine) as session:
            anonymise_due(replace(later, session=session), {}, lambda _done, _total: None)

    with ThreadPoolExecutor(1) as pool:
        work = pool.submit(erase)
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as watching:
            while not watching.scalar(waiting):
                assert not work.done(), "it waits for who is joining"
        ctx.session.commit()
        work.result(30)
    ctx.session.expire_all()
    assert (joining.name == nobody(), gone.name) == (False, nobody())
    assert names(ctx, newer) == [joining.name]


def test_names_of_winners_stay_until_the_records_are_due(ctx: Context, make: Factories, campaign: Campaign) -> None:
    winner, other = make.enrolment(campaign), make.enrolment(campaign)
    name = winner.name
    LEDGER.winners.append(winner.id)
    assert run(ctx, years=2) == 2
    assert names(ctx, campaign) == [name, nobody()]
    assert ctx.session.get_one(User, winner.user_id).name == nobody(), "the account goes; the record stays"
    assert run(ctx, years=9) == 0
    assert run(ctx, years=11) == 1
    assert names(ctx, campaign) == [nobody()] * 2
    assert [erasure for erasure, people in LEDGER.asked if people] == [Erasure.RETENTION, Erasure.RECORDS]
    assert other.campaign_id == campaign.id


def test_twice_changes_nothing_more(ctx: Context, make: Factories, campaign: Campaign) -> None:
    make.enrolment(campaign)
    run(ctx, years=2)
    before = campaign.version, ctx.session.scalars(sa.select(ErasedEnrolment.erased_at)).all()
    assert run(ctx, years=2) == 0
    ctx.session.expire_all()
    assert (before[1], verify(ctx)) == (ctx.session.scalars(sa.select(ErasedEnrolment.erased_at)).all(), None)


def test_plugins_are_asked_once_more_where_nobody_is_left(ctx: Context, campaign: Campaign) -> None:
    run(ctx, years=2)
    assert LEDGER.asked == [(Erasure.RETENTION, 0)]
    assert campaign.slug == "thi"


# --- batch by batch ---------------------------------------------------------------------------------------------------


def test_a_job_that_dies_midway_goes_on_where_it_was(
    ctx: Context, make: Factories, campaign: Campaign, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retention, "BATCH", 2)
    for _ in range(5):
        make.enrolment(campaign)
    ctx.session.commit()
    later = replace(ctx, now=ctx.now + timedelta(days=800))

    def die(done: int, _total: int) -> None:
        if done >= 4:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        anonymise_due(later, {}, die)
    ctx.session.rollback()
    assert names(ctx, campaign).count(nobody()) == 4
    assert run(ctx, years=3) == 1
    assert [people for _, people in LEDGER.asked] == [2, 2, 1, 0]


def test_a_campaign_that_cannot_be_erased_does_not_hold_up_the_others(
    ctx: Context, make: Factories, campaign: Campaign
) -> None:
    failing = archived(ctx, make.campaign("hong", plugins=("ledger",)))
    LEDGER.fails.append("hong")
    absent = archived(ctx, make.campaign("thieu", plugins=("ledger", "gone")))
    shared = make.user(contact="0912345645")
    for one in (failing, absent, campaign):
        make.enrolment(one, user=shared)
    name = shared.name
    assert run(ctx, years=2) == 1
    assert names(ctx, campaign) == [nobody()]
    assert names(ctx, failing) == names(ctx, absent) == [name]
    assert ctx.session.scalar(sa.select(sa.func.count()).select_from(Contact)) == 1, "the account is still needed"


def test_the_number_of_statements_does_not_grow_with_the_people(
    ctx: Context, make: Factories, campaign: Campaign, statements: Callable[[], int]
) -> None:
    taken = []
    for number in (1, 1, 3):  # the first begins the audit log
        for _ in range(number):
            make.enrolment(campaign)
        ctx.session.commit()
        statements()
        run(ctx, years=2)
        taken.append(statements())
    assert taken[1] == taken[2]


# --- the pages --------------------------------------------------------------------------------------------------------


def test_organisers_set_the_periods_and_the_overview_says_when(ctx: Context, make: Factories, sign_in: SignIn) -> None:
    campaign = make.campaign("thi", plugins=("ledger",))
    browser = sign_in(make.member(campaign))
    assert browser.get("/c/thi/staff/retention")[0] == 200
    assert browser.post("/c/thi/staff/retention", {"months": "6", "award_years": "0"})[0] == 422
    assert browser.post("/c/thi/staff/retention", {"months": "6", "award_years": "5"})[0] == 200
    ctx.session.expire_all()
    assert load_retention(ctx, campaign=campaign) == Retention(6, 5)
    make.enrolment(archived(ctx, campaign))
    ctx.session.commit()
    status, page = browser.get("/c/thi/staff/")
    assert status == 200
    assert "20/03/2025" in page
    support = sign_in(make.member(campaign, Role.SUPPORT))
    assert support.get("/c/thi/staff/retention")[0] == 403


def test_the_periods_go_along_in_the_campaign_file(ctx: Context, make: Factories) -> None:
    campaign = make.campaign("thi", plugins=())
    save_settings(ctx, owner=RETENTION_OWNER, campaign=campaign, value=Retention(3, 7))
    files = export_campaign(ctx, campaign=campaign)
    assert b"[retention]\nmonths = 3\naward_years = 7\n" in files["campaign.toml"]
    again = import_campaign(ctx, files=files, slug="lai")
    assert load_retention(ctx, campaign=again) == Retention(3, 7)
