"""What the tests of codes share: somebody with an account, a visitor, and the code that was sent last."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from cuocthi.messages.domain import content_of
from cuocthi.messages.models import Message, MessageState
from cuocthi.users import queries
from cuocthi.users.models import User
from cuocthi.users.sign_in import held_ticket

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask
    from flask.testing import FlaskClient
    from werkzeug.test import TestResponse

    from cuocthi.context import Context
    from cuocthi.security.personal_data import Vault
    from cuocthi.testing.factories import Factories


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


def contacts(ctx: Context, user: User, vault: Vault) -> list[tuple[str, bool]]:
    ctx.session.rollback()
    found = queries.own_contacts(ctx, user_id=user.id, vault=vault)
    ctx.session.rollback()
    return [(contact.masked, contact.verified) for contact in found]
