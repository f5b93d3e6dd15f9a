"""A forgotten password, contacts of one's own, and devices."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from cuocthi.audit.models import AuditEvent
from cuocthi.errors import Conflict
from cuocthi.messages.domain import content_of
from cuocthi.messages.models import Message
from cuocthi.testing.factories import PASSWORD
from cuocthi.users import codes, queries
from cuocthi.users.contacts import contact_index, normalise_contact
from cuocthi.users.models import Contact, User, WebSession

from .conftest import ANOTHER_PASSWORD, MAIL, PHONE, Visitor, contacts, wrong

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask
    from flask.testing import FlaskClient

    from cuocthi.context import Context
    from cuocthi.contributions import Browser
    from cuocthi.security.personal_data import Vault
    from cuocthi.testing.factories import Factories


def test_a_forgotten_password_is_replaced_and_every_device_signed_out(
    app: Flask, visitor: Visitor, user: User, ctx: Context, last_code: Callable[[], str]
) -> None:
    elsewhere = Visitor(app.test_client())
    elsewhere.fill_in("/sign-in", contact=PHONE, password=PASSWORD)
    assert elsewhere.is_in()
    visitor.ask(path="/sign-in/forgotten")
    assert visitor.fill_in("/sign-in/enter", code=last_code()).headers["Location"] == "/sign-in/new-password"
    assert visitor.fill_in("/sign-in/new-password", password="12345678").status_code == 422
    assert visitor.fill_in("/sign-in/new-password", password=ANOTHER_PASSWORD).status_code == 302
    assert not visitor.is_in()
    assert not elsewhere.is_in()
    assert visitor.fill_in("/sign-in", contact=PHONE, password=PASSWORD).status_code == 422
    assert visitor.fill_in("/sign-in", contact=PHONE, password=ANOTHER_PASSWORD).status_code == 302
    assert "core:user:change_password" in ctx.session.scalars(sa.select(AuditEvent.action)).all()
    assert visitor.get("/sign-in/new-password").status_code == 302


def test_the_page_of_a_new_password_is_for_who_has_proved_a_contact(visitor: Visitor, user: User) -> None:
    assert visitor.get("/sign-in/new-password").headers["Location"] == "/sign-in/code"
    visitor.ask(path="/sign-in/forgotten")
    assert visitor.get("/sign-in/new-password").headers["Location"] == "/sign-in/code"


@pytest.fixture
def mine(client: FlaskClient, user: User) -> Visitor:
    visitor = Visitor(client)
    visitor.fill_in("/sign-in", contact=PHONE, password=PASSWORD)
    assert visitor.is_in()
    return visitor


def test_a_contact_is_confirmed_by_the_code_that_it_receives(
    mine: Visitor, user: User, ctx: Context, vault: Vault, last_code: Callable[[], str]
) -> None:
    assert "Chưa xác nhận" in mine.get("/me").text
    mine.fill_in(f"/me/contacts/{user.contacts[0].id}/confirm", page="/me")
    assert mine.fill_in("/me/contacts/code", code=wrong(last_code())).status_code == 422
    assert contacts(ctx, user, vault) == [("0912…45", False)]
    assert mine.fill_in("/me/contacts/code", code=last_code()).status_code == 302
    assert contacts(ctx, user, vault) == [("0912…45", True)]


def test_nobody_confirms_a_contact_of_somebody_else_by_its_number(mine: Visitor, make: Factories, ctx: Context) -> None:
    other = make.user(contact="0987654321")
    ctx.session.commit()
    assert mine.fill_in(f"/me/contacts/{other.contacts[0].id}/confirm", page="/me").status_code == 404


def test_a_new_contact_takes_the_place_of_the_one_of_its_kind_which_gets_a_notice(
    mine: Visitor, user: User, ctx: Context, vault: Vault, last_code: Callable[[], str]
) -> None:
    assert mine.fill_in("/me/contacts/new", contact="0987654321", current="wrong").status_code == 422
    assert mine.fill_in("/me/contacts/new", contact="0987654321", current=PASSWORD).status_code == 302
    assert contacts(ctx, user, vault) == [("0912…45", False)]
    assert mine.fill_in("/me/contacts/code", code=last_code()).status_code == 302
    assert contacts(ctx, user, vault) == [("0987…21", True)]
    notice = ctx.session.scalars(sa.select(Message).order_by(Message.id.desc()).limit(1)).one()
    said = content_of(notice, vault)
    assert said.address == "+84912345645"
    assert "0987…21" in str(said.body[0])
    assert mine.is_in()


def test_an_address_joins_a_phone_number_and_each_leads_in(
    mine: Visitor, user: User, ctx: Context, vault: Vault, last_code: Callable[[], str]
) -> None:
    mine.fill_in("/me/contacts/new", contact=MAIL, current=PASSWORD)
    mine.fill_in("/me/contacts/code", code=last_code())
    assert contacts(ctx, user, vault) == [("0912…45", False), ("d…@example.vn", True)]
    mine.fill_in("/sign-out", page="/me")
    mine.ask(MAIL)
    mine.fill_in("/sign-in/enter", code=last_code())
    assert mine.is_in()


def test_a_contact_that_another_account_has_confirmed_stays_with_it(
    mine: Visitor, user: User, make: Factories, ctx: Context, vault: Vault, last_code: Callable[[], str]
) -> None:
    other = make.user("Trần Văn Bình", contact=MAIL)
    other.contacts[0].verified_at = ctx.now
    ctx.session.commit()
    mine.fill_in("/me/contacts/new", contact=MAIL, current=PASSWORD)
    assert mine.fill_in("/me/contacts/code", code=last_code()).status_code == 409
    assert contacts(ctx, user, vault) == [("0912…45", False)]
    assert contacts(ctx, other, vault) == [("d…@example.vn", True)]


def test_a_code_for_a_contact_serves_only_who_asked_for_it(ctx: Context, make: Factories, vault: Vault) -> None:
    owner, other = make.user(contact=PHONE), make.user(contact=PHONE)
    contact = normalise_contact(PHONE)
    token = codes.ask_to_prove(ctx, user_id=owner.id, contact=contact, vault=vault, language="vi")
    message = ctx.session.scalars(sa.select(Message)).one()
    code = str(content_of(message, vault).body[0].params["code"])
    values = {"token": token, "vault": vault, "language": "vi"}
    assert not codes.prove_contact(ctx, user=other, code=code, **values)  # type: ignore[arg-type]
    assert ctx.session.scalar(sa.select(sa.func.count()).where(Contact.verified_at.is_not(None))) == 0


def test_two_who_share_a_contact_cannot_both_confirm_it(ctx: Context, make: Factories, vault: Vault) -> None:
    first, second = make.user(contact=PHONE), make.user(contact=PHONE)
    codes.mark_verified(ctx, first.contacts[0])
    with pytest.raises(Conflict):
        codes.mark_verified(ctx, second.contacts[0])
    index = contact_index(normalise_contact(PHONE), vault)
    assert [account.user_id for account in queries.accounts_reached(ctx, index=index)] == [first.id]


def test_one_device_is_signed_out_and_the_others_stay(app: Flask, mine: Visitor, ctx: Context, user: User) -> None:
    lost = Visitor(app.test_client())
    lost.fill_in("/sign-in", contact=PHONE, password=PASSWORD)
    device = ctx.session.scalars(sa.select(WebSession.token_hash).order_by(WebSession.created_at)).all()
    own = [one for one in device if f'value="{one}"' not in mine.get("/me").text]
    [other] = [one for one in device if one not in own]
    ctx.session.rollback()
    assert mine.fill_in("/me/devices/end", page="/me", device=other).status_code == 302
    assert mine.is_in()
    assert not lost.is_in()


def test_nobody_signs_out_a_device_of_somebody_else(
    mine: Visitor, make: Factories, ctx: Context, sign_in: Callable[[User], Browser]
) -> None:
    elsewhere = sign_in(make.user("Trần Văn Bình"))
    theirs = ctx.session.scalars(sa.select(WebSession.token_hash).join(User).where(User.name == "Trần Văn Bình")).one()
    ctx.session.rollback()
    mine.fill_in("/me/devices/end", page="/me", device=theirs)
    assert "Trần Văn Bình" in elsewhere.get("/me")[1]
