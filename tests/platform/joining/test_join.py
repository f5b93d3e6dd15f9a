"""Joining: one form, whoever it is; nothing is lost, and nobody learns who else has an account."""

from __future__ import annotations

import re
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import TYPE_CHECKING
from unittest.mock import Mock

import pytest
import sqlalchemy as sa

from cuocthi.campaigns.models import Campaign, CampaignState
from cuocthi.committees.models import Membership
from cuocthi.enrolments.models import Enrolment
from cuocthi.extensions import db
from cuocthi.rules.models import RulesVersion
from cuocthi.security import limits
from cuocthi.testing.factories import PASSWORD
from cuocthi.users import sign_in
from cuocthi.users.domain import MAX_SHARING, find_credentials
from cuocthi.users.models import Contact, User

from .conftest import HOST, JOIN, PHONE, count, fields, hidden, issue_rules, join

if TYPE_CHECKING:
    from flask import Flask
    from flask.testing import FlaskClient

    from cuocthi.clock import FixedClock
    from cuocthi.context import Context
    from cuocthi.security.personal_data import Vault
    from cuocthi.testing.factories import Factories


def test_a_new_person_joins_with_one_form(client: FlaskClient, ctx: Context, campaign: Campaign) -> None:
    answer = join(client)
    assert (answer.status_code, answer.headers["Location"]) == (302, "/c/thi/")
    [enrolment] = ctx.session.scalars(sa.select(Enrolment))
    assert (enrolment.name, enrolment.unit_name) == ("Nguyễn Thị Đào", "Sở Khoa học và Công nghệ")
    mine = client.get("/me").text
    assert "Nguyễn Thị Đào" in mine
    assert campaign.name in mine


def test_nothing_is_ticked_beforehand(client: FlaskClient, ctx: Context, campaign: Campaign) -> None:
    issue_rules(ctx, campaign, 1)
    page = client.get(JOIN).text
    assert 'name="consent"' in page
    assert 'name="rules"' in page
    assert "checked" not in page
    assert campaign.consent_text in page
    assert "/c/thi/rules" in page


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": ""}, "name"),
        ({"contact": "0912"}, "contact"),
        ({"password": "12345678"}, "password"),
        ({"category": "visitor"}, "category"),
        ({"consent": ""}, "consent"),
        ({"unit": ""}, "unit"),
        ({"unit": "nowhere"}, "unit"),
        ({"unit": "tb"}, "unit"),
        ({"unit": "khac"}, "unit_note"),
        ({"unit": "khac", "unit_note": "x" * 500}, "unit_note"),
    ],
)
def test_a_refused_form_names_the_field_keeps_the_entries_and_changes_nothing(
    client: FlaskClient, ctx: Context, campaign: Campaign, changes: dict[str, str], field: str
) -> None:
    answer = join(client, **changes)
    assert answer.status_code == 422
    assert f'href="#{field}"' in answer.text
    if "name" not in changes:
        assert "Nguyễn Thị Đào" in answer.text
    assert PASSWORD not in answer.text
    assert count(ctx, User) == count(ctx, Enrolment) == 0


def test_the_other_unit_is_written_by_hand(client: FlaskClient, ctx: Context, campaign: Campaign) -> None:
    assert 'name="unit_note"' in client.get(f"{JOIN}?unit=khac").text
    assert join(client, unit="khac", unit_note="Công ty A").status_code == 302
    [enrolment] = ctx.session.scalars(sa.select(Enrolment))
    assert enrolment.unit_note == "Công ty A"


def test_a_form_sent_twice_at_the_same_moment_makes_one_enrolment(
    app: Flask, client: FlaskClient, ctx: Context, campaign: Campaign
) -> None:
    sent = fields(client.get(JOIN).text)
    cookie = client.get_cookie("cuocthi", HOST)
    assert cookie is not None

    def click(_number: int) -> int:
        browser = app.test_client()
        browser.set_cookie("cuocthi", cookie.value, domain=HOST)
        return browser.post(JOIN, data=sent).status_code

    with ThreadPoolExecutor(2) as pool:
        assert list(pool.map(click, range(2))) == [302, 302]
    assert (count(ctx, User), count(ctx, Contact), count(ctx, Enrolment)) == (1, 1, 1)


