"""Registering, proving who one is, and sessions."""

from __future__ import annotations

import dataclasses
import threading
from datetime import timedelta
from typing import TYPE_CHECKING
from unittest.mock import Mock

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from cuocthi.errors import Conflict, DomainError
from cuocthi.security import passwords
from cuocthi.users import domain, queries
from cuocthi.users.domain import MAX_SHARING, Overtaken, Registration, WrongCredentials
from cuocthi.users.models import Contact, User, WebSession

if TYPE_CHECKING:
    from cuocthi.context import Context
    from cuocthi.security.personal_data import Vault
    from cuocthi.users.queries import Credential

PHONE = "0912345645"
PASSWORD = "con trâu đi trước"


def register(ctx: Context, vault: Vault, name: str = "Nguyễn Thị Đào", **changes: str) -> User:
    values = {"contact": PHONE, "password": PASSWORD} | changes
    return domain.register_user(ctx, name=name, vault=vault, **values)


def users(ctx: Context) -> int:
    return ctx.session.scalar(sa.select(sa.func.count()).select_from(User)) or 0


def test_a_new_person_is_stored_with_a_sealed_unverified_contact(ctx: Context, vault: Vault) -> None:
    user = register(ctx, vault, "  nguyễn  Thị Đào ")
    ctx.session.expire_all()
    assert (user.name, user.name_folded, user.created_at) == ("nguyễn Thị Đào", "nguyen thi dao", ctx.now)
    assert not user.is_admin
    assert not user.is_demo
    [contact] = user.contacts
    assert contact.verified_at is None
    assert b"912345645" not in contact.ciphertext
    assert queries.masked_contacts(ctx, user_id=user.id, vault=vault) == ["0912…45"]


@pytest.mark.parametrize(
    ("field", "value"), [("name", "7"), ("contact", "0912"), ("password", "12345678"), ("password", PHONE)]
)
def test_a_refused_registration_names_its_field_and_adds_nobody(
    ctx: Context, vault: Vault, field: str, value: str
) -> None:
    values = {"name": "Nguyễn Thị Đào", field: value}
    with pytest.raises(DomainError) as refused:
        register(ctx, vault, **values)
    assert refused.value.field == field
    assert users(ctx) == 0


def test_sending_the_form_twice_makes_one_person(ctx: Context, vault: Vault) -> None:
    assert register(ctx, vault).id == register(ctx, vault, "Nguyễn thị đào", contact="+84 912 345 645").id
    assert users(ctx) == 1


def test_a_family_shares_a_phone_and_each_signs_in_with_the_own_password(ctx: Context, vault: Vault) -> None:
    mother = register(ctx, vault)
    son = register(ctx, vault, "Trần Văn Bình", password="máy bay giấy trắng")
    same_password = register(ctx, vault, "Trần Thị Chi", password=PASSWORD)
    assert len({mother.id, son.id, same_password.id}) == 3
    assert domain.authenticate(ctx, contact=PHONE, password="máy bay giấy trắng", vault=vault).id == son.id
    assert domain.authenticate(ctx, contact=PHONE, password=PASSWORD, vault=vault).id == mother.id
    assert [user.id for user in queries.sharing_contact(ctx, user_id=son.id)] == [mother.id, same_password.id]


def test_a_stranger_who_gives_my_unverified_contact_does_not_lock_me_out(ctx: Context, vault: Vault) -> None:
    register(ctx, vault, password="máy bay giấy trắng")
    owner = register(ctx, vault)
    assert domain.authenticate(ctx, contact=PHONE, password=PASSWORD, vault=vault).id == owner.id


def test_a_verified_contact_belongs_to_one_person(ctx: Context, vault: Vault) -> None:
    owner = register(ctx, vault)
    owner.contacts[0].verified_at = ctx.now
    ctx.session.flush()
    with pytest.raises(Conflict) as refused:
        register(ctx, vault, "Trần Văn Bình")
    assert refused.value.field == "contact"
    assert users(ctx) == 1


