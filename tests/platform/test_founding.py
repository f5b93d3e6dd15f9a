"""How an installation and its campaigns begin without the demonstration: the first people, a campaign, its members."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from cuocthi.campaigns.archives import read_archive, write_archive
from cuocthi.campaigns.models import Campaign, CampaignState
from cuocthi.cli import main
from cuocthi.committees.models import Membership
from cuocthi.contributions import Role
from cuocthi.errors import InvalidData
from cuocthi.testing.browsing import browser_over
from cuocthi.testing.factories import PASSWORD
from cuocthi.timelines.queries import phases
from cuocthi.users.domain import start_session
from cuocthi.users.models import User

if TYPE_CHECKING:
    from flask import Flask
    from flask.testing import FlaskClient

    from cuocthi.campaigns.files import Files
    from cuocthi.context import Context
    from cuocthi.contributions import Browser
    from cuocthi.testing.factories import Factories

SignIn = Callable[[User], "Browser"]

PHONE = "0912345645"
ANOTHER_PASSWORD = "lua-vang-dong-ruong-mua-gat"


def csrf_token(client: FlaskClient, path: str) -> str:
    found = re.search(r'name="csrf_token" value="([^"]+)"', client.get(path).text)
    assert found
    return found[1]


def count(ctx: Context, table: type[User | Campaign]) -> int:
    number = ctx.session.scalar(sa.select(sa.func.count()).select_from(table)) or 0
    ctx.session.rollback()
    return number


# --- the first person -----------------------------------------------------------------------------------------------


def test_the_first_administrator_is_added_by_a_command(app: Flask, client: FlaskClient, ctx: Context) -> None:
    arguments = ["users", "add", "Nguyễn Thị Đào", PHONE, "--admin", "--password", PASSWORD]
    for _ in range(2):
        answer = app.test_cli_runner().invoke(main, arguments)
        assert (answer.exit_code, answer.output) == (0, "Nguyễn Thị Đào can sign in and create campaigns\n")
    assert count(ctx, User) == 1
    sent = {"csrf_token": csrf_token(client, "/sign-in"), "contact": PHONE, "password": PASSWORD, "next": "/staff/"}
    assert client.post("/sign-in", data=sent).headers["Location"] == "/staff/"
    assert "/staff/new" in client.get("/staff/").text


@pytest.mark.parametrize(("contact", "password"), [("0912", PASSWORD), (PHONE, "12345678")])
def test_whoever_could_not_sign_in_is_not_added(app: Flask, ctx: Context, contact: str, password: str) -> None:
    answer = app.test_cli_runner().invoke(main, ["users", "add", "Nguyễn Thị Đào", contact, "--password", password])
    assert answer.exit_code == 1
    assert answer.output.startswith("Error: ")
    assert count(ctx, User) == 0


# --- a campaign -----------------------------------------------------------------------------------------------------


def test_an_administrator_creates_a_campaign_and_organises_it(ctx: Context, make: Factories, sign_in: SignIn) -> None:
    admin = make.user(admin=True)
    browser = sign_in(admin)
    assert browser.get("/staff/new")[0] == 200
    status, page = browser.post("/staff/new", {"name": "Hội thi số", "host_name": "Sở A", "slug": "hoi-thi-so"})
    assert status == 200
    assert "Đã tạo cuộc thi ở dạng dự thảo" in page
    campaign = ctx.session.scalars(sa.select(Campaign)).one()
    assert (campaign.state, campaign.name) == (CampaignState.DRAFT, "Hội thi số")
    seat = ctx.session.scalars(sa.select(Membership)).one()
    assert (seat.user_id, seat.committee.role) == (admin.id, Role.ORGANISING)


def test_without_a_name_in_the_address_one_is_made_of_the_title(ctx: Context, make: Factories, sign_in: SignIn) -> None:
    browser = sign_in(make.user(admin=True))
    browser.get("/staff/new")
    for name in ("Hội thi số", "Hội thi số", "Tìm hiểu " + "chuyển đổi số " * 5):
        assert browser.post("/staff/new", {"name": name, "host_name": "Sở A", "slug": ""})[0] == 200
        browser.get("/staff/new")
    made = list(ctx.session.scalars(sa.select(Campaign.slug).order_by(Campaign.id)))
    assert made == ["hoi-thi-so", "hoi-thi-so-2", "tim-hieu-chuyen-doi-so-chuyen-doi-so-chuyen-doi-so"]


def test_who_administers_or_organises_finds_the_pages_of_the_organisers(
    ctx: Context, make: Factories, sign_in: SignIn
) -> None:
    member = make.member(make.campaign("mot"))
    make.campaign("hai")
    reader = make.user()
    for person, found in ((make.user(admin=True), True), (member, True), (reader, False)):
        ctx.session.commit()
        browser = sign_in(person)
        for page in ("/me", "/"):
            assert ('href="/staff/"' in browser.get(page)[1]) is found, (person.name, page)


def test_one_campaign_begins_as_the_file_of_another(ctx: Context, make: Factories, app: Flask) -> None:
    admin, first = make.user(admin=True), make.campaign("nam-truoc")
    make.phase(first, title="Tổng kết")
    make.member(first, user=admin)
    client = app.test_client()
    token = start_session(ctx, user_id=admin.id, device="test", hours=1)
    ctx.session.commit()
    browser_over(client, session_token=token)
    assert "/c/nam-truoc/staff/campaign.zip" in client.get("/c/nam-truoc/staff/basics").text
    with client.get("/c/nam-truoc/staff/campaign.zip") as taken:
        archive = io.BytesIO(taken.data)
    assert taken.headers["Content-Disposition"] == 'attachment; filename="nam-truoc.zip"'
    sent = {"csrf_token": csrf_token(client, "/staff/new"), "slug": "nam-nay", "file": (archive, "a")}
    answer = client.post("/staff/new", data=sent, content_type="multipart/form-data")
    assert answer.headers["Location"] == "/c/nam-nay/staff/readiness"
    second = ctx.session.scalars(sa.select(Campaign).where(Campaign.slug == "nam-nay")).one()
    assert (second.name, second.state) == (first.name, CampaignState.DRAFT)
    assert [phase.title for phase in phases(ctx, campaign_id=second.id)] == ["Tổng kết"]


@pytest.mark.parametrize(
    ("entered", "field"),
    [
        ({"name": "Hội thi", "host_name": "Sở A", "slug": "Hội thi"}, "slug"),
        ({"name": "Hội thi", "host_name": "Sở A", "slug": "da-co"}, "slug"),
        ({"name": "", "host_name": "Sở A", "slug": "hoi-thi"}, "name"),
        ({"name": "Hội thi", "host_name": "", "slug": "hoi-thi"}, "host_name"),
        ({"name": "x" * 301, "host_name": "Sở A", "slug": "hoi-thi"}, "name"),
    ],
)
def test_a_campaign_that_cannot_be_names_the_field_and_keeps_the_entries(
    ctx: Context, make: Factories, sign_in: SignIn, entered: dict[str, str], field: str
) -> None:
    make.campaign("da-co")
    browser = sign_in(make.user(admin=True))
    browser.get("/staff/new")
    status, page = browser.post("/staff/new", entered)
    assert status in {409, 422}
    assert f'href="#{field}"' in page
    assert all(f'value="{value}"' in page for value in entered.values() if value)
    assert count(ctx, Campaign) == 1


def test_only_administrators_create_campaigns(client: FlaskClient, make: Factories, sign_in: SignIn) -> None:
    assert client.get("/staff/new").headers["Location"] == "/sign-in?next=/staff/new"
    organiser = make.member(make.campaign("thi"))
    browser = sign_in(organiser)
    assert browser.get("/staff/new")[0] == 403
    assert '"/staff/new"' not in browser.get("/staff/")[1]


# --- the archive ----------------------------------------------------------------------------------------------------


def archived(files: Files) -> bytes:
    with write_archive(files) as archive:
        return archive.read()


def zipped(**files: bytes) -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return written.getvalue()


def test_an_archive_holds_the_folder_or_what_is_in_it() -> None:
    files = {"campaign.toml": b"format = 1", "questions/a.toml": b"x"}
    assert read_archive(archived(files)) == files
    inside = {f"thi/{name}": content for name, content in files.items()} | {"__MACOSX/._thi": b"junk"}
    assert read_archive(zipped(**inside)) == files


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"no archive", "no ZIP file"),
        (zipped(**{"other.toml": b""}), "there is no campaign.toml"),
        (archived({"campaign.toml": b"", "huge.csv": bytes(21 * 1024 * 1024)}), "larger than"),
        (archived({"campaign.toml": b"format = 1"})[:-30], "no ZIP file"),
    ],
)
def test_what_is_no_campaign_is_refused_in_words(content: bytes, problem: str) -> None:
    with pytest.raises(InvalidData) as refused:
        read_archive(content)
    [found] = refused.value.problems
    assert problem in str(found)


# --- members and passwords ------------------------------------------------------------------------------------------


def test_an_organiser_appoints_somebody_who_has_no_account(
    ctx: Context, make: Factories, sign_in: SignIn, client: FlaskClient
) -> None:
    browser = sign_in(make.member(make.campaign("thi")))
    committee = ctx.session.scalars(sa.select(Membership)).one().committee_id
    ctx.session.rollback()
    path = f"/c/thi/staff/committees/{committee}/appoint/new"
    assert path in browser.get(f"/c/thi/staff/committees/{committee}/appoint")[1]
    browser.get(path)
    member = {"name": "Trần Văn Bình", "contact": PHONE, "password": ANOTHER_PASSWORD, "position": "Phó Trưởng ban"}
    status, page = browser.post(path, member | {"password": "12345678"})
    assert (status, 'href="#password"' in page, 'value="Trần Văn Bình"' in page) == (422, True, True)
    assert count(ctx, User) == 1
    status, page = browser.post(path, member)
    assert (status, "Trần Văn Bình" in page, "Phó Trưởng ban" in page) == (200, True, True)
    sent = {"csrf_token": csrf_token(client, "/sign-in"), "contact": PHONE, "password": ANOTHER_PASSWORD}
    assert client.post("/sign-in", data=sent).status_code == 302
    assert client.get("/c/thi/staff/").headers["Location"] == "/me/password"


def test_a_person_changes_the_password_and_is_signed_out_elsewhere(make: Factories, sign_in: SignIn) -> None:
    user = make.user("Nguyễn Thị Đào", contact=PHONE, password=True)
    here, elsewhere = sign_in(user), sign_in(user)
    here.get("/me/password")
    status, page = here.post("/me/password", {"current": "wrong", "password": ANOTHER_PASSWORD})
    assert (status, 'href="#current"' in page) == (422, True)
    status, page = here.post("/me/password", {"current": PASSWORD, "password": "12345678"})
    assert (status, 'href="#password"' in page) == (422, True)
    assert "Nguyễn Thị Đào" in elsewhere.get("/me")[1]
    status, page = here.post("/me/password", {"current": PASSWORD, "password": ANOTHER_PASSWORD})
    assert (status, "Đã đổi mật khẩu" in page) == (200, True)
    assert "Nguyễn Thị Đào" in here.get("/me")[1]
    assert "Nguyễn Thị Đào" not in elsewhere.get("/me")[1]
    elsewhere.get("/sign-in")
    assert elsewhere.post("/sign-in", {"contact": PHONE, "password": PASSWORD})[0] == 422
    assert elsewhere.post("/sign-in", {"contact": PHONE, "password": ANOTHER_PASSWORD})[0] == 200


def test_the_page_of_the_password_is_for_who_has_signed_in(client: FlaskClient) -> None:
    assert client.get("/me/password").headers["Location"] == "/sign-in?next=/me/password"
