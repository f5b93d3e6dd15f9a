"""A ticket is used once, by who holds it, before it ends."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.orm import Session

from cuocthi.users.models import TicketKind
from cuocthi.users.tickets import MAX_TRIES, find_ticket, forget_expired, open_ticket, spend, spend_with_code

from .conftest import TEN_MINUTES, wrong

if TYPE_CHECKING:
    from sqlalchemy.engine import Engine

    from cuocthi.context import Context
    from cuocthi.security.personal_data import Vault


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