def test_a_contact_is_shared_by_so_many_and_no_more(
    ctx: Context, vault: Vault, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(domain, "hash_password", lambda _password: "hashed")
    monkeypatch.setattr(domain, "verify_password", lambda _known, _password: False)
    for letter in "ABCDEGHI"[:MAX_SHARING]:
        register(ctx, vault, f"Nguyễn Văn {letter}n")
    with pytest.raises(Conflict):
        register(ctx, vault, "Nguyễn Văn Kn")
    assert users(ctx) == MAX_SHARING


def test_two_verified_contacts_cannot_be_the_same(ctx: Context, vault: Vault) -> None:
    for name in ("Nguyễn Thị Đào", "Trần Văn Bình"):
        register(ctx, vault, name)
    with pytest.raises(sa.exc.IntegrityError):
        ctx.session.execute(sa.update(Contact).values(verified_at=ctx.now))


@pytest.mark.parametrize(
    ("contact", "password"), [(PHONE, "wrong"), ("0987654321", PASSWORD), ("no contact", PASSWORD)]
)
def test_every_wrong_sign_in_gets_the_same_answer(ctx: Context, vault: Vault, contact: str, password: str) -> None:
    register(ctx, vault)
    with pytest.raises(WrongCredentials) as refused:
        domain.authenticate(ctx, contact=contact, password=password, vault=vault)
    assert refused.value.field is None
    assert str(refused.value) == str(WrongCredentials())


@pytest.mark.parametrize("contact", [PHONE, "0987654321", "no contact"])
def test_every_wrong_sign_in_compares_one_password(
    ctx: Context, vault: Vault, contact: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    register(ctx, vault)
    compared: list[str | None] = []

    def verify(known: str | None, _password: str) -> bool:
        compared.append(known)
        return False

    monkeypatch.setattr(domain, "verify_password", verify)
    with pytest.raises(WrongCredentials):
        domain.authenticate(ctx, contact=contact, password="wrong", vault=vault)
    assert len(compared) == 1


@pytest.mark.parametrize(
    ("name", "contact", "compared"),
    [
        ("Nguyễn Thị Đào", "0987654321", 1),
        ("Nguyễn Thị Đào", PHONE, 2),
        ("Lê Văn Tư", PHONE, 2),
    ],
)
def test_how_long_registering_takes_tells_nothing_about_the_names_of_who_shares_a_contact(
    ctx: Context, vault: Vault, name: str, contact: str, compared: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    for somebody in ("Nguyễn Thị Đào", "Trần Văn Bình"):
        register(ctx, vault, somebody)
    comparing = Mock(return_value=False)
    monkeypatch.setattr(domain, "verify_password", comparing)
    register(ctx, vault, name, contact=contact, password="máy bay giấy trắng")
    assert comparing.call_count == compared


def test_a_namesake_who_came_after_the_passwords_were_compared_is_not_overlooked(ctx: Context, vault: Vault) -> None:
    late = domain.prepare_registration(name="Nguyễn Thị Đào", contact=PHONE, password=PASSWORD, known=[])
    register(ctx, vault, "Trần Văn Bình")
    first = register(ctx, vault)
    with pytest.raises(Overtaken):
        domain.add_user(ctx, registration=late, vault=vault)
    assert register(ctx, vault).id == first.id
    assert users(ctx) == 2


def test_accounts_of_the_demonstration_and_inactive_ones_are_refused(ctx: Context, vault: Vault) -> None:
    user = register(ctx, vault)
    user.is_demo = True
    ctx.session.flush()
    with pytest.raises(WrongCredentials):
        domain.authenticate(ctx, contact=PHONE, password=PASSWORD, vault=vault)
    assert domain.authenticate(ctx, contact=PHONE, password=PASSWORD, vault=vault, demo_allowed=True).id == user.id
    user.active = False
    ctx.session.flush()
    with pytest.raises(WrongCredentials):
        domain.authenticate(ctx, contact=PHONE, password=PASSWORD, vault=vault, demo_allowed=True)


def test_a_session_ends_when_its_hours_are_over_or_it_is_ended(ctx: Context, vault: Vault) -> None:
    user = register(ctx, vault)
    token = domain.start_session(ctx, user_id=user.id, device="Chrome, Android", hours=2)
    almost, over = ctx.now + timedelta(hours=2) - timedelta(microseconds=1), ctx.now + timedelta(hours=2)
    found = queries.signed_in(ctx.session, token=token, now=almost)
    assert found is not None
    assert (found.id, found.name) == (user.id, user.name)
    assert queries.signed_in(ctx.session, token=token, now=over) is None
    assert queries.signed_in(ctx.session, token=token[:-1], now=almost) is None
    domain.end_session(ctx, token=token)
    assert queries.signed_in(ctx.session, token=token, now=ctx.now) is None


def test_the_database_holds_no_token(ctx: Context, vault: Vault) -> None:
    user = register(ctx, vault)
    token = domain.start_session(ctx, user_id=user.id, device="", hours=1)
    [stored] = ctx.session.scalars(sa.select(WebSession.token_hash))
    assert token not in stored
    assert queries.signed_in(ctx.session, token=stored, now=ctx.now) is None


def test_signing_out_everywhere_ends_the_own_sessions_only(ctx: Context, vault: Vault) -> None:
    user, other = register(ctx, vault), register(ctx, vault, "Trần Văn Bình")
    mine = [domain.start_session(ctx, user_id=user.id, device=f"máy {n}", hours=1) for n in range(3)]
    domain.end_session(ctx, token=mine[0])
    theirs = domain.start_session(ctx, user_id=other.id, device="", hours=1)
    assert len(queries.open_sessions(ctx, user_id=user.id)) == 2
    assert domain.end_all_sessions(ctx, user_id=user.id) == 2
    assert all(queries.signed_in(ctx.session, token=token, now=ctx.now) is None for token in mine)
    assert queries.signed_in(ctx.session, token=theirs, now=ctx.now) is not None


def test_expired_sessions_are_forgotten_when_a_new_one_begins(ctx: Context, vault: Vault) -> None:
    user = register(ctx, vault)
    domain.start_session(ctx, user_id=user.id, device="", hours=1)
    later = dataclasses.replace(ctx, now=ctx.now + timedelta(hours=1))
    domain.start_session(later, user_id=user.id, device="", hours=1)
    assert len(ctx.session.scalars(sa.select(WebSession)).all()) == 1


def test_two_forms_at_the_same_moment_make_one_person(ctx: Context, vault: Vault) -> None:
    ctx.session.commit()
    engine, barrier, found = ctx.session.get_bind(), threading.Barrier(2), []

    def run() -> None:
        registration = prepare([])
        barrier.wait()
        try:
            add(registration)
        except Overtaken:
            with Session(engine) as session:
                known = domain.find_credentials(dataclasses.replace(ctx, session=session), contact=PHONE, vault=vault)
            add(prepare(known))

    def prepare(known: list[Credential]) -> Registration:
        return domain.prepare_registration(name="Nguyễn Thị Đào", contact=PHONE, password=PASSWORD, known=known)

    def add(registration: Registration) -> None:
        with Session(engine) as session:
            own = dataclasses.replace(ctx, session=session)
            found.append(domain.add_user(own, registration=registration, vault=vault).id)
            session.commit()

    threads = [threading.Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=passwords.PATIENCE)
    assert len(found) == 2
    assert len(set(found)) == 1
    assert users(ctx) == 1