def test_whom_the_same_form_added_after_the_comparing_is_recognised_all_the_same(
    client: FlaskClient,
    ctx: Context,
    make: Factories,
    vault: Vault,
    campaign: Campaign,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    make.user("Nguyễn Thị Đào", contact=PHONE, password=True)
    known = find_credentials(ctx, contact=PHONE, vault=vault)
    ctx.session.commit()
    monkeypatch.setattr(sign_in, "known_credentials", Mock(side_effect=[[], known]))
    assert join(client).status_code == 302
    assert (count(ctx, User), count(ctx, Enrolment)) == (1, 1)


def test_who_takes_part_already_is_led_on(client: FlaskClient, ctx: Context, campaign: Campaign) -> None:
    join(client)
    assert client.get(JOIN).headers["Location"] == "/c/thi/"
    token = hidden(client.get("/me").text, "csrf_token")
    assert client.post(JOIN, data={"csrf_token": token}).headers["Location"] == "/c/thi/"
    assert count(ctx, Enrolment) == 1


def test_a_returning_person_only_confirms(
    client: FlaskClient, ctx: Context, make: Factories, campaign: Campaign
) -> None:
    make.campaign("thi-nam-sau")
    ctx.session.commit()
    join(client, unit="minh-quang", category="resident")
    page = client.get("/c/thi-nam-sau/join").text
    assert "Xã Minh Quang, Huyện Vũ Thư" in page
    assert hidden(page, "unit") == "minh-quang"
    assert re.search(r'checked[^>]*value="resident"', page)
    assert 'name="password"' not in page
    confirmed = {"csrf_token": hidden(page, "csrf_token"), "unit": "minh-quang", "category": "resident", "consent": "y"}
    assert client.post("/c/thi-nam-sau/join", data=confirmed).status_code == 302
    assert (count(ctx, User), count(ctx, Enrolment)) == (1, 2)


def test_somebody_elses_verified_contact_is_answered_with_a_way_in(
    client: FlaskClient, ctx: Context, make: Factories, campaign: Campaign
) -> None:
    make.user(contact=PHONE, password=True).contacts[0].verified_at = ctx.now
    ctx.session.commit()
    answer = join(client)
    assert answer.status_code == 409
    assert 'href="#contact"' in answer.text
    assert "/sign-in?next=/c/thi/join" in answer.text
    assert count(ctx, User) == 1


def test_committee_members_are_told_why_they_may_not(
    client: FlaskClient, ctx: Context, make: Factories, campaign: Campaign
) -> None:
    make.member(campaign, user=make.user("Trần Văn Bình", contact=PHONE, password=True))
    ctx.session.commit()
    page = client.get("/sign-in").text
    client.post("/sign-in", data={"csrf_token": hidden(page, "csrf_token"), "contact": PHONE, "password": PASSWORD})
    answer = client.get(JOIN)
    assert answer.status_code == 403
    assert 'class="notice notice-warn"' in answer.text
    token = hidden(client.get("/me").text, "csrf_token")
    assert client.post(JOIN, data={"csrf_token": token, "unit": "so-khcn", "consent": "y"}).status_code == 403
    assert count(ctx, Enrolment) == 0
    assert "/c/thi/staff/" in client.get("/c/thi/personal").text
    assert "/c/thi/staff/" in client.get("/me").text


def test_a_closed_contest_can_no_longer_be_joined(
    client: FlaskClient, ctx: Context, make: Factories, campaign: Campaign, clock: FixedClock
) -> None:
    make.round(campaign)
    ctx.session.commit()
    sent = fields(client.get(JOIN).text)
    clock.advance(timedelta(days=5))
    assert client.get(JOIN).status_code == 409
    assert client.post(JOIN, data=sent).status_code == 409
    assert count(ctx, Enrolment) == 0


def test_whoever_sat_on_a_committee_takes_no_part(
    client: FlaskClient, ctx: Context, make: Factories, campaign: Campaign
) -> None:
    make.member(campaign, user=make.user("Trần Văn Bình", contact=PHONE, password=True))
    ctx.session.execute(sa.update(Membership).values(ended_at=ctx.now))
    ctx.session.commit()
    page = client.get("/sign-in").text
    client.post("/sign-in", data={"csrf_token": hidden(page, "csrf_token"), "contact": PHONE, "password": PASSWORD})
    assert client.get(JOIN).status_code == 403


def test_an_archived_campaign_cannot_be_joined(client: FlaskClient, ctx: Context, make: Factories) -> None:
    make.campaign("cu", state=CampaignState.ARCHIVED)
    make.campaign("nhap", state=CampaignState.DRAFT)
    ctx.session.commit()
    assert client.get("/c/cu/join").status_code == 409
    assert client.get("/c/nhap/join").status_code == 404


def test_rules_issued_in_the_meantime_must_be_accepted_anew(
    client: FlaskClient, ctx: Context, campaign: Campaign
) -> None:
    issue_rules(ctx, campaign, 1)
    sent = fields(client.get(JOIN).text)
    issue_rules(ctx, campaign, 2)
    answer = client.post(JOIN, data=sent)
    assert answer.status_code == 409
    assert hidden(answer.text, "rules_version") == "2"
    assert count(ctx, User) == 0
    assert client.post(JOIN, data=fields(answer.text)).status_code == 302
    [enrolment] = ctx.session.scalars(sa.select(Enrolment))
    assert ctx.session.get_one(RulesVersion, enrolment.rules_version_id).number == 2


@pytest.mark.parametrize(
    ("sharing", "changes", "answers"),
    [
        (MAX_SHARING, {}, {409: 10}),
        (1, {"unit": "khac"}, {422: 10}),
        (1, {}, {302: MAX_SHARING - 1, 409: 11 - MAX_SHARING}),
    ],
    ids=["full", "something else is wrong", "namesakes are added"],
)
def test_registering_is_no_way_to_guess_a_password(
    app: Flask,
    client: FlaskClient,
    ctx: Context,
    make: Factories,
    campaign: Campaign,
    monkeypatch: pytest.MonkeyPatch,
    sharing: int,
    changes: dict[str, str],
    answers: dict[int, int],
) -> None:
    monkeypatch.setattr("cuocthi.users.domain.verify_password", lambda known, password: known and password == PASSWORD)
    make.user("Nguyễn Thị Đào", contact=PHONE, password=True)
    for _ in range(sharing - 1):
        make.user(contact=PHONE)
    ctx.session.commit()
    tries = int(limits.WRONG_PASSWORDS.split()[0])
    given = Counter(
        join(app.test_client(), password=f"mua-gat-dong-chieu-{number}", **changes).status_code
        for number in range(tries)
    )
    assert given == answers
    assert join(app.test_client(), password=PASSWORD).status_code == 429


def test_only_who_misses_somebody_of_the_same_name_is_counted(
    app: Flask, ctx: Context, make: Factories, campaign: Campaign
) -> None:
    make.user("Trần Văn Bình", contact=PHONE, password=True)
    ctx.session.commit()
    for _ in range(int(limits.WRONG_PASSWORDS.split()[0])):
        assert join(app.test_client(), unit="khac").status_code == 422
    assert join(app.test_client()).status_code == 302


def test_no_transaction_is_open_while_passwords_are_compared_and_hashed(
    client: FlaskClient, ctx: Context, make: Factories, campaign: Campaign, monkeypatch: pytest.MonkeyPatch
) -> None:
    make.user("Nguyễn Thị Đào", contact=PHONE, password=True)
    ctx.session.commit()
    open_meanwhile = []

    def slow(*_: object) -> str:
        open_meanwhile.append(db.session().in_transaction())
        return ""

    monkeypatch.setattr("cuocthi.users.domain.verify_password", slow)
    monkeypatch.setattr("cuocthi.users.domain.hash_password", slow)
    assert join(client, password="mua-gat-dong-chieu-1").status_code == 302
    assert open_meanwhile == [False, False]


def test_who_takes_part_already_is_asked_to_accept_new_rules(
    client: FlaskClient, ctx: Context, campaign: Campaign
) -> None:
    issue_rules(ctx, campaign, 1)
    assert join(client).status_code == 302
    due = "Thể lệ đã được ban hành lại"
    assert due not in client.get("/c/thi/personal").text
    issue_rules(ctx, campaign, 2)
    page = client.get("/c/thi/personal").text
    assert due in page
    token = hidden(page, "csrf_token")
    assert client.post("/c/thi/personal/rules", data={"csrf_token": token, "number": "1"}).status_code == 409
    issue_rules(ctx, campaign, 3)
    assert client.post("/c/thi/personal/rules", data={"csrf_token": token, "number": "2"}).status_code == 409
    assert due in client.get("/c/thi/personal").text
    accepted = client.post("/c/thi/personal/rules", data={"csrf_token": token, "number": "3"}, follow_redirects=True)
    assert due not in accepted.text
    [enrolment] = ctx.session.scalars(sa.select(Enrolment))
    assert ctx.session.get_one(RulesVersion, enrolment.rules_version_id).number == 3
