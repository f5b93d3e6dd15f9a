"""A dump of the whole database, with every plugin: it shows no phone, no address, no ID number, and after a campaign's
time no name either."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from types import ModuleType
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa

from cuocthi.audit.domain import record, verify
from cuocthi.campaigns.models import CampaignState
from cuocthi.context import Actor
from cuocthi.contributions import Role
from cuocthi.enrolments.queries import enrolment_of
from cuocthi.messages.domain import send_message
from cuocthi.personal.corrections import correct_name
from cuocthi.personal.retention import anonymise_due
from cuocthi.security import rotation
from cuocthi.security.personal_data import Vault
from cuocthi.testing.factories import PASSWORD
from cuocthi.text import T
from cuocthi.users.contacts import normalise_contact
from cuocthi.users.models import Contact, User
from cuocthi.users.names import fold
from cuocthi.users.profiles import complete_profile
from cuocthi.users.second_factor import begin
from cuocthi_inquiries import plugin as inquiries
from cuocthi_prizes import plugin as prizes
from cuocthi_publishing import plugin as publishing
from cuocthi_quiz import plugin as quiz

if TYPE_CHECKING:
    from flask import Flask
    from flask.testing import FlaskClient

    from cuocthi.campaigns.models import Campaign
    from cuocthi.config import Config
    from cuocthi.context import Context
    from cuocthi.testing.factories import Factories

NAME, OTHER_NAME = "Nguyễn Thị Đào Nguyên", "Nguyễn Thị Đảo Nguyên"
PHONE, EMAIL, ASKER, CITIZEN_ID = "0912345645", "dao.nguyen@example.vn", "hoi.dap@example.vn", "034190001234"
#: How each may stand in a dump: as typed, as stored, without its country's code, in parts of texts.
IN_CLEAR = (PHONE, "912345645", EMAIL, "dao.nguyen", ASKER, "hoi.dap", CITIZEN_ID, "1990-05-17")


@pytest.fixture(scope="session")
def plugins() -> list[ModuleType]:
    return [quiz, prizes, publishing, inquiries]


@pytest.fixture
def campaign(make: Factories) -> Campaign:
    campaign = make.campaign("thi", plugins=("quiz", "prizes", "publishing", "inquiries"))
    make.round(campaign)
    make.unit(code="so-khcn")
    make.member(campaign, Role.ORGANISING)
    return campaign


def dumped(ctx: Context) -> Iterator[tuple[str, bytes]]:
    """Every value of every table, with its place."""
    connection = ctx.session.connection()
    tables = sa.MetaData()
    tables.reflect(connection)
    for table in tables.sorted_tables:
        for row in connection.execute(sa.select(table)).mappings():
            for column, value in row.items():
                yield f"{table.name}.{column}", _bytes(value)


def _bytes(value: Any) -> bytes:
    if isinstance(value, bytes | memoryview):
        return bytes(value)
    return (json.dumps(value, ensure_ascii=False) if isinstance(value, dict | list) else str(value)).encode()


def places_of(ctx: Context, *texts: str) -> set[str]:
    wanted = [text.encode() for text in texts]
    return {place for place, value in dumped(ctx) if any(text in value for text in wanted)}


def live_a_campaign(ctx: Context, campaign: Campaign, client: FlaskClient, vault: Vault) -> User:
    """Somebody registers with a phone, asks, gets mail, changes name and contact; a stranger asks with an address."""
    ctx.session.commit()
    client.application.config["WTF_CSRF_ENABLED"] = False
    stranger = client.application.test_client()
    form = {"body": "Tôi chọn đơn vị nào?", "contact": ASKER, "token": "t" * 43}
    assert stranger.post("/c/thi/inquiries/ask", data=form).status_code == 302
    stranger.post("/sign-in/code", data={"contact": EMAIL})
    stranger.post("/sign-in", data={"contact": PHONE, "password": "sai"})
    form = {"unit": "so-khcn", "name": NAME, "contact": PHONE, "password": PASSWORD, "category": "official"}
    assert client.post("/c/thi/join", data=form | {"consent": "y"}).status_code == 302
    client.post("/me/contacts/new", data={"contact": EMAIL, "current": PASSWORD})
    user = ctx.session.scalars(sa.select(User).join(Contact).order_by(User.id.desc()).limit(1)).one()
    own = replace(ctx, actor=Actor(user.id))
    begin(own, user=user, vault=vault)
    complete_profile(own, user_id=user.id, birth_date=date(1990, 5, 17), citizen_id=CITIZEN_ID, vault=vault)
    to = normalise_contact(EMAIL)
    body = [T("Dear %(name)s, your phone is %(phone)s", name=NAME, phone=PHONE)]
    send_message(own, to=to, subject=T("Hello"), body=body, key="test:1", vault=vault, user_id=user.id)
    correct_name(own, user=user, name=OTHER_NAME)
    ctx.session.commit()
    return user


def test_a_dump_shows_no_phone_no_address_and_no_number_in_clear(
    ctx: Context, campaign: Campaign, client: FlaskClient, config: Config
) -> None:
    vault = Vault(config.keys)
    user = live_a_campaign(ctx, campaign, client, vault)
    assert places_of(ctx, NAME), "the dump is searched where names stand"
    assert places_of(ctx, *IN_CLEAR) == set()
    used = {str(one.column): one.values for one in rotation.usage(ctx.session, vault=vault)}
    assert {"core_contact.ciphertext", "core_second_factor.secret", "core_profile.citizen_id"} <= set(used)
    assert {"inquiries_inquiry.contact", "core_message.sealed", "core_ticket.contact"} <= set(used)
    assert user.id


def test_every_stored_value_opens_by_what_its_column_declares(
    ctx: Context, campaign: Campaign, client: FlaskClient, config: Config
) -> None:
    vault = Vault(config.keys)
    live_a_campaign(ctx, campaign, client, vault)
    seen = set()
    for sealed in rotation.sealed_columns():
        columns = dict.fromkeys([*sealed.needed, sealed.column])
        for row in ctx.session.execute(sa.select(*columns).where(sealed.column.is_not(None))):
            assert vault.decrypt(getattr(row, sealed.column.name), belongs_to=sealed.owner(row))
            seen.add(str(sealed))
    assert len(seen) >= 6


def test_after_a_campaigns_time_no_name_is_left_and_the_audit_log_is_whole(
    ctx: Context, campaign: Campaign, client: FlaskClient, app: Flask, config: Config
) -> None:
    vault = Vault(config.keys)
    user = live_a_campaign(ctx, campaign, client, vault)
    enrolment = enrolment_of(ctx, campaign_id=campaign.id, user_id=user.id)
    assert enrolment is not None
    # Staff acted on this person, and it stands in the log by number.
    record(
        ctx,
        action="core:entry:exclude",
        summary=T("Excluded %(code)s", code=enrolment.code),
        campaign=campaign,
        object_kind="enrolment",
        object_id=enrolment.id,
    )
    campaign.state, campaign.archived_at = CampaignState.ARCHIVED, ctx.now
    ctx.session.commit()
    later = replace(ctx, now=ctx.now + timedelta(days=11 * 366))
    with app.app_context():
        anonymise_due(later, {}, lambda _done, _total: None)
    ctx.session.expire_all()
    assert places_of(ctx, NAME, OTHER_NAME, fold(NAME), *IN_CLEAR) == set()
    left = {str(one.column) for one in rotation.usage(ctx.session, vault=vault)}
    assert left <= {"core_message.sealed"}, "what is left was for an address that nobody has"
    assert verify(ctx) is None
