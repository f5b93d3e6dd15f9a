"""My data: seeing it, taking it away, having it corrected, and withdrawing."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from types import ModuleType
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from cuocthi.campaigns.models import CampaignState
from cuocthi.context import Actor
from cuocthi.contributions import Award, AwardList, Browser, Erasure, Person, PersonalData, Role
from cuocthi.enrolments.models import EnrolmentState
from cuocthi.errors import Conflict, DomainError, Missing
from cuocthi.messages.delivery import deliver_due
from cuocthi.personal.collecting import as_file, of_account, of_contests
from cuocthi.personal.corrections import ask, correct_name, decide, open_corrections
from cuocthi.personal.models import Correction, CorrectionKind, CorrectionState, ErasedEnrolment
from cuocthi.personal.withdrawing import erase_own_account, is_erased, withdraw
from cuocthi.personal.words import nobody
from cuocthi.testing.factories import PASSWORD
from cuocthi.testing.plugins import make_plugin
from cuocthi.text import T, Text
from cuocthi.users.models import Contact, User, WebSession

if TYPE_CHECKING:
    from flask import Flask

    from cuocthi.campaigns.models import Campaign
    from cuocthi.config import Config
    from cuocthi.context import Context
    from cuocthi.enrolments.models import Enrolment
    from cuocthi.security.personal_data import Vault
    from cuocthi.testing.factories import Factories

SignIn = Callable[["User"], Browser]
NAME, PHONE = "Nguyễn Thị Đào", "0912345645"


def diary() -> ModuleType:
    """A plugin that keeps a file about everybody and awards a prize to whoever is told to it."""

    def export_personal_data(person: Person) -> list[PersonalData]:
        page = module.kept.get(person.user_id)
        rows = [(T("A day"), page)] if page else []
        files = {"page.txt": page.encode()} if page else {}
        return [PersonalData("days", T("Diary"), [T("About"), T("Words")], rows, files=files)]

    def erase_personal_data(people: Sequence[Person], erasure: Erasure) -> None:
        for person in people:
            module.kept.pop(person.user_id, None)
            module.erased.append((person, erasure))

    def award_lists(ctx: Context) -> list[AwardList]:
        awards = [Award("nhat", "Giải Nhất", 1, "x", "y", enrolment_id) for enrolment_id in module.winners]
        return [AwardList("list", "Danh sách", awards, "0" * 64, ctx.now, 1)]

    hooks = (export_personal_data, erase_personal_data, award_lists)
    module = make_plugin("diary", *hooks, provides=frozenset({"awards"}))
    module.kept, module.erased, module.winners = {}, [], []  # type: ignore[attr-defined]
    return module


DIARY = diary()


@pytest.fixture(scope="session")
def plugins() -> list[ModuleType]:
    return [DIARY]


@pytest.fixture(autouse=True)
def nothing_kept() -> None:
    for held in (DIARY.kept, DIARY.erased, DIARY.winners):
        held.clear()


@pytest.fixture
def campaign(make: Factories) -> Campaign:
    campaign = make.campaign("thi", plugins=("diary",))
    make.round(campaign)
    return campaign


@pytest.fixture
def dao(make: Factories, campaign: Campaign) -> Enrolment:
    """Somebody who takes part and is known by name, phone and diary."""
    user = make.user(NAME, contact=PHONE, password=True)
    enrolment = make.enrolment(campaign, user=user)
    DIARY.kept[user.id] = "Hôm nay tôi thi."
    return enrolment


def by(ctx: Context, user: User) -> Context:
    return replace(ctx, actor=Actor(user.id))


def write(_language: str, text: Text) -> str:
    return str(text)


# --- seeing -----------------------------------------------------------------------------------------------------------


def test_everything_stands_there_in_the_clear_for_its_owner(
    ctx: Context, make: Factories, dao: Enrolment, vault: Vault
) -> None:
    make.enrolment(make.campaign("khac"))
    account = of_account(ctx, user=dao.user, vault=vault)
    assert [part.key for part in account] == ["account", "contacts"]
    assert account[1].rows[0][0] == "+84912345645"
    [contest] = of_contests(ctx, user=dao.user, vault=vault)
    assert [part.key for part in contest.parts] == ["entry", "days"]
    assert NAME in contest.parts[0].rows[0]
    assert contest.parts[1].rows[0][1] == "Hôm nay tôi thi."


def test_what_a_contest_knows_of_who_does_not_take_part_stands_there_too(
    ctx: Context, make: Factories, campaign: Campaign, vault: Vault
) -> None:
    user = make.user()
    assert of_contests(ctx, user=user, vault=vault) == []
    DIARY.kept[user.id] = "Chỉ xem."
    [contest] = of_contests(ctx, user=user, vault=vault)
    assert (contest.campaign, contest.enrolment) == (campaign, None)


def test_the_file_has_readable_names_and_is_packed_only_with_other_files(
    ctx: Context, dao: Enrolment, vault: Vault
) -> None:
    account, contests = of_account(ctx, user=dao.user, vault=vault), of_contests(ctx, user=dao.user, vault=vault)
    name, content = as_file(account, contests, made_at=ctx.now, write=str)
    assert (name, content[:2]) == ("my-data.zip", b"PK")
    DIARY.kept.clear()
    name, content = as_file(account, of_contests(ctx, user=dao.user, vault=vault), made_at=ctx.now, write=str)
    held = json.loads(content)
    assert name == "my-data.json"
    assert held["Account"]["About you"][0]["Full name"] == NAME
    assert held["Contests"][0]["Registration"][0]["Contest number"] == dao.code


def test_the_page_and_its_download_are_for_their_owner_alone(
    ctx: Context, dao: Enrolment, make: Factories, sign_in: SignIn, app: Flask
) -> None:
    ctx.session.commit()
    answer = app.test_client().get("/me/data/")
    assert (answer.status_code, "sign-in" in answer.location) == (302, True)
    status, page = sign_in(dao.user).get("/me/data/")
    assert status == 200
    assert "+84912345645" in page
    assert "Hôm nay tôi thi." in page
    status, page = sign_in(make.user()).get("/me/data/")
    assert (status, NAME in page) == (200, False)
    assert sign_in(dao.user).get("/me/data/download")[0] == 200


def test_the_number_of_statements_does_not_grow_with_what_there_is(
    ctx: Context, dao: Enrolment, vault: Vault, statements: Callable[[], int]
) -> None:
    taken = []
    for kind in CorrectionKind:
        ask(ctx, enrolment=dao, kind=kind, wish="Sai")
        of_contests(ctx, user=dao.user, vault=vault)
        statements()
        of_contests(ctx, user=dao.user, vault=vault)
        taken.append(statements())
    assert taken[0] == taken[1]


# --- correcting -------------------------------------------------------------------------------------------------------


def test_a_name_is_right_at_once_and_frozen_values_wait_for_the_support(
    ctx: Context, campaign: Campaign, dao: Enrolment
) -> None:
    assert correct_name(by(ctx, dao.user), user=dao.user, name=" Nguyễn Thị  Đảo ") == 1
    assert (dao.user.name, dao.name) == ("Nguyễn Thị Đảo", NAME)
    assert correct_name(by(ctx, dao.user), user=dao.user, name="Nguyễn Thị Đão") == 1
    [wish] = open_corrections(ctx, campaign_id=campaign.id)
    assert (wish.kind, wish.wish) == (CorrectionKind.NAME, "Nguyễn Thị Đão")
    decide(ctx, campaign=campaign, correction_id=wish.id, done=True)
    assert (dao.name, dao.name_folded) == ("Nguyễn Thị Đão", "nguyen thi dao")
    assert open_corrections(ctx, campaign_id=campaign.id) == []
    with pytest.raises(Conflict):
        decide(ctx, campaign=campaign, correction_id=wish.id, done=True)


def test_a_wish_is_declined_only_with_a_reason(
    ctx: Context, make: Factories, campaign: Campaign, dao: Enrolment
) -> None:
    wish = ask(ctx, enrolment=dao, kind=CorrectionKind.OTHER, wish="Đơn vị sai")
    with pytest.raises(DomainError):
        decide(ctx, campaign=campaign, correction_id=wish.id, done=False)
    with pytest.raises(Missing):
        decide(ctx, campaign=make.campaign("khac"), correction_id=wish.id, done=True)
    decide(ctx, campaign=campaign, correction_id=wish.id, done=False, answer="Đơn vị đúng theo quyết định.")
    assert (wish.state, wish.decided_at) == (CorrectionState.DECLINED, ctx.now)


def test_support_sees_wishes_as_a_list_and_decides_on_them(
    ctx: Context, make: Factories, campaign: Campaign, dao: Enrolment, sign_in: SignIn
) -> None:
    support, owner = make.member(campaign, Role.SUPPORT), sign_in(dao.user)
    owner.get("/me/data/")
    assert owner.post("/me/data/name", {"name": "Nguyễn Thị Đảo"})[0] == 200
    owner.get("/me/data/wish/thi")
    assert owner.post("/me/data/wish/thi", {"wish": ""})[0] == 422
    assert owner.post("/me/data/wish/thi", {"wish": "Tôi ở xã khác"})[0] == 200
    assert "Tôi ở xã khác" in owner.get("/me/data/wish/thi")[1], "what waits is added to, not lost"
    browser = sign_in(support)
    status, page = browser.get("/c/thi/staff/corrections/")
    assert status == 200
    assert "Nguyễn Thị Đảo" in page
    assert "Tôi ở xã khác" in page
    first, second = sorted(set(map(int, re.findall(r"/staff/corrections/(\d+)", page))))
    assert browser.post(f"/c/thi/staff/corrections/{second}", {"act": "decline"})[0] == 422
    assert browser.post(f"/c/thi/staff/corrections/{first}", {"act": "done"})[0] == 200
    ctx.session.expire_all()
    assert dao.name == "Nguyễn Thị Đảo"
    ctx.session.rollback()
    assert owner.post(f"/c/thi/staff/corrections/{second}", {"act": "done"})[0] == 403


# --- withdrawing ------------------------------------------------------------------------------------------------------


def test_who_withdraws_is_named_nowhere_and_counts_no_longer(ctx: Context, campaign: Campaign, dao: Enrolment) -> None:
    ask(ctx, enrolment=dao, kind=CorrectionKind.NAME, wish="Nguyễn Thị Đảo")
    version = campaign.version
    withdraw(by(ctx, dao.user), campaign=campaign, enrolment=dao, write=write)
    ctx.session.expire_all()
    assert (dao.name, dao.state, dao.excluded_reason) == (nobody(), EnrolmentState.EXCLUDED, "Withdrew by own wish")
    assert dao.name_folded == "nguoi du thi da an danh"
    assert DIARY.erased == [(Person(dao.user_id, dao.id), Erasure.WITHDRAWAL)]
    assert campaign.version > version
    assert ctx.session.scalars(sa.select(Correction)).all() == []
    assert dao.user.name == NAME, "the account stays"
    withdraw(by(ctx, dao.user), campaign=campaign, enrolment=dao, write=write)
    assert len(DIARY.erased) == 1, "a second time changes nothing"


def test_a_second_registration_of_the_same_person_goes_with_the_first(
    ctx: Context, make: Factories, campaign: Campaign, dao: Enrolment
) -> None:
    second = make.enrolment(campaign, user=make.user(dao.name))
    second.duplicate_of_id, second.user_id = dao.id, dao.user_id
    ctx.session.flush()
    withdraw(by(ctx, dao.user), campaign=campaign, enrolment=dao, write=write)
    ctx.session.expire_all()
    assert second.name == dao.name != "Nguyễn Thị Đào"


def test_an_award_stays_with_its_name_for_the_time_of_its_records(
    ctx: Context, campaign: Campaign, dao: Enrolment
) -> None:
    DIARY.winners.append(dao.id)
    withdraw(by(ctx, dao.user), campaign=campaign, enrolment=dao, write=write)
    assert (dao.name, dao.state) == (NAME, EnrolmentState.ACTIVE)
    erased = ctx.session.get_one(ErasedEnrolment, dao.id)
    assert (erased.name_kept, erased.erasure) == (True, Erasure.WITHDRAWAL)


def test_in_an_archived_contest_the_place_stays_without_the_name(
    ctx: Context, campaign: Campaign, dao: Enrolment
) -> None:
    campaign.state, campaign.archived_at = CampaignState.ARCHIVED, ctx.now
    withdraw(by(ctx, dao.user), campaign=campaign, enrolment=dao, write=write)
    assert (dao.name, dao.state) == (nobody(), EnrolmentState.ACTIVE)


def test_nothing_is_half_erased_while_a_part_is_not_installed(ctx: Context, campaign: Campaign, dao: Enrolment) -> None:
    campaign.plugins = ["diary", "gone"]
    with pytest.raises(Conflict):
        withdraw(by(ctx, dao.user), campaign=campaign, enrolment=dao, write=write)
    assert (dao.name, DIARY.erased) == (NAME, [])


def test_an_erased_account_is_nobodys(ctx: Context, make: Factories, campaign: Campaign, dao: Enrolment) -> None:
    other = make.campaign("khac", plugins=("diary",))
    user = dao.user
    erase_own_account(by(ctx, user), user=user, write=write)
    ctx.session.expire_all()
    assert (user.name, user.active, user.password_hash) == (nobody(), False, "!")
    for model in (Contact, WebSession):
        assert ctx.session.scalar(sa.select(sa.func.count()).select_from(model).where(model.user_id == user.id)) == 0
    assert is_erased(ctx, enrolment_id=dao.id)
    assert (Person(user.id, None), Erasure.WITHDRAWAL) in DIARY.erased
    assert other.id != campaign.id


@pytest.mark.parametrize("office", ["admin", "seat"])
def test_who_holds_an_office_cannot_erase_the_account(
    ctx: Context, make: Factories, campaign: Campaign, office: str
) -> None:
    user = make.user(admin=office == "admin")
    if office == "seat":
        make.member(campaign, user=user)
    with pytest.raises(Conflict):
        erase_own_account(by(ctx, user), user=user, write=write)
    assert user.active


def test_withdrawing_says_beforehand_what_it_does_and_asks_for_the_password(
    ctx: Context, dao: Enrolment, sign_in: SignIn
) -> None:
    browser = sign_in(dao.user)
    status, page = browser.get("/me/data/withdraw/thi")
    assert status == 200
    assert "Diary" in page
    assert browser.post("/me/data/withdraw/thi", {"current": "sai-mat-khau"})[0] == 422
    ctx.session.expire_all()
    assert not is_erased(ctx, enrolment_id=dao.id)
    ctx.session.rollback()
    status, page = browser.post("/me/data/withdraw/thi", {"current": PASSWORD})
    assert status == 200
    ctx.session.expire_all()
    assert dao.name == nobody()
    assert browser.get("/me/data/wish/thi")[0] == 404


def test_a_code_does_in_place_of_the_password(
    ctx: Context, campaign: Campaign, make: Factories, sign_in: SignIn, app: Flask, config: Config
) -> None:
    user = make.user("Lê Văn Đức", contact="duc@example.vn")
    make.enrolment(campaign, user=user)
    browser = sign_in(user)
    browser.get("/me/data/withdraw")
    status, page = browser.post("/me/data/withdraw-code", {})
    assert status == 200
    assert "d…@example.vn" in page
    code = _letter_with_code(app, config)
    assert browser.post("/me/data/withdraw", {"code": "000000" if code != "000000" else "111111"})[0] == 422
    status, _ = browser.post("/me/data/withdraw", {"code": code})
    assert status == 200
    ctx.session.expire_all()
    assert (user.name, user.active) == (nobody(), False)
    assert "sign-in" in app.test_client().get("/me/data/").location


def _letter_with_code(app: Flask, config: Config) -> str:
    """Send what waits and return the code in the letter that this makes; the outbox is the whole run's."""
    from cuocthi.context import SYSTEM, Context  # noqa: PLC0415 - as above
    from cuocthi.extensions import db  # noqa: PLC0415 - as above
    from cuocthi.web.context import registry  # noqa: PLC0415 - as above

    before = set(config.outbox.glob("*.txt"))
    with app.app_context():
        parts = registry()
        deliver_due(Context(db.session(), parts.hooks, parts.clock.now(), SYSTEM), {}, lambda _done, _total: None)
        db.session.commit()
        db.session.remove()
    [letter] = set(config.outbox.glob("*.txt")) - before
    found = re.search(r"\b(\d{6})\b", letter.read_text("utf-8"))
    assert found
    return found.group(1)
