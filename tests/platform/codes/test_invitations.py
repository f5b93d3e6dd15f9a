"""People whom an organiser adds choose their password themselves."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from cuocthi.messages.domain import content_of
from cuocthi.messages.models import Message
from cuocthi.users.models import Ticket, TicketKind, User
from cuocthi.users.tickets import open_ticket

from .conftest import ANOTHER_PASSWORD, MAIL, Visitor, contacts, wrong

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask

    from cuocthi.context import Context
    from cuocthi.contributions import Browser
    from cuocthi.security.personal_data import Vault
    from cuocthi.testing.factories import Factories
    from cuocthi.users.tickets import OpenedTicket


@pytest.fixture
def organiser(ctx: Context, make: Factories, sign_in: Callable[[User], Browser]) -> tuple[Browser, str]:
    """A browser of an organiser, and the address of the form for a new member."""
    campaign = make.campaign("hoi-thi")
    browser = sign_in(make.member(campaign))
    page = browser.get("/c/hoi-thi/staff/committees/")[1]
    found = re.search(r"/c/hoi-thi/staff/committees/\d+/appoint", page)
    assert found
    browser.get(f"{found[0]}/new")
    return browser, f"{found[0]}/new"


def test_a_new_member_is_invited_chooses_the_password_and_so_confirms_the_contact(
    organiser: tuple[Browser, str], visitor: Visitor, ctx: Context, vault: Vault, last_code: Callable[[], str]
) -> None:
    browser, form = organiser
    fields = {"name": "Phạm Thị Hà", "contact": MAIL, "password": "", "position": "Thư ký"}
    assert browser.post(form, fields)[0] == 200
    message = ctx.session.scalars(sa.select(Message)).one()
    address = str(content_of(message, vault).body[1].params["address"])
    ctx.session.rollback()
    assert address.startswith("http://127.0.0.1:8000/sign-in/invited?ticket=")
    assert visitor.get(address.removeprefix("http://127.0.0.1:8000")).headers["Location"] == "/sign-in/enter"
    assert visitor.fill_in("/sign-in/enter", code=wrong(last_code())).status_code == 422
    assert visitor.fill_in("/sign-in/enter", code=last_code()).headers["Location"] == "/sign-in/new-password"
    visitor.fill_in("/sign-in/new-password", password=ANOTHER_PASSWORD)
    assert visitor.fill_in("/sign-in", contact=MAIL, password=ANOTHER_PASSWORD).status_code == 302
    assert visitor.is_in()
    member = ctx.session.scalars(sa.select(User).where(User.name == "Phạm Thị Hà")).one()
    assert contacts(ctx, member, vault) == [("d…@example.vn", True)]


def test_wrong_codes_of_one_who_was_invited_do_not_stop_another_in_the_same_network(
    app: Flask, ctx: Context, make: Factories, vault: Vault
) -> None:
    clumsy, other = (invited(ctx, vault, make.user(contact=contact)) for contact in (MAIL, "mai@example.vn"))
    ctx.session.commit()
    first, second = Visitor(app.test_client()), Visitor(app.test_client())
    first.get(f"/sign-in/invited?ticket={clumsy.token}")
    tries = [first.fill_in("/sign-in/enter", code=wrong(clumsy.code)).status_code for _ in range(11)]
    assert tries == [422] * 10 + [429]
    second.get(f"/sign-in/invited?ticket={other.token}")
    assert second.fill_in("/sign-in/enter", code=other.code).headers["Location"] == "/sign-in/new-password"


def invited(ctx: Context, vault: Vault, user: User) -> OpenedTicket:
    index = user.contacts[0].blind_index
    return open_ticket(ctx, kind=TicketKind.INVITATION, vault=vault, user_id=user.id, blind_index=index)


def test_a_link_that_is_no_open_invitation_leads_to_asking_for_a_code(
    visitor: Visitor, user: User, last_code: Callable[[], str]
) -> None:
    visitor.ask()
    assert visitor.get("/sign-in/invited?ticket=nobody-s").headers["Location"] == "/sign-in/code"
    assert visitor.fill_in("/sign-in/enter", code=last_code()).headers["Location"] == "/me", "what was begun goes on"


def test_inviting_twice_makes_one_account(organiser: tuple[Browser, str], ctx: Context) -> None:
    browser, form = organiser
    fields = {"name": "Phạm Thị Hà", "contact": MAIL, "password": "", "position": ""}
    browser.post(form, fields)
    browser.get(form)
    browser.post(form, fields)
    assert len(ctx.session.scalars(sa.select(User).where(User.name == "Phạm Thị Hà")).all()) == 1


def test_an_account_that_somebody_made_beforehand_with_the_same_name_is_not_appointed(
    organiser: tuple[Browser, str], make: Factories, ctx: Context
) -> None:
    impostor = make.user("Phạm Thị Hà", contact=MAIL, password=True)
    ctx.session.commit()
    browser, form = organiser
    browser.post(form, {"name": "Phạm Thị Hà", "contact": MAIL, "password": "", "position": ""})
    named = ctx.session.scalars(sa.select(User.id).where(User.name == "Phạm Thị Hà")).all()
    invited = ctx.session.scalars(sa.select(Ticket.user_id).where(Ticket.kind == TicketKind.INVITATION)).all()
    assert len(named) == 2
    assert impostor.id not in invited


def test_a_first_password_lasts_until_the_first_sign_in(
    organiser: tuple[Browser, str], visitor: Visitor, ctx: Context
) -> None:
    browser, form = organiser
    fields = {"name": "Phạm Thị Hà", "contact": MAIL, "password": "mật khẩu đầu tiên 1", "position": ""}
    assert browser.post(form, fields)[0] == 200
    visitor.fill_in("/sign-in", contact=MAIL, password="mật khẩu đầu tiên 1")
    for path in ("/me", "/c/hoi-thi/staff/", "/staff/"):
        assert visitor.get(path).headers["Location"] == "/me/password", path
    assert visitor.get("/c/hoi-thi/").status_code == 200
    same = {"current": "mật khẩu đầu tiên 1", "password": "mật khẩu đầu tiên 1"}
    assert visitor.fill_in("/me/password", **same).status_code == 422
    assert visitor.fill_in("/me/password", current=same["current"], password=ANOTHER_PASSWORD).status_code == 302
    assert visitor.is_in()
