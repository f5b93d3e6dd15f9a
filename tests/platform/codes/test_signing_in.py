"""Signing in with a code, and the limits of asking and guessing."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa
from limits import parse_many

from cuocthi.messages.models import Message, MessageState
from cuocthi.security import limits
from cuocthi.security.passwords import hash_password
from cuocthi.users.models import User
from cuocthi.users.tickets import MAX_TRIES

from .conftest import ANOTHER_PASSWORD, PHONE, Visitor, held_by, wrong

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask

    from cuocthi.context import Context
    from cuocthi.testing.factories import Factories


def test_a_code_signs_in_and_leads_on_to_where_one_wanted_to_go(
    visitor: Visitor, user: User, last_code: Callable[[], str]
) -> None:
    page = visitor.fill_in("/sign-in/code", contact=PHONE, next="/c/hoi-thi/")
    assert page.headers["Location"] == "/sign-in/enter"
    assert "0912…45" in visitor.get("/sign-in/enter").text
    assert not visitor.is_in()
    answer = visitor.fill_in("/sign-in/enter", code=last_code())
    assert (answer.status_code, answer.headers["Location"]) == (302, "/c/hoi-thi/")
    assert "Nguyễn Thị Đào" in visitor.get("/me").text


def test_a_wrong_code_says_so_and_counts_although_the_page_is_refused(
    visitor: Visitor, user: User, last_code: Callable[[], str]
) -> None:
    visitor.ask()
    code = last_code()
    for _ in range(MAX_TRIES):
        answer = visitor.fill_in("/sign-in/enter", code=wrong(code))
        assert answer.status_code == 422
        assert "Mã này không đúng" in answer.text
    assert visitor.fill_in("/sign-in/enter", code=code).status_code == 422
    assert not visitor.is_in()


@pytest.mark.parametrize("path", ["/sign-in/code", "/sign-in/forgotten"])
def test_the_answer_and_the_work_are_the_same_whether_an_account_exists(
    app: Flask, ctx: Context, user: User, statements: Callable[[], int], path: str
) -> None:
    seen = []
    for contact in (PHONE, "0987654321"):
        visitor = Visitor(app.test_client())
        visitor.get(path)
        statements()
        answer = visitor.ask(contact, path)
        work = statements()
        page = re.sub(r'value="[^"]+"|09\d\d…\d\d', "", visitor.get("/sign-in/enter").text)
        refused = visitor.fill_in("/sign-in/enter", code="000000")
        seen.append((answer.status_code, answer.headers["Location"], work, page, refused.status_code))
    assert seen[0] == seen[1]
    states = ctx.session.scalars(sa.select(Message.state).order_by(Message.id)).all()
    assert list(states) == [MessageState.WAITING, MessageState.DROPPED]


def test_several_people_who_share_a_phone_are_asked_who_they_are(
    visitor: Visitor, user: User, make: Factories, ctx: Context, last_code: Callable[[], str]
) -> None:
    son = make.user("Trần Văn Bình", contact=PHONE, password=True).id
    stranger = make.user("Người lạ").id
    ctx.session.commit()
    visitor.ask()
    assert visitor.fill_in("/sign-in/enter", code=last_code()).headers["Location"] == "/sign-in/account"
    page = visitor.get("/sign-in/account").text
    assert "Nguyễn Thị Đào" in page
    assert "Trần Văn Bình" in page
    assert "Người lạ" not in page
    assert visitor.fill_in("/sign-in/account", user_id=str(stranger)).status_code == 422
    assert visitor.fill_in("/sign-in/account", user_id=str(son)).status_code == 302
    assert "Trần Văn Bình" in visitor.get("/me").text
    assert visitor.get("/sign-in/account").status_code == 302


def test_a_password_that_several_chose_leads_to_none_but_them_whatever_link_is_opened(
    app: Flask, visitor: Visitor, user: User, make: Factories, ctx: Context
) -> None:
    mine = [make.user(name, contact=PHONE) for name in ("Kẻ gian một", "Kẻ gian hai")]
    for one in mine:
        one.password_hash = hash_password(ANOTHER_PASSWORD)
    victim = user.id
    ctx.session.commit()
    sent = visitor.fill_in("/sign-in", contact=PHONE, password=ANOTHER_PASSWORD)
    assert sent.headers["Location"] == "/sign-in/account"
    ticket = held_by(app, visitor)
    assert visitor.get(f"/sign-in/invited?ticket={ticket}").headers["Location"] == "/sign-in/code"
    page = visitor.get("/sign-in/account").text
    assert "Kẻ gian hai" in page
    assert "Nguyễn Thị Đào" not in page
    assert visitor.fill_in("/sign-in/account", user_id=str(victim)).status_code == 422
    assert not visitor.is_in()


def test_who_confirmed_a_contact_is_the_only_one_its_codes_lead_to(
    visitor: Visitor, user: User, make: Factories, ctx: Context, last_code: Callable[[], str]
) -> None:
    make.user("Kẻ mạo danh", contact=PHONE, password=True)
    user.contacts[0].verified_at = ctx.now
    ctx.session.commit()
    visitor.ask()
    assert visitor.fill_in("/sign-in/enter", code=last_code()).headers["Location"] == "/me"
    assert "Nguyễn Thị Đào" in visitor.get("/me").text


def test_accounts_of_the_demonstration_are_not_reached_by_codes(
    visitor: Visitor, user: User, ctx: Context, last_code: Callable[[], str]
) -> None:
    user.is_demo = True
    ctx.session.commit()
    visitor.ask()
    assert visitor.fill_in("/sign-in/enter", code=last_code()).status_code == 422


def test_codes_are_sent_only_so_often_and_nobody_is_locked_out(app: Flask, user: User) -> None:
    nuisance, owner = Visitor(app.test_client(), "203.0.113.7"), Visitor(app.test_client(), "198.51.100.1")
    for _ in range(5):
        assert nuisance.ask().status_code == 302
    assert nuisance.ask().status_code == 429
    assert nuisance.ask(path="/sign-in/forgotten").status_code == 429
    assert nuisance.ask("0987654321").status_code == 302
    assert owner.ask().status_code == 302


def test_one_network_alone_keeps_nobody_from_a_code_however_long_it_goes_on() -> None:
    of_one, of_all = (
        {limit.get_expiry(): limit.amount for limit in parse_many(text)}
        for text in (limits.CODES_OF_AN_ACCOUNT, limits.CODES_TO_A_CONTACT)
    )
    assert all(3 * of_one[period] <= most for period, most in of_all.items())


def test_a_flood_of_codes_from_many_networks_ends_but_not_for_a_browser_the_account_knows(
    app: Flask, user: User, last_code: Callable[[], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    owner = Visitor(app.test_client(), "198.51.100.1")
    owner.ask()
    owner.fill_in("/sign-in/enter", code=last_code())
    assert owner.is_in()
    owner.fill_in("/sign-out", page="/me")
    most = int(limits.CODES_TO_A_CONTACT.split()[0])
    statuses = [Visitor(app.test_client(), f"203.0.113.{number}").ask().status_code for number in range(most)]
    assert statuses[-1] == 429
    assert set(statuses[:-1]) == {302}
    assert owner.ask().status_code == 302


def test_who_guesses_spoils_an_own_ticket_and_nobody_elses(
    app: Flask, user: User, last_code: Callable[[], str]
) -> None:
    owner, guesser = Visitor(app.test_client(), "198.51.100.1"), Visitor(app.test_client(), "203.0.113.7")
    owner.ask()
    code = last_code()
    guesser.ask()
    for _ in range(MAX_TRIES + 1):
        guesser.fill_in("/sign-in/enter", code=wrong(code))
    assert guesser.fill_in("/sign-in/enter", code=code).status_code == 422
    assert owner.fill_in("/sign-in/enter", code=code).status_code == 302
