"""One-time codes: signing in, a forgotten password, confirming and changing a contact, coming by an invitation."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa
from limits import parse_many
from sqlalchemy.orm import Session

from cuocthi.audit.models import AuditEvent
from cuocthi.errors import Conflict
from cuocthi.messages.domain import content_of
from cuocthi.messages.models import Message, MessageState
from cuocthi.security import limits
from cuocthi.security.passwords import hash_password
from cuocthi.testing.factories import PASSWORD
from cuocthi.users import codes, queries
from cuocthi.users.contacts import contact_index, normalise_contact
from cuocthi.users.models import Contact, Ticket, TicketKind, User, WebSession
from cuocthi.users.sign_in import held_ticket
from cuocthi.users.tickets import MAX_TRIES, find_ticket, forget_expired, open_ticket, spend, spend_with_code

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask
    from flask.testing import FlaskClient
    from sqlalchemy.engine import Engine
    from werkzeug.test import TestResponse

    from cuocthi.context import Context
    from cuocthi.contributions import Browser
    from cuocthi.security.personal_data import Vault
    from cuocthi.testing.factories import Factories
    from cuocthi.users.tickets import OpenedTicket

PHONE, MAIL = "0912345645", "dao@example.vn"
ANOTHER_PASSWORD = "hoa sen nở bên hồ"
TEN_MINUTES = timedelta(minutes=10)


@pytest.fixture
def user(ctx: Context, make: Factories) -> User:
    made = make.user("Nguyễn Thị Đào", contact=PHONE, password=True)
    ctx.session.commit()
    return made


class Visitor:
    """Somebody at a browser who fills in forms, somewhere in the network."""

    def __init__(self, client: FlaskClient, address: str = "127.0.0.1") -> None:
        self.client = client
        self.address = address

    def get(self, path: str) -> TestResponse:
        return self.client.get(path, environ_base={"REMOTE_ADDR": self.address})

    def fill_in(self, path: str, *, page: str = "", **fields: str) -> TestResponse:
        found = re.search(r'name="csrf_token" value="([^"]+)"', self.get(page or path).text)
        assert found, path
        data = {"csrf_token": found[1], **fields}
        return self.client.post(path, data=data, environ_base={"REMOTE_ADDR": self.address})

    def ask(self, contact: str = PHONE, path: str = "/sign-in/code") -> TestResponse:
        return self.fill_in(path, contact=contact)

    def cookie(self) -> str:
        found = self.client.get_cookie("cuocthi", "127.0.0.1")
        assert found is not None
        return found.value

    def is_in(self) -> bool:
        return self.get("/me").status_code == 200


@pytest.fixture
def visitor(client: FlaskClient) -> Visitor:
    return Visitor(client)


@pytest.fixture
def last_code(ctx: Context, vault: Vault) -> Callable[[], str]:
    """The code of the newest message that is on its way."""

    def read() -> str:
        ctx.session.rollback()
        waiting = sa.select(Message).where(Message.state == MessageState.WAITING).order_by(Message.id.desc())
        message = ctx.session.scalars(waiting).first()
        assert message is not None
        said = [
            str(paragraph.params["code"]) for paragraph in content_of(message, vault).body if "code" in paragraph.params
        ]
        ctx.session.rollback()
        return said[0]

    return read


def held_by(app: Flask, visitor: Visitor) -> str:
    """The token of the ticket that a browser holds: its cookie is signed, but everybody can read it."""
    with app.test_request_context("/", headers={"Cookie": f"cuocthi={visitor.cookie()}"}):
        return held_ticket()


def wrong(code: str) -> str:
    return f"{(int(code) + 1) % 1_000_000:06}"


# --- tickets ----------------------------------------------------------------------------------------------------------


def ticket_with_code(ctx: Context, vault: Vault) -> tuple[str, str]:
    opened = open_ticket(ctx, kind=TicketKind.SIGN_IN, vault=vault, blind_index="a")
    return opened.token, opened.code


def tries(ctx: Context, vault: Vault, token: str, code: str) -> bool:
    return spend_with_code(ctx, token=token, kind=TicketKind.SIGN_IN, code=code, vault=vault) is not None


def test_a_code_is_right_once(ctx: Context, vault: Vault) -> None:
    token, code = ticket_with_code(ctx, vault)
    assert re.fullmatch(r"[0-9]{6}", code)
    assert tries(ctx, vault, token, f" {code[:3]} {code[3:]} ")
    assert not tries(ctx, vault, token, code)


def test_of_many_who_use_a_code_at_the_same_moment_one_gets_in(ctx: Context, engine: Engine, vault: Vault) -> None:
    token, code = ticket_with_code(ctx, vault)
    ctx.session.commit()

    def use(_: int) -> bool:
        with Session(engine) as session:
            got_in = tries(replace(ctx, session=session), vault, token, code)
            session.commit()
            return got_in

    with ThreadPoolExecutor(4) as several:
        assert sorted(several.map(use, range(4))) == [False, False, False, True]


def test_a_code_is_right_for_ten_minutes(ctx: Context, vault: Vault) -> None:
    token, code = ticket_with_code(ctx, vault)
    late = replace(ctx, now=ctx.now + TEN_MINUTES)
    assert not tries(late, vault, token, code)
    assert tries(replace(ctx, now=late.now - timedelta(microseconds=1)), vault, token, code)


def test_a_code_is_over_after_a_few_wrong_ones(ctx: Context, vault: Vault) -> None:
    token, code = ticket_with_code(ctx, vault)
    for _ in range(MAX_TRIES):
        assert not tries(ctx, vault, token, wrong(code))
    assert not tries(ctx, vault, token, code)


def test_a_code_is_worth_nothing_without_its_ticket_or_for_another_purpose(ctx: Context, vault: Vault) -> None:
    token, code = ticket_with_code(ctx, vault)
    other, _ = ticket_with_code(ctx, vault)
    assert not tries(ctx, vault, other, code)
    assert spend_with_code(ctx, token=token, kind=TicketKind.RESET, code=code, vault=vault) is None
    assert spend(ctx, token=token, kind=TicketKind.NEW_PASSWORD) is None


def test_neither_code_nor_token_stands_in_the_database(ctx: Context, vault: Vault) -> None:
    token, code = ticket_with_code(ctx, vault)
    row = ctx.session.execute(sa.text("SELECT * FROM core_ticket")).one()
    assert code not in [str(value) for value in row]
    assert token not in " ".join(map(str, row))


def test_tickets_that_are_over_are_forgotten(ctx: Context, vault: Vault) -> None:
    token, _ = ticket_with_code(ctx, vault)
    assert forget_expired(replace(ctx, now=ctx.now + timedelta(hours=1))) == 0
    assert forget_expired(replace(ctx, now=ctx.now + timedelta(days=2))) == 1
    assert find_ticket(ctx, token=token, kinds=(TicketKind.SIGN_IN,)) is None


# --- signing in -------------------------------------------------------------------------------------------------------


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


# --- limits -----------------------------------------------------------------------------------------------------------


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


# --- a forgotten password ---------------------------------------------------------------------------------------------


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


# --- contacts of one's own --------------------------------------------------------------------------------------------


@pytest.fixture
def mine(client: FlaskClient, user: User) -> Visitor:
    visitor = Visitor(client)
    visitor.fill_in("/sign-in", contact=PHONE, password=PASSWORD)
    assert visitor.is_in()
    return visitor


def contacts(ctx: Context, user: User, vault: Vault) -> list[tuple[str, bool]]:
    ctx.session.rollback()
    found = queries.own_contacts(ctx, user_id=user.id, vault=vault)
    ctx.session.rollback()
    return [(contact.masked, contact.verified) for contact in found]


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


# --- devices ----------------------------------------------------------------------------------------------------------


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


# --- people whom an organiser adds ------------------------------------------------------------------------------------


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
