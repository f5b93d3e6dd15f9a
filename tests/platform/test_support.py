"""Letting somebody in again who lost phone or password: a look at who it is, a code to be read out, a new password."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from cuocthi.audit.models import AuditEvent
from cuocthi.context import Actor, Context
from cuocthi.contributions import Role
from cuocthi.errors import Blocked, Conflict, DomainError
from cuocthi.messages.domain import content_of
from cuocthi.messages.models import Message
from cuocthi.security.limits import FAILURES_OF_A_NETWORK
from cuocthi.support.domain import BY_ONE_AN_HOUR, FOR_ONE_A_DAY, Restored, restore_access, take_code
from cuocthi.support.models import IdentityCheck, Proof
from cuocthi.support.queries import checks_of
from cuocthi.testing.factories import PASSWORD
from cuocthi.users.contacts import normalise_contact
from cuocthi.users.domain import find_credentials, start_session
from cuocthi.users.models import SecondFactor, User
from cuocthi.users.queries import has_second_factor, open_sessions
from cuocthi.users.tickets import SUPPORT_HOURS

if TYPE_CHECKING:
    from flask.testing import FlaskClient

    from cuocthi.campaigns.models import Campaign
    from cuocthi.clock import FixedClock
    from cuocthi.contributions import Browser
    from cuocthi.enrolments.models import Enrolment
    from cuocthi.security.personal_data import Vault
    from cuocthi.testing.factories import Factories

PHONE, NEW_PHONE = "0912345678", "0987654321"
NOTE = "Bà Đào đến trụ sở, có mang thẻ căn cước"
NEW_PASSWORD = "hoa sen trắng nở rộ"
on_one_database = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@dataclasses.dataclass
class Desk:
    """A helper, and Đào, who takes part and lost her phone."""

    ctx: Context
    make: Factories
    vault: Vault
    campaign: Campaign
    enrolment: Enrolment

    @property
    def person(self) -> User:
        return self.enrolment.user

    def restore(
        self,
        *proofs: Proof,
        enrolment: Enrolment | None = None,
        note: str = NOTE,
        contact: str = "",
        later: timedelta = timedelta(),
    ) -> Restored:
        return restore_access(
            dataclasses.replace(self.ctx, now=self.ctx.now + later),
            campaign=self.campaign,
            enrolment=enrolment or self.enrolment,
            proofs=set(proofs or [Proof.CARD]),
            note=note,
            contact=normalise_contact(contact) if contact else None,
            vault=self.vault,
            language="vi",
        )

    def owner(self, contact: str) -> list[int]:
        return [found.user_id for found in find_credentials(self.ctx, contact=contact, vault=self.vault)]

    def letters(self) -> list[tuple[str, str]]:
        """Each message of the outbox: to whom, and its text."""
        found = [content_of(one, self.vault) for one in self.ctx.session.scalars(sa.select(Message))]
        return [(one.address, " ".join(str(text) for text in one.body)) for one in found]


@pytest.fixture
def desk(ctx: Context, make: Factories, vault: Vault) -> Desk:
    campaign = make.campaign("thi")
    campaign.support_phone = "02273 123 456"
    helper = make.member(campaign, Role.SUPPORT)
    person = make.user("Nguyễn Thị Đào", contact=PHONE, password=True)
    return Desk(
        dataclasses.replace(ctx, actor=Actor(helper.id)), make, vault, campaign, make.enrolment(campaign, user=person)
    )


# --- the check ---


@pytest.mark.parametrize(
    ("proofs", "enough"),
    [
        ([Proof.CARD], True),
        ([Proof.UNIT], False),
        ([Proof.CALLED_BACK, Proof.DETAILS], True),
        ([Proof.ENTRY], False),
    ],
)
def test_the_card_is_enough_and_of_other_things_two(desk: Desk, proofs: list[Proof], enough: bool) -> None:  # noqa: FBT001 - a table
    if enough:
        assert desk.restore(*proofs).code
        return
    with pytest.raises(DomainError) as refused:
        desk.restore(*proofs)
    assert refused.value.field == "proofs"


def test_what_was_checked_and_by_whom_is_on_record(desk: Desk) -> None:
    with pytest.raises(DomainError):
        desk.restore(note=" ")
    desk.restore(Proof.UNIT, Proof.CALLED_BACK)
    check = desk.ctx.session.scalars(sa.select(IdentityCheck)).one()
    assert (check.user_id, check.checked_by) == (desk.person.id, desk.ctx.actor.user_id)
    assert "Bà Đào".encode() not in check.note
    [let_in] = checks_of(desk.ctx, user_id=desk.person.id, vault=desk.vault)
    assert (let_in.checked, let_in.note) == (["called_back", "unit_confirmed"], NOTE)
    event = desk.ctx.session.scalars(sa.select(AuditEvent).where(AuditEvent.action == "core:access:restore")).one()
    assert event.after == {"checked": ["called_back", "unit_confirmed"], "contact_changed": False}


# --- the code ---


def test_the_code_is_good_once_for_a_day_however_it_is_typed(desk: Desk) -> None:
    code = desk.restore().code
    assert re.fullmatch(r"[2-9A-HJKMNP-Z]{12}", code)
    typed = f" {code[:4].lower()}-{code[4:8]} {code[8:]}"
    ticket = take_code(desk.ctx, typed=typed)
    assert ticket is not None
    assert ticket.user_id == desk.person.id
    assert take_code(desk.ctx, typed=typed) is None
    late = dataclasses.replace(desk.ctx, now=desk.ctx.now + timedelta(hours=SUPPORT_HOURS))
    assert take_code(late, typed=desk.restore().code) is None


def test_a_newer_code_makes_the_earlier_one_void(desk: Desk) -> None:
    earlier = desk.restore().code
    later = desk.restore().code
    assert take_code(desk.ctx, typed=earlier) is None
    assert take_code(desk.ctx, typed=later) is not None


def test_everything_of_before_ends_and_confirmed_contacts_are_told(desk: Desk) -> None:
    ctx, person = desk.ctx, desk.person
    start_session(ctx, user_id=person.id, device="", hours=1)
    ctx.session.add(SecondFactor(user_id=person.id, secret=b"x", created_at=ctx.now, confirmed_at=ctx.now))
    person.contacts[0].verified_at = ctx.now
    ctx.session.flush()
    desk.restore(contact=NEW_PHONE)
    assert list(open_sessions(ctx, user_id=person.id)) == []
    assert not has_second_factor(ctx, user_id=person.id)
    assert (desk.owner(PHONE), desk.owner(NEW_PHONE)) == ([], [person.id])
    assert [contact.verified_at for contact in person.contacts] == [None]
    [(address, text)] = desk.letters()
    assert address == "+84912345678"
    assert "0987…21" in text
    assert NEW_PHONE not in text
    assert "02273 123 456" in text


def test_a_contact_that_is_somebody_elses_for_certain_is_not_taken(desk: Desk) -> None:
    other = desk.make.user(contact=NEW_PHONE)
    other.contacts[0].verified_at = desk.ctx.now
    desk.ctx.session.flush()
    with pytest.raises(Conflict) as refused:
        desk.restore(contact=NEW_PHONE)
    assert refused.value.field == "contact"
    with pytest.raises(Conflict):
        desk.restore(contact=PHONE)


# --- what it is not for ---


@pytest.mark.parametrize("who", ["administrator", "member", "coordinator", "oneself"])
def test_staff_is_not_let_in_here(desk: Desk, who: str) -> None:
    if who == "administrator":
        desk.person.is_admin = True
    elif who == "oneself":
        desk.ctx = dataclasses.replace(desk.ctx, actor=Actor(desk.person.id))
    else:
        role = Role.EDITORIAL if who == "member" else Role.COORDINATING
        desk.make.member(desk.make.campaign(), role, user=desk.person)
    desk.ctx.session.flush()
    with pytest.raises(Blocked):
        desk.restore()
    assert desk.ctx.session.scalar(sa.select(sa.func.count()).select_from(IdentityCheck)) == 0


def test_a_code_opens_nothing_for_who_has_become_staff_meanwhile(desk: Desk) -> None:
    code = desk.restore().code
    desk.make.member(desk.campaign, Role.JURY, user=desk.person)
    assert take_code(desk.ctx, typed=code) is None


def test_it_does_not_happen_too_often(desk: Desk) -> None:
    for _ in range(FOR_ONE_A_DAY):
        desk.restore()
    with pytest.raises(Conflict, match="since yesterday"):
        desk.restore()
    for _ in range(BY_ONE_AN_HOUR - FOR_ONE_A_DAY):
        desk.restore(enrolment=desk.make.enrolment(desk.campaign))
    another = desk.make.enrolment(desk.campaign)
    with pytest.raises(Conflict, match="within an hour"):
        desk.restore(enrolment=another)
    desk.restore(enrolment=another, later=timedelta(hours=1, minutes=1))
    desk.restore(later=timedelta(days=1))


# --- the pages ---


@pytest.fixture
def helper(desk: Desk, sign_in: Callable[..., Browser]) -> Browser:
    return sign_in(desk.ctx.session.get_one(User, desk.ctx.actor.user_id))


def token(client: FlaskClient, address: str) -> str:
    found = re.search(r'name="csrf_token" value="([^"]+)"', client.get(address).text)
    assert found
    return found[1]


@on_one_database
def test_nobody_is_listed_unasked_and_a_contact_is_found_only_as_a_whole(desk: Desk, helper: Browser) -> None:
    address, name = "/c/thi/staff/support/", "Nguyễn Thị Đào"
    assert name not in helper.get(address)[1]
    for search, found in ((PHONE, True), ("0912345", False), ("dao", True), (desk.enrolment.code, True)):
        assert (name in helper.get(f"{address}?q={search}")[1]) == found, search


@on_one_database
def test_a_person_comes_in_again_with_the_code_and_a_new_password(
    desk: Desk, helper: Browser, client: FlaskClient, clock: FixedClock
) -> None:
    address = f"/c/thi/staff/support/{desk.enrolment.id}"
    status, page = helper.get(address)
    assert status == 200
    assert "0912…78" in page
    assert helper.post(address, {"note": NOTE})[0] == 422
    status, page = helper.post(address, {"proofs": ["card_seen"], "note": NOTE})
    assert status == 200
    shown = re.search(r'<p class="big code">([^<]+)</p>', page)
    assert shown
    desk.ctx.session.rollback()
    enter = "/sign-in/support"
    wrong = client.post(enter, data={"csrf_token": token(client, enter), "code": "ABCD EFGH JKMN"})
    assert wrong.status_code == 422
    right = client.post(enter, data={"csrf_token": token(client, enter), "code": shown[1]}, follow_redirects=True)
    assert right.request.path == "/sign-in/new-password"
    done = client.post(
        "/sign-in/new-password",
        data={"csrf_token": token(client, "/sign-in/new-password"), "password": NEW_PASSWORD},
        follow_redirects=True,
    )
    assert done.request.path == "/sign-in"
    for password, status in ((PASSWORD, 422), (NEW_PASSWORD, 302)):
        data = {"csrf_token": token(client, "/sign-in"), "contact": PHONE, "password": password}
        assert client.post("/sign-in", data=data).status_code == status, password
    page = helper.get(address)[1]
    assert NOTE in page, "how the person was let in before is shown"


@on_one_database
def test_looking_at_an_account_is_on_record_and_staff_is_not_helped_here(desk: Desk, helper: Browser) -> None:
    desk.make.member(desk.make.campaign(), Role.JURY, user=desk.person)
    desk.ctx.session.commit()
    page = helper.get(f"/c/thi/staff/support/{desk.enrolment.id}")[1]
    assert "<textarea" not in page
    desk.ctx.session.rollback()
    looks = sa.select(AuditEvent.object_id).where(AuditEvent.action == "core:access:view")
    assert desk.ctx.session.scalars(looks).all() == [desk.enrolment.id]


@on_one_database
def test_wrong_codes_stop_nobody_else_in_the_network_until_very_many_come(desk: Desk, client: FlaskClient) -> None:
    right = desk.restore().code
    desk.ctx.session.commit()
    enter, most = "/sign-in/support", int(FAILURES_OF_A_NETWORK.split()[0])
    sent = {"csrf_token": token(client, enter)}

    def wrong(times: int) -> set[int]:
        return {client.post(enter, data={**sent, "code": "ABCDEFGHJKMN"}).status_code for _ in range(times)}

    assert wrong(20) == {422}
    assert client.post(enter, data={**sent, "code": right}).status_code == 302
    assert wrong(most - 20) == {422}
    assert wrong(1) == {429}
